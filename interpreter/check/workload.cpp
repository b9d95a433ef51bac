// Workloads: an operation, its arguments for each invocation, and a rate.
#include <algorithm>

#include "interpreter/check/checker.hpp"

namespace failc::check {
namespace {

constexpr Nanos kLeastEvery = std::chrono::microseconds(10);
constexpr std::uint32_t kCounter = 0xfffffffe;  // stands for the last slot until the frame's size is known

void move_counter(plan::Expr& expr, std::uint32_t slot) {
  if (expr.op == plan::Op::local && expr.index == kCounter) expr.index = slot;
  for (plan::Expr& argument : expr.args) move_counter(argument, slot);
}

}  // namespace

void Checker::place_counter(plan::Workload& workload, std::uint32_t slots) {
  workload.counter_slot = std::max(workload.slots, slots);
  workload.slots = workload.counter_slot + 1;
  for (plan::Expr& argument : workload.args) move_counter(argument, workload.counter_slot);
}

std::uint32_t Checker::concurrency(const ast::Expr& with) {
  constexpr std::uint32_t kDefault = 16;
  const auto* document = std::get_if<ast::Doc>(&with.node);
  if (document == nullptr) {
    report(diag::Code::wrong_type, with.span, {"a document that is written out", snippet(with.span), "something else", "write `with { concurrency: 4 }`"});
    return kDefault;
  }
  std::uint32_t out = kDefault;
  for (const ast::DocEntry& entry : document->entries) {
    if (entry.key != "concurrency") {
      report_unknown(diag::Code::unknown_option, entry.key_span, {entry.key, "a workload"}, entry.key, {"concurrency"}, "there is `concurrency`");
      continue;
    }
    if (std::optional<std::int64_t> number = count(*entry.value, "the concurrency", 1, 10'000)) out = static_cast<std::uint32_t>(*number);
  }
  return out;
}

void Checker::workload(std::uint32_t index) {
  WorkloadInfo& info = workloads_[index];
  const ast::Workload& tree = *info.tree;
  Env env;
  Frame frame;
  env.file = info.file;
  env.frame = &frame;
  EnvScope scope(*this, env);
  used_clusters_ = &info.clusters;
  plan::Expr slot;
  slot.op = plan::Op::local;
  slot.index = kCounter;
  env.locals.push_back({"counter", {}, of(Kind::integer), Known::runtime, std::move(slot)});
  plan::Workload out;
  bool good = true;
  const Bound every = duration(*tree.every, "the time of `every`");
  out.every = every.upper;
  if (every.known && every.upper < kLeastEvery) report(diag::Code::out_of_range, tree.every->span, {"the time of `every`", "a workload starts an operation every " + show(kLeastEvery) + " at most"});
  if (tree.with) out.concurrency = concurrency(*tree.with);
  std::optional<Nanos> within;
  if (tree.within) within = duration(*tree.within, "the time of `within`").upper;

  const auto& requests = here().requests;
  const auto found = requests.find(tree.verb.text);
  if (found == requests.end()) {
    for (const ast::ExprPtr& each : tree.arguments) (void)expr(*each);
    for (const ast::Labelled& each : tree.labels) (void)expr(*each.value);
    std::vector<std::string_view> known;
    for (const auto& [name, refs] : requests) known.push_back(name);
    if (!silent()) {
      if (const Symbol* symbol = find(tree.verb.text))
        report(diag::Code::wrong_name, tree.verb.span, {tree.verb.text, noun(symbol->kind), "an operation of a component"});
      else
        report_unknown(diag::Code::unknown_verb, tree.verb.span, {tree.verb.text}, tree.verb.text, known);
    }
    used_clusters_ = nullptr;
    return;
  }
  const OperationRef* ref = resolve(found->second, tree.verb, tree.arguments, tree.labels);
  const OperationInfo* operation = ref != nullptr ? &components_[ref->component]->operations[ref->operation] : nullptr;
  if (operation != nullptr && operation->good) {
    if (operation->tree->query) {
      report(diag::Code::wrong_name, tree.verb.span, {tree.verb.text, "a query: it changes nothing", "an operation"});
      good = false;
    }
    const std::vector<const ast::Expr*> arguments = match(tree.verb.text, operation->parameters, tree.arguments, tree.labels, tree.verb.span);
    good = good && !arguments.empty();
    Type node;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      Term term = expr(*arguments[i]);
      good = convert(term, *arguments[i], operation->parameters[i].type) && good && !term.error();
      if (i == operation->node_parameter) node = term.type;
      out.args.push_back(std::move(term.expr));
    }
    const Instance* instance = good && complete() ? pick_instance(ref->component, node, tree.verb.span) : nullptr;
    if (instance != nullptr) {
      out.operation = instance->first_operation + ref->operation;
      out.timeout = within.value_or(instance->bounds[3 + ref->operation]);
    } else if (complete()) {
      good = false;
    }
  } else {
    good = false;
  }
  used_clusters_ = nullptr;
  out.name = std::string(tree.name.text);
  out.slots = frame.next;
  out.at = at(tree.name.span);
  if (!good) return;
  info.index = static_cast<std::uint32_t>(plan_->workloads.size());
  plan_->workloads.push_back(std::move(out));
}

std::vector<const ast::Expr*> Checker::match(std::string_view name, const std::vector<ParameterInfo>& wanted, const std::vector<ast::ExprPtr>& arguments,
                                             const std::vector<ast::Labelled>& labels, Span span) {
  std::vector<const ast::Expr*> out(wanted.size(), nullptr);
  const auto wrong = [&](Span where, const std::string& what) {
    for (const ast::ExprPtr& each : arguments) (void)expr(*each);
    for (const ast::Labelled& each : labels) (void)expr(*each.value);
    report(diag::Code::wrong_arguments, where, {what, signature(name, wanted)});
    return std::vector<const ast::Expr*>{};
  };
  std::size_t plain = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].label) continue;
    if (plain < arguments.size()) out[i] = arguments[plain].get();
    ++plain;
  }
  if (arguments.size() > plain) return wrong(arguments[plain]->span, "`" + std::string(name) + "` takes " + std::to_string(plain) + (plain == 1 ? " argument" : " arguments") + ", this one is too many");
  for (const ast::Labelled& each : labels) {
    bool found = false;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (wanted[i].label != each.label) continue;
      if (out[i] != nullptr) return wrong(each.label_span, "`" + std::string(ast::spelling(each.label)) + "` stands twice");
      out[i] = each.value.get();
      found = true;
    }
    if (!found) return wrong(each.label_span, "`" + std::string(name) + "` takes no `" + std::string(ast::spelling(each.label)) + "`");
  }
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (out[i] == nullptr)
      return wrong(span, "`" + std::string(name) + "` is missing `" + (wanted[i].label ? std::string(ast::spelling(*wanted[i].label)) : std::string(wanted[i].name)) + "`");
  return out;
}

}  // namespace failc::check
