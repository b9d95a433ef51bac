// The files of the server selection and max staleness specifications, where they are beside the project.
#include "interpreter/systems/mongodb/sdam/selection.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <random>

#include "interpreter/systems/mongodb/sdam/address.hpp"
#include "interpreter/systems/mongodb/sdam/extended_json.hpp"
#include "interpreter/systems/mongodb/sdam/round_trip_time.hpp"

namespace failc::sdam {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

Nanos nanos_of(double milliseconds) { return Nanos(std::llround(milliseconds * 1e6)); }

ServerDescription read_server(const DocumentView& document, Fields& outer) {
  Fields fields(document, "a server");
  fields.only({"address", "avg_rtt_ms", "lastUpdateTime", "lastWrite", "minWireVersion", "maxWireVersion", "tags", "type"});
  const Result<std::string> address = normalize_address(fields.text("address").value_or(""));
  if (!address) fields.fail("address", address.error().message);
  ServerDescription out = unknown_server(address ? *address : "");
  const std::optional<ServerType> type = server_type_of(fields.text("type").value_or(""));
  if (!type) fields.fail("type", "no server type");
  out.type = type.value_or(ServerType::unknown);
  out.tags = fields.text_map("tags").value_or(Tags{});
  if (const std::optional<double> round_trip = fields.number("avg_rtt_ms")) out.round_trip_time = nanos_of(*round_trip);
  if (const std::optional<std::int64_t> update = fields.integer("lastUpdateTime"))
    out.last_update_time = std::chrono::milliseconds(*update);
  out.min_wire_version = static_cast<std::int32_t>(fields.integer("minWireVersion").value_or(0));
  out.max_wire_version = static_cast<std::int32_t>(fields.integer("maxWireVersion").value_or(0));
  if (const auto last_write = fields.object("lastWrite")) {
    Fields inside(*last_write, "`lastWrite`");
    inside.only({"lastWriteDate"});
    out.last_write_date = inside.date("lastWriteDate");
    fields.adopt(inside);
  }
  outer.adopt(fields);
  return out;
}

std::vector<ServerDescription> read_servers(Fields& fields, const char* name) {
  std::vector<ServerDescription> out;
  if (const auto servers = fields.array(name))
    for (std::size_t i = 0; i < servers->size(); ++i) out.push_back(read_server((*servers)[i], fields));
  return out;
}

TopologyDescription read_topology(Fields& file) {
  TopologyDescription out;
  const auto document = file.object("topology_description");
  if (!document) {
    file.fail("topology_description", "missing");
    return out;
  }
  Fields fields(*document, "`topology_description`");
  fields.only({"type", "servers"});
  const std::optional<TopologyType> type = topology_type_of(fields.text("type").value_or(""));
  if (!type) fields.fail("type", "no topology type");
  out.type = type.value_or(TopologyType::unknown);
  for (ServerDescription& server : read_servers(fields, "servers")) out.servers.insert_or_assign(server.address, server);
  file.adopt(fields);
  return out;
}

ReadPreference read_preference(Fields& file) {
  ReadPreference out;
  const auto document = file.object("read_preference");
  if (!document) return out;
  Fields fields(*document, "`read_preference`");
  fields.only({"mode", "maxStalenessSeconds", "tag_sets"});
  if (const std::optional<std::string> mode = fields.text("mode")) {
    if (!read_mode_of(*mode)) fields.fail("mode", "`" + *mode + "`, no read mode");
    out.mode = read_mode_of(*mode).value_or(ReadMode::primary);
  }
  if (const std::optional<std::int64_t> staleness = fields.integer("maxStalenessSeconds"))
    out.max_staleness = std::chrono::seconds(*staleness);
  if (const auto tag_sets = fields.array("tag_sets")) {
    for (std::size_t i = 0; i < tag_sets->size(); ++i) {
      const Json wrapped = {{"tags", (*tag_sets)[i].json()}};
      Fields inside(wrapped, "`tag_sets`");
      out.tag_sets.push_back(inside.text_map("tags").value_or(Tags{}));
      fields.adopt(inside);
    }
  }
  file.adopt(fields);
  return out;
}

std::set<std::string> addresses(const std::vector<ServerDescription>& servers) {
  std::set<std::string> out;
  for (const ServerDescription& server : servers) out.insert(server.address);
  return out;
}

void play_selection(const Json& document) {
  Fields file(document, "the file");
  file.only({"description", "topology_description", "operation", "read_preference", "deprioritized_servers", "suitable_servers",
             "in_latency_window", "heartbeatFrequencyMS", "error"});
  const TopologyDescription topology = read_topology(file);
  SelectionRequest request;
  const std::string operation = file.text("operation").value_or("read");
  if (operation != "read" && operation != "write") file.fail("operation", "`" + operation + "`, expected read or write");
  request.write = operation == "write";
  request.preference = read_preference(file);
  request.deprioritized = addresses(read_servers(file, "deprioritized_servers"));
  if (const std::optional<std::int64_t> heartbeat = file.integer("heartbeatFrequencyMS")) request.heartbeat_frequency = Millis(*heartbeat);
  const bool error = file.boolean("error").value_or(false);
  const std::set<std::string> suitable = addresses(read_servers(file, "suitable_servers")),
                              window = addresses(read_servers(file, "in_latency_window"));
  ASSERT_FALSE(file.error()) << file.error()->message;
  ASSERT_TRUE(error || file.has("in_latency_window"));

  const Result<std::vector<ServerDescription>> found = suitable_servers(topology, request);
  ASSERT_EQ(!found, error) << (found ? "no error" : found.error().message);
  if (!found) return;
  if (file.has("suitable_servers")) {
    EXPECT_EQ(addresses(*found), suitable);
  }
  EXPECT_EQ(addresses(in_latency_window(*found, kDefaultLocalThreshold)), window);
}

void play_round_trip(const Json& document) {
  Fields file(document, "the file");
  file.only({"avg_rtt_ms", "new_rtt_ms", "new_avg_rtt"});
  const bool none = document.contains("avg_rtt_ms") && document["avg_rtt_ms"] == "NULL";
  const std::optional<double> before = none ? std::nullopt : file.number("avg_rtt_ms");
  const std::optional<double> sample = file.number("new_rtt_ms"), after = file.number("new_avg_rtt");
  ASSERT_FALSE(file.error()) << file.error()->message;
  ASSERT_TRUE(sample && after && (none || before));
  RoundTripTime time(before ? std::optional<Nanos>(nanos_of(*before)) : std::nullopt);
  time.add(nanos_of(*sample));
  ASSERT_TRUE(time.average());
  EXPECT_NEAR(static_cast<double>(time.average()->count()) / 1e6, *after, 1e-5);
}

void play_window(const Json& document) {
  Fields file(document, "the file");
  file.only({"description", "topology_description", "mocked_topology_state", "iterations", "outcome"});
  const TopologyDescription topology = read_topology(file);
  std::map<std::string, std::uint64_t> counts;
  if (const auto states = file.array("mocked_topology_state")) {
    for (std::size_t i = 0; i < states->size(); ++i) {
      Fields fields((*states)[i], "`mocked_topology_state`");
      fields.only({"address", "operation_count"});
      counts[fields.text("address").value_or("")] = static_cast<std::uint64_t>(fields.integer("operation_count").value_or(0));
      file.adopt(fields);
    }
  }
  const std::int64_t iterations = file.integer("iterations").value_or(0);
  const auto outcome = file.object("outcome");
  ASSERT_TRUE(outcome && iterations > 0);
  Fields fields(*outcome, "`outcome`");
  fields.only({"tolerance", "expected_frequencies"});
  const double tolerance = fields.number("tolerance").value_or(0);
  const auto frequencies = fields.object("expected_frequencies");
  file.adopt(fields);
  ASSERT_FALSE(file.error()) << file.error()->message;
  ASSERT_TRUE(frequencies);

  SelectionRequest request;
  request.preference.mode = ReadMode::nearest;
  const Result<std::vector<ServerDescription>> suitable = suitable_servers(topology, request);
  ASSERT_TRUE(suitable);
  const std::vector<ServerDescription> window = in_latency_window(*suitable, kDefaultLocalThreshold);
  std::mt19937_64 engine(1);
  std::map<std::string, std::int64_t> chosen;
  for (std::int64_t i = 0; i < iterations; ++i) {
    const auto one = choose(
        window, [&](const std::string& address) { return counts[address]; },
        [&](std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(engine); });
    ASSERT_TRUE(one);
    ++chosen[one->address];
  }
  const Json expected = frequencies->json();
  for (const auto& [address, wanted] : expected.items()) {
    const double frequency = static_cast<double>(chosen[address]) / static_cast<double>(iterations);
    const bool exact = wanted == 0 || wanted == 1;
    EXPECT_NEAR(frequency, wanted.get<double>(), exact ? 0 : tolerance) << address;
  }
}

void every_file(const char* name, void (*play)(const Json&)) {
  const fs::path folder = fs::path(FAILC_SOURCE_DIR) / "../shared/specs" / name;
  if (!fs::is_directory(folder)) GTEST_SKIP() << "the specification's files are not at " << folder;
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    ++files;
    SCOPED_TRACE(entry.path().string());
    std::ifstream in(entry.path(), std::ios::binary);
    const Json document = Json::parse(in, nullptr, false);
    ASSERT_FALSE(document.is_discarded());
    play(document);
  }
  EXPECT_GT(files, 0u) << "nothing to run in " << folder;
  std::cout << name << ": " << files << " files\n";
}

TEST(SelectionFiles, Selection) { every_file("server-selection/tests/server_selection", play_selection); }
TEST(SelectionFiles, MaxStaleness) { every_file("max-staleness/tests", play_selection); }
TEST(SelectionFiles, RoundTrips) { every_file("server-selection/tests/rtt", play_round_trip); }
TEST(SelectionFiles, InWindow) { every_file("server-selection/tests/in_window", play_window); }

}  // namespace
}  // namespace failc::sdam
