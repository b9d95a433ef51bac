#include "grammar/parse/block.hpp"
#include "grammar/parse/recover.hpp"
#include "grammar/parse/statement/statement.hpp"
#include "grammar/rules/flow.hpp"
#include "grammar/rules/match.hpp"

namespace failc::parse {

bool read_actors(Context& context, std::uint32_t open, ast::Parallel& parallel) {
  bool good = true;
  for_each_item(context, open, [&](Range range) {
    const std::size_t base = context.pending.size();
    context.begin_attempt(range);
    if (context.kind(range.begin) == ast::Kind::kBarrier) {
      ast::Barrier& barrier = parallel.barriers.emplace_back();
      barrier.span = context.span(range);
      if (rules::match_all<rules::barrier>(context, range, barrier)) return;
      good = false;
      parallel.barriers.pop_back();
      return report_failure(context, range, {});
    }
    ast::Actor& actor = parallel.actors.emplace_back();
    actor.span = context.span(range);
    if (rules::match_all<rules::actor>(context, range, actor)) return read_pending(context, base);
    good = false;
    drop_pending(context, base);
    parallel.actors.pop_back();
    const bool known = context.kind(range.begin) == ast::Kind::kActor;
    const std::vector<Range> bodies = known ? bodies_of(context, range) : std::vector<Range>();
    report_failure(context, range, bodies);
    for (const Range body : bodies) {
      ast::Block scratch;
      read_block(context, body.begin, context.depth + 1, scratch);
    }
  });
  return good;
}

bool attempt_parallel(Context& context, Range range, ast::Statement& statement) {
  auto& parallel = statement.node.emplace<ast::Parallel>();
  if (!rules::match_all<rules::parallel>(context, range, parallel)) return false;
  if (!read_actors(context, context.braces, parallel)) statement.node.emplace<ast::Broken>();
  return true;
}

}  // namespace failc::parse
