#include "grammar/rules/faults.hpp"

#include "grammar/parse/statement/statement.hpp"
#include "grammar/rules/match.hpp"

namespace failc::parse {

using ast::Kind;

bool attempt_fault(Context& context, Range range, ast::Statement& statement) {
  auto& node = statement.node;
  switch (context.kind(range.begin)) {
    case Kind::kPause:
      return rules::match_into<rules::pause, ast::Fault>(context, range, node);
    case Kind::kResume:
      return rules::match_into<rules::resume, ast::Fault>(context, range, node);
    case Kind::kIsolate:
      return rules::match_into<rules::isolate, ast::Fault>(context, range, node);
    case Kind::kPartition:
      return rules::match_into<rules::partition, ast::Fault>(context, range, node);
    case Kind::kSlow:
      return rules::match_into<rules::slow, ast::Fault>(context, range, node);
    default:
      return rules::match_into<rules::drop, ast::Fault>(context, range, node);
  }
}

bool attempt_failpoint(Context& context, Range range, ast::Statement& statement) {
  return rules::match_into<rules::failpoint, ast::Failpoint>(context, range, statement.node);
}

}  // namespace failc::parse
