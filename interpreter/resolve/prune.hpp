#pragma once
// A schedule's declarations that choose: those that nothing names any more go.
#include <cstddef>
#include <string>

namespace failc::resolve {

struct Pruned {
  std::string text;
  std::size_t left = 0;  // choices that stand there still
};
/// Steps, workloads, checks and definitions that choose are needed only where what is needed names them. Conditions' roles are no choices.
Pruned pruned(const std::string& text);

}  // namespace failc::resolve
