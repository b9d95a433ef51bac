// Each invariant, broken in an otherwise valid plan, is refused by name.
#include <functional>

#include <gtest/gtest.h>

#include "interpreter/plan/sample_plan.hpp"

namespace failc::plan {
namespace {

using namespace sample;

struct Mutation {
  const char* name;
  std::function<void(Plan&)> apply;
  const char* refused;
  bool bounds = false;  // filled in again after, so that it is not the bound that is refused
};

Step& first_step(Plan& plan) { return std::get<Step>(plan.scenarios[0].body[0].node); }
Scope& during(Plan& plan) { return std::get<Scope>(plan.scenarios[0].body[1].node); }
Step& kill(Plan& plan) { return std::get<Step>(during(plan).body[0].node); }
Condition& wait(Plan& plan) { return std::get<Condition>(during(plan).body[1].node); }
Scope& loop(Plan& plan) { return std::get<Scope>(plan.scenarios[0].body[2].node); }
Step& put(Plan& plan) { return std::get<Step>(loop(plan).body[0].node); }
Scope& cleanup(Plan& plan) { return std::get<Scope>(plan.scenarios[0].body[3].node); }
Condition& expect(Plan& plan) { return std::get<Condition>(plan.scenarios[0].body[4].node); }

const std::vector<Mutation>& mutations() {
  static const std::vector<Mutation> all = {
      {"format", [](Plan& p) { p.format = 9; }, "the format is 9"},
      {"group's component", [](Plan& p) { p.groups[0].component = 4; }, "component 4 of group `store` does not exist"},
      {"group's cluster", [](Plan& p) { p.groups[0].cluster = 1; }, "belongs to another cluster"},
      {"group's nodes", [](Plan& p) { p.groups[0].count = 4; }, "the nodes of group `store` do not exist"},
      {"group's settings", [](Plan& p) { p.groups[0].settings.clear(); }, "has 0 settings, and its component 1"},
      {"node's group", [](Plan& p) { p.nodes[1].group = 3; }, "is not number 1 of group"},
      {"node's name", [](Plan& p) { p.nodes[1].name = p.nodes[0].name; }, "two nodes are called `kv.store[0]`"},
      {"stray node", [](Plan& p) { p.nodes.push_back({"stray", 0, 3}); }, "1 nodes belong to no cluster"},
      {"cluster's size", [](Plan& p) { p.clusters[0].node_count = 2; }, "it has 2 nodes, and its groups 3"},
      {"cluster's group", [](Plan& p) { p.clusters[0].groups = {7}; }, "group 7 does not exist"},
      {"component's name", [](Plan& p) { p.components[0].name.clear(); }, "its name is not its own"},
      {"component's frame", [](Plan& p) { p.components[0].slots = 0; }, "no slot for the node"},
      {"component's slot", [](Plan& p) { p.components[0].states[0].holds = local(1); }, "slot 1 of a frame of 1"},
      {"component's argv asks", [](Plan& p) { p.components[0].argv = make(Op::list, args(info(local(0)))); }, "`run` asks a node"},
      {"let asks", [](Plan& p) { p.components[0].lets[0].value = info(local(0)); }, "a `let` asks a node"},
      {"builtin state", [](Plan& p) { p.components[0].states[0].name = "running"; }, "`running` is no name for a state"},
      {"cycle", [](Plan& p) { p.components[0].roles[0].holds = make(Op::is_state, args(make(Op::role, args(local(0)), "leader")), "healthy"); }, "`leader` needs itself"},
      {"version", [](Plan& p) { p.components[0].version_pattern = "("; }, "no regular expression"},
      {"operation's component", [](Plan& p) { p.operations[0].component = 2; }, "component 2 does not exist"},
      {"operation's node", [](Plan& p) { p.operations[0].node_parameter = 1; }, "which should be the node, does not exist"},
      {"operation's frame", [](Plan& p) { p.operations[0].slots = 1; }, "no slot for the reply"},
      {"operation's timeout", [](Plan& p) { p.operations[0].timeout = {}; }, "it has no timeout"},
      {"operation's method", [](Plan& p) { p.operations[0].request.method.clear(); }, "no method"},
      {"operation's request", [](Plan& p) { p.operations[0].request.a.reset(); }, "goes nowhere"},
      {"operation asks", [](Plan& p) { p.operations[0].ok = optional(info(local(0))); }, "the reading of its reply asks a node"},
      {"workload's operation", [](Plan& p) { p.workloads[0].operation = 0; }, "`info` is a query"},
      {"workload's arguments", [](Plan& p) { p.workloads[0].args.pop_back(); }, "`put` takes 3 arguments and has 2"},
      {"workload's every", [](Plan& p) { p.workloads[0].every = {}; }, "`every` is nothing"},
      {"workload's counter", [](Plan& p) { p.workloads[0].counter_slot = 4; }, "its counter is not in the last"},
      {"workload's concurrency", [](Plan& p) { p.workloads[0].concurrency = 0; }, "nothing may be in flight"},
      {"same id", [](Plan& p) { p.scenarios.push_back({}); p.scenarios[1].id = p.scenarios[0].id; }, "two scenarios have the id"},
      {"no id", [](Plan& p) { p.scenarios[0].id.clear(); }, "has no id"},
      {"scenario's cluster", [](Plan& p) { p.scenarios[0].clusters = {1}; }, "cluster 1 does not exist"},
      {"cluster twice", [](Plan& p) { p.scenarios[0].clusters = {0, 0}; }, "brought up twice"},
      {"body's bound", [](Plan& p) { p.scenarios[0].body_bound += 1s; }, "the parts sum to"},
      {"cleanup's bound", [](Plan& p) { p.scenarios[0].cleanup_bound = {}; }, "its cleanups' bound"},
      {"timeout", [](Plan& p) { p.scenarios[0].timeout = 30s; }, "above its timeout 30s"},
      {"node's bound", [](Plan& p) { during(p).body[0].bound = 1s; }, "line 4: line 5: the bound is 1s, and the parts sum to 3s"},
      {"let's slot", [](Plan& p) { first_step(p).slot = 8; }, "`let` binds slot 8 of a frame of 8", true},
      {"let's arity", [](Plan& p) { first_step(p).args.clear(); }, "`let` has 0 arguments", true},
      {"local's slot", [](Plan& p) { kill(p).args = args(local(99)); }, "slot 99 of a frame of 8", true},
      {"kill's timeout", [](Plan& p) { kill(p).timeout = {}; }, "`kill` has no timeout", true},
      {"kill has no result", [](Plan& p) { kill(p).binds = true; }, "`kill` has no result", true},
      {"step is a query", [](Plan& p) { put(p).operation = 1; }, "`get` is a query and stands as a step", true},
      {"step's operation", [](Plan& p) { put(p).operation = 44; }, "operation 44 does not exist", true},
      {"step's arguments", [](Plan& p) { put(p).args.pop_back(); }, "takes 3 arguments and has 2", true},
      {"expect's slots", [](Plan& p) { put(p).result_slot = 6; }, "no slots for what it sees", true},
      {"loop's slot", [](Plan& p) { loop(p).slot = 8; }, "`loop` binds slot 8", true},
      {"loop's most", [](Plan& p) { loop(p).most = 4; }, "a loop over at most 3 is counted as 4", true},
      {"loop's set", [](Plan& p) { loop(p).value.reset(); }, "`loop` has no expression", true},
      {"during nothing", [](Plan& p) { during(p).workloads.clear(); }, "runs no workload", true},
      {"during's workload", [](Plan& p) { during(p).workloads = {5}; }, "workload 5 does not exist", true},
      {"repeat nothing", [](Plan& p) { loop(p).kind = ScopeKind::repeat; loop(p).value.reset(); }, "`repeat` does nothing", true},
      {"cleanup's deadline", [](Plan& p) { cleanup(p).length = {}; }, "`cleanup` has no deadline", true},
      {"stray else", [](Plan& p) { cleanup(p).otherwise = std::move(during(p).body); }, "`cleanup` has an `else`", true},
      {"sleep's length", [](Plan& p) { std::get<Step>(cleanup(p).body[0].node).args = args(local(0)); }, "no constant length", true},
      {"wait's bound", [](Plan& p) { wait(p).upper = {}; }, "`eventually` has no bound", true},
      {"wait's order", [](Plan& p) { wait(p).lower = 11s; }, "ends before it may hold", true},
      {"wait's every", [](Plan& p) { wait(p).every = {}; }, "does not say how often", true},
      {"expect's bound", [](Plan& p) { expect(p).upper = 9s; }, "`expect` may take 9s, and its requests 3s"},
      {"query's index", [](Plan& p) { expect(p).condition.args[0].index = 50; }, "query 50 does not exist", true},
      {"query's arguments", [](Plan& p) { expect(p).condition.args[0].args.pop_back(); }, "`get` takes 2 arguments and has 1", true},
      {"operation in a condition", [](Plan& p) { expect(p).condition.args[0].index = 2; }, "stands in an expression", true},
      {"operator's arity", [](Plan& p) { expect(p).condition.args.pop_back(); }, "`eq` has 1 arguments", true},
      {"literal's node", [](Plan& p) { kill(p).args = args(literal(List{NodeRef{3}})); }, "node 3 does not exist", true},
      {"role's name", [](Plan& p) { wait(p).condition.args[0].name.clear(); }, "`role` has no name", true},
      {"document's keys", [](Plan& p) { p.operations[2].request.b->names.pop_back(); }, "1 keys and 2 values"},
      {"statistic's workload", [](Plan& p) { wait(p).condition = make(Op::statistic, {}, "ok", 3); }, "workload 3 does not exist", true},
      {"place", [](Plan& p) { p.scenarios[0].body[0].at.file = 1; }, "file 1 does not exist", true},
      {"deep blocks", [](Plan& p) {
         Body inner;
         for (int i = 0; i < 300; ++i) {
           Scope group;
           group.body = std::move(inner);
           inner.clear();
           inner.push_back(body_node(std::move(group), 1));
         }
         p.scenarios[0].body = std::move(inner);
       }, "nested more than", true},
      {"deep expression", [](Plan& p) {
         Expr deep = local(0);
         for (int i = 0; i < 400; ++i) deep = make(Op::logical_not, args(std::move(deep)));
         expect(p).condition = std::move(deep);
       }, "nested more than", true},
  };
  return all;
}

TEST(Verify, RefusesEachBrokenInvariantByName) {
  for (const Mutation& mutation : mutations()) {
    Plan broken = plan();
    mutation.apply(broken);
    if (mutation.bounds) fill_bounds(broken);
    const auto verified = verify(broken);
    EXPECT_FALSE(verified) << mutation.name;
    if (!verified) {
      EXPECT_NE(verified.error().message.find(mutation.refused), std::string::npos) << mutation.name << ": " << verified.error().message;
    }
  }
}

}  // namespace
}  // namespace failc::plan
