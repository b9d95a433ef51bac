#include "interpreter/systems/mongodb/wire/splitter.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

namespace failc::wire {
namespace {

constexpr std::size_t kLengthSize = 4;

std::int32_t length_of(std::string_view bytes) {
  std::int32_t length;
  std::memcpy(&length, bytes.data(), sizeof length);
  return length;
}

bool possible(std::int32_t length, std::size_t limit) {
  return length >= static_cast<std::int32_t>(kHeaderSize) && static_cast<std::size_t>(length) <= limit;
}

}  // namespace

Status Splitter::feed(std::string_view bytes, std::vector<std::string>& messages) {
  if (!error_.empty()) return Error{error_};
  const auto refuse = [&](std::int32_t length) {
    held_ = {};
    error_ = "a message of " + std::to_string(length) + " bytes, where " + std::to_string(kHeaderSize) + " to " + std::to_string(limit_) + " are possible";
    return Error{error_};
  };
  while (true) {
    if (held_.empty()) {
      // The common case: whole messages, each copied once.
      while (bytes.size() >= kLengthSize) {
        const std::int32_t length = length_of(bytes);
        if (!possible(length, limit_)) return refuse(length);
        if (bytes.size() < static_cast<std::size_t>(length)) break;
        messages.emplace_back(bytes.substr(0, static_cast<std::size_t>(length)));
        bytes.remove_prefix(static_cast<std::size_t>(length));
      }
      held_ = bytes;
      return Done{};
    }
    if (held_.size() < kLengthSize) {
      const std::size_t more = std::min(kLengthSize - held_.size(), bytes.size());
      held_ += bytes.substr(0, more);
      bytes.remove_prefix(more);
      if (held_.size() < kLengthSize) return Done{};
    }
    const std::int32_t length = length_of(held_);
    if (!possible(length, limit_)) return refuse(length);
    const std::size_t more = std::min(static_cast<std::size_t>(length) - held_.size(), bytes.size());
    held_ += bytes.substr(0, more);
    bytes.remove_prefix(more);
    if (held_.size() < static_cast<std::size_t>(length)) return Done{};
    messages.push_back(std::exchange(held_, {}));
  }
}

}  // namespace failc::wire
