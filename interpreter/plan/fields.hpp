#pragma once
// The fields of every struct of a plan, once for writing and for reading, so that both ways agree. Not for other folders.
// An archive is called as a(key, member); a.maybe(key, member) leaves it out where it has its initial value.
#include <type_traits>

#include "interpreter/plan/plan.hpp"

namespace failc::plan {

// ---- names of enumerators, in their order

template <class E>
struct Names;
template <>
struct Names<Op> {
  static constexpr const char* of[] = {"literal",  "local",    "list",       "list_for",   "doc",       "member",   "index",       "negate",      "not",
                                       "and",      "or",       "eq",         "ne",         "lt",        "le",       "gt",          "ge",          "in",
                                       "not_in",   "matches",  "add",        "subtract",   "multiply",  "divide",   "range",       "tolerance",   "then",
                                       "setting",  "node_field", "node_port", "node_let",  "observed", "group_nodes", "role",   "role_all",    "minus",       "pick",
                                       "pick_random", "is_state", "every",   "any",        "query",     "call",     "statistic",   "log_lines",   "node_file"};
  static_assert(std::size(of) == static_cast<std::size_t>(Op::node_file) + 1);
};
template <>
struct Names<RequestKind> {
  static constexpr const char* of[] = {"http", "exec", "tcp", "driver"};
};
template <>
struct Names<StepKind> {
  static constexpr const char* of[] = {"let", "start", "stop", "kill", "restart", "pause", "resume", "exec", "operation", "sleep", "log", "play", "meet", "fault"};
  static_assert(std::size(of) == static_cast<std::size_t>(StepKind::fault) + 1);
};
template <>
struct Names<ScopeKind> {
  static constexpr const char* of[] = {"group", "branch", "loop", "repeat", "during", "cleanup", "paused", "parallel", "actor"};
  static_assert(std::size(of) == static_cast<std::size_t>(ScopeKind::actor) + 1);
};
template <>
struct Names<ConditionKind> {
  static constexpr const char* of[] = {"expect", "await", "eventually", "always", "never", "shows", "sometimes"};
  static_assert(std::size(of) == static_cast<std::size_t>(ConditionKind::sometimes) + 1);
};

template <class E>
const char* name_of(E value) { return Names<E>::of[static_cast<std::size_t>(value)]; }

// ---- fields

template <class S, class T>
concept Of = std::is_same_v<std::remove_const_t<S>, T>;

template <class A, Of<Expr> S>
void fields(A& a, S& s) {
  a("op", s.op);
  a.maybe("index", s.index);
  a.maybe("name", s.name);
  a.maybe("names", s.names);
  a.maybe("literal", s.literal);
  a.maybe("args", s.args);
  a.maybe("at", s.at);
}
template <class A, Of<Parameter> S>
void fields(A& a, S& s) {
  a("name", s.name);
  a("type", s.type);
  a("label", s.label);
}
template <class A, Of<Request> S>
void fields(A& a, S& s) {
  a("kind", s.kind);
  a.maybe("method", s.method);
  a.maybe("a", s.a);
  a.maybe("b", s.b);
  a.maybe("c", s.c);
}
template <class A, Of<Operation> S>
void fields(A& a, S& s) {
  a("name", s.name);
  a("component", s.component);
  a("query", s.query);
  a("parameters", s.parameters);
  a("node_parameter", s.node_parameter);
  a("request", s.request);
  a.maybe("ok", s.ok);
  a.maybe("unknown", s.unknown);
  a.maybe("result", s.result);
  a.maybe("quorum", s.quorum);
  a("timeout", s.timeout);
  a("slots", s.slots);
}
template <class A, Of<Role> S>
void fields(A& a, S& s) {
  a("name", s.name);
  a("plural", s.plural);
  a("holds", s.holds);
  a.maybe("term", s.term);
}
template <class A, Of<State> S>
void fields(A& a, S& s) {
  a("name", s.name);
  a("holds", s.holds);
}
template <class A, Of<NodeLet> S>
void fields(A& a, S& s) {
  a("name", s.name);
  a("value", s.value);
}
template <class A, Of<ObserverOf> S>
void fields(A& a, S& s) {
  a("name", s.name);
  a("model", s.model);
  a("options", s.options);
}
template <class A, Of<FileToWrite> S>
void fields(A& a, S& s) {
  a("path", s.path);
  a("content", s.content);
}
template <class A, Of<Setting> S>
void fields(A& a, S& s) {
  a("name", s.name);
  a("type", s.type);
}
template <class A, Of<Port> S>
void fields(A& a, S& s) {
  a("name", s.name);
  a.maybe("fixed", s.fixed);
}
template <class A, Of<Component> S>
void fields(A& a, S& s) {
  a("name", s.name);
  a.maybe("settings", s.settings);
  a.maybe("ports", s.ports);
  a.maybe("lets", s.lets);
  a.maybe("observers", s.observers);
  a.maybe("files", s.files);
  a("argv", s.argv);
  a.maybe("environment", s.environment);
  a.maybe("version_argv", s.version_argv);
  a.maybe("version_pattern", s.version_pattern);
  a.maybe("ready", s.ready);
  a("ready_within", s.ready_within);
  a("stop_signal", s.stop_signal);
  a("stop_within", s.stop_within);
  a("settle", s.settle);
  a.maybe("states", s.states);
  a.maybe("roles", s.roles);
  a("slots", s.slots);
}
template <class A, Of<Group> S>
void fields(A& a, S& s) {
  a("name", s.name);
  a("cluster", s.cluster);
  a("component", s.component);
  a("first_node", s.first_node);
  a("count", s.count);
  a("settings", s.settings);
}
template <class A, Of<Node> S>
void fields(A& a, S& s) {
  a("name", s.name);
  a("group", s.group);
  a("index", s.index);
  a.maybe("settings", s.settings);
}
template <class A, Of<Cluster> S>
void fields(A& a, S& s) {
  a("name", s.name);
  a("backend", s.backend);
  a("groups", s.groups);
  a("first_node", s.first_node);
  a("node_count", s.node_count);
  a("up", s.up);
  a("down", s.down);
  a("settle", s.settle);
  a.maybe("at", s.at);
}
template <class A, Of<Workload> S>
void fields(A& a, S& s) {
  a("name", s.name);
  a("operation", s.operation);
  a("args", s.args);
  a("every", s.every);
  a("timeout", s.timeout);
  a("concurrency", s.concurrency);
  a("slots", s.slots);
  a("counter_slot", s.counter_slot);
  a.maybe("at", s.at);
}
template <class A, Of<Step> S>
void fields(A& a, S& s) {
  a("kind", s.kind);
  a.maybe("slot", s.slot);
  a.maybe("binds", s.binds);
  a.maybe("operation", s.operation);
  a.maybe("args", s.args);
  a.maybe("fault", s.fault);
  a.maybe("takes_back", s.takes_back);
  a.maybe("expect", s.expect);
  a.maybe("result_slot", s.result_slot);
  a.maybe("player", s.player);
  a.maybe("timeout", s.timeout);
  a.maybe("settle", s.settle);
  a.maybe("random", s.random);
}
template <class A, Of<Scope> S>
void fields(A& a, S& s) {
  a("kind", s.kind);
  a.maybe("title", s.title);
  a.maybe("workloads", s.workloads);
  a.maybe("slot", s.slot);
  a.maybe("times", s.times);
  a.maybe("value", s.value);
  a.maybe("length", s.length);
  a.maybe("timeout", s.timeout);
  a.maybe("most", s.most);
  a.maybe("settle", s.settle);
  a.maybe("drain", s.drain);
  a.maybe("random", s.random);
  a("body", s.body);
  a.maybe("otherwise", s.otherwise);
}
template <class A, Of<Condition> S>
void fields(A& a, S& s) {
  a("kind", s.kind);
  a("condition", s.condition);
  a.maybe("lower", s.lower);
  a.maybe("upper", s.upper);
  a.maybe("every", s.every);
  a.maybe("because", s.because);
  a.maybe("player", s.player);
  a.maybe("title", s.title);
  a.maybe("random", s.random);
}
template <class A, Of<BodyNode> S>
void fields(A& a, S& s) {
  a.one_of(s.node, "step", "scope", "condition");
  a("bound", s.bound);
  a.maybe("at", s.at);
  a.maybe("text", s.text);
}
template <class A, Of<Scenario> S>
void fields(A& a, S& s) {
  a("id", s.id);
  a("title", s.title);
  a.maybe("base", s.base);
  a.maybe("axes", s.axes);
  a.maybe("at", s.at);
  a.maybe("tags", s.tags);
  a("clusters", s.clusters);
  a.maybe("timeout", s.timeout);
  a("up", s.up);
  a("body_bound", s.body_bound);
  a("cleanup_bound", s.cleanup_bound);
  a("down", s.down);
  a("slots", s.slots);
  a.maybe("players", s.players);
  a.maybe("skip", s.skip);
  a.maybe("expect_fails", s.expect_fails);
  a.maybe("requirements", s.requirements);
  a("body", s.body);
}
template <class A, Of<Plan> S>
void fields(A& a, S& s) {
  a("format", s.format);
  a("files", s.files);
  a("params", s.params);
  a("components", s.components);
  a("operations", s.operations);
  a("clusters", s.clusters);
  a("groups", s.groups);
  a("nodes", s.nodes);
  a("workloads", s.workloads);
  a("scenarios", s.scenarios);
  a.maybe("setup", s.setup);
  a.maybe("cleanup", s.cleanup);
}

}  // namespace failc::plan
