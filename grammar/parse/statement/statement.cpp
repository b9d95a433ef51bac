// Which construct a statement is, and what is said where it is none.
#include "grammar/parse/statement/statement.hpp"

#include "grammar/parse/block.hpp"
#include "grammar/parse/recover.hpp"

namespace failc::parse {
namespace {

using ast::Kind;

using Attempt = bool (*)(Context&, Range, ast::Statement&);

Attempt attempt_of(Kind kind) {
  switch (kind) {
    case Kind::kLet:
      return attempt_let;
    case Kind::kStart:
    case Kind::kStop:
    case Kind::kKill:
    case Kind::kRestart:
      return attempt_node_step;
    case Kind::kSleep:
      return attempt_sleep;
    case Kind::kLog:
      return attempt_log;
    case Kind::kPause:
    case Kind::kResume:
    case Kind::kIsolate:
    case Kind::kPartition:
    case Kind::kSlow:
    case Kind::kDrop:
      return attempt_fault;
    case Kind::kFailpoint:
      return attempt_failpoint;
    case Kind::kExec:
      return attempt_exec;
    case Kind::kRun:
      return attempt_run;
    case Kind::kIf:
      return attempt_if;
    case Kind::kFor:
      return attempt_for;
    case Kind::kRepeat:
      return attempt_repeat;
    case Kind::kParallel:
      return attempt_parallel;
    case Kind::kDuring:
      return attempt_during;
    case Kind::kStep:
      return attempt_group;
    case Kind::kCleanup:
      return attempt_cleanup;
    case Kind::kExpect:
    case Kind::kAwait:
    case Kind::kEventually:
    case Kind::kAlways:
    case Kind::kNever:
    case Kind::kSometimes:
      return attempt_condition;
    default:
      return ast::may_be_name(kind) ? attempt_verb : nullptr;
  }
}

/// The kinds of words that begin statements of the core.
const std::vector<Kind>& statement_kinds() {
  static const std::vector<Kind> kinds = [] {
    std::vector<Kind> out;
    for (auto kind = static_cast<int>(Kind::kAfter); kind <= static_cast<int>(Kind::kWhen); ++kind)
      if (ast::is_reserved(static_cast<Kind>(kind)) && attempt_of(static_cast<Kind>(kind)) != nullptr)
        out.push_back(static_cast<Kind>(kind));
    return out;
  }();
  return kinds;
}

const std::vector<std::string_view>& statement_words() {
  static const std::vector<std::string_view> words = [] {
    std::vector<std::string_view> out;
    for (Kind kind : statement_kinds()) out.push_back(ast::spelling(kind));
    return out;
  }();
  return words;
}

bool declares(Kind kind) {
  switch (kind) {
    case Kind::kUse:
    case Kind::kImport:
    case Kind::kParam:
    case Kind::kComponent:
    case Kind::kCluster:
    case Kind::kWorkload:
    case Kind::kClient:
    case Kind::kCheck:
    case Kind::kMatrix:
    case Kind::kScenario:
    case Kind::kSetup:
    case Kind::kBefore:
    case Kind::kAfter:
      return true;
    default:
      return false;
  }
}

/// Whether the statement would parse if its first word were the one of the core that is spelled most like it.
bool misspelled(Context& context, Range range) {
  const std::string_view near = diag::nearest(context.text(range.begin), statement_words());
  if (near.empty()) return false;
  const Kind said = context.kind(range.begin);
  const rules::Failure failure = context.failure;
  const std::size_t base = context.pending.size();
  bool parses = false;
  for (Kind kind : statement_kinds()) {
    // The attempt at `parallel` would read its actors.
    if (ast::spelling(kind) != near || kind == Kind::kParallel) continue;
    ast::Statement scratch;
    context.pretend(range.begin, kind);
    context.begin_attempt(range);
    parses = attempt_statement(context, range, scratch);
    context.pretend(range.begin, said);
    drop_pending(context, base);
  }
  context.failure = failure;
  return parses;
}

/// Says what is wrong with the first word. False: nothing is.
bool report_head(Context& context, Range range) {
  const Kind kind = context.kind(range.begin);
  const Place place{context.file(), context.token(range.begin).span};
  if (kind == Kind::kElse) {
    context.sink().report(diag::Code::else_on_own_line, place);
    return true;
  }
  if (kind == Kind::end || !ast::is_word(kind)) return false;
  if (declares(kind)) {
    auto& said = context.sink().report(diag::Code::unknown_statement, place, {context.text(range.begin)});
    said.help = "it begins a declaration, which stands at the top of a file";
    return true;
  }
  if (attempt_of(kind) != nullptr && !(ast::may_be_name(kind) && misspelled(context, range))) return false;
  suggest(context, context.sink().report(diag::Code::unknown_statement, place, {context.text(range.begin)}), range.begin,
          statement_words());
  return true;
}

}  // namespace

bool attempt_statement(Context& context, Range range, ast::Statement& statement) {
  if (const Attempt attempt = attempt_of(context.kind(range.begin))) return attempt(context, range, statement);
  context.expect(range.begin, "a statement");
  return false;
}

void recover_statement(Context& context, Range range) {
  const Kind head = context.kind(range.begin);
  const bool known = attempt_of(head) != nullptr || head == Kind::kElse;
  const std::vector<Range> bodies = known ? bodies_of(context, range) : std::vector<Range>();
  // Whether a verb's braces are a document or its block may hang on the very token that begins nothing.
  const std::vector<Range> apart = ast::may_be_name(head) ? std::vector<Range>() : bodies;
  if (!clean(context, range, apart) || !report_head(context, range)) report_failure(context, range, apart);
  for (const Range body : bodies) {
    if (head == Kind::kParallel) {
      ast::Parallel scratch;
      read_actors(context, body.begin, scratch);
      continue;
    }
    ast::Block scratch;
    read_block(context, body.begin, context.depth + 1, scratch);
  }
}

}  // namespace failc::parse
