#pragma once
// `operation` and `query` of a component, and the request in their braces.
#include "grammar/rules/signature.hpp"

namespace failc::rules {

struct operation_item : seq<sor<seq<tok<Kind::kOperation>, set<&ast::OperationItem::query, false>>,
                                seq<tok<Kind::kQuery>, set<&ast::OperationItem::query, true>>>,
                            declared<&ast::OperationItem::name>, signature<&ast::OperationItem::parameters>, tok<Kind::kWithin>,
                            expr<&ast::OperationItem::within, Reading{Want::duration}>, braces> {};

struct http_request : seq<tok<Kind::kHttp>, name<&ast::HttpRequest::method>, expr<&ast::HttpRequest::url>,
                          opt<tok<Kind::kWith>, expr<&ast::HttpRequest::body>>> {};
struct exec_request : seq<tok<Kind::kExec>, expr<&ast::ExecRequest::argv, Reading{Want::list}>,
                          opt<tok<Kind::kWith>, doc<&ast::ExecRequest::environment>>> {};
struct tcp_request : seq<tok<Kind::kTcp>, expr<&ast::TcpRequest::address>, tok<Kind::kSend>, expr<&ast::TcpRequest::send>,
                         opt<tok<Kind::kUntil>, expr<&ast::TcpRequest::until>>> {};
struct driver_request : seq<tok<Kind::kDriver>, expr<&ast::DriverRequest::argv, Reading{Want::list}>, tok<Kind::kSend>, expr<&ast::DriverRequest::send>> {};
struct reply_clause : sor<seq<tok<Kind::kOk>, tok<Kind::kWhen>, set<&ast::ReplyClause::kind, ast::ClauseKind::ok>,
                              expr<&ast::ReplyClause::value, Reading{Want::condition}>>,
                          seq<tok<Kind::kUnknown>, tok<Kind::kWhen>, set<&ast::ReplyClause::kind, ast::ClauseKind::unknown>,
                              expr<&ast::ReplyClause::value, Reading{Want::condition}>>,
                          seq<tok<Kind::kResult>, set<&ast::ReplyClause::kind, ast::ClauseKind::result>, expr<&ast::ReplyClause::value>>> {
};
struct quorum_clause : tok<Kind::kQuorum> {};

}  // namespace failc::rules
