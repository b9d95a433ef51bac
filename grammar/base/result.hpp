#pragma once
// What the world answered: a value, or the reason why there is none. Not for the author's mistakes (those are
// diagnostics) and not for failc's own (those stop at once, see check.hpp).
#include <string>
#include <utility>
#include <variant>

namespace failc {

/// Why the world said no: one line, lower case, without a full stop, naming what was tried.
struct Error {
  std::string message;
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}
  Result(Error error) : state_(std::move(error)) {}
  explicit operator bool() const { return state_.index() == 0; }
  T& operator*() { return std::get<0>(state_); }
  const T& operator*() const { return std::get<0>(state_); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }
  const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

struct Done {};
using Status = Result<Done>;

}  // namespace failc
