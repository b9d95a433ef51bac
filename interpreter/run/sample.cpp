#include "interpreter/run/sample.hpp"

#include <algorithm>
#include <map>

#include "interpreter/run/facts.hpp"

namespace failc::run {
Question question(const Context& context, std::uint64_t salt, std::vector<const plan::Expr*> exprs, std::span<Value> frame) {
  Draws draws = draws_of(context, salt, exprs);
  return {std::move(exprs), frame, std::move(draws)};
}

Task<Sample> sample(ScenarioRun& run, const CancelScope& scope, const Question& question, Instant deadline, std::optional<Instant> wait_until,
                    std::uint8_t wakes) {
  Sample taken;
  SampleFacts facts(run, question.draws);
  Batch batch;
  struct Sent {
    std::string key;
    eval::Ask ask;
    bool open = true;
  };
  std::vector<Sent> sent;  // as in `batch`
  while (true) {
    taken.evaluated.clear();
    std::map<std::string, eval::Ask> asks;
    std::vector<std::string> order;
    for (const plan::Expr* expr : question.exprs) {
      taken.evaluated.push_back(eval::evaluate(run.plan, *expr, question.frame, facts));
      for (eval::Ask& ask : taken.evaluated.back().asks) {
        std::string key = ask.key();
        if (asks.try_emplace(key, std::move(ask)).second) order.push_back(std::move(key));
      }
    }
    for (std::size_t i = 0; i < sent.size(); ++i) {
      if (!sent[i].open || asks.contains(sent[i].key)) continue;
      run.scheduler.drop(batch, i);
      sent[i].open = false;
    }
    if (asks.empty()) break;
    taken.asked = true;
    for (std::string& key : order) {
      if (std::any_of(sent.begin(), sent.end(), [&](const Sent& one) { return one.open && one.key == key; })) continue;
      eval::Ask& ask = asks.at(key);
      Result<backend::Request> request = eval::make_request(run.plan, ask, facts);
      if (!request) {
        const Instant now = run.scheduler.now();
        eval::Observation refused{Undefined{request.error().message}, now, now};
        facts.observe(std::move(key), std::move(refused));
        continue;
      }
      const Nanos timeout = ask.kind == eval::Ask::Kind::query ? run.plan.operations[ask.operation].timeout : plan::kNodeFileTimeout;
      const Instant until = std::min(run.after(run.scaled(timeout)), deadline);
      run.scheduler.submit(batch, std::move(*request), until, wait_until);
      sent.push_back({std::move(key), std::move(ask)});
    }
    Task<bool> replies = run.scheduler.replies(batch, scope, wakes);
    const bool going = co_await replies;
    if (!going) {
      taken.cancelled = true;
      co_return taken;
    }
    for (std::size_t i = 0; i < sent.size(); ++i) {
      if (!sent[i].open || !batch.replies[i]) continue;
      sent[i].open = false;
      eval::Observation seen = eval::read_answer(run.plan, sent[i].ask, *batch.replies[i], facts);
      taken.answered = taken.answered && seen.answered;
      facts.observe(sent[i].key, std::move(seen));
    }
  }
  if (scope.cancelled() != Reason::none) taken.cancelled = true;
  taken.at = run.scheduler.now();
  co_return taken;
}

}  // namespace failc::run
