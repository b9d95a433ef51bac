#include <gtest/gtest.h>

#include "interpreter/systems/mongodb/replication/replica_test_support.hpp"

namespace failc::replication {
namespace {

TEST(Primary, CommitsOnlyByAnEntryOfItsTerm) {
  Stage stage(config_of(3), {entry(1, -1), entry(2, 1)}, 1);
  stage.become_primary(place(2, 1));
  ASSERT_EQ(stage.replica.term(), 2);
  stage.sync();
  stage.ask<PositionResponse>(stage.position(1, place(2, 1)));
  stage.ask<PositionResponse>(stage.position(2, place(2, 1)));
  EXPECT_TRUE(stage.replica.commit_point().is_null()) << "all three have it, and still a later primary could undo it";
  const OpTime noop = stage.replica.last_applied();
  EXPECT_EQ(noop.term, 2);
  stage.ask<PositionResponse>(stage.position(1, noop));
  EXPECT_EQ(stage.replica.commit_point(), noop);
}

TEST(Primary, CommitsWhatIsDurableOnAMajority) {
  Stage stage(config_of(3));
  stage.become_primary(place(1, -1));
  const OpTime noop = stage.replica.last_applied();
  PositionRequest applied_only = stage.position(1, noop);
  applied_only.last_durable = place(1, -1);
  stage.ask<PositionResponse>(applied_only);
  stage.sync();
  EXPECT_TRUE(stage.replica.commit_point().is_null());
  EXPECT_EQ(stage.replica.write_state(noop, {2}), WriteState::satisfied);
  EXPECT_EQ(stage.replica.write_state(noop, {2, true}), WriteState::waiting);
  stage.ask<PositionResponse>(stage.position(1, noop));
  EXPECT_EQ(stage.replica.commit_point(), noop);
  EXPECT_EQ(stage.replica.write_state(noop, {"majority"}), WriteState::satisfied);
}

TEST(Primary, CountsNoPositionThatIsNotInItsOplog) {
  Stage stage(config_of(3), {entry(1, -1), entry(5, 1)}, 3);
  stage.become_primary(place(1, -1));
  // Member 1 led term 3 alone: it is further, but elsewhere.
  stage.ask<PositionResponse>(stage.position(1, place(9, 3)));
  EXPECT_EQ(stage.replica.write_state(place(5, 1), {2}), WriteState::waiting);
  stage.ask<PositionResponse>(stage.position(2, place(5, 1)));
  EXPECT_EQ(stage.replica.write_state(place(5, 1), {2}), WriteState::satisfied);
}

TEST(Primary, CountsNoPositionOfAnEarlierTerm) {
  Stage stage(config_of(3), {entry(1, -1), entry(5, 1)}, 3);
  stage.become_primary(place(1, -1));
  PositionRequest old = stage.position(1, place(5, 1));
  old.term = 3;
  stage.ask<PositionResponse>(old);
  EXPECT_EQ(stage.replica.write_state(place(5, 1), {2}), WriteState::waiting);
}

TEST(Primary, TimestampsIncreaseWhenTheClockDoesNot) {
  Stage stage(config_of(1));
  stage.pass({});
  stage.sync();
  Effects effects;
  stage.at.wall = seconds(5000);
  const OpTime first = *stage.replica.append(stage.at, "a", effects);
  const OpTime second = *stage.replica.append(stage.at, "b", effects);
  stage.at.wall = seconds(3000);
  const OpTime third = *stage.replica.append(stage.at, "c", effects);
  EXPECT_EQ(first.timestamp, std::uint64_t{5000} << 32 | 1);
  EXPECT_EQ(second.timestamp, first.timestamp + 1);
  EXPECT_EQ(third.timestamp, second.timestamp + 1);
}

TEST(Primary, StepsDownForALaterTerm) {
  Stage stage(config_of(3));
  stage.become_primary(place(1, -1));
  ASSERT_TRUE(stage.replica.can_accept_writes());
  stage.ask<HeartbeatResponse>(stage.heartbeat(2, State::secondary, 9));
  EXPECT_EQ(stage.replica.state(), State::secondary);
  EXPECT_EQ(stage.replica.term(), 9);
  Effects effects;
  EXPECT_FALSE(stage.replica.append(stage.at, "x", effects));
  EXPECT_EQ(stage.replica.write_state(stage.replica.last_applied(), {"majority"}), WriteState::stepped_down);
}

TEST(Primary, StepsDownWithoutAMajority) {
  Stage stage(config_of(3));
  stage.become_primary(place(1, -1));
  for (int i = 0; i < 20; ++i) {
    stage.pass(milliseconds(100));
    stage.ask<HeartbeatResponse>(stage.heartbeat(2, State::secondary, 1));
  }
  EXPECT_TRUE(stage.replica.is_primary()) << "one other is a majority with it";
  for (int i = 0; i < 7; ++i) stage.pass(milliseconds(100));
  EXPECT_TRUE(stage.replica.is_primary());
  stage.pass(milliseconds(100));
  EXPECT_EQ(stage.replica.state(), State::secondary);
}

TEST(Primary, ThatWasStoppedWritesNothingAfterwards) {
  Stage stage(config_of(3));
  stage.become_primary(place(1, -1));
  stage.at.now += seconds(5);
  Effects effects;
  EXPECT_FALSE(stage.replica.append(stage.at, "x", effects)) << "the write comes before any timer";
}

TEST(CatchUp, TakesOverWhatAMemberHas) {
  Stage stage(config_of(3));
  stage.become_primary(place(4, 0));
  EXPECT_TRUE(stage.replica.is_primary());
  EXPECT_FALSE(stage.replica.can_accept_writes());
  EXPECT_FALSE(stage.replica.hello().is_writable_primary);
  EXPECT_TRUE(stage.replica.hello().secondary);
  const auto fetches = stage.calls<FetchRequest>();
  ASSERT_FALSE(fetches.empty());
  FetchResponse response;
  response.term = 1;
  response.after = place(1, -1);
  response.last_applied = place(4, 0);
  response.entries = {entry(4, 0)};
  stage.take(stage.replica.answered(stage.at, fetches.back().first.id, response));
  EXPECT_TRUE(stage.replica.can_accept_writes());
  EXPECT_EQ(stage.replica.oplog()[1].payload, "e4");
  EXPECT_EQ(stage.replica.oplog()[2].payload, "n");
}

TEST(CatchUp, EndsWhenTheMemberIsGoneOrTimeIsUp) {
  for (const int limit : {-1, 200}) {
    Config config = config_of(3);
    config.settings.catch_up_timeout = milliseconds(limit);
    Stage stage(config);
    stage.become_primary(place(4, 0));
    stage.pass(milliseconds(150));
    EXPECT_FALSE(stage.replica.can_accept_writes());
    stage.pass(milliseconds(100));
    EXPECT_EQ(stage.replica.can_accept_writes(), limit > 0);
    for (int i = 0; i < 6 && !stage.replica.can_accept_writes(); ++i) {
      stage.ask<HeartbeatResponse>(stage.heartbeat(2, State::secondary, 1, place(1, -1)));
      stage.pass(milliseconds(100));
    }
    EXPECT_TRUE(stage.replica.can_accept_writes()) << "member 1 was silent for the election timeout";
  }
}

}  // namespace
}  // namespace failc::replication
