// What an operator does: step-down, freeze, step-up, reconfig, and what he reads.
#include <gtest/gtest.h>

#include "interpreter/systems/mongodb/replication/replica_test_support.hpp"

namespace failc::replication {
namespace {

Stage primary_of(Config config) {
  Stage stage(std::move(config));
  stage.become_primary(place(1, -1));
  stage.sync();
  return stage;
}

TEST(StepDown, WaitsForASecondaryThenHandsOver) {
  Stage stage = primary_of(config_of(3));
  stage.take(stage.replica.step_down(stage.at, 7, {seconds(60), seconds(10), false}));
  EXPECT_TRUE(stage.waits(7));
  EXPECT_TRUE(stage.replica.is_primary());
  EXPECT_FALSE(stage.replica.can_accept_writes()) << "or nobody could ever catch up";
  stage.take(stage.replica.step_down(stage.at, 8, {}));
  EXPECT_EQ(stage.finished(8)->code, 117);
  stage.ask<PositionResponse>(stage.position(2, stage.replica.last_applied()));
  EXPECT_FALSE(stage.finished(7));
  EXPECT_EQ(stage.replica.state(), State::secondary);
  const auto handed = stage.calls<StepUpRequest>();
  ASSERT_EQ(handed.size(), 1u);
  EXPECT_EQ(handed[0].first.host, host(2));
}

TEST(StepDown, GivesUpWhenNobodyCatchesUp) {
  Stage stage = primary_of(config_of(3));
  stage.take(stage.replica.step_down(stage.at, 7, {seconds(60), seconds(1), false}));
  for (int i = 0; i < 10; ++i) {
    stage.ask<HeartbeatResponse>(stage.heartbeat(1, State::secondary, 1, place(1, -1)));
    stage.pass(milliseconds(100));
  }
  const std::optional<CommandError> error = stage.finished(7);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, 262);
  EXPECT_EQ(error->code_name, "ExceededTimeLimit");
  EXPECT_EQ(error->message.find("No electable secondaries caught up as of 1970-01-01T00:16:4"), 0u) << error->message;
  EXPECT_TRUE(stage.replica.can_accept_writes());
}

TEST(StepDown, ForcedGoesWithoutASuccessorAndDoesNotStandMeanwhile) {
  Stage stage = primary_of(config_of(3));
  stage.take(stage.replica.step_down(stage.at, 7, {seconds(3), seconds(0), true}));
  EXPECT_FALSE(stage.finished(7));
  EXPECT_EQ(stage.replica.state(), State::secondary);
  EXPECT_TRUE(stage.calls<StepUpRequest>().empty());
  const std::size_t before = stage.calls<VoteRequest>().size();
  for (int i = 0; i < 29; ++i) stage.pass(milliseconds(100));
  EXPECT_EQ(stage.calls<VoteRequest>().size(), before);
  for (int i = 0; i < 12; ++i) stage.pass(milliseconds(100));
  EXPECT_GT(stage.calls<VoteRequest>().size(), before);
}

TEST(StepDown, OfALoneMemberEndsWithItsPeriod) {
  Stage stage(config_of(1));
  stage.pass({});
  stage.sync();
  stage.take(stage.replica.step_down(stage.at, 1, {seconds(5), seconds(0), false}));
  EXPECT_EQ(stage.finished(1)->code, 262);
  stage.take(stage.replica.step_down(stage.at, 2, {seconds(5), seconds(0), true}));
  EXPECT_FALSE(stage.finished(2));
  EXPECT_EQ(stage.replica.wake_at(), stage.at.now + seconds(5));
  stage.pass(seconds(5));
  stage.sync();
  EXPECT_TRUE(stage.replica.can_accept_writes());
  EXPECT_EQ(stage.replica.term(), 2);
}

TEST(StepDown, RefusesWhatMakesNoSense) {
  Stage stage(config_of(3));
  stage.take(stage.replica.step_down(stage.at, 1, {}));
  EXPECT_EQ(stage.finished(1)->code, 10107);
  Stage primary = primary_of(config_of(3));
  primary.take(primary.replica.step_down(primary.at, 2, {seconds(5), seconds(10), false}));
  EXPECT_EQ(primary.finished(2)->code, 2);
  primary.take(primary.replica.step_down(primary.at, 3, {seconds(-5), seconds(0), false}));
  EXPECT_EQ(primary.finished(3)->code, 2);
  EXPECT_TRUE(primary.replica.can_accept_writes());
}

TEST(StepDown, EndsWithAnErrorWhenAnotherTermBegins) {
  Stage stage = primary_of(config_of(3));
  stage.take(stage.replica.step_down(stage.at, 7, {}));
  stage.ask<HeartbeatResponse>(stage.heartbeat(1, State::secondary, 4));
  EXPECT_EQ(stage.finished(7)->code, 189);
}

TEST(StepDown, AbandonedItWritesAgain) {
  Stage stage = primary_of(config_of(3));
  stage.take(stage.replica.step_down(stage.at, 7, {}));
  stage.take(stage.replica.abandoned(stage.at, 7));
  EXPECT_TRUE(stage.replica.can_accept_writes());
  EXPECT_TRUE(stage.waits(7));
}

TEST(StepUp, OfThePrimaryThatHandsOverNeedsNoDryRun) {
  Stage stage(config_of(3));
  stage.ask<HeartbeatResponse>(stage.heartbeat(1, State::primary, 3, place(1, -1)));
  ASSERT_TRUE(stage.ask<StepUpResponse>(StepUpRequest{"rs0", 1, 3}));
  ASSERT_FALSE(stage.calls<VoteRequest>().empty());
  EXPECT_FALSE(stage.calls<VoteRequest>()[0].second.dry_run);
  EXPECT_EQ(stage.replica.term(), 4);
  Stage late(config_of(3), {entry(1, -1)}, 5);
  EXPECT_TRUE(late.ask<Refusal>(StepUpRequest{"rs0", 1, 3}));
}

TEST(StepUp, ByAnOperatorTellsHowItEnded) {
  Stage stage(config_of(3));
  stage.take(stage.replica.step_up(stage.at, 4));
  EXPECT_TRUE(stage.waits(4));
  for (const auto& [call, request] : stage.calls<VoteRequest>())
    stage.take(stage.replica.answered(stage.at, call.id, VoteResponse{0, false, "no", {}}));
  EXPECT_EQ(stage.finished(4)->code, 125);
  Stage empty(config_of(3), {});
  empty.take(empty.replica.step_up(empty.at, 5));
  EXPECT_EQ(empty.finished(5)->code, 125);
}

TEST(Freeze, KeepsFromStandingUntilUnfrozen) {
  Stage stage(config_of(3));
  Effects effects;
  EXPECT_FALSE(stage.replica.freeze(stage.at, seconds(100), effects).error);
  for (int i = 0; i < 30; ++i) stage.pass(milliseconds(100));
  EXPECT_TRUE(stage.calls<VoteRequest>().empty());
  EXPECT_TRUE(stage.ask<Refusal>(StepUpRequest{"rs0", 1, 0}));
  EXPECT_FALSE(stage.replica.freeze(stage.at, seconds(0), effects).error);
  for (int i = 0; i < 10; ++i) stage.pass(milliseconds(100));
  EXPECT_FALSE(stage.calls<VoteRequest>().empty());
  EXPECT_EQ(stage.replica.freeze(stage.at, seconds(-1), effects).error->code, 2);
  Stage primary = primary_of(config_of(3));
  EXPECT_EQ(primary.replica.freeze(primary.at, seconds(0), effects).error->code, 95);
}

TEST(Initiate, OnceAndWithAFitConfiguration) {
  Stage stage(Recovered{});
  EXPECT_EQ(stage.replica.state(), State::startup);
  EXPECT_FALSE(stage.replica.hello().has_config);
  EXPECT_EQ(stage.ask<Refusal>(VoteRequest{"rs0", false, 1, 1})->error.code, 94);
  Effects effects;
  EXPECT_EQ(stage.replica.initiate(stage.at, config_of(0), effects)->code, 93);
  EXPECT_TRUE(effects.empty());
  EXPECT_FALSE(stage.replica.initiate(stage.at, config_of(3), effects));
  EXPECT_EQ(stage.replica.initiate(stage.at, config_of(3), effects)->code, 23);
  EXPECT_EQ(stage.replica.state(), State::secondary);
  EXPECT_EQ(stage.replica.config()->settings.replica_set_id.size(), 24u);
  stage.take(std::move(effects));
  std::vector<Record> journal;
  for (const Persist& persist : stage.effects<Persist>()) journal.push_back(persist.record);
  EXPECT_EQ(recover(journal)->entries.size(), 1u);
  EXPECT_EQ(*recover(journal)->config, *stage.replica.config());
}

TEST(Reconfig, WaitsForAMajorityToHaveIt) {
  Stage stage = primary_of(config_of(3));
  stage.ask<PositionResponse>(stage.position(1, stage.replica.last_applied()));
  Config next = *stage.replica.config();
  next.version = 2;
  next.members[1].priority = 5;
  stage.take(stage.replica.reconfig(stage.at, 3, next, false));
  stage.take(stage.replica.reconfig(stage.at, 4, next, false));
  EXPECT_EQ(stage.finished(4)->code, 109);
  EXPECT_EQ(stage.replica.config()->version, 1) << "the one before is not known to be with a majority";
  stage.ask<HeartbeatResponse>(stage.heartbeat(1, State::secondary, 1));
  EXPECT_EQ(stage.replica.config()->version, 2);
  EXPECT_EQ(stage.replica.hello().set_version, 2);
  EXPECT_TRUE(stage.waits(3));
  stage.sync();
  EXPECT_TRUE(stage.waits(3));
  stage.ask<HeartbeatResponse>(stage.heartbeat(1, State::secondary, 1));
  EXPECT_FALSE(stage.finished(3));
}

TEST(Reconfig, OnlyByThePrimaryUnlessForced) {
  Stage stage(config_of(3));
  Config next = config_of(3);
  next.version = 2;
  next.members.resize(1);
  stage.take(stage.replica.reconfig(stage.at, 1, next, false));
  EXPECT_EQ(stage.finished(1)->code, 10107);
  stage.take(stage.replica.reconfig(stage.at, 2, next, true));
  EXPECT_FALSE(stage.finished(2));
  EXPECT_GE(stage.replica.config()->version, 10000);
  EXPECT_EQ(stage.replica.config()->term, -1);
  stage.pass({});
  stage.sync();
  EXPECT_TRUE(stage.replica.can_accept_writes()) << "alone in the new configuration";
}

TEST(Reconfig, SpreadsByHeartbeats) {
  Stage stage(config_of(3));
  HeartbeatRequest request = stage.heartbeat(1, State::primary, 1);
  request.config_version = 2;
  stage.ask<HeartbeatResponse>(request);
  stage.pass({});
  const auto asked = stage.calls<HeartbeatRequest>();
  HeartbeatResponse response;
  response.set_name = "rs0";
  response.term = 1;
  response.config_version = 2;
  response.config_term = 0;
  response.config = config_of(3);
  response.config->version = 2;
  response.config->members.erase(response.config->members.begin());
  stage.take(stage.replica.answered(stage.at, asked.front().first.id, response));
  EXPECT_EQ(stage.replica.state(), State::removed);
  EXPECT_TRUE(stage.replica.hello().removed);
  EXPECT_TRUE(stage.replica.status(stage.at).members.empty());
  EXPECT_EQ(stage.records<ConfigRecord>().size(), 1u);
  EXPECT_TRUE(stage.ask<Refusal>(stage.vote(1, 9, place(9, 8))));
  // A member that does have the older configuration is told.
  HeartbeatRequest old = stage.heartbeat(1, State::secondary, 1);
  old.config_version = 1;
  EXPECT_TRUE(stage.ask<HeartbeatResponse>(old)->config);
}

TEST(Reconfig, UnfitOrForeignConfigurationsAreNotTaken) {
  Config mine = config_of(3);
  mine.settings.replica_set_id = std::string(24, 'a');
  for (int kind = 0; kind < 3; ++kind) {
    Stage stage(mine);
    HeartbeatResponse response;
    response.set_name = "rs0";
    response.config = mine;
    response.config->version = 9;
    if (kind == 0) response.config->members.clear();
    if (kind == 1) response.config->settings.replica_set_id = std::string(24, 'b');
    if (kind == 2) response.config->set_name = "rs1";
    stage.take(stage.replica.answered(stage.at, stage.calls<HeartbeatRequest>().front().first.id, response));
    EXPECT_EQ(stage.replica.config()->version, 1) << kind;
  }
}

TEST(WriteConcern, NumbersModesAndWhatCannotBe) {
  Config config = config_of(4);
  config.members[3].arbiter_only = true;
  config.members[3].priority = 0;
  config.members[0].tags = {{"dc", "east"}};
  config.members[1].tags = {{"dc", "east"}};
  config.members[2].tags = {{"dc", "west"}};
  config.settings.write_concern_modes["everywhere"] = {{"dc", 2}};
  Stage stage = primary_of(config);
  EXPECT_EQ(stage.replica.check({4})->code, 100);
  EXPECT_EQ(stage.replica.check({-1})->code, 2);
  EXPECT_EQ(stage.replica.check({"nowhere"})->code, 79);
  EXPECT_FALSE(stage.replica.check({3}));
  EXPECT_FALSE(stage.replica.check({"everywhere"}));
  EXPECT_FALSE(stage.replica.check({"majority"}));
  const OpTime last = stage.replica.last_applied();
  stage.ask<PositionResponse>(stage.position(1, last));
  EXPECT_EQ(stage.replica.write_state(last, {0}), WriteState::satisfied);
  EXPECT_EQ(stage.replica.write_state(last, {2, true}), WriteState::satisfied);
  EXPECT_EQ(stage.replica.write_state(last, {3}), WriteState::waiting);
  EXPECT_EQ(stage.replica.write_state(last, {"everywhere"}), WriteState::waiting);
  EXPECT_EQ(stage.replica.write_state(last, {"majority"}), WriteState::waiting) << "3 of 4 voters";
  stage.ask<PositionResponse>(stage.position(2, last));
  EXPECT_EQ(stage.replica.write_state(last, {"everywhere"}), WriteState::satisfied);
  EXPECT_EQ(stage.replica.write_state(last, {"majority"}), WriteState::satisfied);
}

TEST(Status, ShowsEveryMember) {
  Config config = config_of(4);
  config.members[1].priority = 0;
  config.members[2].hidden = true;
  config.members[2].priority = 0;
  config.members[3].arbiter_only = true;
  config.members[3].priority = 0;
  Stage stage(config);
  stage.ask<HeartbeatResponse>(stage.heartbeat(1, State::secondary, 0, place(1, -1)));
  for (const auto& [call, request] : stage.calls<HeartbeatRequest>())
    if (call.host == host(3)) stage.take(stage.replica.failed(stage.at, call.id, "connection refused"));
  stage.at.now += milliseconds(50);
  const Status status = stage.replica.status(stage.at);
  ASSERT_EQ(status.members.size(), 4u);
  EXPECT_EQ(status.majority_vote_count, 3);
  EXPECT_EQ(status.write_majority_count, 3);
  EXPECT_EQ(status.voting_members_count, 4);
  EXPECT_EQ(status.writable_voting_members_count, 3);
  EXPECT_TRUE(status.members[0].self);
  EXPECT_EQ(status.members[1].state, State::secondary);
  EXPECT_EQ(status.members[1].last_applied, place(1, -1));
  EXPECT_EQ(status.members[1].uptime, milliseconds(50));
  EXPECT_EQ(status.members[2].state, State::unknown);
  EXPECT_EQ(status.members[3].state, State::down);
  EXPECT_FALSE(status.members[3].healthy);
  EXPECT_EQ(status.members[3].last_heartbeat_message, "connection refused");
  const Hello hello = stage.replica.hello();
  EXPECT_EQ(hello.hosts, std::vector<std::string>{host(0)});
  EXPECT_EQ(hello.passives, std::vector<std::string>{host(1)});
  EXPECT_EQ(hello.arbiters, std::vector<std::string>{host(3)});
  EXPECT_EQ(hello.me, host(0));
  EXPECT_TRUE(hello.secondary);
  EXPECT_EQ(hello.primary, "");
}

TEST(Status, AChangeThatHelloShowsIsToldOnce) {
  Stage stage(config_of(3));
  const std::size_t before = stage.effects<StateChanged>().size();
  stage.ask<HeartbeatResponse>(stage.heartbeat(1, State::primary, 1));
  EXPECT_EQ(stage.effects<StateChanged>().size(), before + 1);
  EXPECT_EQ(stage.replica.hello().primary, host(1));
  stage.ask<HeartbeatResponse>(stage.heartbeat(1, State::primary, 1));
  EXPECT_EQ(stage.effects<StateChanged>().size(), before + 1);
  Stage primary = primary_of(config_of(3));
  EXPECT_EQ(primary.replica.hello().election_id, election_id(1));
  EXPECT_EQ(primary.effects<StateChanged>().back().state, State::primary);
  EXPECT_TRUE(primary.effects<StateChanged>().back().writable);
}

TEST(BadInput, NothingOfAPeerStopsTheReplica) {
  Stage stage(config_of(3));
  stage.ask<HeartbeatResponse>(stage.heartbeat(1, State::primary, std::numeric_limits<std::int64_t>::max()));
  EXPECT_EQ(stage.replica.term(), 0);
  stage.ask<HeartbeatResponse>(
      stage.heartbeat(2, State::secondary, -5, OpTime{~std::uint64_t{0}, std::numeric_limits<std::int64_t>::max()}));
  stage.take(stage.replica.answered(stage.at, 4711, FetchResponse{}));
  stage.take(stage.replica.failed(stage.at, 4711, "?"));
  stage.take(stage.replica.durable(stage.at, 4711));
  const auto asked = stage.calls<HeartbeatRequest>();
  stage.take(stage.replica.answered(stage.at, asked[0].first.id, VoteResponse{9, true, "", {}}));
  EXPECT_EQ(stage.replica.term(), 0) << "an answer of another kind";
  FetchRequest odd{"rs0", 1, 0, OpTime{5, -9}, {}, {}, {}, milliseconds(-5), -1};
  EXPECT_TRUE(stage.ask<FetchResponse>(odd)->too_old);
  for (int i = 0; i < 30; ++i) stage.pass(milliseconds(100));
  EXPECT_FALSE(stage.calls<VoteRequest>().empty());
}

}  // namespace
}  // namespace failc::replication
