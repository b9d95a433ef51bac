#include "interpreter/run/dependencies.hpp"

#include "interpreter/run/dice.hpp"
#include "interpreter/run/scheduler.hpp"

namespace failc::run {
namespace {

using plan::Expr;
using plan::Op;

template <class Visit>
void walk(const Expr& expr, const Visit& visit) {
  visit(expr);
  for (const Expr& arg : expr.args) walk(arg, visit);
}

}  // namespace

std::uint8_t wakes_of(const plan::Plan& plan, const plan::Expr& expr) {
  std::uint8_t wakes = kNothing;
  plan::visit_all(plan, expr, [&](const Expr& one) {
    switch (one.op) {
      case Op::is_state:
      case Op::role:
      case Op::role_all:
      case Op::query:
      case Op::node_field:
      case Op::observed:
      case Op::node_let: wakes |= kNode; break;
      case Op::statistic: wakes |= kOwn; break;
      case Op::log_lines: wakes |= kLog; break;
      case Op::node_file: wakes |= kFile | kNode; break;
      default: break;  // follows from what it rests on
    }
  });
  return wakes;
}

std::vector<const plan::Expr*> singular_roles(const std::vector<const plan::Expr*>& exprs) {
  std::vector<const Expr*> found;
  for (const Expr* expr : exprs) {
    walk(*expr, [&](const Expr& one) {
      if (one.op == Op::role) found.push_back(&one);
    });
  }
  return found;
}

std::vector<plan::Source> random_sites(const std::vector<const plan::Expr*>& exprs) {
  std::vector<plan::Source> found;
  for (const Expr* expr : exprs) {
    walk(*expr, [&](const Expr& one) {
      if (one.op == Op::pick_random) found.push_back(one.at);
    });
  }
  return found;
}

bool rests_on_choices(const plan::Expr& expr) {
  bool found = false;
  walk(expr, [&](const Expr& one) { found = found || one.op == Op::role || one.op == Op::role_all || one.op == Op::pick || one.op == Op::pick_random; });
  return found;
}

std::uint64_t ordinal(const std::vector<plan::Source>& sites, const plan::Source& site) {
  for (std::size_t i = 0; i < sites.size(); ++i) {
    if (sites[i].file == site.file && sites[i].line == site.line && sites[i].column == site.column) return i;
  }
  return mix(mix(site.file, site.line), site.column);
}

}  // namespace failc::run
