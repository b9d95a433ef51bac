// What a wait has to poll for: what no event announces.
#include <algorithm>
#include <unordered_set>

#include "interpreter/plan/plan.hpp"
#include "interpreter/plan/sets.hpp"

namespace failc::plan {
namespace {

class Polls {
 public:
  explicit Polls(const Plan& plan) : plan_(plan) {}

  bool of(const Expr& expr) {
    if (std::any_of(expr.args.begin(), expr.args.end(), [&](const Expr& argument) { return of(argument); })) return true;
    switch (expr.op) {
      case Op::query:
      case Op::node_file:  // an event says that a file changed only where it could be watched before it existed
      case Op::statistic: return true;  // windows move with time
      case Op::role:
      case Op::role_all: return true;
      case Op::is_state:
      case Op::node_let: {
        if (expr.args.empty()) return false;
        for (const std::uint32_t component : components_of(plan_, expr.args[0]))
          for (const Expr* part : component_parts(plan_.components[component], expr))
            if (seen_.insert(part).second && of(*part)) return true;
        return false;
      }
      default: return false;  // follows from its arguments, or an event says when it changes
    }
  }

 private:
  const Plan& plan_;
  std::unordered_set<const Expr*> seen_;
};

}  // namespace

bool polls(const Plan& plan, const Expr& expr) { return Polls(plan).of(expr); }

}  // namespace failc::plan
