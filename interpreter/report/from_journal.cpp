#include "interpreter/report/from_journal.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "grammar/base/bug.hpp"

namespace failc::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kFirstFormat = 2;  // the first that tells enough
constexpr std::int64_t kLatest = std::int64_t{1} << 61;  // differences of two do not overflow

/// What a record does not hold as its kind has it.
struct Malformed { std::string key; };

const Json& member(const Json& record, const char* key) {
  if (const auto found = record.is_object() ? record.find(key) : record.end(); record.is_object() && found != record.end()) return *found;
  throw Malformed{key};
}

std::string text(const Json& record, const char* key) {
  const Json& found = member(record, key);
  if (!found.is_string()) throw Malformed{key};
  return found.get<std::string>();
}

std::int64_t number(const Json& record, const char* key, std::int64_t most) {
  const Json& found = member(record, key);
  const bool fits = found.is_number_unsigned() ? found.get<std::uint64_t>() <= static_cast<std::uint64_t>(most) : found.is_number_integer() && found.get<std::int64_t>() >= 0;
  if (!fits) throw Malformed{key};
  return found.get<std::int64_t>();
}

Nanos duration(const Json& record, const char* key) { return Nanos(number(record, key, kLatest)); }

const Json& list(const Json& record, const char* key) {
  const Json& found = member(record, key);
  if (!found.is_array()) throw Malformed{key};
  return found;
}

std::vector<std::string> texts(const Json& record, const char* key) {
  std::vector<std::string> out;
  for (const Json& item : list(record, key)) {
    if (!item.is_string()) throw Malformed{key};
    out.push_back(item);
  }
  return out;
}

/// The value that has this word.
template <typename Enum>
Enum named(const Json& record, const char* key, std::initializer_list<Enum> all) {
  const std::string wanted = text(record, key);
  for (const Enum each : all)
    if (word(each) == wanted) return each;
  throw Malformed{key};
}

run::Verdict verdict_of(const Json& record) {
  using run::Verdict;
  return named(record, "verdict", {Verdict::pass, Verdict::fail, Verdict::environment, Verdict::interrupted, Verdict::harness, Verdict::inconclusive, Verdict::skipped});
}

run::FaultEnd end_of(const Json& record) {
  using run::FaultEnd;
  return named(record, "end", {FaultEnd::installed, FaultEnd::skipped, FaultEnd::indeterminate, FaultEnd::reverted});
}

class Session {
 public:
  explicit Session(Restored& restored) : restored_(restored) {}

  void read(const journal::Contents& contents) {
    first(contents.records.front());
    for (std::size_t i = 1; i < contents.records.size(); ++i) {
      at_ = i;
      record(contents.records[i]);
    }
    if (!over_) died(contents);
    // What was not begun, in the order in which it was to be.
    if (!over_ || not_run_)
      for (std::uint32_t i = 0; i < plan_->scenarios.size(); ++i)
        if (!over_ ? !begun_.contains(i) : not_run_->contains(plan_->scenarios[i].id)) file_.left_out.push_back(i);
    restored_.run.files.push_back(std::move(file_));
  }
  std::size_t at() const { return at_; }

