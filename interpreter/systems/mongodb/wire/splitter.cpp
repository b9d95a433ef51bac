#include "interpreter/systems/mongodb/wire/splitter.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

namespace failc::wire {
namespace {

std::int32_t integer_at(std::string_view bytes, std::size_t offset) {
  std::int32_t value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

/// Those that are not spoken here any more are for `parse` to name.
bool opcode_existed(std::int32_t opcode) {
  return opcode == 1 || opcode == 1000 || (opcode >= 2001 && opcode <= 2007) || (opcode >= 2010 && opcode <= 2013);
}

/// What is wrong with the message that begins so, as far as can be told, or "".
std::string problem_of(std::string_view start, std::size_t limit) {
  if (start.size() < 4) return "";
  const std::int32_t length = integer_at(start, 0);
  if (length < static_cast<std::int32_t>(kHeaderSize) || static_cast<std::size_t>(length) > limit)
    return "a message of " + std::to_string(length) + " bytes, where " + std::to_string(kHeaderSize) + " to " + std::to_string(limit) +
           " are possible";
  if (start.size() < kHeaderSize || opcode_existed(integer_at(start, 12))) return "";
  return "a message with opcode " + std::to_string(integer_at(start, 12)) + ", which there is none of";
}

}  // namespace

Status Splitter::feed(std::string_view bytes, std::vector<std::string>& messages) {
  if (!error_.empty()) return Error{error_};
  const auto refuse = [&](std::string problem) {
    held_ = {};
    error_ = std::move(problem);
    return Error{error_};
  };
  while (true) {
    if (held_.empty()) {
      // The common case: whole messages, each copied once.
      while (!bytes.empty()) {
        if (std::string problem = problem_of(bytes, limit_); !problem.empty()) return refuse(std::move(problem));
        if (bytes.size() < kHeaderSize || bytes.size() < static_cast<std::size_t>(integer_at(bytes, 0))) break;
        const std::size_t length = static_cast<std::size_t>(integer_at(bytes, 0));
        messages.emplace_back(bytes.substr(0, length));
        bytes.remove_prefix(length);
      }
      held_ = bytes;
      return Done{};
    }
    const auto hold = [&](std::size_t size) {
      const std::size_t more = size > held_.size() ? std::min(size - held_.size(), bytes.size()) : 0;
      held_ += bytes.substr(0, more);
      bytes.remove_prefix(more);
    };
    hold(kHeaderSize);
    if (std::string problem = problem_of(held_, limit_); !problem.empty()) return refuse(std::move(problem));
    if (held_.size() < kHeaderSize) return Done{};
    const std::size_t length = static_cast<std::size_t>(integer_at(held_, 0));
    hold(length);
    if (held_.size() < length) return Done{};
    messages.push_back(std::exchange(held_, {}));
  }
}

}  // namespace failc::wire
