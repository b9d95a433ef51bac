#pragma once
// Reading and writing the integers of a message.
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace failc::wire {

static_assert(std::endian::native == std::endian::little, "messages are little-endian, and copied as they are");

/// What is left of a message. Whoever takes from it has asked `left()` before, or looks at what `take` answered.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}
  std::size_t left() const { return bytes_.size(); }
  std::string_view rest() const { return bytes_; }
  void skip(std::size_t count) { bytes_.remove_prefix(count); }

  template <class Integer>
  bool take(Integer& out) {
    if (bytes_.size() < sizeof out) return false;
    std::memcpy(&out, bytes_.data(), sizeof out);
    skip(sizeof out);
    return true;
  }
  /// Up to the next zero byte, which is taken too.
  bool take_string(std::string_view& out) {
    const std::size_t end = bytes_.find('\0');
    if (end == std::string_view::npos) return false;
    out = bytes_.substr(0, end);
    skip(end + 1);
    return true;
  }

 private:
  std::string_view bytes_;
};

template <class Integer>
void put(std::string& out, Integer value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

}  // namespace failc::wire
