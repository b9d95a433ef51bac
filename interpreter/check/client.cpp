// Clients: what a driver is given to name a session by, and its databases and collections. Documents, all of them.
#include "interpreter/check/checker.hpp"

namespace failc::check {
namespace {

void put(plan::Expr& document, std::string key, plan::Expr value) {
  document.names.push_back(std::move(key));
  document.args.push_back(std::move(value));
}

/// Never folded: what a client's URI holds is known once its nodes are there.
plan::Expr empty_document(plan::Source at) {
  plan::Expr out;
  out.op = plan::Op::doc;
  out.at = at;
  return out;
}

}  // namespace

void Checker::client(std::uint32_t index) {
  ClientInfo& info = clients_[index];
  info.progress = Progress::busy;
  const ast::Client& tree = *info.tree;
  Env env;
  Frame frame;
  env.file = info.file;
  env.frame = &frame;
  EnvScope scope(*this, env);
  if (tree.observer) not_yet(tree.observer->span, "observing");
  Term target = node_set(*tree.target);
  Term options = tree.with ? expr(*tree.with) : literal(Value(Document{}), of(Kind::document), tree.name.span);
  const bool good = (!tree.with || convert(options, *tree.with, Kind::document)) && !target.error() && !tree.observer;
  info.progress = Progress::ready;
  if (!good) return;
  const auto* nodes = target.constant() ? target.value().as<List>() : nullptr;
  if (nodes == nullptr || nodes->empty() || target.type.component == kNone || target.type.cluster == kNone) {
    report(diag::Code::wrong_type, tree.target->span, {"a cluster of one component", snippet(tree.target->span), noun(target.type.kind), ""});
    return;
  }
  const ComponentInfo& component = *components_[target.type.component];
  const std::uint32_t let = component.let("connect");
  if (let == kNone) {
    report(diag::Code::wrong_name, tree.target->span,
           {snippet(tree.target->span), "of component `" + std::string(component.tree->name.text) + "`, which does not say how clients connect (`let connect = …`)", "a cluster that clients can connect to"});
    return;
  }
  Term node = literal(nodes->front(), of(Kind::node), tree.target->span);
  node.type.component = target.type.component;
  node.known = Known::runtime;  // its ports are
  Term uri = make(plan::Op::node_let, of(Kind::string), tree.target->span, {&node}, {}, let);
  info.value = empty_document(at(tree.name.span));
  put(info.value, "name", literal(Value(std::string(tree.name.text)), of(Kind::string), tree.name.span).expr);
  put(info.value, "uri", std::move(uri.expr));
  put(info.value, "options", std::move(options.expr));
  info.component = target.type.component;
  info.cluster = target.type.cluster;
}

Term Checker::client_term(std::uint32_t index, Span span) {
  if (clients_[index].progress == Progress::untouched) client(index);
  const ClientInfo& info = clients_[index];
  if (info.component == kNone) {
    doubtful_ = true;
    return nothing(span);
  }
  used_cluster(info.cluster);
  Term term;
  term.expr = info.value;
  term.expr.at = at(span);
  term.type = of(Kind::document);
  term.type.handle = 1;
  term.known = Known::runtime;
  term.span = span;
  return term;
}

Term Checker::handle(Term object, Term name, Span span) {
  Term out;
  out.expr = empty_document(at(span));
  out.type = of(Kind::document);
  out.span = span;
  if (object.type.handle == 1) {
    out.type.handle = 2;
    put(out.expr, "client", std::move(object.expr));
    put(out.expr, "database", std::move(name.expr));
    return out;
  }
  out.expr.names = std::move(object.expr.names);
  out.expr.args = std::move(object.expr.args);
  put(out.expr, "collection", std::move(name.expr));
  return out;
}

}  // namespace failc::check
