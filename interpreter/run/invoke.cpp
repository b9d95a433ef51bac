// exec and operations: one request, its outcome, and what was expected of it.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

#include "interpreter/run/dependencies.hpp"
#include "interpreter/run/effect.hpp"
#include "interpreter/run/engine.hpp"
#include "interpreter/run/facts.hpp"
#include "interpreter/run/seen.hpp"
#include "interpreter/value/utf8.hpp"

namespace failc::run {
namespace {

constexpr std::size_t kMostMessage = 200;

std::string message_of(const eval::Outcome& outcome) {
  const auto* error = outcome.error.as<Document>();
  const Value* message = error ? error->find("message") : nullptr;
  const auto* text = message ? message->as<std::string>() : nullptr;
  return text && !text->empty() ? *text : std::string("no reason was given");
}

Value error_of(const char* kind, Value code, std::string message) {
  Document error;
  error.entries.emplace_back("kind", std::string(kind));
  error.entries.emplace_back("code", std::move(code));
  error.entries.emplace_back("codeName", std::string());
  error.entries.emplace_back("labels", List());
  error.entries.emplace_back("message", std::move(message));
  return error;
}

std::string text_at(const backend::Reply& reply, std::string_view key) {
  const Value* value = reply.data.find(key);
  const auto* text = value ? value->as<std::string>() : nullptr;
  return text ? *text : std::string();
}

/// What a program's end means: as for an operation that runs one and says nothing more.
eval::Outcome exec_outcome(const ScenarioRun& run, backend::NodeIndex node, const backend::Reply& reply) {
  const std::string why = reply.error.empty() ? std::string("no answer") : reply.error;
  if (reply.delivery == backend::Delivery::not_sent) {
    return {eval::OutcomeKind::failed, Value(), error_of("unreachable", Value(), fmt::format("it could not be run on {}: {}", run.names[node], why))};
  }
  if (reply.delivery == backend::Delivery::interrupted) {
    const std::string took = show(reply.received - reply.sent);
    return {eval::OutcomeKind::unknown, Value(), error_of("timeout", Value(), fmt::format("it did not end on {} within {}", run.names[node], took))};
  }
  const Value* code = reply.data.find("code");
  const auto* number = code ? code->as<std::int64_t>() : nullptr;
  if (!number || *number != 0) {
    std::string message = text_at(reply, "stderr");
    if (message.empty()) message = text_at(reply, "stdout");
    message.erase(message.find_last_not_of(" \r\n") + 1);
    message.resize(utf8_prefix(message, kMostMessage).size());
    const std::string ended = fmt::format("exit code {}", number ? *number : -1);
    return {eval::OutcomeKind::failed, Value(), error_of("refused", code ? *code : Value(), message.empty() ? ended : ended + ": " + message)};
  }
  std::string output = text_at(reply, "stdout");
  const nlohmann::json parsed = nlohmann::json::parse(output, nullptr, false);
  return {eval::OutcomeKind::ok, parsed.is_discarded() ? Value(std::move(output)) : from_json(parsed), Value()};
}

/// Whether the outcome is among what was seen, be it by the name that a `check` has for it.
bool shows_outcome(const ScenarioRun& run, const plan::BodyNode& node, const plan::Step& step, const std::vector<Seen>& seen) {
  bool shown = false;
  plan::visit_all(run.plan, *step.expect, [&](const plan::Expr& expr) {
    if (shown || expr.op != plan::Op::local || expr.index != step.result_slot + 2) return;
    const std::string name = source_text(run, node, expr.at);
    shown = std::any_of(seen.begin(), seen.end(), [&](const Seen& one) { return one.expression == name; });
  });
  return shown;
}

/// Binds the result and holds the outcome against what was expected.
Task<Flow> judge(Context context, const plan::BodyNode& node, const plan::Step& step, eval::Outcome outcome) {
  ScenarioRun& run = context.run;
  const std::string what = name_of(outcome.kind);
  const std::string message = message_of(outcome);
  const bool ok = outcome.kind == eval::OutcomeKind::ok;
  if (step.binds) run.frame[step.slot] = ok ? outcome.result : Value(Undefined{message});
  if (!step.expect) {
    if (ok) co_return Flow::go_on;
    co_return run.fail(run.failure_at(node, fmt::format("its outcome is {}: {}", what, message), node.text));
  }
  ++run.result.assertions;
  run.frame[step.result_slot] = ok ? outcome.result : Value(Undefined{message});
  run.frame[step.result_slot + 1] = outcome.error;
  run.frame[step.result_slot + 2] = what;
  const Question asked = question(context, step.random, {step.expect.get()}, run.frame);
  Task<Sample> asking = sample(run, context.scope, asked, kNoDeadline, std::nullopt);
  const Sample taken = co_await asking;
  if (taken.cancelled) co_return Flow::cancelled;
  run.note_condition(node, context.path, taken.evaluated);
  SeenLog log(run, node);
  const Truth truth = eval::truth(taken.value());
  log.add(taken, truth);
  if (truth == Truth::yes) co_return Flow::go_on;
  const std::string holds = truth == Truth::no ? std::string("does not hold") : "is undefined: " + log.reason();
  const plan::Source& at = step.expect->at;
  const bool inside = at.file == node.at.file && at.line == node.at.line && at.column >= node.at.column;
  Failure failure = run.failure_at(node, fmt::format("what was expected of it {}", holds), inside ? source_text(run, node, at) : node.text);
  failure.seen = log.seen();
  if (truth == Truth::undefined && !(eval::answered(outcome) && taken.answered)) failure.verdict = Verdict::inconclusive;
  const bool shown = shows_outcome(run, node, step, failure.seen);
  if (!shown) failure.seen.push_back({run.scheduler.now(), "outcome", ok ? what : what + ": " + message});
  else if (!ok) failure.notes.insert(failure.notes.begin(), message);
  co_return run.fail(std::move(failure));
}

/// One request. Nothing where it was cancelled.
Task<std::optional<backend::Reply>> request(Context context, backend::Request request, Nanos timeout) {
  ScenarioRun& run = context.run;
  std::optional<backend::Reply> reply;
  Batch batch;
  run.scheduler.submit(batch, std::move(request), run.after(run.scaled(timeout)), std::nullopt);
  Task<bool> waiting = run.scheduler.replies(batch, context.scope);
  const bool answered = co_await waiting;
  if (answered) reply = std::move(batch.replies.front());
  co_return reply;
}

/// The journal's record of a request that nothing takes back.
std::optional<std::uint64_t> begin(ScenarioRun& run, backend::NodeIndex node, const std::string& verb, const std::string& detail, bool durable) {
  return run.recorder.effect(verb, node == backend::kNoNode ? std::string() : run.names[node], "", detail, durable);
}

void end(ScenarioRun& run, std::uint64_t effect, const backend::Reply& reply) {
  switch (reply.delivery) {
    case backend::Delivery::answered: return run.recorder.done(effect, FaultEnd::installed, "answered");
    case backend::Delivery::not_sent: return run.recorder.done(effect, FaultEnd::skipped, "not sent: " + reply.error);
    case backend::Delivery::interrupted: return run.recorder.done(effect, FaultEnd::indeterminate, reply.error.empty() ? "no answer" : reply.error);
  }
}

/// A failpoint is a fault of its node until it is disarmed, or its process is gone.
std::optional<InForce> begin_arming(ScenarioRun& run, const plan::Step& step, backend::NodeIndex node) {
  const std::string what = fmt::format("{} on {}", step.fault, run.names[node]);
  const auto record = begin_fault(run, FaultWords{"arm", what, "disarm", step.fault}, node);
  if (record) run.nodes[node].armed[step.fault] = *record;
  return record;
}

void end_arming(ScenarioRun& run, const plan::Step& step, backend::NodeIndex node, const eval::Outcome& outcome) {
  const auto armed = run.nodes[node].armed.find(step.fault);
  if (armed == run.nodes[node].armed.end()) return;  // its process is gone
  const InForce record = armed->second;
  if (step.takes_back) {
    if (outcome.kind != eval::OutcomeKind::ok) return;
    end_fault(run, record, FaultEnd::reverted, "it was disarmed");
    run.nodes[node].armed.erase(armed);
  } else if (outcome.kind == eval::OutcomeKind::ok) {
    run.result.faults[record.fault].end = FaultEnd::installed;
    run.result.faults[record.fault].evidence = "the node said so";
  } else if (outcome.kind == eval::OutcomeKind::failed) {
    end_fault(run, record, FaultEnd::skipped, message_of(outcome));
    run.nodes[node].armed.erase(armed);
  }
}

/// The node that a request goes to.
backend::NodeIndex target(const backend::Request& request) {
  return std::visit([](const auto& one) { return one.node; }, request);
}

}  // namespace

Task<Flow> run_exec(Context context, const plan::BodyNode& node, const plan::Step& step) {
  ScenarioRun& run = context.run;
  const std::vector<const plan::Expr*> exprs = pointers(step.args);
  Task<Arguments> asking = arguments(context, node, exprs, step.random, step.settle);
  const Arguments taken = co_await asking;
  if (taken.flow != Flow::go_on) co_return taken.flow;
  const Result<std::vector<backend::NodeIndex>> nodes = eval::nodes_of(taken.values[0]);
  if (!nodes || nodes->size() != 1) {
    const std::string why = !nodes ? nodes.error().message : fmt::format("{} nodes, and one is wanted", nodes->size());
    co_return run.fail(run.failure_at(node, "there is no node to run it on: " + why, node.text));
  }
  backend::Exec exec{nodes->front(), {}, {}};
  Result<std::vector<std::string>> argv = eval::exec_words(taken.values[1]);
  if (!argv) co_return run.fail(run.failure_at(node, argv.error().message, node.text));
  exec.argv = std::move(*argv);
  if (taken.values.size() > 2) {
    auto environment = eval::exec_environment(taken.values[2]);
    if (!environment) co_return run.fail(run.failure_at(node, environment.error().message, node.text));
    exec.environment = std::move(*environment);
  }
  std::string detail;
  for (const std::string& word : exec.argv) detail += (detail.empty() ? "" : " ") + word;
  const backend::NodeIndex on = exec.node;
  const std::optional<std::uint64_t> effect = begin(run, on, "exec", detail, true);
  if (!effect) co_return Flow::cancelled;
  backend::Request sent = std::move(exec);
  Task<std::optional<backend::Reply>> requesting = request(context, std::move(sent), step.timeout);
  const std::optional<backend::Reply> reply = co_await requesting;
  if (!reply) co_return Flow::cancelled;
  end(run, *effect, *reply);
  eval::Outcome outcome = exec_outcome(run, on, *reply);
  Task<Flow> judging = judge(context, node, step, std::move(outcome));
  co_return co_await judging;
}

Task<Flow> run_operation(Context context, const plan::BodyNode& node, const plan::Step& step) {
  ScenarioRun& run = context.run;
  const std::vector<const plan::Expr*> exprs = pointers(step.args);
  Task<Arguments> asking = arguments(context, node, exprs, step.random, step.settle);
  const Arguments taken = co_await asking;
  if (taken.flow != Flow::go_on) co_return taken.flow;
  const Draws draws;
  const SampleFacts facts(run, draws);
  Result<backend::Request> made = eval::make_request(run.plan, step.operation, taken.values, facts);
  if (!made) co_return run.fail(run.failure_at(node, made.error().message, node.text));
  const backend::NodeIndex on = target(*made);
  const bool arms = !step.fault.empty() && !step.takes_back;
  // Its process is gone, a new one has none; or it was never armed.
  if (step.takes_back && !run.nodes[on].armed.contains(step.fault)) co_return Flow::go_on;
  const std::optional<std::uint64_t> effect = arms ? std::nullopt : begin(run, on, run.plan.operations[step.operation].name, node.text, false);
  if (arms ? !begin_arming(run, step, on) : !effect) co_return Flow::cancelled;
  backend::Request sent = std::move(*made);
  Task<std::optional<backend::Reply>> requesting = request(context, std::move(sent), step.timeout);
  const std::optional<backend::Reply> reply = co_await requesting;
  if (!reply) co_return Flow::cancelled;
  if (effect) end(run, *effect, *reply);
  eval::Outcome outcome = eval::read_reply(run.plan, step.operation, taken.values, *reply, facts);
  if (!step.fault.empty()) end_arming(run, step, on, outcome);
  Task<Flow> judging = judge(context, node, step, std::move(outcome));
  co_return co_await judging;
}

}  // namespace failc::run
