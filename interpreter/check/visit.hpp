#pragma once
// Visits a variant alternative by alternative: one that is not named does not compile.

namespace failc::check {

template <class... F>
struct Visitor : F... {
  using F::operator()...;
};
template <class... F>
Visitor(F...) -> Visitor<F...>;

}  // namespace failc::check
