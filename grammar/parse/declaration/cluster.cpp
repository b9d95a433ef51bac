#include "grammar/rules/cluster.hpp"

#include "grammar/parse/block.hpp"
#include "grammar/parse/declaration/declaration.hpp"
#include "grammar/parse/recover.hpp"
#include "grammar/rules/match.hpp"

namespace failc::parse {

bool attempt_cluster(Context& context, Range range, ast::Declaration& declaration) {
  auto& cluster = declaration.node.emplace<ast::Cluster>();
  context.braces = 0;
  if (!rules::match_all<rules::cluster>(context, range, cluster)) return false;
  if (context.braces != 0) read_groups(context, context.braces, cluster);
  return true;
}

void read_groups(Context& context, std::uint32_t open, ast::Cluster& cluster) {
  for_each_item(context, open, [&](Range range) {
    ast::GroupDecl& group = cluster.groups.emplace_back();
    group.span = context.span(range);
    context.begin_attempt(range);
    if (rules::match_all<rules::node_group>(context, range, group)) return;
    report_failure(context, range);
    cluster.groups.pop_back();
    cluster.broken = true;
  });
}

bool attempt_matrix(Context& context, Range range, ast::Declaration& declaration) {
  auto& matrix = declaration.node.emplace<ast::Matrix>();
  if (!rules::match_all<rules::matrix>(context, range, matrix)) return false;
  read_axes(context, context.braces, matrix);
  return true;
}

void read_axes(Context& context, std::uint32_t open, ast::Matrix& matrix) {
  for_each_item(context, open, [&](Range range) {
    ast::Axis& axis = matrix.axes.emplace_back();
    context.begin_attempt(range);
    if (rules::match_all<rules::axis>(context, range, axis)) return;
    report_failure(context, range);
    matrix.axes.pop_back();
    matrix.broken = true;
  });
}

}  // namespace failc::parse
