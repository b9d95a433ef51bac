// Players: what is played to them, and what they show.
#include <fmt/format.h>

#include <algorithm>

#include "interpreter/run/dice.hpp"
#include "interpreter/run/engine.hpp"
#include "interpreter/run/seen.hpp"

namespace failc::run {
namespace {

std::string path_text(const backend::DocumentPath& path) { return fmt::format("{}", fmt::join(path, ".")); }

/// The part of a document's expression that a path leads to, or as near to it as there is one.
const plan::Expr& part_at(const plan::Expr& whole, const backend::DocumentPath& path) {
  const plan::Expr* at = &whole;
  for (const std::string& step : path) {
    const plan::Expr* next = nullptr;
    if (at->op == plan::Op::doc) {
      const auto found = std::find(at->names.begin(), at->names.end(), step);
      if (found != at->names.end()) next = &at->args[static_cast<std::size_t>(found - at->names.begin())];
    } else if (at->op == plan::Op::list) {
      for (std::size_t i = 0; i < at->args.size(); ++i)
        if (std::to_string(i) == step) next = &at->args[i];
    }
    if (next == nullptr) break;
    at = next;
  }
  return *at;
}

std::string sentence(const backend::Difference& difference) {
  if (difference.path.empty()) return fmt::format("{}, and {} is wanted", difference.seen, difference.wanted);
  return fmt::format("`{}` is {}, and {} is wanted", path_text(difference.path), difference.seen, difference.wanted);
}

Recorder::Json record_of(const std::vector<backend::Difference>& differences) {
  Recorder::Json out = Recorder::Json::array();
  for (const backend::Difference& difference : differences) {
    Recorder::Json one = Recorder::Json::object();
    one["key"] = path_text(difference.path);
    one["wanted"] = difference.wanted;
    one["value"] = difference.seen;
    out.push_back(std::move(one));
  }
  return out;
}

Flow fail_shown(ScenarioRun& run, const plan::BodyNode& node, const plan::Condition& condition, const std::vector<backend::Difference>& differences) {
  const backend::Difference& first = differences.front();
  Failure failure = run.failure_at(node, sentence(first), first.wanted);
  failure.at = part_at(condition.condition, first.path).at;
  failure.text = source_text(run, node, failure.at);
  for (const backend::Difference& difference : differences) failure.seen.push_back({run.scheduler.now(), path_text(difference.path), difference.seen});
  for (std::size_t i = 1; i < differences.size(); ++i)
    failure.notes.push_back(fmt::format("line {}: {}", part_at(condition.condition, differences[i].path).at.line, sentence(differences[i])));
  if (failure.at.line < node.at.line) failure.notes.push_back(fmt::format("it came into line {} as `{}`", node.at.line, node.text));
  if (!condition.because.empty()) failure.notes.push_back("because " + condition.because);
  return run.fail(std::move(failure));
}

/// Whether the player's last call was interrupted; then the world says so too, and all that waits is cancelled.
Task<bool> was_interrupted(Context context, const backend::Player& player) {
  if (!player.interrupted()) co_return false;
  Task<Woken> told = until_changed(context.run, context.scope, kNothing, context.run.scheduler.now() + std::chrono::seconds(1), 0);
  co_return co_await told == Woken::cancelled;
}

/// A document that is known, or why it is none.
Result<Document> document_of(Value value) {
  if (const auto* undefined = value.as<Undefined>()) return Error{"it is undefined: " + undefined->reason};
  if (auto* document = std::get_if<Document>(&value.data)) return std::move(*document);
  return Error{fmt::format("a document is wanted, and this is {}", kind_of(value))};
}

}  // namespace

Task<Flow> run_play(Context context, const plan::BodyNode& node, const plan::Step& step) {
  ScenarioRun& run = context.run;
  const std::vector<const plan::Expr*> exprs = {&step.args.front()};
  Task<Arguments> asking = arguments(context, node, exprs, step.random, step.settle);
  Arguments taken = co_await asking;
  if (taken.flow != Flow::go_on) co_return taken.flow;
  const Result<Document> document = document_of(std::move(taken.values.front()));
  if (!document) co_return run.fail(run.failure_at(node, document.error().message, node.text));
  const std::string& name = run.scenario.players[step.player];
  if (!step.binds) {
    if (!run.players[step.player]) co_return run.fail(run.failure_at(node, fmt::format("`{}` was not made yet", name), node.text));
    const Status played = run.players[step.player]->play(*document);
    Task<bool> interrupted = was_interrupted(context, *run.players[step.player]);
    if (co_await interrupted) co_return Flow::cancelled;
    if (!played) co_return run.fail(run.failure_at(node, played.error().message, node.text));
    co_return Flow::go_on;
  }
  const auto& models = run.options.players;
  const auto model = std::find_if(models.begin(), models.end(), [&](const backend::PlayerModel& one) { return one.name == name; });
  if (model == models.end()) co_return run.fail(run.failure_at(node, fmt::format("no model is called `{}`", name), node.text));
  auto made = model->make(*document, mix(mix(run.seed, step.random), context.path));
  if (!made) co_return run.fail(run.failure_at(node, made.error().message, node.text));
  run.players[step.player] = std::move(*made);
  co_return Flow::go_on;
}

Task<Flow> run_shows(Context context, const plan::BodyNode& node, const plan::Condition& condition) {
  ScenarioRun& run = context.run;
  const std::vector<const plan::Expr*> exprs = {&condition.condition};
  Task<Arguments> asking = arguments(context, node, exprs, condition.random, Nanos{});
  Arguments taken = co_await asking;
  if (taken.flow != Flow::go_on) co_return taken.flow;
  const Result<Document> wanted = document_of(std::move(taken.values.front()));
  if (!wanted) co_return run.fail(run.failure_at(node, wanted.error().message, node.text));
  if (!run.players[condition.player]) co_return run.fail(run.failure_at(node, fmt::format("`{}` was not made yet", run.scenario.players[condition.player]), node.text));
  const std::vector<backend::Difference> differences = run.players[condition.player]->compare(*wanted);
  Task<bool> interrupted = was_interrupted(context, *run.players[condition.player]);
  if (co_await interrupted) co_return Flow::cancelled;
  run.recorder.sample(node, journal::text_of(record_of(differences)), name_of(differences.empty() ? Truth::yes : Truth::no));
  if (differences.empty()) co_return Flow::go_on;
  co_return fail_shown(run, node, condition, differences);
}

}  // namespace failc::run
