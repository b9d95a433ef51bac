#include "grammar/rules/operation.hpp"

#include "grammar/parse/block.hpp"
#include "grammar/parse/declaration/declaration.hpp"
#include "grammar/parse/recover.hpp"
#include "grammar/rules/match.hpp"

namespace failc::parse {
namespace {

using ast::Kind;

bool attempt_request_item(Context& context, Range range, ast::RequestItem& item) {
  auto& node = item.node;
  switch (context.kind(range.begin)) {
    case Kind::kHttp:
      return rules::match_into<rules::http_request, ast::HttpRequest>(context, range, node);
    case Kind::kExec:
      return rules::match_into<rules::exec_request, ast::ExecRequest>(context, range, node);
    case Kind::kTcp:
      return rules::match_into<rules::tcp_request, ast::TcpRequest>(context, range, node);
    case Kind::kDriver:
      return rules::match_into<rules::driver_request, ast::DriverRequest>(context, range, node);
    case Kind::kOk:
    case Kind::kUnknown:
    case Kind::kResult:
      return rules::match_into<rules::reply_clause, ast::ReplyClause>(context, range, node);
    case Kind::kQuorum:
      return rules::match_into<rules::quorum_clause, ast::QuorumClause>(context, range, node);
    default:
      for (Kind kind : {Kind::kHttp, Kind::kExec, Kind::kTcp, Kind::kDriver, Kind::kOk, Kind::kUnknown, Kind::kResult, Kind::kQuorum})
        context.expect(range.begin, ast::spelling(kind));
      return false;
  }
}

}  // namespace

bool attempt_operation(Context& context, Range range, ast::ComponentItem& item) {
  auto& operation = item.node.emplace<ast::OperationItem>();
  if (!rules::match_all<rules::operation_item>(context, range, operation)) return false;
  read_request(context, context.braces, operation);
  return true;
}

void read_request(Context& context, std::uint32_t open, ast::OperationItem& operation) {
  for_each_item(context, open, [&](Range range) {
    ast::RequestItem& item = operation.items.emplace_back();
    item.span = context.span(range);
    item.head = context.token(range.begin).span;
    context.begin_attempt(range);
    if (attempt_request_item(context, range, item)) return;
    item.node.emplace<ast::Broken>();
    report_failure(context, range);
  });
}

}  // namespace failc::parse
