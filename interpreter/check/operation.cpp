// Operations and queries of a component.
#include <algorithm>

#include "interpreter/check/checker.hpp"
#include "interpreter/check/visit.hpp"

namespace failc::check {
namespace {

const std::vector<std::string_view> kMethods{"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"};

}  // namespace

std::vector<ParameterInfo> Checker::parameters(const std::vector<ast::Parameter>& trees) {
  std::vector<ParameterInfo> out;
  for (const ast::Parameter& tree : trees) {
    ParameterInfo parameter{tree.name.text, tree.label, of(Kind::any), tree.name.span};
    if (tree.type) check_type_name(*tree.type, parameter.type);
    for (const ParameterInfo& before : out) {
      if (before.name == parameter.name) {
        report(diag::Code::duplicate_name, tree.name.span, {tree.name.text});
      } else if (parameter.label && before.label == parameter.label) {
        report(diag::Code::duplicate_name, tree.name.span, {ast::spelling(*parameter.label)});
      }
    }
    out.push_back(parameter);
  }
  return out;
}

std::string Checker::signature(std::string_view name, const std::vector<ParameterInfo>& parameters) const {
  std::string out(name);
  bool first = true;
  for (const ParameterInfo& parameter : parameters) {
    if (parameter.label) out += " " + std::string(ast::spelling(*parameter.label)) + " ";
    else out += first ? " " : ", ";
    first = false;
    out += std::string(parameter.name);
    if (!parameter.type.any() && !parameter.type.error() && parameter.name != "node") out += ": " + std::string(name_of(parameter.type.kind));
  }
  return out;
}

void Checker::operation_head(std::uint32_t index, const ast::OperationItem& tree, Span span) {
  ComponentInfo& info = *components_[index];
  OperationInfo operation;
  operation.tree = &tree;
  operation.span = span;
  operation.parameters = parameters(tree.parameters);
  std::size_t found = 0;
  bool named = false;
  for (std::uint32_t i = 0; i < operation.parameters.size(); ++i) {
    ParameterInfo& parameter = operation.parameters[i];
    if (parameter.name != "node") continue;
    named = true;
    if (parameter.type.any() || parameter.type.is(Kind::node)) {
      ++found;
      operation.node_parameter = i;
      parameter.type = of(Kind::node);
      parameter.type.component = index;
    }
  }
  // All but an `exec`, which runs in a node's folder, can be of no node.
  const bool at_home = std::any_of(tree.items.begin(), tree.items.end(), [](const ast::RequestItem& item) { return std::holds_alternative<ast::ExecRequest>(item.node); });
  const bool asks = std::any_of(tree.items.begin(), tree.items.end(), [](const ast::RequestItem& item) {
    return std::holds_alternative<ast::DriverRequest>(item.node) || std::holds_alternative<ast::HttpRequest>(item.node) || std::holds_alternative<ast::TcpRequest>(item.node);
  });
  if (!named && asks && !at_home) operation.node_parameter = plan::kNoNode;
  operation.good = found == 1 || operation.node_parameter == plan::kNoNode;
  // An item that did not parse may have been the request.
  const bool broken = std::any_of(tree.items.begin(), tree.items.end(), [](const ast::RequestItem& item) { return std::holds_alternative<ast::Broken>(item.node); });
  operation.broken = broken;
  if (!operation.good && !(found == 0 && broken)) report(diag::Code::missing_node_parameter, tree.name.span, {tree.name.text});
  info.operations.push_back(std::move(operation));
}

void Checker::operation_body(std::uint32_t index, std::uint32_t which) {
  ComponentInfo& info = *components_[index];
  OperationInfo& operation = info.operations[which];
  const ast::OperationItem& tree = *operation.tree;
  if (!operation.good) return;
  plan::Operation& out = info.requests[which];
  Frame frame;
  Env env = component_env(index, &frame, item_id(ItemKind::request, which));
  env.locals.clear();
  // Without a node there are no settings and no `let`s of one.
  if (operation.node_parameter == plan::kNoNode) env.component = kNone;
  EnvScope scope(*this, env);
  out.name = std::string(tree.name.text);
  out.query = tree.query;
  out.node_parameter = operation.node_parameter;
  for (const ParameterInfo& parameter : operation.parameters) {
    plan::Expr slot;
    slot.op = plan::Op::local;
    slot.index = frame.take();
    if (parameter.name == "node") env.node = slot;
    env.locals.push_back({parameter.name, parameter.span, parameter.type, Known::runtime, std::move(slot)});
    out.parameters.push_back({std::string(parameter.name), std::string(name_of(parameter.type.kind)),
                              parameter.label ? std::string(ast::spelling(*parameter.label)) : std::string()});
  }
  if (std::optional<plan::Expr> within = component_bound(*tree.within, "the time of `within`")) info.timeouts[which] = std::move(*within);

  const auto wanted = [&](const ast::Expr& part, Kind want) {
    Term term = expr(part);
    convert(term, part, want);
    return owned(std::move(term.expr));
  };
  const std::uint32_t reply_slot = frame.take();  // right behind the parameters; loops of the request come after it
  int requests = 0;
  bool broken = false;
  const std::uint64_t asks = asks_;
  const std::size_t errors = sink_.errors();
  for (const ast::RequestItem& item : tree.items) {
    std::visit(Visitor{
                   [&](const ast::Broken&) { broken = true; },
                   [&](const ast::HttpRequest& request) {
                     ++requests;
                     out.request.kind = plan::RequestKind::http;
                     out.request.method = std::string(request.method.text);
                     if (std::find(kMethods.begin(), kMethods.end(), request.method.text) == kMethods.end())
                       report_unknown(diag::Code::unknown_word, request.method.span, {request.method.text, "an HTTP method"}, request.method.text, kMethods,
                                      "methods are GET, POST, PUT, DELETE, PATCH, HEAD and OPTIONS");
                     out.request.a = wanted(*request.url, Kind::string);
                     if (!request.body) return;
                     Term body = expr(*request.body);
                     const Kind kind = body.type.kind;
                     if (!(kind == Kind::error || kind == Kind::any || kind == Kind::document || kind == Kind::list || kind == Kind::string || kind == Kind::path))
                       report(diag::Code::wrong_type, request.body->span, {"a document or a string", snippet(request.body->span), noun(kind), ""});
                     out.request.b = owned(std::move(body.expr));
                   },
                   [&](const ast::ExecRequest& request) {
                     ++requests;
                     out.request.kind = plan::RequestKind::exec;
                     out.request.a = wanted(*request.argv, Kind::list);
                     if (request.environment) out.request.b = wanted(*request.environment, Kind::document);
                   },
                   [&](const ast::TcpRequest& request) {
                     ++requests;
                     out.request.kind = plan::RequestKind::tcp;
                     out.request.a = wanted(*request.address, Kind::string);
                     out.request.b = wanted(*request.send, Kind::string);
                     if (request.until) out.request.c = wanted(*request.until, Kind::regex);
                   },
                   [&](const ast::DriverRequest& request) {
                     ++requests;
                     out.request.kind = plan::RequestKind::driver;
                     out.request.a = wanted(*request.argv, Kind::list);
                     out.request.b = wanted(*request.send, Kind::document);
                   },
                   [](const ast::ReplyClause&) {},
                   [&](const ast::QuorumClause&) {
                     if (out.node_parameter == plan::kNoNode) report(diag::Code::not_taken, item.head, {"a request without a node", "quorum"});
                     else if (out.quorum) report(diag::Code::duplicate_item, item.head, {tree.name.text, "quorum"});
                     out.quorum = true;
                   },
               },
               item.node);
  }
  if (asks_ != asks && sink_.errors() == errors) report(diag::Code::cannot_ask, tree.name.span, {"the request of `" + std::string(tree.name.text) + "`"}).help = "ask first, and pass the answer as an argument";
  if (broken) info.broken = true;
  if (requests != 1 && !broken)
    report(diag::Code::request_count, tree.name.span, {tree.name.text, requests == 0 ? std::string_view("no request") : std::string_view("several requests")});

  Type reply = of(broken ? Kind::any : Kind::reply);
  reply.ref = static_cast<std::uint32_t>(out.request.kind);
  plan::Expr slot;
  slot.op = plan::Op::local;
  slot.index = reply_slot;
  env.locals.push_back({"reply", {}, reply, Known::runtime, std::move(slot)});
  for (const ast::RequestItem& item : tree.items) {
    const auto* clause = std::get_if<ast::ReplyClause>(&item.node);
    if (clause == nullptr) continue;
    plan::OptionalExpr* into = nullptr;
    std::string_view word;
    switch (clause->kind) {
      case ast::ClauseKind::ok: into = &out.ok; word = "ok when"; break;
      case ast::ClauseKind::unknown: into = &out.unknown; word = "unknown when"; break;
      case ast::ClauseKind::result: into = &out.result; word = "result"; break;
    }
    if (*into) {
      report(diag::Code::duplicate_item, item.head, {tree.name.text, word});
      continue;
    }
    const std::uint64_t before = asks_;
    Term value = clause->kind == ast::ClauseKind::result ? expr(*clause->value) : bool_term(*clause->value, "a condition");
    if (!value.error() && asks_ != before) report(diag::Code::cannot_ask, clause->value->span, {"the meaning of a reply"});
    *into = owned(std::move(value.expr));
  }
  out.slots = frame.next;
}

}  // namespace failc::check
