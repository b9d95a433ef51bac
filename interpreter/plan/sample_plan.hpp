#pragma once
// A small valid plan for tests: cluster `kv` of three nodes of component `store`, which has a role with a term, a state, a query of 1s
// `info`, a query of 2s `get key`, an operation of 2s `put key, value` and a workload of it.
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "interpreter/plan/plan.hpp"

namespace failc::plan::sample {

using namespace std::chrono_literals;

inline Expr make(Op op, std::vector<Expr> args = {}, std::string name = {}, std::uint32_t index = 0) {
  Expr out;
  out.op = op;
  out.args = std::move(args);
  out.name = std::move(name);
  out.index = index;
  return out;
}
inline Expr literal(Value value) {
  Expr out;
  out.literal = std::move(value);
  return out;
}
inline Expr local(std::uint32_t slot) { return make(Op::local, {}, {}, slot); }
inline Expr text(std::string value) { return literal(Value(std::move(value))); }
inline Expr number(std::int64_t value) { return literal(Value(value)); }
inline Expr node(std::uint32_t index) { return literal(NodeRef{index}); }
template <class... E>
std::vector<Expr> args(E... parts) {
  std::vector<Expr> out;
  (out.push_back(std::move(parts)), ...);
  return out;
}
inline Expr all_nodes() { return literal(List{NodeRef{0}, NodeRef{1}, NodeRef{2}}); }
inline Expr info(Expr of) { return make(Op::query, args(std::move(of)), {}, 0); }
inline Expr get(Expr key, Expr of) { return make(Op::query, args(std::move(key), std::move(of)), {}, 1); }
inline Expr leader() { return make(Op::role, args(all_nodes()), "leader"); }
inline Expr eq(Expr a, Expr b) { return make(Op::eq, args(std::move(a), std::move(b))); }
inline OptionalExpr optional(Expr expr) { return std::make_unique<Expr>(std::move(expr)); }

inline BodyNode body_node(std::variant<Step, Scope, Condition> what, std::uint32_t line) {
  BodyNode out;
  out.node = std::move(what);
  out.at = {0, line, 3, 4};
  out.text = "line " + std::to_string(line);
  return out;
}

inline Operation operation(std::string name, bool query, std::vector<Parameter> parameters, Nanos timeout) {
  Operation out;
  out.name = std::move(name);
  out.query = query;
  out.node_parameter = static_cast<std::uint32_t>(parameters.size()) - 1;
  out.slots = static_cast<std::uint32_t>(parameters.size()) + 1;
  out.parameters = std::move(parameters);
  out.timeout = timeout;
  out.request.kind = RequestKind::http;
  out.request.method = query ? "GET" : "PUT";
  const std::uint32_t at = out.node_parameter;
  out.request.a = optional(make(Op::add, args(make(Op::node_let, args(local(at)), {}, 0), text("/" + out.name))));
  return out;
}

inline Plan plan() {
  Plan out;
  out.files = {"kv.fail"};
  out.params.emplace_back("rounds", Value(std::int64_t{3}));

  Component store;
  store.name = "store";
  store.settings.push_back({"slow_log", "duration"});
  store.ports.push_back({"api", nullptr});
  store.lets.push_back({"url", make(Op::add, args(text("http://"), make(Op::node_field, args(local(0)), "address")))});
  store.files.push_back({text("store.conf"), text("x\n")});
  store.argv = make(Op::list, args(text("stored"), make(Op::node_field, args(local(0)), "dir")));
  store.version_argv = {"stored", "--version"};
  store.version_pattern = "stored (\\S+)";
  store.ready = optional(eq(make(Op::member, args(info(local(0))), "role"), text("leader")));
  store.ready_within = 10s;
  store.stop_within = 5s;
  store.settle = 10s;
  store.states.push_back({"healthy", make(Op::member, args(info(local(0))), "healthy")});
  Role role;
  role.name = "leader";
  role.plural = "leaders";
  role.holds = eq(make(Op::member, args(info(local(0))), "role"), text("leader"));
  role.term = optional(make(Op::member, args(info(local(0))), "term"));
  store.roles.push_back(std::move(role));
  out.components.push_back(std::move(store));

  out.operations.push_back(operation("info", true, {{"node", "node", ""}}, 1s));
  out.operations.push_back(operation("get", true, {{"key", "string", ""}, {"node", "node", "on"}}, 2s));
  out.operations.push_back(operation("put", false, {{"key", "string", ""}, {"value", "any", ""}, {"node", "node", "on"}}, 2s));
  Expr body = make(Op::doc, args(local(0), local(1)));
  body.names = {"key", "value"};
  out.operations[2].request.b = optional(std::move(body));

  out.groups.push_back({"store", 0, 0, 0, 3, {Value(Nanos(10ms))}});
  for (std::uint32_t i = 0; i < 3; ++i) out.nodes.push_back({"kv.store[" + std::to_string(i) + "]", 0, i});
  out.clusters.push_back({"kv", "agent", {0}, 0, 3, 10s, 5s, 10s, {0, 1, 1, 2}});
  Workload writes;
  writes.name = "writes";
  writes.operation = 2;
  writes.args = args(make(Op::call, args(local(0)), "string"), local(0), make(Op::pick_random, args(all_nodes(), number(1))));
  writes.every = 5ms;
  writes.timeout = 2s;
  out.workloads.push_back(std::move(writes));

  Scenario scenario;
  scenario.id = "kv.fail::the leader is killed";
  scenario.title = "the leader is killed";
  scenario.at = {0, 2, 1, 8};
  scenario.tags = {"failover"};
  scenario.clusters = {0};
  scenario.timeout = 10min;
  scenario.up = 10s;
  scenario.down = 5s;
  scenario.slots = 8;

  Step let;
  let.kind = StepKind::let;
  let.args = args(leader());
  let.settle = 10s;
  scenario.body.push_back(body_node(std::move(let), 3));

  Scope during;
  during.kind = ScopeKind::during;
  during.workloads = {0};
  during.drain = 2s;
  Step kill;
  kill.kind = StepKind::kill;
  kill.args = args(local(0));
  kill.timeout = 3s;
  during.body.push_back(body_node(std::move(kill), 5));
  Condition wait;
  wait.kind = ConditionKind::eventually;
  wait.condition = make(Op::ne, args(leader(), local(0)));
  wait.upper = 10s;
  wait.every = 20ms;
  during.body.push_back(body_node(std::move(wait), 6));
  scenario.body.push_back(body_node(std::move(during), 4));

  Scope loop;
  loop.kind = ScopeKind::loop;
  loop.slot = 1;
  loop.value = optional(all_nodes());
  loop.most = 3;
  Step put;
  put.kind = StepKind::operation;
  put.operation = 2;
  put.args = args(text("k"), text("v"), local(1));
  put.timeout = 2s;
  put.expect = optional(eq(local(4), text("ok")));
  put.result_slot = 2;
  put.binds = true;
  put.slot = 5;
  loop.body.push_back(body_node(std::move(put), 8));
  scenario.body.push_back(body_node(std::move(loop), 7));

  Scope cleanup;
  cleanup.kind = ScopeKind::cleanup;
  cleanup.length = 30s;
  Step sleep;
  sleep.kind = StepKind::sleep;
  sleep.args = args(literal(Nanos(1s)));
  cleanup.body.push_back(body_node(std::move(sleep), 10));
  scenario.body.push_back(body_node(std::move(cleanup), 9));

  Condition expect;
  expect.kind = ConditionKind::expect;
  expect.condition = eq(get(text("k"), leader()), text("v"));
  expect.because = "it was acknowledged";
  scenario.body.push_back(body_node(std::move(expect), 11));
  out.scenarios.push_back(std::move(scenario));
  fill_bounds(out);
  return out;
}

}  // namespace failc::plan::sample
