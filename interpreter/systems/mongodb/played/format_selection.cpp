#include <algorithm>
#include <set>

#include "grammar/import/keys.hpp"
#include "interpreter/systems/mongodb/played/formats.hpp"
#include "interpreter/systems/mongodb/sdam/address.hpp"

namespace failc::played {
namespace {

using check::SpecPlay;
using spec::Kind;
using spec::Ref;

constexpr std::string_view kTheFile = "the file";

/// The entries of `document` with these keys, in the order of the keys; what is absent is left out, and what is null where it says nothing.
SpecPlay::Parts parts_of(const Ref& document, std::initializer_list<std::string_view> keys) {
  SpecPlay::Parts out;
  for (const std::string_view key : keys)
    if (const Ref value = document.find(key)) out.push_back({std::string(key), value});
  return out;
}

/// A file that is one scenario of one step.
SpecPlay one_step(const Ref& root, const char* model, diag::Sink& sink) {
  SpecPlay out;
  out.model = model;
  out.at = root;
  if (const Ref description = value_of(root, "description", Kind::text, kTheFile, sink, true)) {
    out.title = description.text();
    out.at = description;
  }
  out.groups.emplace_back().at = root;
  return out;
}

Scenarios finished(SpecPlay play, diag::Sink& sink, std::size_t errors) {
  if (sink.errors() > errors) return std::nullopt;
  return std::vector{std::move(play)};
}

bool has_any(const Ref& root, std::initializer_list<std::string_view> keys) {
  return std::any_of(keys.begin(), keys.end(), [&](std::string_view key) { return static_cast<bool>(root.find(key)); });
}

void needs(const Ref& root, std::string_view key, diag::Sink& sink) {
  if (!root.find(key)) spec::note_alias(sink.report(diag::Code::missing_spec_key, root.place(), {kTheFile, key}), root);
}

constexpr std::string_view kPreference = "a read preference";
constexpr std::string_view kTopology = "a topology";
const std::vector<spec::ElsewhereKey> kElsewhereKeys = {{"mode", kPreference}, {"tag_sets", kPreference}, {"maxStalenessSeconds", kPreference}, {"servers", kTopology}, {"type", kTopology},
                                                         {"tolerance", "`outcome`"}, {"expected_frequencies", "`outcome`"}, {"iterations", kTheFile}};

std::string server_at(std::string_view address) {
  const Result<std::string> normal = sdam::normalize_address(address);
  return normal ? *normal : std::string(address);
}

}  // namespace

void lint_topology(const Ref& root, diag::Sink& sink) {
  std::set<std::string> known;
  for (const Ref server : root.find("topology_description").find("servers").items())
    if (const Ref address = server.find("address"); address.is(Kind::text)) known.insert(server_at(address.text()));
  const auto look = [&](const Ref& at, const char* consequence) {
    if (!at.is(Kind::text) || !known.insert(server_at(at.text())).second) return;
    spec::note_alias(sink.report(diag::Code::unknown_address, at.place(), {server_at(at.text()), "the topology has no such server", consequence}), at);
  };
  for (const Ref server : root.find("deprioritized_servers").items()) look(server.find("address"), "nothing is avoided by it");
  for (const char* list : {"suitable_servers", "in_latency_window"})
    for (const Ref server : root.find(list).items()) look(server.find("address"), "it cannot be selected");
  for (const spec::Entry entry : root.find("outcome").find("expected_frequencies").entries()) look(entry.key, "it is never chosen");
}

bool has_selection_shape(const Ref& root) {
  return root.find("topology_description") && has_any(root, {"read_preference", "operation", "suitable_servers", "in_latency_window"}) && !has_window_shape(root);
}

Scenarios read_selection_format(const Ref& root, diag::Sink& sink) {
  const std::size_t before = sink.errors();
  only_keys(root, {"description", "heartbeatFrequencyMS", "localThresholdMS", "topology_description", "operation", "read_preference", "deprioritized_servers", "suitable_servers", "in_latency_window", "error"},
            kTheFile, sink, kElsewhereKeys);
  SpecPlay out = one_step(root, "selection", sink);
  out.options = parts_of(root, {"topology_description", "heartbeatFrequencyMS", "localThresholdMS"});
  SpecPlay::Group& group = out.groups.front();
  group.steps.push_back(parts_of(root, {"operation", "read_preference", "deprioritized_servers"}));
  if (group.steps.front().empty()) needs(root, "read_preference", sink);
  group.wanted = parts_of(root, {"suitable_servers", "in_latency_window", "error"});
  if (group.wanted.empty()) needs(root, "suitable_servers", sink);
  return finished(std::move(out), sink, before);
}

bool has_window_shape(const Ref& root) { return root.find("mocked_topology_state") || (root.find("topology_description") && root.find("iterations")); }

Scenarios read_window_format(const Ref& root, diag::Sink& sink) {
  const std::size_t before = sink.errors();
  only_keys(root, {"description", "heartbeatFrequencyMS", "localThresholdMS", "topology_description", "mocked_topology_state", "operation", "read_preference", "iterations", "outcome"}, kTheFile, sink, kElsewhereKeys);
  SpecPlay out = one_step(root, "selection", sink);
  out.options = parts_of(root, {"topology_description", "heartbeatFrequencyMS", "localThresholdMS", "mocked_topology_state"});
  for (const std::string_view key : {"topology_description", "mocked_topology_state", "iterations"}) needs(root, key, sink);
  SpecPlay::Group& group = out.groups.front();
  group.steps.push_back(parts_of(root, {"operation", "read_preference", "iterations"}));
  group.whole = value_of(root, "outcome", Kind::document, kTheFile, sink);
  group.wanted_at = root.entry("outcome").key;
  if (group.whole) {
    for (const spec::Entry entry : group.whole.entries()) group.wanted.push_back({std::string(entry.key.text()), entry.value});
    only_keys(group.whole, {"tolerance", "expected_frequencies"}, "`outcome`", sink);
    (void)value_of(group.whole, "expected_frequencies", Kind::document, "`outcome`", sink);
  }
  return finished(std::move(out), sink, before);
}

bool has_round_trip_shape(const Ref& root) { return root.find("new_rtt_ms") || (root.find("avg_rtt_ms") && root.find("new_avg_rtt")); }

Scenarios read_round_trip_format(const Ref& root, diag::Sink& sink) {
  const std::size_t before = sink.errors();
  only_keys(root, {"description", "avg_rtt_ms", "new_rtt_ms", "new_avg_rtt"}, kTheFile, sink);
  SpecPlay out = one_step(root, "round_trip", sink);
  for (const std::string_view key : {"avg_rtt_ms", "new_rtt_ms", "new_avg_rtt"}) needs(root, key, sink);
  out.options = parts_of(root, {"avg_rtt_ms"});
  SpecPlay::Group& group = out.groups.front();
  group.steps.push_back(parts_of(root, {"new_rtt_ms"}));
  group.wanted = parts_of(root, {"new_avg_rtt"});
  return finished(std::move(out), sink, before);
}

}  // namespace failc::played
