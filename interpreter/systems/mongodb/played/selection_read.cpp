#include "interpreter/systems/mongodb/played/selection_read.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "interpreter/systems/mongodb/sdam/address.hpp"

namespace failc::played {
namespace {

constexpr std::int64_t kMostIterations = 1'000'000;

std::string address_of(Reading& of, std::string_view what) {
  of.needs(what, "address");
  const std::optional<std::string> text = of.text("address");
  if (!text) return "";
  const Result<std::string> address = sdam::normalize_address(*text);
  if (!address) of.wrong("address", address.error().message);
  return address ? *address : *text;
}

sdam::Tags tags_of(const Document& document, const backend::DocumentPath& path, Problems& problems) {
  sdam::Tags out;
  Reading tags(document, problems, path);
  for (const auto& [key, value] : document.entries)
    if (const auto text = tags.text(key)) out.emplace(key, *text);
  return out;
}

std::optional<sdam::Nanos> nanos_of(Reading& of, std::string_view key) {
  const std::optional<double> milliseconds = of.number(key);
  if (!milliseconds) return std::nullopt;
  if (*milliseconds >= 0 && *milliseconds < 1e12) return sdam::Nanos(std::llround(*milliseconds * 1e6));
  of.wrong(key, "`" + std::string(key) + "` is in milliseconds, and less than a trillion of them");
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> last_write_of(Reading& server) {
  const Document* document = server.document("lastWrite");
  if (document == nullptr) return std::nullopt;
  Reading inside(*document, server.problems(), server.at("lastWrite"));
  inside.only("`lastWrite`", {"lastWriteDate"});
  inside.needs("`lastWrite`", "lastWriteDate");
  const std::optional<std::int64_t> date = inside.integer("lastWriteDate");
  if (!date) return std::nullopt;
  return std::chrono::milliseconds(*date);
}

std::int32_t wire_version_of(Reading& server, std::string_view key) {
  const std::optional<std::int64_t> version = server.integer(key);
  if (version && (*version < 0 || *version > std::numeric_limits<std::int32_t>::max())) server.wrong(key, "`" + std::string(key) + "` is no wire version");
  return static_cast<std::int32_t>(version.value_or(0));
}

sdam::ServerDescription server_of(Reading server) {
  server.only("a server", {"address", "avg_rtt_ms", "lastUpdateTime", "lastWrite", "minWireVersion", "maxWireVersion", "tags", "type"});
  sdam::ServerDescription out = sdam::unknown_server(address_of(server, "a server"));
  server.needs("a server", "type");
  if (const std::optional<std::string> name = server.text("type")) {
    const std::optional<sdam::ServerType> type = sdam::server_type_of(*name);
    if (!type) server.wrong("type", "`" + *name + "` is no type of a server");
    out.type = type.value_or(sdam::ServerType::unknown);
  }
  if (const Document* tags = server.document("tags")) out.tags = tags_of(*tags, server.at("tags"), server.problems());
  out.round_trip_time = nanos_of(server, "avg_rtt_ms");
  out.last_update_time = nanos_of(server, "lastUpdateTime");
  out.last_write_date = last_write_of(server);
  out.min_wire_version = wire_version_of(server, "minWireVersion");
  out.max_wire_version = wire_version_of(server, "maxWireVersion");
  return out;
}

/// Calls `take` with a reading of each document of a list, and with the document.
template <class Take>
void each_document(Reading& of, std::string_view key, const Take& take) {
  const List* list = of.list(key);
  if (list == nullptr) return;
  for (std::size_t i = 0; i < list->size(); ++i) {
    backend::DocumentPath path = of.at(key);
    path.push_back(std::to_string(i));
    if (const auto* document = (*list)[i].as<Document>())
      take(Reading(*document, of.problems(), std::move(path)), *document);
    else
      of.problems().push_back({std::move(path), "this is a document, and not " + std::string(kind_of((*list)[i])), ""});
  }
}

void read_topology(Reading& setting, SelectionSetting& out) {
  setting.needs("the model", "topology_description");
  const Document* document = setting.document("topology_description");
  if (document == nullptr) return;
  Reading topology(*document, setting.problems(), setting.at("topology_description"));
  topology.only("a topology", {"type", "servers"});
  topology.needs("a topology", "type");
  topology.needs("a topology", "servers");
  if (const std::optional<std::string> name = topology.text("type")) {
    const std::optional<sdam::TopologyType> type = sdam::topology_type_of(*name);
    if (!type) topology.wrong("type", "`" + *name + "` is no type of a topology");
    out.topology.type = type.value_or(sdam::TopologyType::unknown);
  }
  each_document(topology, "servers", [&](Reading server, const Document& written) {
    sdam::ServerDescription read = server_of(server);
    const std::string address = read.address;
    if (!out.topology.servers.emplace(address, std::move(read)).second) server.wrong("address", "this server is there already");
    out.written.emplace(address, written);
  });
}

sdam::ReadPreference preference_of(Reading preference) {
  sdam::ReadPreference out;
  preference.only("a read preference", {"mode", "maxStalenessSeconds", "tag_sets"});
  if (const std::optional<std::string> name = preference.text("mode")) {
    const std::optional<sdam::ReadMode> mode = sdam::read_mode_of(*name);
    if (!mode) preference.wrong("mode", "`" + *name + "` is no mode of reads");
    out.mode = mode.value_or(sdam::ReadMode::primary);
  }
  if (const std::optional<std::int64_t> staleness = preference.integer("maxStalenessSeconds")) {
    if (*staleness < std::numeric_limits<std::int32_t>::min() || *staleness > std::numeric_limits<std::int32_t>::max()) preference.wrong("maxStalenessSeconds", "this is more than an option can be");
    else out.max_staleness = std::chrono::seconds(*staleness);
  }
  if (const List* list = preference.list("tag_sets")) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      backend::DocumentPath path = preference.at("tag_sets");
      path.push_back(std::to_string(i));
      if (const auto* tags = (*list)[i].as<Document>()) out.tag_sets.push_back(tags_of(*tags, path, preference.problems()));
      else preference.problems().push_back({std::move(path), "tags are a document, and not " + std::string(kind_of((*list)[i])), ""});
    }
  }
  return out;
}

std::optional<SelectionWanted::Servers> wanted_servers(Reading& of, std::string_view key) {
  if (of.list(key) == nullptr) return std::nullopt;
  SelectionWanted::Servers out;
  std::set<std::string> seen;
  each_document(of, key, [&](Reading server, const Document& written) {
    std::string address = server_of(server).address;
    if (!seen.insert(address).second) server.wrong("address", "this server is in the list already");
    out.emplace_back(std::move(address), &written);
  });
  return out;
}

void read_frequencies(Reading& wanted, SelectionWanted& out) {
  const Document* document = wanted.document("expected_frequencies");
  if (document == nullptr) return;
  out.frequencies.emplace();
  Reading frequencies(*document, wanted.problems(), wanted.at("expected_frequencies"));
  for (const auto& [key, value] : document->entries) {
    const std::optional<double> frequency = frequencies.number(key);
    if (!frequency) continue;
    if (*frequency < 0 || *frequency > 1) frequencies.wrong(key, "a frequency is from 0 to 1");
    if (const Result<std::string> address = sdam::normalize_address(key); !address) frequencies.wrong(key, address.error().message);
    out.frequencies->emplace_back(key, *frequency);
  }
  wanted.needs("what is wanted of choices", "tolerance");
  out.tolerance = wanted.number("tolerance");
  double greatest = 0;
  for (const auto& [address, frequency] : *out.frequencies) greatest = std::max(greatest, frequency);
  if (out.tolerance && (*out.tolerance < 0 || (*out.tolerance > 0 && *out.tolerance >= greatest)))
    wanted.wrong("tolerance", "a tolerance is from 0 to less than the greatest frequency: with more, a server that is never chosen would do");
}

}  // namespace

