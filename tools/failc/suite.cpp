#include "tools/failc/suite.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "grammar/base/bug.hpp"
#include "interpreter/host/interrupts.hpp"
#include "tools/failc/footprint.hpp"
#include "tools/failc/former_run.hpp"
#include "tools/failc/queue.hpp"
#include "tools/failc/terminal.hpp"
#include "tools/failc/threads.hpp"

namespace failc::tools {
namespace {

bool may_pass_next_time(run::Verdict verdict) {
  switch (verdict) {
    case run::Verdict::fail:
    case run::Verdict::inconclusive:
    case run::Verdict::environment: return true;
    case run::Verdict::pass:
    case run::Verdict::skipped:
    case run::Verdict::flaky:
    case run::Verdict::interrupted:
    case run::Verdict::harness: return false;
  }
  FAILC_BUG("no such verdict");
}

/// What a file does around its scenarios is no scenario: it has one result a session, and is not begun anew.
bool is_around(const run::ScenarioResult& result) { return result.scenario == run::kSetup || result.scenario == run::kCleanup; }

class Suite {
 public:
  Suite(const SuiteOptions& options, const Program& program, const Chosen& chosen, report::Run& run) : options_(options), program_(program), chosen_(chosen), run_(run) {
    for (std::size_t f = 0; f < chosen.size(); ++f) {
      if (chosen[f].empty()) continue;
      parts_.push_back({.index = f, .sessions = 0, .attempts = {}, .around = {}});
      report::FileRun& file = run.files.emplace_back();
      file.path = program.files[f].path;
      file.plan = program.files[f].plan.get();
      file.sources = &program.sources;
    }
  }

  /// Where there are to be several sessions, or may be.
  Status note_selection() const {
    if (parts_.size() < 2 && alone()) return Done{};
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < parts_.size(); ++i)
      for (const std::uint32_t scenario : chosen(i)) ids.push_back(run_.files[i].plan->scenarios[scenario].id);
    if (Status cleared = clear_former(options_.base); !cleared) return cleared;
    return tools::note_selection(options_.base, ids);
  }

  /// Whether there is one session a file.
  bool alone() const { return options_.jobs == 1 && options_.retries == 0 && !keeps(); }
  /// What is kept has its session for itself: nobody may do anything in it any more.
  bool keeps() const { return options_.session.run.skip_cleanup; }

  void in_order() {
    bool over = false;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      report::FileRun& file = run_.files[i];
      if (over) {
        file.left_out = chosen(i);
        continue;
      }
      file.journal = parts_.size() == 1 ? options_.base : new_folder(i);
      SessionOptions session = session_for(i);
      session.run.fail_fast = options_.fail_fast;
      run_session(session, run_, file, [&](const run::ScenarioResult& result) { return told(file, result); });
      if (!file.error.empty()) complain(file.error);
      over = host::interrupted() || (options_.fail_fast && !all_good(file));
    }
  }

