// Scenarios, and the definitions that they use.
#include <algorithm>
#include <unordered_map>

#include "interpreter/check/checker.hpp"

namespace failc::check {

void Checker::definition(Definition& definition) {
  if (definition.progress != Progress::untouched) return;
  definition.progress = Progress::busy;
  Env env;
  Frame frame;
  env.file = definition.file;
  env.frame = &frame;
  EnvScope scope(*this, env);
  // What is at hand around the first use is put aside.
  const bool dry = std::exchange(dry_, true);
  const bool doubtful = doubtful_;
  const bool too_large = std::exchange(too_large_, false);
  const std::size_t assertions = assertions_;
  std::vector<std::string> players = std::exchange(players_, {});
  const std::size_t statements = std::exchange(statements_, 0);
  const std::uint32_t loops = std::exchange(open_loops_, 0);
  const std::uint32_t blocks = std::exchange(blocks_, 0);
  const Nanos settle = settle_;
  const Place place = std::exchange(scenario_place_, Place{here().id, definition.span});
  const bool random = random_;
  const bool dead = std::exchange(dead_, false);
  std::vector<std::uint32_t> during = std::exchange(during_, {});
  std::vector<std::uint32_t>* used = std::exchange(used_clusters_, nullptr);
  const std::size_t errors = sink_.errors();

  definition.parameters = parameters(definition.step != nullptr ? definition.step->parameters : definition.check->parameters);
  for (const ParameterInfo& parameter : definition.parameters) {
    const ast::Name name{parameter.name, parameter.span};
    if (local(parameter.name) == nullptr) bind(name, parameter.type, Known::deferred, {});
  }
  if (definition.step != nullptr) {
    const ast::StepDef& step = *definition.step;
    if (step.scoped && !step.broken && (!step.body || !step.undo))
      report(diag::Code::missing_part, definition.span, {step.name.text, step.body ? "undo" : "do"});
    plan::Body ignored;
    const auto ending = [&](plan::Body& body) {
      const Term proof = step.evidence ? expr(*step.evidence) : Term{};
      if (proof.type.no_value()) report(diag::Code::wrong_type, step.evidence->span, {"a value", snippet(step.evidence->span), noun(proof.type.kind), ""});
      if (step.undo_within) (void)duration(*step.undo_within, "the time of `undo within`");
      if (step.undo) block(*step.undo, body);
    };
    if (step.body) inside(*step.body, ignored, ending);
    else ending(ignored);
  } else {
    definition.type = body_of(*definition.check).type;
  }
  definition.good = sink_.errors() == errors && !too_large_;

  dry_ = dry;
  doubtful_ = doubtful;
  too_large_ = too_large;
  assertions_ = assertions;
  players_ = std::move(players);
  statements_ = statements;
  open_loops_ = loops;
  blocks_ = blocks;
  settle_ = settle;
  scenario_place_ = place;
  random_ = random;
  dead_ = dead;
  during_ = std::move(during);
  used_clusters_ = used;
  definition.progress = Progress::ready;
}

void Checker::scenarios(std::uint32_t file) {
  std::unordered_map<std::string, Span> titles;
  const auto& declarations = files_[file]->tree.declarations;
  std::size_t many = 0;
  for (const ast::Declaration& each : declarations) {
    many += std::holds_alternative<ast::Scenario>(each.node);
    if (const auto* hook = std::get_if<ast::Hook>(&each.node); hook != nullptr && hook->body) hooks_.push_back(&each);
  }
  imports(file);
  plan_->scenarios.reserve(plan_->scenarios.size() + many);
  titles.reserve(many);
  around_all();
  if (many == 0) {  // nothing is around: what the hooks say is checked all the same
    Env env;
    Frame frame;
    env.frame = &frame;
    EnvScope scope(*this, env);
    std::vector<std::uint32_t> used;
    begin_scenario(used, {});
    plan::Body ignored;
    around_each(ignored);
    used_clusters_ = nullptr;
  }
  for (const ast::Declaration& declaration : declarations) {
    const auto* tree = std::get_if<ast::Scenario>(&declaration.node);
    if (tree == nullptr) continue;
    const auto [entry, fresh] = titles.try_emplace(tree->title, tree->title_span);
    if (!fresh)
      report(diag::Code::duplicate_title, tree->title_span, {tree->title}).notes.push_back({Place{files_[file]->id, entry->second}, "the first one is here"});
    if (tree->matrix) instances(*tree, titles);
    else scenario(*tree, nullptr, nullptr);
  }
  std::uint32_t slots = 0;
  for (const std::vector<plan::Scenario>* part : {&plan_->setup, &plan_->scenarios})
    for (const plan::Scenario& each : *part) slots = std::max(slots, each.slots);
  for (plan::Workload& each : plan_->workloads) place_counter(each, slots);
  if (incomplete_) return;
  plan::fill_bounds(*plan_);
  for (std::size_t i = 0; i < plan_->scenarios.size(); ++i) check_timeout(plan_->scenarios[i], timeouts_[i]);
}

void Checker::begin_scenario(std::vector<std::uint32_t>& used, Span title) {
  used_clusters_ = &used;
  assertions_ = 0;
  players_.clear();
  statements_ = 0;
  doubtful_ = here().broken;
  too_large_ = false;
  drawn_texts_.clear();
  copied_ = 0;
  scenario_place_ = {here().id, title};
}

/// The axes are constants in it, but for those that are parameters and have their values by themselves.
void Checker::bind_axes(const MatrixInfo& info, const Combination* one, plan::Scenario& out) {
  for (std::size_t i = 0; i < info.axes.size(); ++i) {
    const AxisInfo& axis = info.axes[i];
    const ast::Name name{axis.name.text, info.file == 0 ? axis.name.span : Span{}};
    if (one != nullptr) out.axes.emplace_back(std::string(name.text), axis.values[(*one)[i]]);
    if (axis.param != kNone) continue;
    if (one == nullptr) bind(name, of(Kind::any), Known::deferred, {});
    else bind(name, type_of(axis.values[(*one)[i]]), Known::constant, literal(axis.values[(*one)[i]], {}, name.span).expr);
  }
}

void Checker::scenario(const ast::Scenario& tree, const MatrixInfo* matrix, const Combination* one) {
  Env env;
  Frame frame;
  env.file = 0;
  env.frame = &frame;
  EnvScope scope(*this, env);
  std::vector<std::uint32_t> used;
  begin_scenario(used, tree.title_span);

  plan::Scenario& out = plan_->scenarios.emplace_back();
  out.title = tree.title;
  if (one != nullptr) {
    out.base = tree.title;
    out.title += "[" + axes_text(*matrix, *one, "=", ",") + "]";
  }
  out.id = plan_->files[0] + "::" + out.title;
  out.at = at(tree.title_span);
  if (matrix != nullptr && matrix->good) bind_axes(*matrix, one, out);
  else if (tree.matrix) env.broken = true;  // any name may be an axis
  if (tree.tags) tags(*tree.tags, out);
  Span timeout{};
  if (tree.timeout) {
    const Bound bound = duration(*tree.timeout, "the timeout");
    if (bound.known) out.timeout = bound.upper;
    timeout = tree.timeout->span;
  }
  if (tree.skip) {
    out.skip = *tree.skip;
    if (out.skip.empty()) report(diag::Code::empty_text, tree.title_span, {"the reason of `skip`"});
  }
  out.expect_fails = tree.expect_fails;
  const bool can_run = !tree.requires_ || requirement(*tree.requires_, out);
  plan::Body body;
  if (tree.body) {
    const bool dead = std::exchange(dead_, dead_ || !can_run);
    block(*tree.body, body);
    dead_ = dead;
  }
  if (!can_run) body.clear();
  if (assertions_ == 0 && !doubtful_) report(diag::Code::no_assertion, tree.title_span, {tree.title});
  // Elaborated behind the body, so that a hook that is added changes none of its draws.
  plan::Body around;
  if (can_run) around_each(around);
  if (around.empty()) around = std::move(body);
  else std::move(body.begin(), body.end(), std::back_inserter(around));
  used_clusters_ = nullptr;
  for (const std::uint32_t each : used) {
    const ClusterInfo& info = clusters_[each];
    if (info.base != kNone && plan::shared(*plan_, clusters_[info.base].index)) report(diag::Code::shared_cluster_varies, tree.matrix->span, {info.tree->name.text});
  }

  plan::Scenario& lowered = plan_->scenarios.back();
  lowered.body = std::move(around);
  lowered.slots = frame.next;
  lowered.players = std::move(players_);
  if (!can_run) used.clear();
  lowered.clusters = plan_clusters(std::move(used));
  lowered.up = plan::up_bound(*plan_, lowered.clusters);  // those that are shared too: their nodes may have to be started again
  std::vector<std::uint32_t> own;
  std::copy_if(lowered.clusters.begin(), lowered.clusters.end(), std::back_inserter(own), [&](std::uint32_t each) { return !plan::shared(*plan_, each); });
  lowered.down = plan::down_bound(*plan_, own);
  timeouts_.push_back(doubtful_ ? Span{} : timeout);
}

void Checker::tags(const ast::Expr& tree, plan::Scenario& out) {
  const auto* list = std::get_if<ast::List>(&tree.node);
  if (list == nullptr) {
    report(diag::Code::wrong_type, tree.span, {"a list of tags", snippet(tree.span), "something else", "write `tags [one, two]`"});
    return;
  }
  for (const ast::ExprPtr& item : list->items) {
    if (const auto* name = std::get_if<ast::Ref>(&item->node)) out.tags.emplace_back(name->name.text);
    else if (const auto* text = std::get_if<ast::String>(&item->node)) out.tags.push_back(text->value);
    else report(diag::Code::wrong_type, item->span, {"a tag", snippet(item->span), "something else", "a tag is a name or a string"});
  }
}

void Checker::check_timeout(const plan::Scenario& scenario, Span timeout) {
  if (!scenario.timeout || timeout.end == 0) return;
  const Nanos most = *scenario.timeout;
  if (scenario.body_bound <= most && scenario.up <= most - scenario.body_bound) return;
  const Nanos worst = scenario.body_bound > Nanos::max() - scenario.up ? Nanos::max() : scenario.up + scenario.body_bound;
  diag::Diagnostic& item = report(diag::Code::above_timeout, timeout, {show(worst), show(most)});
  const plan::Body* body = &scenario.body;
  const plan::BodyNode* longest = nullptr;
  Nanos found = scenario.up;
  // What takes longest, as deep inside as it still is most of what is around it.
  while (body != nullptr) {
    const plan::BodyNode* inside = nullptr;
    for (const plan::BodyNode& node : *body) {
      const auto* scope = std::get_if<plan::Scope>(&node.node);
      if (scope != nullptr && scope->kind == plan::ScopeKind::cleanup) continue;
      if (inside == nullptr || node.bound > inside->bound) inside = &node;
    }
    if (inside == nullptr || (longest == nullptr ? inside->bound <= found : inside->bound < longest->bound / 2)) break;
    longest = inside;
    found = inside->bound;
    const auto* scope = std::get_if<plan::Scope>(&inside->node);
    const bool sums = scope != nullptr && (scope->kind == plan::ScopeKind::group || scope->kind == plan::ScopeKind::parallel || scope->kind == plan::ScopeKind::actor || scope->kind == plan::ScopeKind::during || scope->kind == plan::ScopeKind::paused);
    body = sums ? &scope->body : nullptr;
  }
  if (longest == nullptr) item.notes.push_back({std::nullopt, "bringing the cluster up takes most of it: up to " + show(scenario.up)});
  else item.notes.push_back({std::nullopt, "line " + std::to_string(longest->at.line) + ", `" + longest->text + "`, takes most of it: up to " + show(longest->bound)});
}

}  // namespace failc::check
