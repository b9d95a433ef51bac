#include "interpreter/systems/mongodb/sdam/selection.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace failc::sdam {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

ServerDescription server(const std::string& address, ServerType type, int round_trip_ms = 5, Tags tags = {}) {
  ServerDescription out = unknown_server(address);
  out.type = type;
  if (is_available(type)) out.round_trip_time = milliseconds(round_trip_ms);
  out.tags = std::move(tags);
  return out;
}

TopologyDescription topology(TopologyType type, const std::vector<ServerDescription>& servers) {
  TopologyDescription out;
  out.type = type;
  for (const ServerDescription& one : servers) out.servers.emplace(one.address, one);
  return out;
}

std::string names(const std::vector<ServerDescription>& servers) {
  std::string out;
  for (const ServerDescription& one : servers) out += one.address;
  return out;
}
std::string suitable(const TopologyDescription& where, const SelectionRequest& request) {
  const Result<std::vector<ServerDescription>> out = suitable_servers(where, request);
  return out ? names(*out) : "error: " + out.error().message;
}
SelectionRequest read(ReadMode mode, std::vector<Tags> tags = {}, std::set<std::string> deprioritized = {}) {
  SelectionRequest out;
  out.preference.mode = mode;
  out.preference.tag_sets = std::move(tags);
  out.deprioritized = std::move(deprioritized);
  return out;
}
SelectionRequest write(std::set<std::string> deprioritized = {}) {
  SelectionRequest out;
  out.write = true;
  out.deprioritized = std::move(deprioritized);
  return out;
}

const Tags kEast = {{"dc", "east"}}, kWest = {{"dc", "west"}}, kNorth = {{"dc", "north"}};

TopologyDescription with_primary() {
  return topology(TopologyType::replica_set_with_primary,
                  {server("p", ServerType::rs_primary, 5, kEast), server("s", ServerType::rs_secondary, 5, kEast),
                   server("t", ServerType::rs_secondary, 5, kWest), server("a", ServerType::rs_arbiter), server("o", ServerType::rs_other),
                   server("g", ServerType::rs_ghost), server("u", ServerType::unknown)});
}
TopologyDescription no_primary() {
  return topology(TopologyType::replica_set_no_primary,
                  {server("s", ServerType::rs_secondary, 5, kEast), server("t", ServerType::rs_secondary, 5, kWest),
                   server("q", ServerType::possible_primary)});
}

TEST(Suitable, ByMode) {
  EXPECT_EQ(suitable(with_primary(), read(ReadMode::primary)), "p");
  EXPECT_EQ(suitable(with_primary(), read(ReadMode::primary_preferred)), "p");
  EXPECT_EQ(suitable(with_primary(), read(ReadMode::secondary)), "st");
  EXPECT_EQ(suitable(with_primary(), read(ReadMode::secondary_preferred)), "st");
  EXPECT_EQ(suitable(with_primary(), read(ReadMode::nearest)), "pst");
  EXPECT_EQ(suitable(with_primary(), write()), "p");
  EXPECT_EQ(suitable(no_primary(), read(ReadMode::primary)), "");
  EXPECT_EQ(suitable(no_primary(), read(ReadMode::primary_preferred)), "st");
  EXPECT_EQ(suitable(no_primary(), read(ReadMode::secondary)), "st");
  EXPECT_EQ(suitable(no_primary(), read(ReadMode::secondary_preferred)), "st");
  EXPECT_EQ(suitable(no_primary(), read(ReadMode::nearest)), "st");
  EXPECT_EQ(suitable(no_primary(), write()), "");
  const TopologyDescription alone = topology(TopologyType::replica_set_with_primary, {server("p", ServerType::rs_primary)});
  EXPECT_EQ(suitable(alone, read(ReadMode::secondary)), "");
  EXPECT_EQ(suitable(alone, read(ReadMode::secondary_preferred)), "p");
}