 private:
  void first(const Json& record) {
    plan_ = &restored_.plans.emplace_back();
    SourceMap& sources = restored_.sources.emplace_back();
    for (const Json& source : list(record, "sources")) {
      plan_->files.push_back(text(source, "path"));
      if (!member(source, "text").is_null()) sources.add(text(source, "path"), text(source, "text"));
    }
    std::map<std::string, std::uint32_t> clusters;
    const auto clusters_on = [&](const std::vector<std::string>& backends) {
      std::vector<std::uint32_t> out;
      for (const std::string& backend : backends) {
        const auto [found, is_new] = clusters.try_emplace(backend, static_cast<std::uint32_t>(plan_->clusters.size()));
        if (is_new) plan_->clusters.push_back({.name = backend, .backend = backend});
        out.push_back(found->second);
      }
      return out;
    };
    if (record.contains("kept_in")) kept_in_ = text(record, "kept_in");
    if (record.contains("around")) around_ = clusters_on(texts(record, "around"));
    for (const Json& told : list(record, "told")) {
      plan::Scenario scenario;
      scenario.id = text(told, "id");
      scenario.title = text(told, "title");
      scenario.at = place(told);
      scenario.tags = texts(told, "tags");
      scenario.clusters = clusters_on(texts(told, "backends"));
      if (told.contains("sometimes"))
        for (const Json& one : list(told, "sometimes")) {
          plan::Condition condition;
          condition.kind = plan::ConditionKind::sometimes;
          condition.title = text(one, "title");
          plan::BodyNode& node = scenario.body.emplace_back();
          node.node = std::move(condition);
          node.at = place(one);
          node.text = text(one, "text");
        }
      plan_->scenarios.push_back(std::move(scenario));
    }
    file_.path = text(record, "path");
    file_.journal = text(record, "folder");
    file_.plan = plan_;
    file_.sources = &sources;
    file_.plan_hash = text(record, "plan");
    Run& run = restored_.run;
    if (!run.files.empty()) return;
    run.version = text(record, "failc");
    if (!member(record, "seed").is_number_unsigned()) throw Malformed{"seed"};
    run.seed = record["seed"].get<std::uint64_t>();
    run.started = text(record, "started");
    run.repeat = text(record, "repeat");
    if (run.not_run.empty() && record.contains("specs_not_run"))
      for (const Json& file : list(record, "specs_not_run")) run.not_run.push_back({text(file, "path"), text(file, "format"), text(file, "reason")});
  }

  plan::Source place(const Json& record) {
    constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max() / 2;
    plan::Source out;
    const std::string path = text(record, "file");
    const auto found = std::find(plan_->files.begin(), plan_->files.end(), path);
    out.file = path.empty() ? std::numeric_limits<std::uint32_t>::max() : static_cast<std::uint32_t>(found - plan_->files.begin());
    if (found == plan_->files.end() && !path.empty()) plan_->files.push_back(path);
    out.line = static_cast<std::uint32_t>(number(record, "line", kMost));
    out.column = static_cast<std::uint32_t>(number(record, "column", kMost));
    out.length = static_cast<std::uint32_t>(number(record, "length", kMost));
    return out;
  }

  void record(const Json& record) {
    const std::string kind = text(record, "kind");
    if (!over_ && kind != "recovered") file_.elapsed = duration(record, "at");
    if (kind == "scenario") return scenario(record);
    if (kind == "end" || kind == "left") return end(record);
    if (kind == "recovered") {
      // Before the end it is the run's own: what could not be undone was in the end. Behind it, or behind a death, `failc recover` was here.
      recovered_ = true;
      if (!over_ && !current_)
        for (run::ScenarioResult& result : file_.results) {
          result.leaked = result.lasting;
          result.kept.clear();
        }
    }
    if (!current_) return;
    if (kind == "step") {
      step_ = text(record, "text");
      step_at_ = run::scenario_of(*plan_, *current_).at;
      step_at_.line = static_cast<std::uint32_t>(number(record, "line", std::numeric_limits<std::uint32_t>::max() / 2));
      step_at_.column = step_at_.length = 1;
    } else if (kind == "wait") {
      current_->waits.push_back({place(record), text(record, "text"), duration(record, "used"), duration(record, "bound")});
    } else if (kind == "failure") {
      run::Failure found = failure(record);
      if (member(record, "later") == Json(true)) current_->later.push_back(std::move(found));
      else current_->failure = std::move(found);
    } else if (kind == "kept") {
      current_->kept.push_back(text(record, "what"));
      current_->kept_in = kept_in_;
    } else if (kind == "leaked") {
      current_->leaked.push_back(text(record, "what"));
      if (member(record, "lasts") == Json(true)) current_->lasting.push_back(current_->leaked.back());
    } else if (kind == "verdict") {
      verdict(record);
    }
  }

