#include <gtest/gtest.h>

#include "interpreter/systems/mongodb/replication/replica_test_support.hpp"

namespace failc::replication {
namespace {

/// A follower of member 1 in term 5; its fetch is open.
struct Follower : Stage {
  explicit Follower(std::vector<Entry> entries, OpTime commit = {}) : Stage(config_of(3), std::move(entries), 5, commit) {
    ask<HeartbeatResponse>(heartbeat(1, State::primary, 5, place(90, 5)));
  }
  FetchRequest open() const { return calls<FetchRequest>().back().second; }
  void give(FetchResponse response) {
    response.term = 5;
    response.primary = true;
    take(replica.answered(at, calls<FetchRequest>().back().first.id, response));
  }
};

FetchResponse entries_after(OpTime after, std::vector<Entry> entries) {
  FetchResponse out;
  out.after = after;
  out.last_applied = entries.empty() ? after : entries.back().at;
  out.entries = std::move(entries);
  return out;
}

TEST(Fetch, AppliesAndReports) {
  Follower follower({entry(1, -1)});
  EXPECT_EQ(follower.open().after, place(1, -1));
  FetchResponse response = entries_after(place(1, -1), {entry(2, 5), entry(3, 5)});
  response.commit_point = place(2, 5);
  follower.give(response);
  EXPECT_EQ(follower.replica.last_applied(), place(3, 5));
  EXPECT_EQ(follower.replica.last_durable(), place(1, -1));
  EXPECT_EQ(follower.replica.commit_point(), place(2, 5));
  ASSERT_EQ(follower.effects<Apply>().size(), 1u);
  EXPECT_EQ(follower.effects<Apply>()[0].entries.size(), 2u);
  EXPECT_EQ(follower.calls<FetchRequest>().size(), 1u) << "it may soon be on the disk";
  follower.sync();
  EXPECT_EQ(follower.open().after, place(3, 5));
  EXPECT_EQ(follower.open().last_durable, place(3, 5));
  EXPECT_TRUE(follower.calls<PositionRequest>().empty()) << "the fetch says it";
}

TEST(Fetch, GoesOnBeforeASlowDisk) {
  Follower follower({entry(1, -1)});
  follower.give(entries_after(place(1, -1), {entry(2, 5), entry(3, 5)}));
  ASSERT_TRUE(follower.replica.wake_at());
  EXPECT_EQ(*follower.replica.wake_at(), follower.at.now + milliseconds(1));
  follower.pass(milliseconds(1));
  EXPECT_EQ(follower.open().after, place(3, 5));
  EXPECT_EQ(follower.open().last_applied, place(3, 5));
  EXPECT_EQ(follower.open().last_durable, place(1, -1));
  follower.sync();
  ASSERT_FALSE(follower.calls<PositionRequest>().empty());
  EXPECT_EQ(follower.calls<PositionRequest>().back().second.last_durable, place(3, 5));
}

TEST(Fetch, TakesNothingThatDoesNotFollow) {
  const std::vector<std::vector<Entry>> wrong = {
      {entry(1, -1)},       {entry(3, 5), entry(2, 5)}, {entry(2, 9)}, {entry(3, 4), entry(2, 5)}, {{OpTime{~std::uint64_t{0}, 5}, "x"}},
      {{OpTime{0, 5}, "x"}}};
  for (const std::vector<Entry>& entries : wrong) {
    Follower follower({entry(1, -1)});
    follower.give(entries_after(place(1, -1), entries));
    EXPECT_EQ(follower.replica.oplog().size(), 1u);
  }
  Follower follower({entry(1, -1)});
  follower.give(entries_after(place(7, 5), {entry(8, 5)}));
  EXPECT_EQ(follower.replica.oplog().size(), 1u) << "an answer to another question";
}

TEST(Fetch, FromAMemberThatIsBehindTeachesNothing) {
  Follower follower({entry(1, -1), entry(9, 2)});
  FetchResponse behind;
  behind.after = place(9, 2);
  behind.behind = true;
  behind.last_applied = behind.commit_point = place(5, 1);
  follower.give(behind);
  EXPECT_TRUE(follower.replica.commit_point().is_null()) << "its own last entry may be none of the other's";
}

TEST(Fetch, HeartbeatsMoveTheCommitPointOnTheSameBranchOnly) {
  Follower follower({entry(1, -1), entry(9, 2)});
  HeartbeatRequest heartbeat = follower.heartbeat(1, State::primary, 5);
  heartbeat.commit_point = place(20, 4);
  follower.ask<HeartbeatResponse>(heartbeat);
  EXPECT_TRUE(follower.replica.commit_point().is_null());
  heartbeat.commit_point = place(20, 2);
  follower.ask<HeartbeatResponse>(heartbeat);
  EXPECT_EQ(follower.replica.commit_point(), place(9, 2));
}

TEST(Fetch, FirstSyncOfAnEmptyMember) {
  Follower follower({});
  EXPECT_EQ(follower.replica.state(), State::startup2);
  EXPECT_FALSE(follower.replica.can_read());
  EXPECT_TRUE(follower.open().after.is_null());
  FetchResponse part = entries_after({}, {entry(1, -1)});
  part.last_applied = place(2, 5);
  follower.give(part);
  EXPECT_EQ(follower.replica.state(), State::startup2);
  follower.sync();
  follower.give(entries_after(place(1, -1), {entry(2, 5)}));
  EXPECT_EQ(follower.replica.state(), State::secondary);
}

TEST(Rollback, UndoesNewestFirstToTheLastCommonEntry) {
  // Ours: terms 1, 2, 3. The primary's: 1, then 4 and 5. Common: up to (20, 1).
  Follower follower({entry(1, -1), entry(20, 1), entry(25, 2), entry(30, 3), entry(31, 3)}, place(20, 1));
  FetchResponse diverged;
  diverged.after = place(31, 3);
  diverged.diverged = true;
  diverged.hint = place(22, 1);
  diverged.last_applied = place(50, 5);
  follower.give(diverged);
  EXPECT_EQ(follower.open().after, place(20, 1)) << "the last of ours that is not later than the hint";
  EXPECT_TRUE(follower.effects<Undo>().empty());
  FetchResponse found = entries_after(place(20, 1), {entry(22, 1), entry(50, 5)});
  follower.give(found);
  ASSERT_EQ(follower.effects<Undo>().size(), 1u);
  const Undo undo = follower.effects<Undo>()[0];
  EXPECT_EQ(undo.to, place(20, 1));
  EXPECT_EQ(undo.entries, (std::vector<Entry>{entry(31, 3), entry(30, 3), entry(25, 2)}));
  EXPECT_EQ(follower.replica.state(), State::rollback);
  EXPECT_FALSE(follower.replica.can_read());
  EXPECT_EQ(follower.replica.write_state(place(30, 3), {"majority"}), WriteState::stepped_down);
  follower.sync();
  EXPECT_EQ(follower.replica.state(), State::secondary);
  EXPECT_EQ(follower.open().after, place(20, 1));
  EXPECT_EQ(follower.records<TruncateRecord>().size(), 1u);
}

TEST(Rollback, NotForAMemberThatIsOnlyBehind) {
  Follower follower({entry(1, -1), entry(30, 3)});
  FetchResponse diverged;
  diverged.after = place(30, 3);
  diverged.diverged = true;
  diverged.hint = diverged.last_applied = place(1, -1);
  follower.give(diverged);
  EXPECT_TRUE(follower.effects<Undo>().empty());
  EXPECT_EQ(follower.replica.state(), State::secondary);
}

TEST(Rollback, NeverOfWhatIsCommittedNorToNothing) {
  for (const bool nothing_common : {false, true}) {
    Follower follower({entry(2, 0), entry(30, 3)}, nothing_common ? OpTime{} : place(30, 3));
    FetchResponse diverged;
    diverged.after = place(30, 3);
    diverged.diverged = true;
    diverged.hint = nothing_common ? place(1, -1) : place(2, 0);
    diverged.last_applied = place(50, 5);
    follower.give(diverged);
    EXPECT_TRUE(follower.effects<Undo>().empty());
    EXPECT_EQ(follower.replica.state(), State::recovering);
    EXPECT_NE(follower.replica.status(follower.at).members[0].info_message, "");
  }
}

TEST(Serve, EntriesAtOnceElseWaits) {
  Stage stage(config_of(3), {entry(1, -1), entry(2, 1), entry(3, 1)}, 1);
  FetchRequest request{"rs0", 1, 1, place(1, -1), place(1, -1), place(1, -1), {}, milliseconds(400), 1};
  const std::optional<FetchResponse> some = stage.ask<FetchResponse>(request);
  ASSERT_TRUE(some);
  EXPECT_EQ(some->entries.size(), 1u) << "one at least, whatever the limit";
  request.after = place(3, 1);
  EXPECT_FALSE(stage.ask<FetchResponse>(request));
  stage.pass(milliseconds(200));
  EXPECT_FALSE(stage.answer<FetchResponse>(2));
  EXPECT_LE(*stage.replica.wake_at(), stage.at.now + milliseconds(200));
  stage.pass(milliseconds(200));
  ASSERT_TRUE(stage.answer<FetchResponse>(2));
  EXPECT_TRUE(stage.answer<FetchResponse>(2)->entries.empty());
}

TEST(Serve, TellsWhoDiverged) {
  Stage stage(config_of(3), {entry(1, -1), entry(5, 1), entry(9, 4)}, 4);
  const auto ask = [&](OpTime after) {
    return *stage.ask<FetchResponse>(FetchRequest{"rs0", 1, 4, after, after, after, {}, milliseconds(0), 1000});
  };
  const FetchResponse diverged = ask(place(7, 2));
  EXPECT_TRUE(diverged.diverged);
  EXPECT_EQ(diverged.hint, place(5, 1));
  EXPECT_FALSE(ask(place(5, 1)).diverged);
  EXPECT_TRUE(ask(place(12, 4)).behind);
}

TEST(Serve, APrimaryGivesNewEntriesBeforeTheyAreOnItsOwnDisk) {
  Stage stage(config_of(3));
  stage.become_primary(place(1, -1));
  const OpTime last = stage.replica.last_applied();
  FetchRequest request{"rs0", 1, 1, last, last, last, {}, milliseconds(400), 1000};
  stage.ask<FetchResponse>(request);
  const IncomingId held = stage.asked;
  stage.all.clear();
  stage.take(stage.replica.withdrawn(stage.at, 99));
  Effects effects;
  ASSERT_TRUE(stage.replica.append(stage.at, "x", effects));
  stage.take(std::move(effects));
  ASSERT_TRUE(stage.answer<FetchResponse>(held));
  EXPECT_EQ(stage.answer<FetchResponse>(held)->entries[0].payload, "x");
}

/// A primary of members 1 and 2, and perhaps more, whose fetches are held.
struct Giver : Stage {
  explicit Giver(Config config) : Stage(std::move(config)) {
    become_primary(place(1, -1));
    sync();
    for (const Member& member : replica.config()->members)
      if (member.id != 0) held[member.id] = fetch(member.id);
  }
  IncomingId fetch(MemberId member) {
    const OpTime last = replica.last_applied();
    EXPECT_FALSE(ask<FetchResponse>(FetchRequest{"rs0", member, replica.term(), last, last, last, last, milliseconds(400), 1000}));
    return asked;
  }
  void write(const std::string& what) { ASSERT_TRUE(replica.append(at, what, all)); }
  std::size_t given(MemberId member) const {
    const std::optional<FetchResponse> response = answer<FetchResponse>(held.at(member));
    return response ? response->entries.size() : 0;
  }
  std::map<MemberId, IncomingId> held;
};

/// A majority needs one of two: the other is given what came meanwhile, all of it in one message.
TEST(Serve, WhoIsNotNeededWaitsForMore) {
  Giver giver(config_of(3));
  giver.write("one");
  EXPECT_EQ(giver.given(1), 1u);
  EXPECT_EQ(giver.given(2), 0u);
  giver.sync();
  giver.pass(milliseconds(1));
  giver.held[1] = giver.fetch(1);
  EXPECT_EQ(giver.replica.commit_point(), giver.replica.last_applied());
  EXPECT_EQ(giver.given(2), 0u) << "and nobody waits for it";
  giver.write("two");
  EXPECT_EQ(giver.given(1), 1u) << "it is the one that is needed, again";
  EXPECT_EQ(giver.given(2), 0u);
  ASSERT_TRUE(giver.replica.wake_at());
  giver.pass(milliseconds(2));
  EXPECT_EQ(giver.given(2), 2u);
}

/// Its own sync would be in the way of that of the one that a client waits for.
TEST(Serve, WhoAsksWhileAnotherWasSentTheEntryIsNotNeeded) {
  Giver giver(config_of(3));
  giver.write("one");
  giver.pass(milliseconds(3));
  ASSERT_EQ(giver.given(2), 1u);
  const OpTime one = giver.replica.last_applied();
  giver.held[1] = giver.fetch(1);
  giver.write("two");
  ASSERT_EQ(giver.given(1), 1u);
  const auto behind = [&](MemberId member) { return giver.ask<FetchResponse>(FetchRequest{"rs0", member, giver.replica.term(), one, one, one, one, milliseconds(400), 1000}); };
  EXPECT_FALSE(behind(2));
  EXPECT_LT(giver.replica.commit_point(), giver.replica.last_applied());
  const IncomingId waits = giver.asked;
  giver.pass(milliseconds(3));
  const std::optional<FetchResponse> later = giver.answer<FetchResponse>(waits);
  ASSERT_TRUE(later);
  EXPECT_EQ(later->entries.size(), 1u);
  giver.write("three");
  EXPECT_TRUE(behind(2)) << "of this one nobody was sent anything";
}

TEST(Serve, WhoIsAskedForByAWriteIsNeeded) {
  Giver giver(config_of(3));
  giver.write("one");
  giver.take(giver.replica.want_all(giver.at, giver.replica.last_applied()));
  EXPECT_EQ(giver.given(2), 1u);
  giver.held[2] = giver.fetch(2);
  giver.held[1] = giver.fetch(1);
  giver.write("two");
  EXPECT_EQ(giver.given(1) + giver.given(2), 1u) << "of that one nobody has asked it";
}

/// A write would wait for a member that does not count.
TEST(Serve, WhoHasNoVoteTakesNobodysPlace) {
  Config config = config_of(4);
  config.members[1].votes = 0;
  config.members[1].priority = 0;
  Giver giver(config);
  giver.write("one");
  EXPECT_EQ(giver.given(1), 0u);
  EXPECT_EQ(giver.given(2), 1u);
  EXPECT_EQ(giver.given(3), 0u);
  giver.pass(milliseconds(3));
  EXPECT_EQ(giver.given(1), 1u);
  EXPECT_EQ(giver.given(3), 1u);
}

TEST(Serve, AfterACommitNobodyIsInTheWay) {
  Giver giver(config_of(3));
  giver.write("one");
  giver.sync();
  giver.take(giver.replica.requested(giver.at, ++giver.asked, giver.position(1, giver.replica.last_applied())));
  const OpTime before = place(1, -1);
  EXPECT_TRUE(giver.ask<FetchResponse>(FetchRequest{"rs0", 1, giver.replica.term(), before, before, before, before, milliseconds(400), 1000}));
}

/// A commit point is no message of its own where writes follow one another, and never late where none do.
TEST(Serve, ACommitPointGoesWithEntriesOrSoonAlone) {
  Stage stage(config_of(3));
  stage.become_primary(place(1, -1));
  stage.sync();
  const auto ask = [&] {
    const OpTime last = stage.replica.last_applied();
    const FetchRequest request{"rs0", 1, stage.replica.term(), last, last, last, stage.replica.commit_point(), milliseconds(400), 1000};
    EXPECT_FALSE(stage.ask<FetchResponse>(request));
    stage.ask<PositionResponse>(stage.position(2, last));
    EXPECT_EQ(stage.replica.commit_point(), last);
    return stage.asked - 1;
  };
  const IncomingId alone = ask();
  EXPECT_FALSE(stage.answer<FetchResponse>(alone));
  stage.pass(milliseconds(5));
  ASSERT_TRUE(stage.answer<FetchResponse>(alone));
  EXPECT_TRUE(stage.answer<FetchResponse>(alone)->entries.empty());
  EXPECT_EQ(stage.answer<FetchResponse>(alone)->commit_point, stage.replica.last_applied());

  ASSERT_TRUE(stage.replica.append(stage.at, "one", stage.all));
  stage.sync();
  const IncomingId with_entries = ask();
  ASSERT_TRUE(stage.replica.append(stage.at, "two", stage.all));
  ASSERT_TRUE(stage.answer<FetchResponse>(with_entries));
  EXPECT_EQ(stage.answer<FetchResponse>(with_entries)->entries.size(), 1u);
  EXPECT_EQ(stage.answer<FetchResponse>(with_entries)->commit_point, stage.replica.commit_point());
}

}  // namespace
}  // namespace failc::replication
