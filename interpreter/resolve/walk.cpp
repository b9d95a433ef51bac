#include "interpreter/resolve/walk.hpp"

#include "interpreter/check/visit.hpp"

namespace failc::resolve {

using check::Visitor;

void for_each_part(const ast::Expr& expr, const std::function<void(const ast::Expr&)>& visit) {
  const auto one = [&](const ast::ExprPtr& part) {
    if (part) visit(*part);
  };
  std::visit(Visitor{
                 [](const ast::Null&) {},
                 [](const ast::Bool&) {},
                 [](const ast::Integer&) {},
                 [](const ast::Decimal&) {},
                 [](const ast::Version&) {},
                 [](const ast::Duration&) {},
                 [](const ast::Size&) {},
                 [](const ast::Percent&) {},
                 [](const ast::String&) {},
                 [](const ast::Regex&) {},
                 [&](const ast::List& node) {
                   for (const ast::ExprPtr& item : node.items) one(item);
                 },
                 [&](const ast::ListFor& node) {
                   one(node.in);
                   one(node.condition);
                   one(node.body);
                 },
                 [&](const ast::Doc& node) {
                   for (const ast::DocEntry& entry : node.entries) one(entry.value);
                 },
                 [](const ast::Ref&) {},
                 [&](const ast::Member& node) { one(node.object); },
                 [&](const ast::Index& node) {
                   one(node.object);
                   one(node.index);
                 },
                 [&](const ast::Call& node) {
                   for (const ast::ExprPtr& argument : node.arguments) one(argument);
                 },
                 [&](const ast::Unary& node) { one(node.operand); },
                 [&](const ast::Binary& node) {
                   one(node.left);
                   one(node.right);
                 },
                 [&](const ast::Is& node) { one(node.subject); },
                 [&](const ast::RoleOf& node) { one(node.set); },
                 [&](const ast::Pick& node) {
                   one(node.amount);
                   one(node.set);
                 },
                 [&](const ast::All& node) { one(node.set); },
                 [&](const ast::Quantified& node) {
                   one(node.in);
                   one(node.condition);
                 },
             },
             expr.node);
}

void for_each_expression(const ast::Statement& statement, const std::function<void(const ast::Expr&, Stands)>& visit) {
  const auto decides = [&](const ast::ExprPtr& expr) {
    if (expr) visit(*expr, Stands::decides);
  };
  const auto asks = [&](const ast::ExprPtr& expr) {
    if (expr) visit(*expr, Stands::asks);
  };
  std::visit(Visitor{
                 [](const ast::Broken&) {},
                 [&](const ast::Let& node) { decides(node.value); },
                 [&](const ast::NodeStep& node) { decides(node.nodes); },
                 [&](const ast::Fault& node) {
                   decides(node.a);
                   decides(node.b);
                   decides(node.length);
                 },
                 [&](const ast::Failpoint& node) {
                   for (const ast::ExprPtr* expr : {&node.name, &node.on, &node.times, &node.skip, &node.hits, &node.with}) decides(*expr);
                 },
                 [&](const ast::ExecStep& node) {
                   for (const ast::ExprPtr* expr : {&node.on, &node.argv, &node.with, &node.within}) decides(*expr);
                   asks(node.expect);
                 },
                 [&](const ast::VerbStep& node) {
                   for (const ast::ExprPtr& argument : node.arguments) decides(argument);
                   for (const ast::Labelled& labelled : node.labels) decides(labelled.value);
                   decides(node.with);
                   decides(node.within);
                   asks(node.expect);
                 },
                 [&](const ast::Sleep& node) { decides(node.duration); },
                 [&](const ast::If& node) { decides(node.condition); },
                 [&](const ast::For& node) { decides(node.in); },
                 [&](const ast::Repeat& node) { decides(node.times); },
                 [&](const ast::Parallel& node) {
                   for (const ast::Barrier& barrier : node.barriers) decides(barrier.of);
                 },
                 [](const ast::During&) {},
                 [](const ast::Group&) {},
                 [&](const ast::Cleanup& node) { decides(node.within); },
                 [&](const ast::Log& node) {
                   for (const ast::ExprPtr& value : node.values) decides(value);
                 },
                 [&](const ast::Expect& node) { asks(node.condition); },
                 [&](const ast::Wait& node) {
                   asks(node.condition);
                   asks(node.within);
                   asks(node.every);
                 },
                 [&](const ast::Always& node) {
                   asks(node.every);
                   asks(node.condition);
                 },
                 [&](const ast::Never& node) {
                   asks(node.condition);
                   asks(node.during);
                   asks(node.every);
                 },
                 [&](const ast::Sometimes& node) { asks(node.condition); },
                 [&](const ast::RunImport& node) {
                   decides(node.on);
                   decides(node.with);
                 },
             },
             statement.node);
}

void for_each_argument(const ast::Workload& workload, const std::function<void(const ast::Expr&)>& visit) {
  for (const ast::ExprPtr& argument : workload.arguments) visit(*argument);
  for (const ast::Labelled& labelled : workload.labels) visit(*labelled.value);
}

void for_each_bound(const ast::Statement& statement, const std::function<void(const ast::Name&)>& visit) {
  if (const auto* let = std::get_if<ast::Let>(&statement.node)) visit(let->name);
  if (const auto* loop = std::get_if<ast::For>(&statement.node)) visit(loop->variable);
  if (const auto* exec = std::get_if<ast::ExecStep>(&statement.node); exec && exec->as) visit(*exec->as);
  if (const auto* verb = std::get_if<ast::VerbStep>(&statement.node); verb && verb->as) visit(*verb->as);
}

void for_each_block(const ast::Statement& statement, const std::function<void(const ast::Block&)>& visit) {
  const auto one = [&](const ast::BlockPtr& block) {
    if (block) visit(*block);
  };
  const auto none = [](const auto&) {};
  std::visit(Visitor{
                 [&](const ast::Broken& node) { none(node); },
                 [&](const ast::Let& node) { none(node); },
                 [&](const ast::NodeStep& node) { none(node); },
                 [&](const ast::Fault& node) { one(node.block); },
                 [&](const ast::Failpoint& node) { one(node.block); },
                 [&](const ast::ExecStep& node) { none(node); },
                 [&](const ast::VerbStep& node) { one(node.block); },
                 [&](const ast::Sleep& node) { none(node); },
                 [&](const ast::If& node) {
                   one(node.then);
                   one(node.otherwise);
                 },
                 [&](const ast::For& node) { none(node); },
                 [&](const ast::Repeat& node) { none(node); },
                 [&](const ast::Parallel& node) {
                   for (const ast::Actor& actor : node.actors) one(actor.body);
                 },
                 [&](const ast::During& node) { one(node.body); },
                 [&](const ast::Group& node) { one(node.body); },
                 [&](const ast::Cleanup& node) { one(node.body); },
                 [&](const ast::Log& node) { none(node); },
                 [&](const ast::Expect& node) { none(node); },
                 [&](const ast::Wait& node) { none(node); },
                 [&](const ast::Always& node) { none(node); },
                 [&](const ast::Never& node) { none(node); },
                 [&](const ast::Sometimes& node) { none(node); },
                 [&](const ast::RunImport& node) { none(node); },
             },
             statement.node);
}

}  // namespace failc::resolve
