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

/// The document of a step or a condition; no flow where it has one.
struct Known { std::optional<Document> document; Flow flow = Flow::go_on; };

Task<Known> known(Context context, const plan::BodyNode& node, const plan::Expr& expr, std::uint64_t salt, Nanos settle) {
  ScenarioRun& run = context.run;
  Known out;
  const std::vector<const plan::Expr*> exprs = {&expr};
  Task<Arguments> asking = arguments(context, node, exprs, salt, settle);
  Arguments taken = co_await asking;
  out.flow = taken.flow;
  if (out.flow != Flow::go_on) co_return out;
  Result<Document> document = document_of(std::move(taken.values.front()));
  if (document) out.document = std::move(*document);
  else out.flow = run.fail(run.failure_at(node, document.error().message, node.text));
  co_return out;
}

Flow not_made(ScenarioRun& run, const plan::BodyNode& node, const std::string& name) { return run.fail(run.failure_at(node, fmt::format("`{}` was not made yet", name), node.text)); }

Task<Flow> make_player(Context context, const plan::BodyNode& node, const plan::Step& step) {
  ScenarioRun& run = context.run;
  Task<Known> asking = known(context, node, step.args.front(), step.random, step.settle);
  const Known options = co_await asking;
  if (!options.document) co_return options.flow;
  const std::string& name = run.scenario.players[step.player];
  const auto& models = run.options.players;
  const auto model = std::find_if(models.begin(), models.end(), [&](const backend::PlayerModel& one) { return one.name == name; });
  if (model == models.end()) co_return run.fail(run.failure_at(node, fmt::format("no model is called `{}`", name), node.text));
  auto made = model->make(*options.document, mix(mix(run.seed, step.random), context.path));
  if (!made) co_return run.fail(run.failure_at(node, made.error().message, node.text));
  run.players[step.player] = std::move(*made);
  co_return Flow::go_on;
}

}  // namespace

Task<Flow> run_play(Context context, const plan::BodyNode& node, const plan::Step& step) {
  if (step.binds) {
    Task<Flow> making = make_player(context, node, step);
    co_return co_await making;
  }
  ScenarioRun& run = context.run;
  backend::Player* player = run.players[step.player].get();
  if (!player) co_return not_made(run, node, run.scenario.players[step.player]);
  std::optional<Status> played = step.reading ? player->play_read(*step.reading) : std::nullopt;
  if (!played) {
    Task<Known> asking = known(context, node, step.args.front(), step.random, step.settle);
    const Known read = co_await asking;
    if (!read.document) co_return read.flow;
    played = player->play(*read.document);
  }
  Task<bool> interrupted = was_interrupted(context, *player);
  if (co_await interrupted) co_return Flow::cancelled;
  if (!*played) co_return run.fail(run.failure_at(node, played->error().message, node.text));
  co_return Flow::go_on;
}

Task<Flow> run_shows(Context context, const plan::BodyNode& node, const plan::Condition& condition) {
  ScenarioRun& run = context.run;
  backend::Player* player = run.players[condition.player].get();
  if (!player) co_return not_made(run, node, run.scenario.players[condition.player]);
  std::optional<std::vector<backend::Difference>> differences = condition.reading ? player->compare_read(*condition.reading) : std::nullopt;
  if (!differences) {
    Task<Known> asking = known(context, node, condition.condition, condition.random, Nanos{});
    const Known read = co_await asking;
    if (!read.document) co_return read.flow;
    differences = player->compare(*read.document);
  }
  Task<bool> interrupted = was_interrupted(context, *player);
  if (co_await interrupted) co_return Flow::cancelled;
  run.recorder.sample(node, journal::text_of(record_of(*differences)), name_of(differences->empty() ? Truth::yes : Truth::no));
  if (differences->empty()) co_return Flow::go_on;
  co_return fail_shown(run, node, condition, *differences);
}

}  // namespace failc::run
