#include "interpreter/systems/mongodb/sdam_phases/player.hpp"

#include "grammar/base/bug.hpp"
#include "grammar/diag/diagnostic.hpp"
#include "interpreter/systems/mongodb/sdam_phases/phases.hpp"

namespace failc::sdam {

namespace {

using Problems = std::vector<backend::PlayerModel::Problem>;

using MaybeProblem = std::optional<backend::PlayerModel::Problem>;

MaybeProblem unplayable(const Document& document, backend::DocumentPath& path);

/// What a document of MongoDB cannot hold, and where; the first one. `path` leads to `value`, and is as before where there is none.
MaybeProblem unplayable(const Value& value, backend::DocumentPath& path) {
  if (value.is<std::string>() || value.is<Null>() || value.is<bool>() || value.is<std::int64_t>() || value.is<double>()) return std::nullopt;
  if (const auto* document = value.as<Document>()) return unplayable(*document, path);
  const auto* list = value.as<List>();
  if (list == nullptr) return backend::PlayerModel::Problem{path, std::string(kind_of(value)) + " cannot be played", "numbers are plain in documents"};
  for (std::size_t i = 0; i < list->size(); ++i) {
    path.push_back(std::to_string(i));
    if (MaybeProblem found = unplayable((*list)[i], path)) return found;
    path.pop_back();
  }
  return std::nullopt;
}

MaybeProblem unplayable(const Document& document, backend::DocumentPath& path) {
  for (const auto& [key, item] : document.entries) {
    path.push_back(key);
    if (MaybeProblem found = unplayable(item, path)) return found;
    path.pop_back();
  }
  return std::nullopt;
}

MaybeProblem unplayable(const Document& document) {
  backend::DocumentPath path;
  return unplayable(document, path);
}

/// The first place of a key, outermost first.
bool find_key(const Value& value, const std::string& key, backend::DocumentPath& path) {
  std::vector<std::pair<std::string, const Value*>> inside;
  if (const auto* document = value.as<Document>())
    for (const auto& [name, item] : document->entries) inside.emplace_back(name, &item);
  if (const auto* list = value.as<List>())
    for (std::size_t i = 0; i < list->size(); ++i) inside.emplace_back(std::to_string(i), &(*list)[i]);
  for (const auto& [name, item] : inside)
    if (name == key && value.is<Document>()) return path.push_back(name), true;
  for (const auto& [name, item] : inside) {
    path.push_back(name);
    if (find_key(*item, key, path)) return true;
    path.pop_back();
  }
  return false;
}

void add(Problems& out, const std::optional<PhaseProblem>& problem, const Value& value, backend::DocumentPath path) {
  if (!problem) return;
  if (!problem->key.empty()) find_key(value, problem->key, path);
  const std::string_view near = diag::nearest(problem->key, problem->known);
  out.push_back({std::move(path), problem->message, near.empty() ? "" : "did you mean `" + std::string(near) + "`?"});
}

Result<Topology> topology_of(const Document& options) {
  const Value* uri = options.find("uri");
  const std::string* text = uri != nullptr ? uri->as<std::string>() : nullptr;
  if (text == nullptr) return Error{"`uri` is missing, or no string"};
  const Result<ConnectionString> connection = parse_connection_string(*text);
  if (!connection) return connection.error();
  return Topology::make({*connection});
}

/// One of these, or why the document is neither.
struct Step {
  std::optional<PhaseResponse> response;
  std::optional<PhaseError> error;
};

Step step_of(const Document& document, Problems& problems) {
  Step out;
  if (document.entries.size() != 1) {
    problems.push_back({{}, "a step is one `response` or one `applicationError`", ""});
    return out;
  }
  const auto& [key, value] = document.entries.front();
  std::optional<PhaseProblem> problem;
  if (key == "response") {
    out.response = read_response(value, problem);
  } else if (key == "applicationError") {
    out.error = read_application_error(value, problem);
  } else {
    const std::string_view near = diag::nearest(key, {"response", "applicationError"});
    problems.push_back({{key}, "`" + key + "` cannot be played", near.empty() ? "a step is a `response` or an `applicationError`" : "did you mean `" + std::string(near) + "`?"});
  }
  add(problems, problem, value, {key});
  return out;
}

struct StepReading : Reading {
  explicit StepReading(Step step_) : step(std::move(step_)) {}
  Step step;
};

struct OutcomeReading : Reading {
  explicit OutcomeReading(PhaseOutcome outcome_) : outcome(std::move(outcome_)) {}
  PhaseOutcome outcome;
};

class SdamPlayer : public backend::Player {
 public:
  explicit SdamPlayer(Topology topology) : topology_(std::move(topology)) {
    for (Event& event : topology_.start(now_).events) events_.push_back(std::move(event));
  }

