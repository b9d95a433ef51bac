#include "interpreter/run/sample.hpp"

#include <algorithm>

#include "interpreter/run/facts.hpp"

namespace failc::run {
namespace {

// A file of a node's folder: local, whatever the backend.
constexpr Nanos kNodeFileTimeout = std::chrono::seconds(5);

}  // namespace

Question question(const Context& context, std::uint64_t salt, std::vector<const plan::Expr*> exprs, std::span<Value> frame) {
  Draws draws = draws_of(context, salt, exprs);
  return {std::move(exprs), frame, std::move(draws)};
}

Task<Sample> sample(ScenarioRun& run, const CancelScope& scope, const Question& question, Instant deadline, std::optional<Instant> wait_until) {
  Sample taken;
  SampleFacts facts(run, question.draws);
  while (true) {
    taken.evaluated.clear();
    std::vector<eval::Ask> asks;
    std::vector<std::string> keys;
    for (const plan::Expr* expr : question.exprs) {
      taken.evaluated.push_back(eval::evaluate(run.plan, *expr, question.frame, facts));
      for (eval::Ask& ask : taken.evaluated.back().asks) {
        std::string key = ask.key();
        if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
        keys.push_back(std::move(key));
        asks.push_back(std::move(ask));
      }
    }
    if (asks.empty()) break;
    taken.asked = true;
    Batch batch;
    std::vector<std::size_t> sent;  // positions in `asks`
    for (std::size_t i = 0; i < asks.size(); ++i) {
      const eval::Ask& ask = asks[i];
      Result<backend::Request> request = eval::make_request(run.plan, ask, facts);
      if (!request) {
        const Instant now = run.scheduler.now();
        eval::Observation refused{Undefined{request.error().message}, now, now};
        facts.observe(keys[i], std::move(refused));
        continue;
      }
      const Nanos timeout = ask.kind == eval::Ask::Kind::query ? run.plan.operations[ask.operation].timeout : kNodeFileTimeout;
      const Instant until = std::min(run.after(run.scaled(timeout)), deadline);
      run.scheduler.submit(batch, std::move(*request), until, wait_until);
      sent.push_back(i);
    }
    Task<bool> replies = run.scheduler.replies(batch, scope);
    const bool all = co_await replies;
    if (!all) {
      taken.cancelled = true;
      co_return taken;
    }
    for (std::size_t i = 0; i < sent.size(); ++i) {
      eval::Observation seen = eval::read_answer(run.plan, asks[sent[i]], *batch.replies[i], facts);
      facts.observe(keys[sent[i]], std::move(seen));
    }
  }
  if (scope.cancelled() != Reason::none) taken.cancelled = true;
  taken.at = run.scheduler.now();
  co_return taken;
}

}  // namespace failc::run
