#include "interpreter/systems/mongodb/sdam_phases/format.hpp"

#include "grammar/import/keys.hpp"

namespace failc::sdam {
namespace {

using spec::Entry;
using spec::Kind;
using spec::Ref;

constexpr const char* kPhase = "a phase";
constexpr const char* kOutcome = "an outcome";
const std::vector<spec::ElsewhereKey> kElsewhere = {
    {"uri", "the file"},         {"phases", "the file"},     {"responses", kPhase},     {"applicationErrors", kPhase},
    {"outcome", kPhase},         {"topologyType", kOutcome}, {"servers", kOutcome},     {"setName", kOutcome},
    {"maxElectionId", kOutcome}, {"compatible", kOutcome},   {"maxSetVersion", kOutcome}, {"logicalSessionTimeoutMinutes", kOutcome},
    {"events", kOutcome},
};

std::optional<check::SpecPlay::Group> phase_of(const Ref& phase, std::size_t number, diag::Sink& sink) {
  const std::string where = "phase " + std::to_string(number);
  if (!is_kind(phase, Kind::document, where, sink)) return std::nullopt;
  const std::size_t before = sink.errors();
  only_keys(phase, {"description", "responses", "applicationErrors", "outcome"}, where, sink, kElsewhere);
  check::SpecPlay::Group out;
  out.at = phase;
  const Ref description = value_of(phase, "description", Kind::text, where, sink, true);
  out.title = description ? std::string(description.text()) : where;
  const auto steps = [&](std::string_view key, const char* step) {
    for (const Ref item : value_of(phase, key, Kind::list, where, sink, true).items()) out.steps.push_back({{step, item}});
  };
  steps("responses", "response");
  steps("applicationErrors", "applicationError");
  out.whole = value_of(phase, "outcome", Kind::document, where, sink);
  out.wanted_at = phase.entry("outcome").key;
  for (const Entry entry : out.whole.entries()) out.wanted.push_back({std::string(entry.key.text()), entry.value});
  if (sink.errors() > before) return std::nullopt;
  return out;
}

}  // namespace

bool has_phases_shape(const Ref& root) { return root.find("phases") && !root.find("schemaVersion"); }

std::optional<std::vector<check::SpecPlay>> read_phases_format(const Ref& root, diag::Sink& sink) {
  const std::size_t before = sink.errors();
  constexpr const char* kFile = "the file";
  only_keys(root, {"description", "uri", "phases"}, kFile, sink, kElsewhere);
  check::SpecPlay out;
  out.model = "sdam";
  out.at = root;
  if (const Ref description = value_of(root, "description", Kind::text, kFile, sink)) {
    out.title = description.text();
    out.at = description;
  }
  if (const Ref uri = value_of(root, "uri", Kind::text, kFile, sink)) out.options.push_back({"uri", uri});
  const Ref phases = value_of(root, "phases", Kind::list, kFile, sink);
  if (phases && phases.size() == 0) sink.report(diag::Code::missing_spec_key, phases.place(), {"this list", "a phase"});
  std::size_t number = 0;
  for (const Ref phase : phases.items())
    if (auto group = phase_of(phase, ++number, sink)) out.groups.push_back(std::move(*group));
  if (sink.errors() > before) return std::nullopt;
  return std::vector{std::move(out)};
}

}  // namespace failc::sdam
