#include <gtest/gtest.h>

#include "interpreter/systems/mongodb/replication/replica_test_support.hpp"

namespace failc::replication {
namespace {

constexpr std::int64_t kSmall = 500;  // some five entries

std::vector<Entry> entries(std::uint64_t first, std::uint64_t last, std::int64_t term) {
  std::vector<Entry> out;
  for (std::uint64_t second = first; second <= last; ++second) out.push_back(entry(second, term));
  return out;
}

Recovered with(std::vector<Entry> entries, OpTime commit, OpTime floor = {}) {
  return {config_of(3), 5, kNobody, floor, {entries.begin(), entries.end()}, commit};
}

TEST(Trim, DropsWhatIsCommittedOnly) {
  Stage stage(with(entries(1, 30, 5), place(20, 5)), kSmall);
  EXPECT_EQ(stage.replica.oplog().floor(), place(20, 5));
  EXPECT_EQ(stage.replica.oplog().size(), 10u) << "too many, but they may have to be undone";
  ASSERT_EQ(stage.effects<Dropped>().size(), 1u);
  EXPECT_EQ(stage.effects<Dropped>()[0].entries, entries(1, 20, 5));
  EXPECT_EQ(stage.replica.last_applied(), place(30, 5));
  EXPECT_TRUE(stage.replica.holds(place(7, 5)));
  EXPECT_TRUE(stage.replica.holds(place(25, 5)));
  EXPECT_FALSE(stage.replica.holds(place(25, 6)));
}

TEST(Trim, StaysBelowItsSizeAndKeepsOne) {
  Stage stage(with(entries(1, 30, 5), place(30, 5)), kSmall);
  EXPECT_LE(stage.replica.oplog().bytes(), kSmall);
  EXPECT_GT(stage.replica.oplog().size(), 2u);
  Stage tiny(with(entries(1, 30, 5), place(30, 5)), 1);
  EXPECT_EQ(tiny.replica.oplog().size(), 1u);
}

TEST(Trim, AlsoWhileAJournalIsRead) {
  Recovery recovery(kSmall);
  std::vector<Entry> dropped;
  const auto add = [&](Record record) {
    const Recovery::Step step = recovery.add(std::move(record));
    EXPECT_TRUE(step.undone.empty() || step.dropped.empty());
    dropped.insert(dropped.end(), step.dropped.begin(), step.dropped.end());
    return step.undone;
  };
  add(ConfigRecord{config_of(3)});
  add(EntriesRecord{entries(1, 30, 5)});
  EXPECT_TRUE(dropped.empty()) << "nothing is committed yet";
  EXPECT_EQ(add(TruncateRecord{place(28, 5)}), (std::vector<Entry>{entry(30, 5), entry(29, 5)}));
  add(CommitPointRecord{place(20, 5)});
  EXPECT_EQ(dropped, entries(1, 20, 5));
  const Result<Recovered> recovered = std::move(recovery).finish();
  ASSERT_TRUE(recovered) << recovered.error().message;
  EXPECT_EQ(recovered->floor, place(20, 5));
  EXPECT_EQ(recovered->entries.size(), 8u);
}

/// A primary waits for those that can be reached, but not for ever.
TEST(Trim, APrimaryIsPatientWithSlowMembers) {
  Stage stage(with({entry(1, -1)}, {}), kSmall);
  stage.become_primary(place(1, -1));
  const auto write = [&](int count) {
    for (int i = 0; i < count; ++i) {
      Effects effects;
      ASSERT_TRUE(stage.replica.append(stage.at, "x", effects));
      stage.take(std::move(effects));
      stage.sync();
      stage.ask<PositionResponse>(stage.position(1, stage.replica.last_applied()));
    }
  };
  write(10);
  EXPECT_TRUE(stage.replica.commit_point() == stage.replica.last_applied());
  EXPECT_GT(stage.replica.oplog().bytes(), kSmall) << "member 2 has not come further than the first entry";
  EXPECT_TRUE(stage.replica.oplog().contains(place(1, -1)));
  write(40);
  EXPECT_LE(stage.replica.oplog().bytes(), 4 * kSmall + 100);
  stage.ask<PositionResponse>(stage.position(2, stage.replica.last_applied()));
  EXPECT_LE(stage.replica.oplog().bytes(), kSmall);
}

TEST(Serve, TellsWhoIsTooOld) {
  Stage stage(with(entries(10, 12, 5), place(12, 5), place(9, 5)));
  const auto ask = [&](OpTime after) {
    return *stage.ask<FetchResponse>(FetchRequest{"rs0", 1, 5, after, after, after, {}, milliseconds(0), 1000});
  };
  for (const OpTime& after : {OpTime{}, place(8, 5), place(50, 4)}) {
    EXPECT_TRUE(ask(after).too_old);
    EXPECT_FALSE(ask(after).diverged);
  }
  EXPECT_EQ(ask(place(9, 5)).entries.size(), 3u) << "its oplog begins right after";
  const OpTime odd{(std::uint64_t{10} << 32) + 5, 5};
  EXPECT_TRUE(ask(odd).diverged);
  EXPECT_EQ(ask(odd).hint, place(10, 5));
}

TEST(Snapshot, IsGivenInPiecesAndForgotten) {
  Stage stage(with(entries(10, 12, 5), place(12, 5), place(9, 5)));
  SnapshotRequest request{"rs0", 1, 5, place(3, 5)};
  const std::optional<SnapshotResponse> first = stage.ask<SnapshotResponse>(request);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->at, place(12, 5));
  EXPECT_EQ(first->pieces, 2);
  EXPECT_EQ(first->bytes, "piece one");
  SnapshotRequest other = request;
  other.sender_id = 2;
  EXPECT_EQ(stage.ask<SnapshotResponse>(other)->snapshot, first->snapshot) << "one for all who ask";
  request.snapshot = first->snapshot;
  request.piece = 1;
  EXPECT_EQ(stage.ask<SnapshotResponse>(request)->bytes, "piece two");
  request.piece = 2;
  EXPECT_TRUE(stage.ask<Refusal>(request));
  request.piece = -1;
  EXPECT_TRUE(stage.ask<Refusal>(request));
  request.piece = 0;
  EXPECT_LE(*stage.replica.wake_at(), stage.at.now + seconds(2));
  stage.pass(seconds(2));
  EXPECT_TRUE(stage.ask<Refusal>(request)) << "it is gone";
}

/// A follower whose last entry, at 3, is older than all that its source has.
struct Stale : Stage {
  explicit Stale(std::vector<Entry> had = {entry(1, -1), entry(3, 4)}) : Stage(config_of(3), std::move(had), 5) {
    ask<HeartbeatResponse>(heartbeat(1, State::primary, 5, place(90, 5)));
    FetchResponse response;
    response.term = 5;
    response.primary = response.too_old = true;
    response.after = calls<FetchRequest>().back().second.after;
    response.last_applied = response.commit_point = place(90, 5);
    take(replica.answered(at, calls<FetchRequest>().back().first.id, response));
  }
  void give(std::int64_t piece, std::int64_t pieces, OpTime place_of, std::int64_t snapshot = 77) {
    const SnapshotResponse response{
        5, true, snapshot, place_of, place(90, 5), place(89, 5), piece, pieces, "bytes " + std::to_string(piece)};
    take(replica.answered(at, calls<SnapshotRequest>().back().first.id, response));
  }
};

TEST(InitialSync, TakesOverAStateAndGoesOn) {
  Stale member;
  EXPECT_EQ(member.replica.state(), State::startup2);
  EXPECT_FALSE(member.replica.can_read());
  EXPECT_NE(member.replica.status(member.at).members[0].info_message.find("initial sync from n1"), std::string::npos);
  ASSERT_EQ(member.calls<SnapshotRequest>().size(), 1u);
  EXPECT_EQ(member.calls<SnapshotRequest>()[0].second.snapshot, 0);
  member.give(0, 2, place(80, 5));
  EXPECT_EQ(member.calls<SnapshotRequest>().back().second.snapshot, 77);
  EXPECT_EQ(member.calls<SnapshotRequest>().back().second.piece, 1);
  EXPECT_EQ(member.replica.last_applied(), place(3, 4)) << "nothing changes before it is whole";
  member.give(1, 2, place(80, 5));
  EXPECT_EQ(member.replica.state(), State::secondary);
  EXPECT_EQ(member.replica.last_applied(), place(80, 5));
  EXPECT_EQ(member.replica.commit_point(), place(80, 5));
  EXPECT_EQ(member.replica.last_durable(), place(3, 4));
  EXPECT_FALSE(member.replica.holds(place(3, 4))) << "nobody here knows whether the new state has it";
  EXPECT_EQ(member.effects<InstallSnapshot>().size(), 1u);
  member.sync();
  EXPECT_EQ(member.replica.last_durable(), place(80, 5));
  EXPECT_EQ(member.calls<FetchRequest>().back().second.after, place(80, 5));

  std::vector<Record> journal{ConfigRecord{config_of(3)}, EntriesRecord{{entry(1, -1), entry(3, 4)}}};
  for (const Persist& persist : member.effects<Persist>()) journal.push_back(persist.record);
  const Result<Recovered> recovered = recover(journal);
  ASSERT_TRUE(recovered) << recovered.error().message;
  EXPECT_EQ(recovered->floor, place(80, 5));
  EXPECT_TRUE(recovered->entries.empty());
  EXPECT_EQ(recovered->term, 5);
}

TEST(InitialSync, OfAnEmptyMember) {
  Stale member{{}};
  EXPECT_EQ(member.replica.state(), State::startup2);
  member.give(0, 1, place(80, 5));
  EXPECT_EQ(member.replica.state(), State::secondary);
  EXPECT_EQ(member.replica.last_applied(), place(80, 5));
}

/// Whatever goes wrong, what it had it still has.
TEST(InitialSync, IsGivenUpWhenItCannotBe) {
  const auto expect_as_before = [](Stale& member) {
    EXPECT_EQ(member.replica.state(), State::secondary);
    EXPECT_EQ(member.replica.last_applied(), place(3, 4));
    EXPECT_TRUE(member.effects<InstallSnapshot>().empty());
    EXPECT_EQ(member.effects<ForgetPieces>().size(), 1u);
  };
  {
    Stale member;
    member.give(0, 2, place(2, 4));
    expect_as_before(member);  // a state older than its own: it may have helped to commit what is not in there
  }
  {
    Stale member;
    member.give(0, 2, place(80, 5));
    member.give(1, 2, place(80, 5), 78);
    expect_as_before(member);  // pieces of two states
  }
  {
    Stale member;
    member.give(0, 2, place(80, 5));
    member.give(0, 2, place(80, 5));
    expect_as_before(member);
  }
  {
    Stale member;
    member.give(0, 2, place(80, 6));
    expect_as_before(member);  // from a term there is not
  }
  {
    Stale member;
    member.give(0, 2, place(80, 5));
    member.take(member.replica.failed(member.at, member.calls<SnapshotRequest>().back().first.id, "connection closed"));
    expect_as_before(member);
  }
}

/// Rolling back further than its own oplog goes: the same way out, but never away from what is committed.
TEST(InitialSync, InsteadOfARollbackThatGoesTooFar) {
  for (const bool committed : {false, true}) {
    Stage member(with({entry(30, 3)}, committed ? place(20, 3) : OpTime{}, place(20, 3)));
    member.ask<HeartbeatResponse>(member.heartbeat(1, State::primary, 5, place(90, 5)));
    FetchResponse diverged;
    diverged.term = 5;
    diverged.primary = diverged.diverged = true;
    diverged.after = place(30, 3);
    diverged.hint = place(10, 2);
    diverged.last_applied = place(90, 5);
    member.take(member.replica.answered(member.at, member.calls<FetchRequest>().back().first.id, diverged));
    EXPECT_EQ(member.replica.state(), committed ? State::recovering : State::startup2);
  }
}

TEST(Checkpoint, IsReadBackAsItWas) {
  Stage stage(with(entries(10, 30, 5), place(28, 5), place(9, 5)));
  std::vector<Record> records;
  stage.replica.checkpoint([&](Record record) { records.push_back(std::move(record)); });
  const Result<Recovered> recovered = recover(records);
  ASSERT_TRUE(recovered) << recovered.error().message;
  EXPECT_EQ(recovered->floor, place(9, 5));
  EXPECT_EQ(recovered->entries.size(), 21u);
  EXPECT_EQ(recovered->entries.back(), entry(30, 5));
  EXPECT_EQ(recovered->commit_point, place(28, 5));
  EXPECT_EQ(recovered->term, 5);
  EXPECT_EQ(recovered->config->members.size(), 3u);
  records.push_back(EntriesRecord{{entry(29, 5)}});
  EXPECT_FALSE(recover(records)) << "an entry that goes back";
  EXPECT_FALSE(recover({ConfigRecord{config_of(3)}, InstallRecord{place(9, 5)}, KeptRecord{{entry(9, 5)}}}));
}

}  // namespace
}  // namespace failc::replication
