// What an expression rests on, and what a wait on it has to poll for: what no event announces.
#include <unordered_set>

#include "interpreter/plan/fields.hpp"
#include "interpreter/plan/sets.hpp"

namespace failc::plan {
namespace {

class Visitor {
 public:
  Visitor(const Plan& plan, const std::function<void(const Expr&)>& visit) : plan_(plan), visit_(visit) {}

  void of(const Expr& expr) {
    visit_(expr);
    for (const Expr& argument : expr.args) of(argument);
    if (expr.args.empty() || !has_component_parts(expr)) return;
    for (const std::uint32_t component : components_of(plan_, expr.args[0]))
      for (const Expr* part : component_parts(plan_.components[component], expr))
        if (seen_.insert(part).second) of(*part);
  }

 private:
  const Plan& plan_;
  const std::function<void(const Expr&)>& visit_;
  std::unordered_set<const Expr*> seen_;
};

/// An archive that looks for a kind of expression in every field that there is.
struct Search {
  Op wanted;
  bool found = false;

  template <class T>
  void operator()(const char*, const T& value) { in(value); }
  template <class T>
  void maybe(const char*, const T& value) { in(value); }
  template <class V, class... K>
  void one_of(const V& value, K...) {
    std::visit([&](const auto& chosen) { in(chosen); }, value);
  }

  void in(const Expr& expr) {
    found = found || expr.op == wanted;
    in(expr.args);
  }
  void in(const OptionalExpr& expr) {
    if (expr) in(*expr);
  }
  template <class T>
  void in(const std::vector<T>& values) {
    for (const T& value : values) in(value);
  }
  template <class T>
  void in(const T& value) {
    if constexpr (requires { fields(*this, value); }) fields(*this, value);
  }
};

}  // namespace

void visit_all(const Plan& plan, const Expr& expr, const std::function<void(const Expr&)>& visit) { Visitor(plan, visit).of(expr); }

bool uses(const Plan& plan, Op op) {
  Search search{op};
  search.in(plan);
  return search.found;
}

bool polls(const Plan& plan, const Expr& expr) {
  bool found = false;
  visit_all(plan, expr, [&](const Expr& one) {
    switch (one.op) {
      case Op::query:
      case Op::node_file:   // an event says that a file changed only where it could be watched before it existed
      case Op::statistic: found = true; break;  // windows move with time
      default: break;  // follows from what it rests on, or an event says when it changes
    }
  });
  return found;
}

}  // namespace failc::plan