TEST(Suitable, ByTags) {
  EXPECT_EQ(suitable(with_primary(), read(ReadMode::secondary, {kWest})), "t");
  EXPECT_EQ(suitable(with_primary(), read(ReadMode::secondary, {kNorth, kEast, kWest})), "s") << "the first that finds any";
  EXPECT_EQ(suitable(with_primary(), read(ReadMode::secondary, {kNorth})), "");
  EXPECT_EQ(suitable(with_primary(), read(ReadMode::secondary, {kNorth, {}})), "st") << "an empty one finds all";
  EXPECT_EQ(suitable(with_primary(), read(ReadMode::secondary, {{{"dc", "west"}, {"rack", "1"}}})), "") << "all tags have to be there";
  EXPECT_EQ(suitable(with_primary(), read(ReadMode::nearest, {kEast})), "ps");
  EXPECT_EQ(suitable(with_primary(), read(ReadMode::secondary_preferred, {kNorth})), "p") << "the primary is not asked for its tags";
  EXPECT_EQ(suitable(with_primary(), read(ReadMode::primary_preferred, {kNorth})), "p");
  EXPECT_EQ(suitable(no_primary(), read(ReadMode::primary_preferred, {kWest})), "t");
}

TEST(Suitable, DeprioritizedOnlyWhereNothingElseWillDo) {
  EXPECT_EQ(suitable(with_primary(), read(ReadMode::secondary, {}, {"s"})), "t");
  EXPECT_EQ(suitable(with_primary(), read(ReadMode::secondary, {}, {"s", "t"})), "st");
  EXPECT_EQ(suitable(with_primary(), read(ReadMode::secondary, {kEast}, {"s"})), "s") << "the only one with those tags";
  EXPECT_EQ(suitable(with_primary(), read(ReadMode::primary_preferred, {}, {"p"})), "st");
  EXPECT_EQ(suitable(with_primary(), read(ReadMode::secondary_preferred, {}, {"s", "t"})), "p");
  EXPECT_EQ(suitable(with_primary(), read(ReadMode::primary, {}, {"p"})), "p");
  EXPECT_EQ(suitable(with_primary(), write({"p"})), "p");
}

TEST(Suitable, OtherTopologies) {
  const auto each = [](const TopologyDescription& where) {
    return suitable(where, read(ReadMode::secondary, {kNorth})) + "/" + suitable(where, write());
  };
  EXPECT_EQ(each(topology(TopologyType::unknown, {server("a", ServerType::rs_ghost)})), "/");
  EXPECT_EQ(each(topology(TopologyType::single, {server("a", ServerType::rs_ghost)})), "a/a");
  EXPECT_EQ(each(topology(TopologyType::single, {server("a", ServerType::unknown)})), "/");
  EXPECT_EQ(each(topology(TopologyType::sharded, {server("a", ServerType::mongos), server("b", ServerType::unknown)})), "a/a");
  EXPECT_EQ(each(topology(TopologyType::load_balanced, {server("a", ServerType::load_balancer)})), "a/a");
}

TEST(Suitable, NothingOfAnIncompatibleTopology) {
  TopologyDescription where = with_primary();
  where.compatible = false;
  where.compatibility_error = "Server at p is too old";
  EXPECT_EQ(suitable(where, read(ReadMode::primary)), "error: Server at p is too old");
}

TEST(Readable, AndWritable) {
  const auto both = [](const TopologyDescription& where) { return std::pair(has_readable_server(where), has_writable_server(where)); };
  EXPECT_EQ(both(topology(TopologyType::unknown, {})), std::pair(false, false));
  EXPECT_EQ(both(with_primary()), std::pair(true, true));
  EXPECT_EQ(both(no_primary()), std::pair(false, false));
  EXPECT_TRUE(has_readable_server(no_primary(), {ReadMode::secondary}));
  EXPECT_EQ(both(topology(TopologyType::load_balanced, {server("a", ServerType::load_balancer)})), std::pair(true, true));
}