  void scenario(const Json& record) {
    const std::string id = text(record, "id");
    current_.emplace();
    current_->began = current_->ended = duration(record, "at");
    step_.clear();
    for (const auto& [index, part, end] : {std::tuple{run::kSetup, &plan_->setup, "::(setup)"}, std::tuple{run::kCleanup, &plan_->cleanup, "::(cleanup)"}}) {
      if (!id.ends_with(end)) continue;
      current_->scenario = index;
      plan::Scenario& around = part->emplace_back();
      around.id = id;
      around.title = text(record, "title");
      around.clusters = around_;
      around.at.line = static_cast<std::uint32_t>(number(record, "line", std::numeric_limits<std::uint32_t>::max() / 2));
      around.at.column = around.at.length = 1;
      return;
    }
    const auto found = std::find_if(plan_->scenarios.begin(), plan_->scenarios.end(), [&](const plan::Scenario& one) { return one.id == id; });
    if (found == plan_->scenarios.end()) throw Malformed{"id"};
    current_->scenario = static_cast<std::uint32_t>(found - plan_->scenarios.begin());
    begun_.insert(current_->scenario);
  }

  run::Failure failure(const Json& record) {
    run::Failure out;
    out.at = place(record);
    out.text = text(record, "text");
    out.message = text(record, "message");
    out.wanted = text(record, "wanted");
    for (const Json& seen : list(record, "seen")) out.seen.push_back({duration(seen, "at"), text(seen, "expression"), text(seen, "value")});
    out.active = texts(record, "active");
    out.notes = texts(record, "notes");
    out.when = duration(record, "when");
    out.verdict = verdict_of(record);
    return out;
  }

  void verdict(const Json& record) {
    current_->verdict = verdict_of(record);
    current_->assertions = static_cast<std::uint64_t>(number(record, "assertions", kLatest));
    current_->began = duration(record, "began");
    current_->ended = duration(record, "ended");
    for (const Json& fault : list(record, "faults")) current_->faults.push_back({text(fault, "what"), end_of(fault), text(fault, "evidence")});
    for (const Json& found : list(record, "versions")) current_->versions.push_back({text(found, "component"), text(found, "version"), text(found, "program")});
    if (record.contains("sometimes"))
      for (const Json& one : list(record, "sometimes"))
        current_->sometimes.push_back({text(one, "title"), static_cast<std::uint64_t>(number(one, "asked", kLatest)), static_cast<std::uint64_t>(number(one, "held", kLatest))});
    if (record.contains("skipped")) current_->skipped = text(record, "skipped");
    if (record.contains("expected_failure")) {
      if (!current_->failure) throw Malformed{"expected_failure"};
      current_->expected_failure = std::exchange(current_->failure, std::nullopt);
    }
    // Setup and cleanup are told of where they have something to tell.
    const bool around = current_->scenario == run::kSetup || current_->scenario == run::kCleanup;
    if (around && !file_.results.empty()) {
      run::ScenarioResult& before = file_.results.back();
      before.kept.insert(before.kept.end(), current_->kept.begin(), current_->kept.end());
      before.kept_in = kept_in_;
      current_->kept.clear();
    }
    if (!around || current_->failure || !current_->leaked.empty()) file_.results.push_back(std::move(*current_));
    current_.reset();
  }

  void end(const Json& record) {
    over_ = true;
    file_.error = text(record, "error");
    not_run_.emplace();
    for (std::string& id : texts(record, "not_run")) not_run_->insert(std::move(id));
    if (record.contains("properties"))
      for (const Json& told : list(record, "properties")) {
        run::Property& property = file_.properties.emplace_back();
        property.title = text(told, "title");
        property.at = place(told);
        property.text = text(told, "text");
        property.asked = static_cast<std::uint64_t>(number(told, "asked", kLatest));
        property.held = static_cast<std::uint64_t>(number(told, "held", kLatest));
        property.judged = member(told, "judged") == Json(true);
      }
    if (record["kind"] == "left") file_.leaked = texts(record, "leaked");
  }

  /// The run ended with its failc, at whatever it was doing.
  void died(const journal::Contents& contents) {
    const std::string where = fmt::format("behind record {} of its journal", contents.records.size());
    file_.error = fmt::format("the run was killed {}{}", where, recovered_ ? "; `failc recover` has undone what it left" : "; `failc recover` undoes what it left");
    if (!current_) return;
    current_->ended = file_.elapsed;
    run::Failure failure;
    failure.at = step_.empty() ? run::scenario_of(*plan_, *current_).at : step_at_;
    failure.text = step_;
    failure.message = fmt::format("failc was killed here, {}", where);
    failure.when = file_.elapsed;
    failure.verdict = run::Verdict::interrupted;
    current_->verdict = current_->failure ? current_->failure->verdict : run::Verdict::interrupted;
    if (current_->failure) current_->later.push_back(std::move(failure));
    else current_->failure = std::move(failure);
    file_.results.push_back(std::move(*current_));
    current_.reset();
  }

