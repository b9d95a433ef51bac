#pragma once
// What elaborating an expression yields: its lowered form, its type, and when its value is known.
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "grammar/base/span.hpp"
#include "interpreter/check/type.hpp"
#include "interpreter/plan/plan.hpp"

namespace failc::check {

/// When a value is known, earliest first.
enum class Known : std::uint8_t {
  constant,  // now: `expr` is a literal
  loop,      // once the variables of the loops over constants around it are
  deferred,  // when the parameters without a value are given
  setting,   // when a group says its component's parameters
  runtime,
};

struct Term {
  plan::Expr expr;
  Type type;
  Known known = Known::runtime;
  Span span;
  std::uint32_t depth = 0;  // of `expr`
  bool error() const { return type.error(); }
  bool constant() const { return known == Known::constant; }
  const Value& value() const { return expr.literal; }
};

inline plan::OptionalExpr owned(plan::Expr expr) { return std::make_unique<plan::Expr>(std::move(expr)); }

/// A name that an expression may use: a `let`, a loop's variable, a parameter.
struct Local {
  std::string_view name;
  Span span;
  Type type;
  Known known = Known::runtime;
  plan::Expr expr;
  std::uint32_t depth = 0;  // of `expr`
  std::uint32_t player = kNone;  // the name of what is played: no value
};

/// Slots of a frame. Slots are not used again: loops that run at once (`always` beside its block) never share one.
struct Frame {
  std::uint32_t next = 0;
  std::uint32_t take() { return next++; }
};

/// What names mean at some point of a file.
struct Env {
  std::uint32_t file = 0;
  Frame* frame = nullptr;
  std::vector<Local> locals;
  std::uint32_t component = kNone;  // its items stand by their bare names, relative to `node`
  plan::Expr node;
  std::uint32_t item = kNone;       // the item of the component that is being elaborated
  bool broken = false;              // a statement here did not parse: it may have declared any name
};

}  // namespace failc::check
