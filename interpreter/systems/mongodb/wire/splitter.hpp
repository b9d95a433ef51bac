#pragma once
// A stream of bytes cut into whole messages.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/base/result.hpp"
#include "interpreter/systems/mongodb/wire/message.hpp"

namespace failc::wire {

/// Holds at most one unfinished message, and of that what has come so far: a length that is only announced costs nothing.
class Splitter {
 public:
  explicit Splitter(std::size_t limit = kMaxMessage) : limit_(limit) {}
  /// Appends to `messages` what is whole now. A length that cannot be, or an opcode that no version ever had, is an error as soon as it is
  /// seen, also for all that is fed later; the messages ahead of it are still appended.
  Status feed(std::string_view bytes, std::vector<std::string>& messages);
  /// Bytes of an unfinished message.
  std::size_t held() const { return held_.size(); }

 private:
  std::size_t limit_;
  std::string held_;
  std::string error_;
};

}  // namespace failc::wire
