// What a wait has to poll for: what no event announces.
#include <algorithm>
#include <unordered_set>

#include "grammar/base/bug.hpp"
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
      case Op::literal:
      case Op::local:
      case Op::list:
      case Op::list_for:
      case Op::doc:
      case Op::member:
      case Op::index:
      case Op::negate:
      case Op::logical_not:
      case Op::logical_and:
      case Op::logical_or:
      case Op::eq:
      case Op::ne:
      case Op::lt:
      case Op::le:
      case Op::gt:
      case Op::ge:
      case Op::in:
      case Op::not_in:
      case Op::matches:
      case Op::add:
      case Op::subtract:
      case Op::multiply:
      case Op::divide:
      case Op::range:
      case Op::tolerance:
      case Op::then:
      case Op::setting:
      case Op::node_field:
      case Op::node_port:
      case Op::group_nodes:
      case Op::minus:
      case Op::pick:
      case Op::pick_random:
      case Op::every:
      case Op::any:
      case Op::call:
      case Op::log_lines: return false;
    }
    FAILC_BUG("an operator that does not exist");
  }

 private:
  const Plan& plan_;
  std::unordered_set<const Expr*> seen_;
};

}  // namespace

bool polls(const Plan& plan, const Expr& expr) { return Polls(plan).of(expr); }

}  // namespace failc::plan
