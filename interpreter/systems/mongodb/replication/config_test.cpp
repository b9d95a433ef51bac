#include "interpreter/systems/mongodb/replication/config.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "interpreter/systems/mongodb/replication/replica_test_support.hpp"

namespace failc::replication {
namespace {

struct Case {
  const char* part;  // of the message
  std::function<void(Config&)> spoil;
  int code = 93;
};

std::vector<std::string> me() { return {host(0)}; }

TEST(Config, FaultsAreNamed) {
  const std::vector<Case> cases = {
      {"no name", [](Config& c) { c.set_name.clear(); }},
      {"between 1 and", [](Config& c) { c.version = 0; }},
      {"`members` is empty", [](Config& c) { c.members.clear(); }},
      {"two members have `_id` 1", [](Config& c) { c.members[2].id = 1; }},
      {"two members have host", [](Config& c) { c.members[2].host = host(1); }},
      {"not `name:port`", [](Config& c) { c.members[1].host = "n1"; }},
      {"not `name:port`", [](Config& c) { c.members[1].host = "n1:70000"; }},
      {"not `name:port`", [](Config& c) { c.members[1].host = ":1"; }},
      {"outside 0 to 255", [](Config& c) { c.members[1].id = 256; }},
      {"outside 0 to 1000", [](Config& c) { c.members[1].priority = -1; }},
      {"outside 0 to 1000", [](Config& c) { c.members[1].priority = std::numeric_limits<double>::quiet_NaN(); }},
      {"2 votes", [](Config& c) { c.members[1].votes = 2; }},
      {"is an arbiter and cannot have a priority", [](Config& c) { c.members[1].arbiter_only = true; }},
      {"hidden, so its priority", [](Config& c) { c.members[1].hidden = true; }},
      {"no vote, so its priority", [](Config& c) { c.members[1].votes = 0; }},
      {"builds no indexes", [](Config& c) { c.members[1].build_indexes = false; }},
      {"delayed, so its priority", [](Config& c) { c.members[1].delay = std::chrono::seconds(5); }},
      {"no member can be elected",
       [](Config& c) {
         for (Member& member : c.members) member.priority = 0;
       }},
      {"some hosts are of this machine only", [](Config& c) { c.members[1].host = "localhost:1"; }},
      {"`electionTimeoutMillis`", [](Config& c) { c.settings.election_timeout = milliseconds(0); }},
      {"`heartbeatIntervalMillis`", [](Config& c) { c.settings.heartbeat_interval = milliseconds(-1); }},
      {"`catchUpTimeoutMillis`", [](Config& c) { c.settings.catch_up_timeout = milliseconds(-2); }},
      {"wants 2 values of tag `dc`",
       [](Config& c) {
         c.members[0].tags = c.members[1].tags = {{"dc", "x"}};
         c.settings.write_concern_modes["both"] = {{"dc", 2}};
       }},
      {"cannot be named `majority`",
       [](Config& c) {
         c.settings.write_concern_modes["majority"] = {{"dc", 1}};
       }},
      {"8 members have a vote; 7", [](Config& c) { c.members = config_of(8).members; }},
      {"51 members; 50", [](Config& c) { c.members = config_of(51).members; }},
      {"names the set `other`", [](Config& c) { c.set_name = "other"; }},
      {"has `version` 1", [](Config& c) { c.version = 2; }},
      {"is this node", [](Config& c) { c.members[0].host = "elsewhere:1"; }, 74},
      {"could not be elected", [](Config& c) { c.members[0].priority = 0; }},
  };
  EXPECT_FALSE(validate_initiate(config_of(3), "rs0", me()));
  for (const Case& it : cases) {
    Config config = config_of(3);
    it.spoil(config);
    const std::optional<CommandError> error = validate_initiate(config, "rs0", me());
    ASSERT_TRUE(error) << it.part;
    EXPECT_NE(error->message.find(it.part), std::string::npos) << error->message;
    EXPECT_EQ(error->code, it.code) << error->message;
  }
}

TEST(Config, FiftyMembersSevenVotersAreTheLimit) {
  Config config = config_of(50);
  for (std::size_t i = 7; i < 50; ++i) {
    config.members[i].votes = 0;
    config.members[i].priority = 0;
  }
  EXPECT_FALSE(validate(config));
  EXPECT_EQ(config.majority(), 4);
}

TEST(Config, SuccessorsAreCheckedAgainstTheirPredecessor) {
  const Config old = config_of(3);
  const auto error_of = [&](const std::function<void(Config&)>& change, bool force = false) {
    Config next = old;
    next.version = 2;
    change(next);
    const std::optional<CommandError> error = validate_reconfig(old, next, me(), force);
    return error ? std::to_string(error->code) + " " + error->message : std::string();
  };
  EXPECT_EQ(error_of([](Config& c) { c.members[1].priority = 5; }), "");
  EXPECT_EQ(error_of([](Config& c) { c.members.pop_back(); }), "");
  EXPECT_NE(error_of([](Config& c) { c.version = 1; }).find("103 `version` must be above the current 1"), std::string::npos);
  EXPECT_EQ(error_of([](Config& c) { c.version = 1; }, true), "");
  EXPECT_NE(error_of([](Config& c) { c.set_name = "rs1"; }).find("name cannot change"), std::string::npos);
  EXPECT_NE(error_of([](Config& c) { c.members.resize(1); }).find("2 voting members change"), std::string::npos);
  EXPECT_EQ(error_of([](Config& c) { c.members.resize(1); }, true), "");
  EXPECT_NE(error_of([](Config& c) { c.members[0].host = "gone:1"; }).find("74 "), std::string::npos);
  EXPECT_NE(error_of([](Config& c) { c.members[0].priority = 0; }).find("is primary"), std::string::npos);
  EXPECT_NE(error_of([](Config& c) {
              c.members[2].arbiter_only = true;
              c.members[2].priority = 0;
            }).find("`arbiterOnly`"),
            std::string::npos);
  EXPECT_NE(error_of([](Config& c) {  // one leaves, another comes: two changes
              c.members[2].id = 9;
              c.members[2].host = "new:1";
            })
                .find("2 voting members change"),
            std::string::npos);
}

TEST(Config, NewerByTermThenVersion) {
  EXPECT_TRUE((ConfigVersion{1, 2}).newer_than({9, 1}));
  EXPECT_TRUE((ConfigVersion{2, 1}).newer_than({1, 1}));
  EXPECT_FALSE((ConfigVersion{1, 1}).newer_than({1, 1}));
  EXPECT_TRUE((ConfigVersion{20000, -1}).newer_than({3, 7})) << "forced: by version alone";
  EXPECT_FALSE((ConfigVersion{3, 7}).newer_than({20000, -1}));
}

TEST(Config, Majorities) {
  Config config = config_of(3);
  EXPECT_EQ(config.majority(), 2);
  config.members[1].arbiter_only = config.members[2].arbiter_only = true;
  EXPECT_EQ(config.majority(), 2);
  EXPECT_EQ(config.write_majority(), 1);
}

TEST(Oplog, OrdersFindsAndTruncates) {
  Oplog oplog;
  EXPECT_TRUE(oplog.contains({}));
  for (const Entry& it : {entry(1, -1), entry(2, 1), entry(5, 1), entry(9, 3)}) oplog.append(it);
  EXPECT_TRUE(oplog.contains(place(5, 1)));
  EXPECT_FALSE(oplog.contains(place(5, 2)));
  EXPECT_EQ(oplog.at_most(place(7, 2)), place(5, 1));
  EXPECT_EQ(oplog.at_most(place(1, -2)), std::nullopt);
  EXPECT_EQ(oplog.after(place(2, 1), 1 << 20).size(), 2u);
  EXPECT_EQ(oplog.after(place(9, 3), 1 << 20).size(), 0u);
  EXPECT_EQ(oplog.truncate(place(3, 1)), (std::vector<Entry>{entry(9, 3), entry(5, 1)}));
  EXPECT_EQ(oplog.last(), place(2, 1));
  EXPECT_LT(place(9, 1), place(1, 2));
  EXPECT_LT(OpTime{}, place(1, -1));
}

TEST(Recover, FoldsAJournal) {
  const std::vector<Record> journal = {ConfigRecord{config_of(3)},
                                       EntriesRecord{{entry(1, -1), entry(2, 1)}},
                                       VoteRecord{2, 1},
                                       TruncateRecord{place(1, -1)},
                                       EntriesRecord{{entry(3, 4)}},
                                       CommitPointRecord{place(1, -1)}};
  const Result<Recovered> recovered = recover(journal);
  ASSERT_TRUE(recovered);
  EXPECT_EQ(recovered->entries, (std::deque<Entry>{entry(1, -1), entry(3, 4)}));
  EXPECT_EQ(recovered->term, 4) << "an entry tells of a later term";
  EXPECT_EQ(recovered->voted_for, kNobody);
  EXPECT_EQ(recovered->commit_point, place(1, -1));
}

TEST(Recover, WithoutAConfigurationNothingHappened) { EXPECT_TRUE(recover({EntriesRecord{{entry(1, -1)}}})->entries.empty()); }

TEST(Recover, RefusesWhatNoReplicaWrote) {
  EXPECT_FALSE(recover({ConfigRecord{config_of(3)}, EntriesRecord{{entry(2, 1), entry(1, 1)}}}));
  EXPECT_FALSE(recover({ConfigRecord{config_of(3)}, EntriesRecord{{entry(2, 1), entry(1, 2)}}}));
  EXPECT_FALSE(recover({ConfigRecord{config_of(0)}}));
}

TEST(ElectionId, GrowsWithTheTerm) {
  EXPECT_EQ(election_id(1), (ElectionId{0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 1}));
  EXPECT_LT(election_id(255), election_id(256));
}

}  // namespace
}  // namespace failc::replication
