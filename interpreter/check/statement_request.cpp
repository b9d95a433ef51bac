// `exec` and operations. Steps that a file declares are in statement_step.cpp.
#include <algorithm>

#include "grammar/parse/habits.hpp"
#include "interpreter/check/checker.hpp"

namespace failc::check {

void Checker::expectation(plan::Step& step, const ast::Expr* tree) {
  if (tree == nullptr) return;
  const std::size_t names = env_->locals.size();
  const auto see = [&](std::string_view name, Kind kind) {
    plan::Expr slot;
    slot.op = plan::Op::local;
    slot.index = env_->frame->take();
    const std::uint32_t index = slot.index;
    env_->locals.push_back({name, {}, of(kind), Known::runtime, std::move(slot)});
    return index;
  };
  step.result_slot = see("result", Kind::any);
  see("error", Kind::failure);
  see("outcome", Kind::outcome);
  Term condition = asserted(*tree, true);
  step.expect = std::make_unique<plan::Expr>(std::move(condition.expr));
  env_->locals.resize(names);
}

void Checker::bind_result(plan::Step& step, const std::optional<ast::Name>& as) {
  if (!as) return;
  step.binds = true;
  step.slot = env_->frame->take();
  plan::Expr slot;
  slot.op = plan::Op::local;
  slot.index = step.slot;
  bind(*as, of(Kind::any), Known::runtime, std::move(slot));
}

void Checker::exec(const ast::ExecStep& tree, const ast::Statement& whole, plan::Body& out) {
  plan::Step step;
  step.kind = plan::StepKind::exec;
  step.timeout = kDefaultExec;
  Term node = expr(*tree.on);
  if (convert(node, *tree.on, Kind::node)) able(node.type, Ability::processes, whole.head);
  Term argv = expr(*tree.argv);
  convert(argv, *tree.argv, Kind::list);
  if (argv.type.is(Kind::list) && argv.type.most == 0) report(diag::Code::out_of_range, tree.argv->span, {"this list", "its first item is the program"});
  step.args.push_back(std::move(node.expr));
  step.args.push_back(std::move(argv.expr));
  if (tree.with) {
    Term environment = expr(*tree.with);
    convert(environment, *tree.with, Kind::document);
    step.args.push_back(std::move(environment.expr));
  }
  if (tree.within) {
    const Bound within = duration(*tree.within, "the time of `within`");
    if (within.known) step.timeout = within.upper;
  }
  step.settle = settle_;
  step.random = salt(whole.span);
  expectation(step, tree.expect.get());
  bind_result(step, tree.as);
  add(out, whole, std::move(step));
}

void Checker::verb(const ast::VerbStep& tree, const ast::Statement& whole, const Rest& rest, plan::Body& out) {
  const std::string_view name = tree.verb.text;
  const Symbol* symbol = find(name);
  const auto& requests = here().requests;
  const auto found = requests.find(name);
  if (symbol != nullptr && symbol->kind == SymbolKind::step) {
    const bool is_scoped = definitions_[symbol->index].step->scoped;
    if (found != requests.end())
      report(diag::Code::ambiguous_name, tree.verb.span,
             {name, "the step of this file", "the operation of component `" + std::string(components_[found->second.front().component]->tree->name.text) + "`", "rename the step"});
    if (is_scoped)
      scoped(tree, symbol->index, whole, rest, out);
    else if (found == requests.end())
      expand(tree, symbol->index, whole, out);
    return;
  }
  if (found != requests.end()) {
    operation(tree, found->second, whole, out);
    return;
  }
  if (symbol == nullptr && play(tree, whole, out)) return;
  doubtful_ = true;
  for (const ast::ExprPtr& each : tree.arguments) (void)expr(*each);
  for (const ast::Labelled& each : tree.labels) (void)expr(*each.value);
  if (tree.as) bind(*tree.as, of(Kind::error), Known::runtime, {});
  if (silent()) return;
  if (symbol != nullptr) {
    report(diag::Code::wrong_name, tree.verb.span, {name, noun(symbol->kind), "a step or an operation"});
    return;
  }
  std::vector<std::string_view> known;
  for (const auto& [text, refs] : requests) known.push_back(text);
  for (const auto& [text, each] : here().names)
    if (each.kind == SymbolKind::step) known.push_back(text);
  for (std::string_view word : ast::words()) known.push_back(word);
  report_unknown(diag::Code::unknown_verb, tree.verb.span, {name}, name, known, parse::habit_of_word(name));
}

void Checker::operation(const ast::VerbStep& tree, const std::vector<OperationRef>& found, const ast::Statement& whole, plan::Body& out) {
  const OperationRef* ref = resolve(found, tree.verb, tree.arguments, tree.labels);
  const OperationInfo* info = ref != nullptr ? &components_[ref->component]->operations[ref->operation] : nullptr;
  plan::Step step;
  step.kind = plan::StepKind::operation;
  step.timeout = kDefaultExec;
  bool good = info != nullptr && info->good;
  if (good && info->tree->query) {
    report(diag::Code::wrong_name, tree.verb.span, {tree.verb.text, "a query: it stands in conditions, `" + std::string(tree.verb.text) + "(…)`", "an operation"});
    good = false;
  }
  if (good) {
    const std::vector<const ast::Expr*> arguments = match(tree.verb.text, info->parameters, tree.arguments, tree.labels, tree.verb.span);
    good = !arguments.empty();
    Type node;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      Term term = expr(*arguments[i]);
      good = convert(term, *arguments[i], info->parameters[i].type) && good && !term.error();
      if (i == info->node_parameter) node = term.type;
      step.args.push_back(std::move(term.expr));
    }
    if (good && complete()) {
      if (const Instance* instance = pick_instance(ref->component, node, tree.verb.span)) {
        step.operation = instance->first_operation + ref->operation;
        step.timeout = instance->bounds[3 + ref->operation];
      }
    }
  }
  if (!good) doubtful_ = true;
  if (tree.with) report(diag::Code::not_taken, tree.with->span, {"an operation", "with"});
  if (tree.block) report(diag::Code::not_taken, {tree.block->span.begin, tree.block->span.begin + 1}, {"an operation", "{ }"});
  if (tree.within) {
    const Bound within = duration(*tree.within, "the time of `within`");
    if (within.known) step.timeout = within.upper;
  }
  step.settle = settle_;
  step.random = salt(whole.span);
  expectation(step, tree.expect.get());
  bind_result(step, tree.as);
  add(out, whole, std::move(step));
}

}  // namespace failc::check