  Restored& restored_;
  std::size_t at_ = 0;
  plan::Plan* plan_ = nullptr;
  FileRun file_;
  std::optional<run::ScenarioResult> current_;
  std::set<std::uint32_t> begun_;
  std::vector<std::uint32_t> around_;  // clusters of setup and cleanup
  std::optional<std::set<std::string>> not_run_;
  std::string step_, kept_in_;
  plan::Source step_at_;
  bool over_ = false, recovered_ = false;
};

/// Which one it is, and where.
Json place_json(const FileRun& file, const run::Property& property) {
  return {{"title", property.title},
          {"file", property.at.file < file.plan->files.size() ? file.plan->files[property.at.file] : ""},
          {"line", property.at.line},
          {"column", property.at.column},
          {"length", property.at.length},
          {"text", property.text}};
}

}  // namespace

nlohmann::ordered_json properties_of(const FileRun& file) {
  Json out = Json::array();
  for (const run::Property& property : file.properties) {
    Json one = place_json(file, property);
    one["asked"] = property.asked;
    one["held"] = property.held;
    one["judged"] = property.judged;
    out.push_back(std::move(one));
  }
  return out;
}

void put_told(journal::Record& out, const Run& run, const FileRun& file, const std::vector<std::uint32_t>& scenarios) {
  std::unordered_map<std::string_view, const std::string*> texts;
  for (std::uint32_t i = 0; file.sources && i < file.sources->size(); ++i) texts[(*file.sources)[FileId{i}].path] = &(*file.sources)[FileId{i}].text;
  const auto put_source = [&](std::string& to, const std::string& path) {
    const auto text = texts.find(path);
    to += "{\"path\":";
    journal::write_json(to, std::string_view(path));
    to += ",\"text\":";
    if (text == texts.end()) to += "null";
    else journal::write_json(to, std::string_view(*text->second));
    to += '}';
  };
  const auto backends_of = [&](const plan::Scenario& scenario) {
    Json backends = Json::array();
    for (const std::uint32_t cluster : scenario.clusters) {
      const std::string& backend = file.plan->clusters[cluster].backend;
      if (std::find(backends.begin(), backends.end(), backend) == backends.end()) backends.push_back(backend);
    }
    return backends;
  };
  const auto put_scenario = [&](std::string& to, std::uint32_t index) {
    const plan::Scenario& scenario = file.plan->scenarios[index];
    journal::Record one;
    one.put("id", scenario.id);
    one.put("title", scenario.title);
    one.put("file", scenario.at.file < file.plan->files.size() ? file.plan->files[scenario.at.file] : std::string());
    one.put("line", scenario.at.line);
    one.put("column", scenario.at.column);
    one.put("length", scenario.at.length);
    one.put("tags", Json(scenario.tags));
    one.put("backends", backends_of(scenario));
    Json sometimes = Json::array();
    for (const plan::BodyNode* node : run::sometimes_of(scenario)) {
      run::Property property;
      property.title = std::get<plan::Condition>(node->node).title;
      property.at = node->at;
      property.text = node->text;
      sometimes.push_back(place_json(file, property));
    }
    if (!sometimes.empty()) one.put("sometimes", sometimes);
    to += one.finish();
  };
  const auto put_list = [&](std::string_view key, const auto& items, const auto& put) {
    out.put_with(key, [&](std::string& to) {
      char before = '[';
      for (const auto& item : items) {
        to += std::exchange(before, ',');
        put(to, item);
      }
      to += before == '[' ? "[]" : "]";
    });
  };
  out.put("path", file.path);
  out.put("folder", file.journal);
  out.put("repeat", run.repeat);
  put_list("told", scenarios, put_scenario);
  put_list("sources", file.plan->files, put_source);
  if (!file.plan->setup.empty()) out.put("around", backends_of(file.plan->setup.front()));
  if (!run.not_run.empty()) out.put("specs_not_run", not_run_json(run));
}