TEST(ReadPreferences, AreChecked) {
  const auto wrong = [](ReadMode mode, std::vector<Tags> tags, std::optional<seconds> staleness,
                        TopologyType type = TopologyType::replica_set_no_primary, Millis heartbeat = kDefaultHeartbeatFrequency) {
    const Status out = check_read_preference({mode, std::move(tags), staleness}, type, heartbeat);
    return out ? "" : out.error().message;
  };
  EXPECT_NE(wrong(ReadMode::primary, {kEast}, {}), "");
  EXPECT_NE(wrong(ReadMode::primary, {}, seconds(120), TopologyType::sharded), "");
  EXPECT_EQ(wrong(ReadMode::primary, {{}}, seconds(-1)), "") << "neither says anything";
  EXPECT_EQ(wrong(ReadMode::nearest, {}, seconds(90)), "");
  EXPECT_EQ(wrong(ReadMode::nearest, {}, seconds(89)), "`maxStalenessSeconds` is 89, the least allowed is 90");
  EXPECT_NE(wrong(ReadMode::nearest, {}, seconds(0)), "");
  EXPECT_NE(wrong(ReadMode::nearest, {}, seconds(-2)), "");
  EXPECT_EQ(wrong(ReadMode::nearest, {}, seconds(130), TopologyType::replica_set_with_primary, seconds(120)), "");
  EXPECT_EQ(wrong(ReadMode::nearest, {}, seconds(129), TopologyType::replica_set_with_primary, seconds(120)),
            "`maxStalenessSeconds` is 129, the least allowed is 130");
  for (const TopologyType type : {TopologyType::unknown, TopologyType::single, TopologyType::sharded, TopologyType::load_balanced})
    EXPECT_EQ(wrong(ReadMode::nearest, {}, seconds(1), type), "") << "it is the servers' to judge";
}

TEST(ReadPreferences, ModeNames) {
  for (const ReadMode mode :
       {ReadMode::primary, ReadMode::primary_preferred, ReadMode::secondary, ReadMode::secondary_preferred, ReadMode::nearest})
    EXPECT_EQ(read_mode_of(name_of(mode)), mode);
  EXPECT_EQ(read_mode_of("SecondaryPreferred"), ReadMode::secondary_preferred);
  EXPECT_FALSE(read_mode_of(""));
  EXPECT_FALSE(read_mode_of("first"));
}

ServerDescription written(ServerDescription one, milliseconds update, std::optional<milliseconds> write) {
  one.last_update_time = update;
  one.last_write_date = write;
  return one;
}
SelectionRequest within(seconds staleness, ReadMode mode = ReadMode::nearest) {
  SelectionRequest out = read(mode);
  out.preference.max_staleness = staleness;
  return out;
}

TEST(MaxStaleness, ByThePrimarysWrites) {
  // Seen 5 s later and 100 s behind, with 10 s between checks: 110 s, less or more.
  const auto with = [](milliseconds write) {
    return topology(TopologyType::replica_set_with_primary, {written(server("p", ServerType::rs_primary), seconds(10), seconds(1000)),
                                                             written(server("s", ServerType::rs_secondary), seconds(15), write)});
  };
  EXPECT_EQ(suitable(with(seconds(905)), within(seconds(110))), "ps") << "equal is near enough";
  EXPECT_EQ(suitable(with(milliseconds(904999)), within(seconds(110))), "p");
  EXPECT_EQ(suitable(with(milliseconds(904999)), within(seconds(110), ReadMode::secondary_preferred)), "p");
  EXPECT_EQ(suitable(with(seconds(0)), within(seconds(-1))), "ps");
  EXPECT_EQ(suitable(with(seconds(0)), read(ReadMode::nearest)), "ps");
}

