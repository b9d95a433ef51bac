// Which construct a declaration is, and what is said where it is none.
#include "grammar/parse/declaration/declaration.hpp"

#include "grammar/parse/block.hpp"
#include "grammar/parse/recover.hpp"

namespace failc::parse {
namespace {

using ast::Kind;

using Attempt = bool (*)(Context&, Range, ast::Declaration&);

Attempt attempt_of(Kind kind) {
  switch (kind) {
    case Kind::kUse:
    case Kind::kImport:
    case Kind::kParam:
    case Kind::kWorkload:
    case Kind::kClient:
    case Kind::kRun:
      return attempt_small_declaration;
    case Kind::kCluster:
      return attempt_cluster;
    case Kind::kMatrix:
      return attempt_matrix;
    case Kind::kComponent:
      return attempt_component;
    case Kind::kScenario:
      return attempt_scenario;
    case Kind::kSetup:
    case Kind::kCleanup:
    case Kind::kBefore:
    case Kind::kAfter:
      return attempt_hook;
    case Kind::kStep:
      return attempt_step_def;
    case Kind::kCheck:
    case Kind::kDefine:
      return attempt_check_def;
    default:
      return nullptr;
  }
}

const std::vector<std::string_view>& declaration_words() {
  static const std::vector<std::string_view> words = [] {
    std::vector<std::string_view> out;
    for (auto kind = static_cast<int>(Kind::kAfter); kind <= static_cast<int>(Kind::kWhen); ++kind)
      if (attempt_of(static_cast<Kind>(kind)) != nullptr) out.push_back(ast::spelling(static_cast<Kind>(kind)));
    return out;
  }();
  return words;
}

bool is_statement_word(Kind kind) {
  switch (kind) {
    case Kind::kLet:
    case Kind::kStart:
    case Kind::kStop:
    case Kind::kKill:
    case Kind::kRestart:
    case Kind::kPause:
    case Kind::kResume:
    case Kind::kIsolate:
    case Kind::kPartition:
    case Kind::kSlow:
    case Kind::kDrop:
    case Kind::kFailpoint:
    case Kind::kExec:
    case Kind::kSleep:
    case Kind::kIf:
    case Kind::kFor:
    case Kind::kRepeat:
    case Kind::kParallel:
    case Kind::kDuring:
    case Kind::kLog:
    case Kind::kExpect:
    case Kind::kAwait:
    case Kind::kEventually:
    case Kind::kAlways:
    case Kind::kNever:
    case Kind::kSometimes:
      return true;
    default:
      return false;
  }
}

bool report_head(Context& context, Range range) {
  const Kind kind = context.kind(range.begin);
  if (!ast::is_word(kind) || attempt_of(kind) != nullptr) return false;
  const Place place{context.file(), context.token(range.begin).span};
  diag::Diagnostic& said = context.sink().report(diag::Code::unknown_declaration, place, {context.text(range.begin)});
  if (is_statement_word(kind))
    said.help = "it begins a statement, which stands in a `scenario` or a `step`";
  else
    suggest(context, said, range.begin, declaration_words());
  return true;
}

/// What stands in the braces of a declaration whose head did not parse has mistakes of its own.
void read_body(Context& context, Kind head, std::uint32_t open) {
  switch (head) {
    case Kind::kCluster: {
      ast::Cluster scratch;
      return read_groups(context, open, scratch);
    }
    case Kind::kMatrix: {
      ast::Matrix scratch;
      return read_axes(context, open, scratch);
    }
    case Kind::kComponent: {
      ast::Component scratch;
      return read_items(context, open, scratch);
    }
    default: {
      ast::Block scratch;
      return read_block(context, open, 1, scratch);
    }
  }
}

bool has_body(Kind head) { return attempt_of(head) != nullptr && attempt_of(head) != attempt_small_declaration && attempt_of(head) != attempt_check_def; }

}  // namespace

bool read_declaration(Context& context, Range range, ast::Declaration& declaration) {
  const Kind head = context.kind(range.begin);
  declaration.span = context.span(range);
  declaration.head = context.token(range.begin).span;
  context.pending.clear();
  context.begin_attempt(range);
  if (const Attempt attempt = attempt_of(head)) {
    if (attempt(context, range, declaration)) {
      read_pending(context, 0);
      return true;
    }
  } else {
    context.expect(range.begin, "a declaration like `scenario`");
  }
  context.pending.clear();
  declaration.node.emplace<ast::Broken>();
  const std::vector<Range> bodies = has_body(head) ? bodies_of(context, range) : std::vector<Range>();
  if (!clean(context, range, bodies) || !report_head(context, range)) report_failure(context, range, bodies);
  for (const Range body : bodies) read_body(context, head, body.begin);
  return false;
}

}  // namespace failc::parse
