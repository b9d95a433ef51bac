#include "interpreter/systems/mongodb/bson/path.hpp"

#include <charconv>

namespace failc::bson {

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> out;
  for (;;) {
    const std::size_t dot = path.find('.');
    out.emplace_back(path.substr(0, dot));
    if (dot == std::string_view::npos) return out;
    path.remove_prefix(dot + 1);
  }
}

std::optional<std::size_t> array_index(std::string_view part) {
  if (part.empty() || part.size() > 10 || (part.size() > 1 && part.front() == '0')) return std::nullopt;
  std::size_t out = 0;
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), out);
  if (error != std::errc() || end != part.data() + part.size() || out >= 0x80000000u) return std::nullopt;
  return out;
}

}  // namespace failc::bson
