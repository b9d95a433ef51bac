// A component in the plan: one for all groups whose settings give the same bounds and the same version command.
#include <algorithm>

#include "interpreter/check/checker.hpp"
#include "interpreter/check/no_facts.hpp"

namespace failc::check {
namespace {

plan::OptionalExpr copy(const plan::OptionalExpr& expr) { return expr ? std::make_unique<plan::Expr>(*expr) : nullptr; }

/// Queries of a component count from 0 in its declaration and from `first` in the plan.
void shift_queries(plan::Expr& expr, std::uint32_t first) {
  if (expr.op == plan::Op::query) expr.index += first;
  for (plan::Expr& argument : expr.args) shift_queries(argument, first);
}

plan::OptionalExpr shifted(const plan::OptionalExpr& expr, std::uint32_t first) {
  plan::OptionalExpr out = copy(expr);
  if (out) shift_queries(*out, first);
  return out;
}

plan::Expr shifted(const plan::Expr& expr, std::uint32_t first) {
  plan::Expr out = expr;
  shift_queries(out, first);
  return out;
}

plan::Component component_copy(const plan::Component& from, std::uint32_t first) {
  plan::Component out;
  out.name = from.name;
  out.settings = from.settings;
  for (const plan::Port& port : from.ports) out.ports.push_back({port.name, copy(port.fixed)});
  out.observers = from.observers;
  for (const plan::NodeLet& let : from.lets) out.lets.push_back({let.name, shifted(let.value, first)});
  for (const plan::FileToWrite& file : from.files) out.files.push_back({shifted(file.path, first), shifted(file.content, first)});
  out.argv = shifted(from.argv, first);
  out.environment = shifted(from.environment, first);
  out.ready = shifted(from.ready, first);
  out.stop_signal = from.stop_signal;
  for (const plan::State& state : from.states) out.states.push_back({state.name, shifted(state.holds, first)});
  for (const plan::Role& role : from.roles) out.roles.push_back({role.name, role.plural, shifted(role.holds, first), shifted(role.term, first)});
  out.slots = from.slots;
  return out;
}

plan::Operation operation_copy(const plan::Operation& from, std::uint32_t component, std::uint32_t first) {
  plan::Operation out;
  out.name = from.name;
  out.component = component;
  out.query = from.query;
  out.parameters = from.parameters;
  out.node_parameter = from.node_parameter;
  out.quorum = from.quorum;
  out.request.kind = from.request.kind;
  out.request.method = from.request.method;
  out.request.a = shifted(from.request.a, first);
  out.request.b = shifted(from.request.b, first);
  out.request.c = shifted(from.request.c, first);
  out.ok = shifted(from.ok, first);
  out.unknown = shifted(from.unknown, first);
  out.result = shifted(from.result, first);
  out.slots = from.slots;
  return out;
}

}  // namespace

std::uint32_t Checker::instance_of(std::uint32_t component, std::uint32_t group, Span span) {
  ComponentInfo& info = *components_[component];
  // Nodes of one group may have settings of their own: the bounds are those of the slowest.
  const std::uint32_t first = group == kNone ? plan::kNoNode : plan_->groups[group].first_node;
  const std::uint32_t count = group == kNone || plan_->nodes[first].settings.empty() ? 1 : plan_->groups[group].count;
  // While the bounds are computed a stand-in gives the names of the settings.
  if (group != kNone) plan_->groups[group].component = static_cast<std::uint32_t>(plan_->components.size());
  plan_->components.emplace_back().settings = info.lowered.settings;
  const NoFacts facts;
  const auto value_of = [&](const plan::Expr& expr, std::uint32_t node, std::uint32_t slot, std::uint32_t slots) -> std::optional<Value> {
    std::vector<Value> frame(std::max<std::size_t>({slots, slot + 1u, scratch_.size(), 64}));
    frame[slot] = NodeRef{node};
    eval::Evaluated result = eval::evaluate(*plan_, expr, frame, facts);
    if (!result.asks.empty() || result.value.undefined()) {
      if (!incomplete_ && info.good) {
        const auto* why = result.value.as<Undefined>();
        report(diag::Code::no_value, span, {why != nullptr ? why->reason : std::string("it would ask a node that does not run yet")});
      }
      return std::nullopt;
    }
    return std::move(result.value);
  };
  const auto bound_of = [&](const plan::Expr& expr, Nanos otherwise, std::uint32_t slot, std::uint32_t slots, std::string_view what) {
    Nanos longest{};
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::optional<Value> value = value_of(expr, first + i, slot, slots);
      const auto* duration = value ? value->as<Nanos>() : nullptr;
      if (duration == nullptr) return otherwise;
      if (duration->count() <= 0) {
        report(diag::Code::bound_not_positive, span, {what, show(*duration)});
        return otherwise;
      }
      longest = std::max(longest, *duration);
    }
    return longest;
  };
  Instance instance;
  const std::uint32_t slots = info.lowered.slots;
  instance.bounds.push_back(info.ready_within ? bound_of(*info.ready_within, kDefaultReady, 0, slots, "the time of `ready within`") : kDefaultReady);
  instance.bounds.push_back(info.stop_within ? bound_of(*info.stop_within, kDefaultStop, 0, slots, "the time of `stop within`") : kDefaultStop);
  instance.bounds.push_back(info.settle ? bound_of(*info.settle, kDefaultSettle, 0, slots, "the time of `settle`") : kDefaultSettle);
  for (std::size_t i = 0; i < info.operations.size(); ++i) {
    const plan::Operation& request = info.requests[i];
    instance.bounds.push_back(info.operations[i].good ? bound_of(info.timeouts[i], kDefaultExec, request.node_parameter == plan::kNoNode ? 0 : request.node_parameter, request.slots, "the time of `within`") : kDefaultExec);
  }
  if (info.version_argv && info.version_pattern) {
    const std::optional<Value> argv = value_of(*info.version_argv, first, 0, slots);
    const std::optional<Value> pattern = value_of(*info.version_pattern, first, 0, slots);
    if (const auto* items = argv ? argv->as<List>() : nullptr) {
      for (const Value& item : *items) {
        const auto* text = item.as<std::string>();
        instance.version_argv.push_back(text != nullptr ? *text : show(item));
      }
      if (items->empty()) report(diag::Code::out_of_range, span, {"the version command", "its first item is the program"});
    }
    if (const auto* regex = pattern ? pattern->as<Regex>() : nullptr) instance.version_pattern = regex->pattern;
  }
  plan_->components.pop_back();
  for (std::uint32_t i = 0; i < info.instances.size(); ++i) {
    const Instance& known = info.instances[i];
    if (known.bounds == instance.bounds && known.version_argv == instance.version_argv && known.version_pattern == instance.version_pattern) return i;
  }
  instance.component = static_cast<std::uint32_t>(plan_->components.size());
  instance.first_operation = static_cast<std::uint32_t>(plan_->operations.size());
  plan::Component out = component_copy(info.lowered, instance.first_operation);
  std::size_t before = 0;
  for (const auto& each : components_) before += each->tree == info.tree ? each->instances.size() : 0;
  if (before > 0) out.name += "#" + std::to_string(before + 1);
  out.ready_within = instance.bounds[0];
  out.stop_within = instance.bounds[1];
  out.settle = instance.bounds[2];
  out.version_argv = instance.version_argv;
  out.version_pattern = instance.version_pattern;
  plan_->components.push_back(std::move(out));
  for (std::size_t i = 0; i < info.requests.size(); ++i) {
    plan::Operation request = operation_copy(info.requests[i], instance.component, instance.first_operation);
    request.timeout = instance.bounds[3 + i];
    plan_->operations.push_back(std::move(request));
  }
  info.instances.push_back(std::move(instance));
  return static_cast<std::uint32_t>(info.instances.size() - 1);
}

const Instance* Checker::pick_instance(std::uint32_t component, const Type& node, Span span) {
  const ComponentInfo& info = *components_[component];
  if (info.instances.empty() && info.nodeless) instance_of(component, kNone, span);
  if (info.instances.empty()) {
    report(diag::Code::component_not_deployed, span, {info.tree->name.text});
    return nullptr;
  }
  const Instance* longest = nullptr;
  const auto longer = [&](const Instance& instance) {
    if (longest == nullptr || std::lexicographical_compare(longest->bounds.begin() + 3, longest->bounds.end(), instance.bounds.begin() + 3, instance.bounds.end()))
      longest = &instance;
  };
  if (node.cluster != kNone)
    for (const GroupInfo& group : clusters_[node.cluster].groups)
      if (group.component == component) longer(info.instances[group.instance]);
  if (longest == nullptr)
    for (const Instance& instance : info.instances) longer(instance);
  return longest;
}

}  // namespace failc::check