TEST(MaxStaleness, ByTheFreshestSecondaryWhereThereIsNoPrimary) {
  const auto with = [](milliseconds write) {
    return topology(TopologyType::replica_set_no_primary, {written(server("s", ServerType::rs_secondary), seconds(1), seconds(1000)),
                                                           written(server("t", ServerType::rs_secondary), seconds(900), write)});
  };
  EXPECT_EQ(suitable(with(seconds(900)), within(seconds(110))), "st") << "when they were seen does not matter";
  EXPECT_EQ(suitable(with(milliseconds(899999)), within(seconds(110))), "s");
}

TEST(MaxStaleness, ComesBeforeTags) {
  const TopologyDescription where = topology(TopologyType::replica_set_with_primary,
                                             {written(server("p", ServerType::rs_primary), seconds(1), seconds(1000)),
                                              written(server("s", ServerType::rs_secondary, 5, kEast), seconds(1), seconds(1)),
                                              written(server("t", ServerType::rs_secondary, 5, kWest), seconds(1), seconds(1000))});
  SelectionRequest request = within(seconds(100), ReadMode::secondary);
  request.preference.tag_sets = {kEast, kWest};
  EXPECT_EQ(suitable(where, request), "t") << "s has the first tags, but is too old to count";
}

TEST(MaxStaleness, OddDatesDoNoHarm) {
  const milliseconds greatest = milliseconds::max(), least = milliseconds::min();
  const TopologyDescription where =
      topology(TopologyType::replica_set_with_primary, {written(server("p", ServerType::rs_primary), seconds(1), greatest),
                                                        written(server("s", ServerType::rs_secondary), seconds(1), least),
                                                        written(server("t", ServerType::rs_secondary), seconds(1), std::nullopt)});
  EXPECT_EQ(suitable(where, within(seconds(100))), "pt");
  EXPECT_EQ(suitable(where, within(seconds::max())), "pst");
}

TEST(LatencyWindow, IsInclusiveAndHasTheShortest) {
  const std::vector<ServerDescription> all = {server("a", ServerType::mongos, 5), server("b", ServerType::mongos, 20),
                                              server("c", ServerType::mongos, 21)};
  EXPECT_EQ(names(in_latency_window(all, milliseconds(15))), "ab");
  EXPECT_EQ(names(in_latency_window(all, milliseconds(0))), "a");
  EXPECT_EQ(names(in_latency_window(all, Millis(std::numeric_limits<std::int32_t>::max()))), "abc");
  EXPECT_EQ(names(in_latency_window({}, milliseconds(15))), "");
  ServerDescription none = server("d", ServerType::mongos);
  none.round_trip_time.reset();
  EXPECT_EQ(names(in_latency_window({none}, milliseconds(15))), "d");
  EXPECT_EQ(names(in_latency_window({none, all[0]}, milliseconds(15))), "a");
}

TEST(Choose, TheLessBusyOfTwo) {
  const std::vector<ServerDescription> all = {server("a", ServerType::mongos), server("b", ServerType::mongos),
                                              server("c", ServerType::mongos)};
  std::vector<std::size_t> draws, limits;
  const auto draw = [&](std::size_t limit) {
    limits.push_back(limit);
    const std::size_t out = draws.front();
    draws.erase(draws.begin());
    return out;
  };
  const auto busy = [](const std::string& address) -> std::uint64_t { return address == "a" ? 5 : address == "b" ? 1 : 3; };
  draws = {0, 0};
  EXPECT_EQ(choose(all, busy, draw)->address, "b") << "0 of those left is b";
  draws = {2, 0};
  EXPECT_EQ(choose(all, busy, draw)->address, "c");
  draws = {1, 1};
  EXPECT_EQ(choose(all, busy, draw)->address, "b");
  EXPECT_EQ(limits, (std::vector<std::size_t>{3, 2, 3, 2, 3, 2}));
  EXPECT_EQ(choose({all[0]}, busy, draw)->address, "a") << "without drawing";
  EXPECT_FALSE(choose({}, busy, draw));
}

}  // namespace
}  // namespace failc::sdam