SelectionSetting read_selection_setting(const Document& document, Problems& problems) {
  SelectionSetting out;
  Reading setting(document, problems);
  setting.only("this model", {"topology_description", "heartbeatFrequencyMS", "localThresholdMS", "mocked_topology_state"});
  read_topology(setting, out);
  each_document(setting, "mocked_topology_state", [&](Reading state, const Document&) {
    state.only("the state of a server", {"address", "operation_count"});
    const std::string address = address_of(state, "the state of a server");
    const std::optional<std::int64_t> count = state.integer("operation_count");
    if (count && *count < 0) state.wrong("operation_count", "a count is not negative");
    if (!out.topology.servers.contains(address)) state.wrong("address", "the topology has no such server");
    if (!out.counts.emplace(address, static_cast<std::uint64_t>(count.value_or(0))).second) state.wrong("address", "the state of this server is there already");
  });
  const auto milliseconds = [&](std::string_view key, sdam::Millis& target) {
    const std::optional<std::int64_t> number = setting.integer(key);
    if (number && (*number < 0 || *number > std::numeric_limits<std::int32_t>::max())) setting.wrong(key, "`" + std::string(key) + "` is from 0 to 2147483647");
    else if (number) target = sdam::Millis(*number);
  };
  milliseconds("heartbeatFrequencyMS", out.heartbeat_frequency);
  milliseconds("localThresholdMS", out.local_threshold);
  return out;
}

SelectionStep read_selection_step(const Document& document, Problems& problems) {
  SelectionStep out;
  Reading step(document, problems);
  step.only("a selection", {"operation", "read_preference", "deprioritized_servers", "iterations"});
  if (const std::optional<std::string> operation = step.text("operation")) {
    if (*operation != "read" && *operation != "write") step.wrong("operation", "`" + *operation + "` is neither `read` nor `write`");
    out.request.write = *operation == "write";
  }
  if (const Document* preference = step.document("read_preference")) out.request.preference = preference_of(Reading(*preference, problems, step.at("read_preference")));
  each_document(step, "deprioritized_servers", [&](Reading server, const Document&) { out.request.deprioritized.insert(server_of(server).address); });
  if (const std::optional<std::int64_t> iterations = step.integer("iterations")) {
    if (*iterations < 1 || *iterations > kMostIterations) step.wrong("iterations", "`iterations` is from 1 to " + std::to_string(kMostIterations));
    out.iterations = *iterations;
    // Of all servers, so that it is the window that the choices are made of.
    if (!step.has("read_preference")) out.request.preference.mode = sdam::ReadMode::nearest;
  }
  return out;
}

SelectionWanted read_selection_wanted(const Document& document, Problems& problems) {
  SelectionWanted out;
  Reading wanted(document, problems);
  wanted.only("what this model shows", {"suitable_servers", "in_latency_window", "error", "tolerance", "expected_frequencies"});
  out.error = wanted.boolean("error");
  out.suitable = wanted_servers(wanted, "suitable_servers");
  out.window = wanted_servers(wanted, "in_latency_window");
  read_frequencies(wanted, out);
  if (out.error == true && (out.suitable || out.window)) wanted.wrong("error", "where there is an error, no server is selected");
  if (!wanted.has("suitable_servers") && !wanted.has("in_latency_window") && !wanted.has("error") && !wanted.has("expected_frequencies"))
    problems.push_back({{}, "nothing is wanted: `suitable_servers` and `in_latency_window`, `error` or `expected_frequencies`", ""});
  return out;
}

}  // namespace failc::played