namespace {

plan::Plan& plan_of(Restored& restored, const FileRun& file) {
  const auto owned = std::find_if(restored.plans.begin(), restored.plans.end(), [&](const plan::Plan& one) { return &one == file.plan; });
  FAILC_ASSERT(owned != restored.plans.end());
  return *owned;
}

/// `plan` gets what `result`, of a session whose plan is `from`, is of.
void take_around(plan::Plan& plan, plan::Plan& from, const run::ScenarioResult& result) {
  if (result.scenario == run::kSetup && plan.setup.empty()) plan.setup = std::move(from.setup);
  if (result.scenario == run::kCleanup && plan.cleanup.empty()) plan.cleanup = std::move(from.cleanup);
}

/// The sessions of one file, which are moved from: their plans are null.
FileRun joined(Restored& restored, const std::vector<FileRun*>& sessions) {
  plan::Plan& plan = plan_of(restored, *sessions.front());
  FileRun out = *sessions.front();
  out.results.clear();
  std::map<std::string, std::vector<run::ScenarioResult>> attempts;
  std::vector<run::ScenarioResult> setups, cleanups;
  for (FileRun* session : sessions) {
    for (run::ScenarioResult& result : session->results) {
      result.journal = session->journal;
      take_around(plan, plan_of(restored, *session), result);
      if (result.scenario == run::kSetup) setups.push_back(std::move(result));
      else if (result.scenario == run::kCleanup) cleanups.push_back(std::move(result));
      else attempts[session->plan->scenarios[result.scenario].id].push_back(std::move(result));
    }
    session->plan = nullptr;
    if (session == sessions.front()) continue;
    if (out.error.empty()) out.error = session->error;
    out.leaked.insert(out.leaked.end(), session->leaked.begin(), session->leaked.end());
    out.elapsed += session->elapsed;
  }
  out.results = std::move(setups);
  std::vector<std::uint32_t> all, left_out;
  for (std::uint32_t i = 0; i < plan.scenarios.size(); ++i) {
    all.push_back(i);
    const auto found = attempts.find(plan.scenarios[i].id);
    if (found == attempts.end()) {
      left_out.push_back(i);
      continue;
    }
    out.results.push_back(combined(std::move(found->second)));
    out.results.back().scenario = i;
  }
  out.results.insert(out.results.end(), std::make_move_iterator(cleanups.begin()), std::make_move_iterator(cleanups.end()));
  if (sessions.size() > 1) {
    out.journal = out.journal.substr(0, out.journal.rfind('/'));
    out.left_out = std::move(left_out);
  }
  // One session of several knows only of its own part, and says nothing.
  if (out.properties.empty()) out.properties = run::properties(plan, all, out.results);
  return out;
}

}  // namespace

void join_sessions(Restored& restored) {
  std::vector<FileRun> out;
  std::vector<FileRun>& files = restored.run.files;
  for (std::size_t first = 0; first < files.size(); ++first) {
    if (!files[first].plan) continue;
    std::vector<FileRun*> sessions;
    for (std::size_t i = first; i < files.size(); ++i)
      if (files[i].plan && files[i].path == files[first].path) sessions.push_back(&files[i]);
    out.push_back(joined(restored, sessions));
  }
  files = std::move(out);
}

Status add_session(Restored& restored, const journal::Contents& contents, const std::string& name) {
  if (contents.records.empty()) return Error{fmt::format("`{}` is empty: the run was killed before it began", name)};
  const Json& first = contents.records.front();
  if (first["kind"] != "run") return Error{fmt::format("`{}` does not begin like a run's journal", name)};
  if (const auto format = first.find("format"); format == first.end() || !format->is_number_integer() || format->get<std::int64_t>() < kFirstFormat)
    return Error{fmt::format("`{}` was written by an older failc, whose journals do not hold what reports need", name)};
  Session session(restored);
  try {
    session.read(contents);
  } catch (const Malformed& malformed) {
    restored.plans.pop_back();
    restored.sources.pop_back();
    return Error{fmt::format("`{}`, line {}: not what failc writes: `{}` is missing, or not what it should be", name, session.at() + 1, malformed.key)};
  }
  return Done{};
}

}  // namespace failc::report
