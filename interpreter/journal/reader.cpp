#include "interpreter/journal/reader.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>

namespace failc::journal {
namespace {

using Json = nlohmann::ordered_json;

/// Nothing that failc writes is nested so deep, and JSON is written by recursion.
bool too_deep(std::string_view line) {
  constexpr int kDeepest = 100;
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted && c == '\\') ++i;
    else if (c == '"') quoted = !quoted;
    else if (!quoted && (c == '[' || c == '{') && ++depth > kDeepest) return true;
    else if (!quoted && (c == ']' || c == '}')) --depth;
  }
  return false;
}

/// What is wrong with a record that is at `position` (from 0), or nothing.
std::string complaint(const Json& record, std::size_t position) {
  if (record.is_discarded() || !record.is_object()) return "it is no JSON object";
  const auto n = record.find("n");
  if (n == record.end() || !n->is_number_unsigned() || n->get<std::uint64_t>() != position + 1) {
    return fmt::format("its `n` should be {}", position + 1);
  }
  const auto kind = record.find("kind");
  if (kind == record.end() || !kind->is_string()) return "it has no `kind`";
  if (position == 0 && *kind == "run") {
    const auto format = record.find("format");
    if (format == record.end() || !format->is_number_integer()) return "it has no `format`";
    if (format->get<std::int64_t>() > kFormat) return fmt::format("its format is {}, and this program reads up to {}", format->get<std::int64_t>(), kFormat);
  }
  return {};
}

}  // namespace

Result<Contents> read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error{fmt::format("cannot read the journal `{}`: {}", path, std::strerror(errno))};
  return parse(file, path);
}

Result<Contents> parse(std::istream& file, const std::string& path) {
  Contents contents;
  std::string line;
  while (std::getline(file, line)) {
    if (file.eof()) {  // no newline behind it
      contents.torn = true;
      break;
    }
    Json record = too_deep(line) ? Json(Json::value_t::discarded) : Json::parse(line, nullptr, false);
    const std::string wrong = complaint(record, contents.records.size());
    if (!wrong.empty()) return Error{fmt::format("`{}`, line {}: not a record of a journal: {}", path, contents.records.size() + 1, wrong)};
    contents.records.push_back(std::move(record));
  }
  if (file.bad()) return Error{fmt::format("cannot read the journal `{}`: {}", path, std::strerror(errno))};
  return contents;
}

bool finished(const Contents& contents) {
  for (auto record = contents.records.rbegin(); record != contents.records.rend(); ++record) {
    const std::string& kind = (*record)["kind"].get_ref<const std::string&>();
    if (kind == "end" || kind == "recovered") return true;
  }
  return false;
}

bool kept(const Contents& contents) {
  if (!contents.records.empty() && contents.records.front().contains("kept_in")) return false;
  for (auto record = contents.records.rbegin(); record != contents.records.rend(); ++record) {
    const std::string& kind = (*record)["kind"].get_ref<const std::string&>();
    if (kind == "kept" || kind == "recovered") return kind == "kept";
  }
  return false;
}

}  // namespace failc::journal
