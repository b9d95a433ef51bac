#include <gtest/gtest.h>

#include "interpreter/systems/mongodb/replication/replica_test_support.hpp"

namespace failc::replication {
namespace {

TEST(Vote, GoesToWhoHasAllTheVoterHas) {
  Stage stage(config_of(3), {entry(1, -1), entry(2, 1)}, 1);
  EXPECT_FALSE(stage.ask<VoteResponse>(stage.vote(1, 2, place(1, -1)))->granted);
  EXPECT_FALSE(stage.ask<VoteResponse>(stage.vote(1, 2, place(9, 0)))->granted)
      << "a later term's entry is later, whatever the clocks said";
  EXPECT_FALSE(stage.ask<VoteResponse>(stage.vote(1, 2, place(2, 1)))) << "granted, so not before it is durable";
  stage.sync();
  EXPECT_TRUE(stage.answer<VoteResponse>(3)->granted);
}

TEST(Vote, IsGivenOnceATerm) {
  Stage stage(config_of(3));
  stage.ask<VoteResponse>(stage.vote(1, 1, place(1, -1)));
  const std::optional<VoteResponse> second = stage.ask<VoteResponse>(stage.vote(2, 1, place(5, 0)));
  ASSERT_TRUE(second);
  EXPECT_FALSE(second->granted);
  stage.ask<VoteResponse>(stage.vote(1, 1, place(1, -1)));
  stage.sync();
  EXPECT_TRUE(stage.answer<VoteResponse>(3)->granted) << "the same candidate may ask again";
}

TEST(Vote, SurvivesACrash) {
  Stage stage(config_of(3));
  stage.ask<VoteResponse>(stage.vote(1, 7, place(1, -1)));
  std::vector<Record> journal = {ConfigRecord{config_of(3)}, EntriesRecord{{entry(1, -1)}}};
  for (const Persist& persist : stage.effects<Persist>()) journal.push_back(persist.record);
  Stage again(*recover(journal));
  EXPECT_EQ(again.replica.term(), 7);
  EXPECT_FALSE(again.ask<VoteResponse>(again.vote(2, 7, place(9, 6)))->granted);
}

TEST(Vote, DryRunPromisesNothing) {
  Stage stage(config_of(3));
  EXPECT_TRUE(stage.ask<VoteResponse>(stage.vote(1, 0, place(1, -1), true))->granted);
  EXPECT_TRUE(stage.ask<VoteResponse>(stage.vote(2, 0, place(1, -1), true))->granted);
  EXPECT_TRUE(stage.records<VoteRecord>().empty());
  EXPECT_EQ(stage.replica.term(), 0);
}

TEST(Vote, NotForAnOlderConfigurationTermOrSet) {
  Config config = config_of(3);
  config.version = 4;
  Stage stage(config, {entry(1, -1)}, 3);
  VoteRequest old = stage.vote(1, 4, place(9, 3));
  old.config_version = 3;
  EXPECT_FALSE(stage.ask<VoteResponse>(old)->granted);
  EXPECT_FALSE(stage.ask<VoteResponse>(stage.vote(1, 2, place(9, 2)))->granted);
  VoteRequest other = stage.vote(1, 9, place(9, 3));
  other.set_name = "rs1";
  EXPECT_EQ(stage.ask<Refusal>(other)->error.code, 132);
  EXPECT_EQ(stage.ask<Refusal>(stage.vote(17, 9, place(9, 3)))->error.code, 74);
  EXPECT_EQ(stage.replica.term(), 4) << "strangers bring no term";
}

TEST(Vote, OfAnArbiterNotWhileItSeesThePrimary) {
  Config config = config_of(3);
  config.members[0].arbiter_only = true;
  config.members[0].priority = 0;
  Stage stage(config, {}, 2);
  stage.ask<HeartbeatResponse>(stage.heartbeat(1, State::primary, 2, place(5, 2)));
  EXPECT_FALSE(stage.ask<VoteResponse>(stage.vote(2, 3, place(5, 2)))->granted);
  EXPECT_EQ(stage.replica.term(), 2);
  stage.pass(seconds(1));
  stage.ask<VoteResponse>(stage.vote(2, 3, place(5, 2)));
  stage.sync();
  EXPECT_TRUE(stage.answer<VoteResponse>(3)->granted) << "the primary has been silent for long";
}

TEST(Election, BeginsWithADryRunAndWinsOnlyWithItsOwnVoteDurable) {
  Stage stage(config_of(3));
  stage.pass(milliseconds(700));
  EXPECT_TRUE(stage.calls<VoteRequest>().empty()) << "the timeout is 800 ms";
  for (int i = 0; i < 3; ++i) stage.pass(milliseconds(80));
  auto asked = stage.calls<VoteRequest>();
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_TRUE(asked[0].second.dry_run);
  EXPECT_EQ(asked[0].second.term, 0);
  EXPECT_EQ(stage.replica.term(), 0) << "a dry run disturbs no term";
  stage.take(stage.replica.answered(stage.at, asked[0].first.id, VoteResponse{0, true, "", place(1, -1)}));
  asked = stage.calls<VoteRequest>();
  ASSERT_EQ(asked.size(), 4u);
  EXPECT_FALSE(asked[2].second.dry_run);
  EXPECT_EQ(asked[2].second.term, 1);
  stage.take(stage.replica.answered(stage.at, asked[2].first.id, VoteResponse{1, true, "", place(1, -1)}));
  EXPECT_EQ(stage.replica.state(), State::secondary);
  stage.sync();
  EXPECT_EQ(stage.replica.state(), State::primary);
}

TEST(Election, EndsWhenAPrimaryOrALaterTermShowsUp) {
  Stage stage(config_of(3));
  stage.pass(milliseconds(300));
  stage.pass(milliseconds(300));
  stage.pass(milliseconds(330));
  ASSERT_EQ(stage.calls<VoteRequest>().size(), 2u);
  stage.ask<HeartbeatResponse>(stage.heartbeat(2, State::primary, 0));
  stage.grant(place(1, -1));
  EXPECT_EQ(stage.replica.term(), 0);
  EXPECT_EQ(stage.replica.hello().primary, host(2));
}

TEST(Election, TwoDryRunsAgreeOnWhoGivesWay) {
  const auto stand = [] {
    Stage stage(config_of(3));
    for (int i = 0; i < 4; ++i) stage.pass(milliseconds(235));
    EXPECT_EQ(stage.calls<VoteRequest>().size(), 2u);
    return stage.all.size();
  };
  EXPECT_GT(stand(), 0u);
  Stage better(config_of(3));
  for (int i = 0; i < 4; ++i) better.pass(milliseconds(235));
  EXPECT_FALSE(better.ask<VoteResponse>(better.vote(1, 0, place(1, -1), true))->granted) << "the lower `_id` has the better claim";
  Stage worse(config_of(3));
  for (int i = 0; i < 4; ++i) worse.pass(milliseconds(235));
  EXPECT_TRUE(worse.ask<VoteResponse>(worse.vote(1, 0, place(2, -1), true))->granted) << "the longer oplog has";
  worse.grant(place(1, -1));
  EXPECT_EQ(worse.replica.term(), 0) << "it gave way";
}

TEST(Election, AStoppedProcessListensBeforeItStands) {
  Stage stage(config_of(3));
  stage.ask<HeartbeatResponse>(stage.heartbeat(1, State::primary, 1, place(1, -1)));
  stage.pass(seconds(30));
  EXPECT_TRUE(stage.calls<VoteRequest>().empty());
  for (int i = 0; i < 10; ++i) stage.pass(milliseconds(100));
  EXPECT_FALSE(stage.calls<VoteRequest>().empty());
}

TEST(Election, OfOneMemberNeedsNobody) {
  Stage stage(config_of(1));
  ASSERT_TRUE(stage.replica.wake_at());
  stage.pass({});
  stage.sync();
  EXPECT_TRUE(stage.replica.can_accept_writes());
  stage.sync();
  EXPECT_EQ(stage.replica.commit_point(), stage.replica.last_applied());
}

TEST(Election, NotOfAMemberWithoutPriorityOrData) {
  Config config = config_of(3);
  config.members[0].priority = 0;
  Stage passive(config);
  Stage empty(config_of(3), {});
  EXPECT_EQ(empty.replica.state(), State::startup2);
  for (int i = 0; i < 40; ++i) {
    passive.pass(milliseconds(100));
    empty.pass(milliseconds(100));
  }
  EXPECT_TRUE(passive.calls<VoteRequest>().empty());
  EXPECT_TRUE(empty.calls<VoteRequest>().empty());
}

TEST(Takeover, ComesFromAHigherPriority) {
  Config config = config_of(3);
  config.members[0].priority = 2;
  Stage stage(config);
  for (int i = 0; i < 8; ++i) {
    stage.pass(milliseconds(100));
    stage.ask<HeartbeatResponse>(stage.heartbeat(1, State::primary, 1, place(2, 1)));
  }
  EXPECT_TRUE(stage.calls<VoteRequest>().empty());
  for (int i = 0; i < 3; ++i) {
    stage.pass(milliseconds(100));
    stage.ask<HeartbeatResponse>(stage.heartbeat(1, State::primary, 1, place(2, 1)));
  }
  ASSERT_FALSE(stage.calls<VoteRequest>().empty());
  EXPECT_TRUE(stage.calls<VoteRequest>()[0].second.dry_run);
}

}  // namespace
}  // namespace failc::replication
