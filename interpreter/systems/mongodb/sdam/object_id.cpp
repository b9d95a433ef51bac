#include "interpreter/systems/mongodb/sdam/object_id.hpp"

namespace failc::sdam {
namespace {

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<ObjectId> object_id_of(std::string_view digits) {
  ObjectId id;
  if (digits.size() != 2 * id.bytes.size()) return std::nullopt;
  for (std::size_t i = 0; i < id.bytes.size(); ++i) {
    const int high = digit_of(digits[2 * i]), low = digit_of(digits[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    id.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return id;
}

std::string text_of(const ObjectId& id) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t byte : id.bytes) {
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

std::strong_ordering compare(const std::optional<TopologyVersion>& current, const std::optional<TopologyVersion>& later) {
  if (!current || !later || current->process_id != later->process_id) return std::strong_ordering::less;
  return current->counter <=> later->counter;
}

}  // namespace failc::sdam