  Status play(const Document& document) override {
    Problems problems;
    if (auto found = unplayable(document)) problems.push_back(std::move(*found));
    const Step step = problems.empty() ? step_of(document, problems) : Step{};
    if (!problems.empty()) return Error{problems.front().message};
    play(step);
    return Done{};
  }

  std::optional<Status> play_read(const Reading& reading) override {
    const auto* own = dynamic_cast<const StepReading*>(&reading);
    if (own == nullptr) return std::nullopt;
    play(own->step);
    return Done{};
  }

  std::vector<backend::Difference> compare(const Document& wanted) override {
    if (auto found = unplayable(wanted)) return {{std::move(found->path), "a value", found->message}};
    std::optional<PhaseProblem> problem;
    const PhaseOutcome outcome = read_outcome(wanted, problem);
    if (problem) return {{{problem->key}, "an outcome", problem->message}};
    return compare(outcome);
  }

  std::optional<std::vector<backend::Difference>> compare_read(const Reading& reading) override {
    const auto* own = dynamic_cast<const OutcomeReading*>(&reading);
    return own == nullptr ? std::nullopt : std::optional(compare(own->outcome));
  }

 private:
  void play(const Step& step) {
    if (step.response) sdam::play(*step.response, topology_, now_, events_);
    if (step.error) sdam::play(*step.error, topology_, now_, events_);
  }

  std::vector<backend::Difference> compare(const PhaseOutcome& outcome) {
    std::vector<backend::Difference> out;
    for (PhaseDifference& difference : sdam::compare(outcome, topology_, events_))
      out.push_back({std::move(difference.path), std::move(difference.wanted), std::move(difference.seen)});
    events_.clear();
    return out;
  }

  Topology topology_;
  Nanos now_{};
  std::vector<Event> events_;
};

}  // namespace

backend::PlayerModel::Checked check_played(backend::PlayerPart part, const Document& document) {
  Problems out;
  if (auto found = unplayable(document)) return Problems{std::move(*found)};
  switch (part) {
    case backend::PlayerPart::options: {
      for (const auto& [key, value] : document.entries)
        if (key != "uri") out.push_back({{key}, "`" + key + "` is no option of this model", "it has `uri`"});
      const Result<Topology> made = topology_of(document);
      if (!made) out.push_back({{"uri"}, made.error().message, ""});
      return out;
    }
    case backend::PlayerPart::step: {
      Step step = step_of(document, out);
      if (!out.empty()) return out;
      return {{}, std::make_shared<StepReading>(std::move(step))};
    }
    case backend::PlayerPart::wanted: {
      std::optional<PhaseProblem> problem;
      PhaseOutcome outcome = read_outcome(document, problem);
      if (!problem) return {{}, std::make_shared<OutcomeReading>(std::move(outcome))};
      add(out, problem, document, {});
      return out;
    }
  }
  FAILC_BUG("no such part");
}

Result<std::unique_ptr<backend::Player>> make_player(const Document& options, std::uint64_t) {
  Result<Topology> topology = topology_of(options);
  if (!topology) return topology.error();
  return std::unique_ptr<backend::Player>(std::make_unique<SdamPlayer>(std::move(*topology)));
}

}  // namespace failc::sdam
