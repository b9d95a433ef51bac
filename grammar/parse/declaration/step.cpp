// `step`: a sequence, or the parts of one that is scoped.
#include "grammar/parse/block.hpp"
#include "grammar/parse/declaration/declaration.hpp"
#include "grammar/parse/recover.hpp"
#include "grammar/rules/match.hpp"
#include "grammar/rules/signature.hpp"

namespace failc::parse {
namespace {

using ast::Kind;

bool attempt_part(Context& context, Range range, ast::StepDef& step) {
  switch (context.kind(range.begin)) {
    case Kind::kDo:
      return !step.body && rules::match_all<rules::do_part>(context, range, step);
    case Kind::kUndo:
      return !step.undo && rules::match_all<rules::undo_part>(context, range, step);
    case Kind::kEvidence:
      return !step.evidence && rules::match_all<rules::evidence_part>(context, range, step);
    default:
      return false;
  }
}

}  // namespace

void read_parts(Context& context, std::uint32_t open, ast::StepDef& step) {
  for_each_item(context, open, [&](Range range) {
    const std::size_t base = context.pending.size();
    context.begin_attempt(range);
    if (attempt_part(context, range, step)) return read_pending(context, base);
    drop_pending(context, base);
    step.broken = true;
    if (!step.body) context.expect(range.begin, "do");
    if (!step.undo) context.expect(range.begin, "undo");
    if (!step.evidence) context.expect(range.begin, "evidence");
    const std::vector<Range> bodies = bodies_of(context, range);
    report_failure(context, range, bodies);
    for (const Range body : bodies) {
      ast::Block scratch;
      read_block(context, body.begin, context.depth + 1, scratch);
    }
  });
}

bool attempt_step_def(Context& context, Range range, ast::Declaration& declaration) {
  auto& step = declaration.node.emplace<ast::StepDef>();
  if (!rules::match_all<rules::step_def>(context, range, step)) return false;
  if (step.scoped) read_parts(context, context.braces, step);
  return true;
}

}  // namespace failc::parse