  void in_parallel() {
    std::vector<Work> work;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      run_.files[i].journal = options_.base;
      if (is_whole(i)) work.push_back({i, chosen(i).front(), 1, all_ports(i)});
      else for (const std::uint32_t scenario : chosen(i)) work.push_back({i, scenario, 1, claims(i, scenario)});
    }
    Queue queue(work);
    const std::size_t lanes = std::min<std::size_t>(options_.jobs, work.size());
    tools::in_parallel(options_.jobs, lanes, [&](std::size_t) { lane(queue); });
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      report::FileRun& file = run_.files[i];
      take_around(i, run::kSetup);
      for (const std::uint32_t scenario : chosen(i)) {
        const auto attempts = parts_[i].attempts.find(scenario);
        if (attempts == parts_[i].attempts.end()) file.left_out.push_back(scenario);
        else file.results.push_back(report::combined(std::move(attempts->second)));
      }
      take_around(i, run::kCleanup);
      file.properties = run::properties(*file.plan, chosen(i), file.results);
      if (parts_[i].sessions == 1 && !file.results.empty()) file.journal = file.results.front().journal;
    }
  }

 private:
  /// One of `run_.files`.
  struct Part {
    std::size_t index = 0;  // in the program's files
    unsigned sessions = 0;
    std::map<std::uint32_t, std::vector<run::ScenarioResult>> attempts;  // by scenario
    std::vector<run::ScenarioResult> around;                             // setups and cleanups that did not pass
  };

  const std::vector<std::uint32_t>& chosen(std::size_t i) const { return chosen_[parts_[i].index]; }

  /// Its scenarios share nodes, so one session has them all; only an attempt behind the first has its own, with nodes of its own, and so has what is kept.
  bool is_whole(std::size_t i) const { return !run_.files[i].plan->setup.empty() && !keeps(); }

  /// The run whose nodes a scenario takes over: its place in `taken`.
  std::optional<std::size_t> taken_over(std::size_t i, std::uint32_t scenario) const {
    if (!options_.taken) return std::nullopt;
    const auto found = options_.taken->which.find({parts_[i].index, scenario});
    return found == options_.taken->which.end() ? std::nullopt : std::optional(found->second);
  }

  /// Its ports; and nodes that are taken over, which are at one scenario at a time.
  std::set<std::int64_t> claims(std::size_t i, std::uint32_t scenario) const {
    if (const auto taken = taken_over(i, scenario)) return {-1 - static_cast<std::int64_t>(*taken)};
    return fixed_ports(*run_.files[i].plan, run_.files[i].plan->scenarios[scenario]);
  }

  std::set<std::int64_t> all_ports(std::size_t i) const {
    const plan::Plan& plan = *run_.files[i].plan;
    std::set<std::int64_t> out = fixed_ports(plan, plan.setup.front());
    for (const std::uint32_t scenario : chosen(i)) out.merge(fixed_ports(plan, plan.scenarios[scenario]));
    return out;
  }

  void take_around(std::size_t i, std::uint32_t which) {
    for (const run::ScenarioResult& result : parts_[i].around)
      if (result.scenario == which) run_.files[i].results.push_back(result);
  }

  std::string new_folder(std::size_t i) {
    const std::size_t index = parts_[i].index;
    const unsigned number = ++parts_[i].sessions;
    return fmt::format("{}/{}-{}{}", options_.base, index + 1, std::filesystem::path(program_.files[index].path).stem().string(), number > 1 ? fmt::format(".{}", number) : "");
  }

  SessionOptions session_for(std::size_t i) const {
    SessionOptions out = options_.session;
    out.run.scenarios = chosen(i);
    out.run.text_of = [&file = run_.files[i]](const plan::Source& at) { return report::source_text(file, at); };
    return out;
  }

  /// What was left out is no pass.
  bool left_out(const run::ScenarioResult& result) const {
    const run::Options& how = options_.session.run;
    const bool whole = (result.scenario == run::kSetup && how.skip_setup) || (result.scenario == run::kCleanup && how.skip_cleanup);
    return whole && result.verdict == run::Verdict::pass;
  }

  std::string told(const report::FileRun& file, run::ScenarioResult result) const {
    if (left_out(result)) return "";
    result.leaked = result.lasting;  // the world's end may still settle that: the summary tells
    const bool colour = options_.session.screen->colour();
    return report::scenario_line(file, result, colour) + report::failure_block(run_, file, result, colour);
  }

  bool all_good(const report::FileRun& file) const {
    return file.error.empty() && file.leaked.empty() &&
           std::all_of(file.results.begin(), file.results.end(), [this](const auto& result) { return good(result, options_.allow_flaky); });
  }

  void lane(Queue& queue) {
    while (std::optional<Work> work = queue.take()) session(queue, std::move(*work));
  }

  /// Runs `work` and what can follow it without another session.
  void session(Queue& queue, Work work) {
    const std::size_t i = work.file;
    report::FileRun part;
    SessionOptions session = session_for(i);
    {
      const std::lock_guard lock(mutex_);
      part.path = run_.files[i].path;
      part.plan = run_.files[i].plan;
      part.sources = run_.files[i].sources;
      part.journal = new_folder(i);
    }
    session.together = true;
    session.attempt = work.attempt;
    if (const auto taken = taken_over(i, work.scenario)) session.kept = &options_.taken->runs[*taken].nodes;
    if (work.attempt > 1) session.run.scenarios = {work.scenario};
    const bool others_follow = work.attempt == 1 && !keeps();
    const bool whole = work.attempt == 1 && is_whole(i);
    if (whole) {
      session.run.fail_fast = options_.fail_fast && options_.retries == 0;
      return whole_session(queue, session, work, std::move(part));
    }
    std::optional<Work> next = std::move(work), current;
    std::optional<std::pair<Work, bool>> kept;  // its nodes are this session's until its end
    session.run.next = [&]() -> std::optional<std::uint32_t> {
      current = next ? std::exchange(next, std::nullopt) : others_follow ? queue.take_of(i) : std::nullopt;
      return current ? std::optional(current->scenario) : std::nullopt;
    };
    run_session(session, run_, part, [&](const run::ScenarioResult& result) {
      if (is_around(result)) return told(part, result);
      bool again = false;
      std::string text = ended(queue, part, *current, result, again);
      if (keeps()) kept = std::pair(*current, again);
      else queue.finish(*current, again);
      current.reset();
      return text;
    });
    if (kept) queue.finish(kept->first, kept->second);
    // It was never begun: what keeps this file's sessions from beginning keeps the others too.
    if (next) {
      queue.finish(*next, false);
      queue.drop(i);
    }
    merge(queue, i, std::move(part));
  }

  void whole_session(Queue& queue, const SessionOptions& session, const Work& work, report::FileRun part) {
    std::vector<Work> repeated;
    run_session(session, run_, part, [&](const run::ScenarioResult& result) {
      if (is_around(result)) return told(part, result);
      Work one = work;
      one.scenario = result.scenario;
      bool again = false;
      std::string text = ended(queue, part, one, result, again);
      ++one.attempt;
      if (again) repeated.push_back(std::move(one));
      return text;
    });
    queue.finish(work, false);
    std::reverse(repeated.begin(), repeated.end());
    for (Work& one : repeated) queue.add(std::move(one));
    merge(queue, work.file, std::move(part));
  }

  /// What is told of a scenario's attempt; `again`: there is another.
  std::string ended(Queue& queue, const report::FileRun& part, const Work& work, run::ScenarioResult result, bool& again) {
    result.journal = part.journal;
    again = work.attempt <= options_.retries && may_pass_next_time(result.verdict) && result.leaked.empty() && !has_kept(work.file, result) && !host::interrupted();
    {
      const std::lock_guard lock(mutex_);
      std::vector<run::ScenarioResult>& attempts = parts_[work.file].attempts[work.scenario];
      attempts.push_back(result);
      if (!again) result = report::combined(attempts);
    }
    if (!again && options_.fail_fast && !good(result, options_.allow_flaky)) queue.stop();
    return told(part, result) + (again ? fmt::format("  attempt {} of {} follows\n", work.attempt + 1, options_.retries + 1) : "");
  }

  /// What is kept of a file with a setup is known only behind its cleanup.
  bool has_kept(std::size_t i, const run::ScenarioResult& result) const { return !result.kept.empty() || (keeps() && !run_.files[i].plan->setup.empty()); }

  void merge(Queue& queue, std::size_t i, report::FileRun part) {
    if (host::interrupted() || (options_.fail_fast && !(part.error.empty() && part.leaked.empty()))) queue.stop();
    if (!part.error.empty()) complain(part.error);
    const std::lock_guard lock(mutex_);
    report::FileRun& file = run_.files[i];
    if (file.error.empty()) file.error = std::move(part.error);
    file.elapsed += part.elapsed;
    for (std::string& leaked : part.leaked) file.leaked.push_back(std::move(leaked));
    // The world's end may have settled what a scenario called leaked.
    for (run::ScenarioResult& result : part.results) {
      if (is_around(result)) {
        parts_[i].around.push_back(std::move(result));
        continue;
      }
      const auto told = parts_[i].attempts.find(result.scenario);
      if (told == parts_[i].attempts.end()) continue;
      for (run::ScenarioResult& attempt : told->second)
        if (attempt.journal == result.journal) {
          attempt.leaked = result.leaked;
          attempt.kept = result.kept;
          attempt.kept_in = result.kept_in;
        }
    }
  }

  const SuiteOptions& options_;
  const Program& program_;
  const Chosen& chosen_;
  report::Run& run_;
  std::mutex mutex_;  // of what follows, and of `run_` while jobs run
  std::vector<Part> parts_;
};

}  // namespace

bool good(const run::ScenarioResult& result, bool allow_flaky) {
  return result.leaked.empty() && (result.verdict == run::Verdict::pass || result.verdict == run::Verdict::skipped || (allow_flaky && result.verdict == run::Verdict::flaky));
}

Status run_suite(const SuiteOptions& options, const Program& program, const Chosen& chosen, report::Run& run) {
  Suite suite(options, program, chosen, run);
  if (Status noted = suite.note_selection(); !noted) return noted;
  if (suite.alone()) suite.in_order();
  else suite.in_parallel();
  return Done{};
}

}  // namespace failc::tools
