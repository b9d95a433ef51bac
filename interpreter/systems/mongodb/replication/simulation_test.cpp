// Whole sets under random faults. See simulation_test_support.hpp for what is checked all the time.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

#include "interpreter/systems/mongodb/replication/simulation_test_support.hpp"

namespace failc::replication::simulation {
namespace {

/// Twelve virtual seconds of faults, then all is repaired.
void torment(Simulation& set) {
  set.bring_up();
  const Nanos end = set.now() + seconds(12);
  while (set.now() < end && set.violation().empty()) {
    set.run_for(milliseconds(20 + set.dice().below(std::uint64_t{900})));
    set.disturb();
  }
  set.repair_all();
}

void torment_and_heal(Simulation& set) {
  const Setup& setup = set.setup();
  torment(set);
  ASSERT_EQ(set.violation(), "");
  // At worst: the rest of a step-down or of a call's timeout, then two lost elections.
  EXPECT_TRUE(set.run_until([&] { return set.primary() >= 0; }, seconds(3) + 4 * setup.election_timeout))
      << "no primary, seed " << setup.seed;
  set.run_for(milliseconds(300));
  set.writing = false;
  EXPECT_TRUE(set.run_until([&] { return set.converged(); }, seconds(4))) << "not converged, seed " << setup.seed;
  EXPECT_EQ(set.violation(), "");
}
void torment_and_heal(const Setup& setup) {
  Simulation set(setup);
  torment_and_heal(set);
}

TEST(Simulation, ThreeMembersLoseNothing) {
  for (std::uint64_t seed = 1; seed <= 150 && !::testing::Test::HasFailure(); ++seed)
    torment_and_heal({.seed = seed, .loss_per_mille = seed % 3 == 0 ? 20 : 0});
}

TEST(Simulation, FiveMembersLoseNothing) {
  for (std::uint64_t seed = 1; seed <= 60 && !::testing::Test::HasFailure(); ++seed)
    torment_and_heal({.members = 5, .seed = 1000 + seed, .loss_per_mille = seed % 3 == 0 ? 20 : 0});
}

TEST(Simulation, TwoMembersAndAnArbiterLoseNothing) {
  for (std::uint64_t seed = 1; seed <= 100 && !::testing::Test::HasFailure(); ++seed)
    torment_and_heal({.last_is_arbiter = true, .seed = 2000 + seed});
}

TEST(Simulation, ShortElectionTimeoutsLoseNothing) {
  for (std::uint64_t seed = 1; seed <= 60 && !::testing::Test::HasFailure(); ++seed)
    torment_and_heal({.seed = 3000 + seed, .election_timeout = milliseconds(200), .loss_per_mille = 10, .most_delay = milliseconds(20)});
}

TEST(Simulation, PrioritiesLoseNothing) {
  for (std::uint64_t seed = 1; seed <= 40 && !::testing::Test::HasFailure(); ++seed)
    torment_and_heal({.seed = 4000 + seed, .election_timeout = milliseconds(300), .priorities = {1, 3, 2}});
}

TEST(Simulation, ChangingMembersLosesNothing) {
  for (std::uint64_t seed = 1; seed <= 100 && !::testing::Test::HasFailure(); ++seed)
    torment_and_heal({.members = 5, .first_members = 3, .seed = 6000 + seed, .election_timeout = milliseconds(300), .reconfigures = true});
}

/// Oplogs of some twenty entries: who is away for long finds its place gone, and takes over another's state.
TEST(Simulation, SmallOplogsLoseNothing) {
  std::size_t initial_syncs = 0, rolled_back = 0;
  for (std::uint64_t seed = 1; seed <= 150 && !::testing::Test::HasFailure(); ++seed) {
    const int members = seed % 3 == 0 ? 5 : 3;
    Simulation set({.members = members, .seed = 20000 + seed, .loss_per_mille = seed % 4 == 0 ? 20 : 0, .oplog_bytes = 2000});
    torment_and_heal(set);
    initial_syncs += set.initial_syncs();
    rolled_back += set.rolled_back();
  }
  std::printf("small oplogs: %zu initial syncs, %zu entries rolled back\n", initial_syncs, rolled_back);
  EXPECT_GT(initial_syncs, 100u);
  EXPECT_GT(rolled_back, 100u);
}

TEST(Simulation, SmallOplogsAndChangingMembersLoseNothing) {
  for (std::uint64_t seed = 1; seed <= 60 && !::testing::Test::HasFailure(); ++seed) {
    Simulation set({.members = 5,
                    .first_members = 3,
                    .seed = 21000 + seed,
                    .election_timeout = milliseconds(300),
                    .reconfigures = true,
                    .oplog_bytes = 2000});
    torment_and_heal(set);
  }
}

TEST(Simulation, AnEmptyMemberComesBackByInitialSync) {
  for (std::uint64_t seed = 1; seed <= 30 && !::testing::Test::HasFailure(); ++seed) {
    Simulation set({.seed = 22000 + seed, .oplog_bytes = 2000});
    set.bring_up();
    set.run_for(seconds(2));
    const int victim = (set.primary() + 1 + static_cast<int>(seed % 2)) % 3;
    set.wipe(victim);
    set.run_for(seconds(1));
    set.restart(victim);
    set.run_for(seconds(1));
    EXPECT_EQ(set.initial_syncs(), 1u);
    set.writing = false;
    EXPECT_TRUE(set.run_until([&] { return set.converged(); }, seconds(4))) << seed;
    EXPECT_EQ(set.violation(), "");
    EXPECT_GT(set.acknowledged(), 100u);
    set.run_for(seconds(3));  // the snapshot is forgotten, and what followed it
    for (int i = 0; i < 3; ++i) EXPECT_LE(set.replica(i).oplog().bytes(), 2100) << i;
  }
}

/// The check above can fail: one that acknowledges before it replicates is found out.
TEST(Simulation, EarlyAcknowledgementIsFoundOut) {
  int found = 0;
  constexpr int kSeeds = 40;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    Simulation set({.seed = seed, .acknowledge_early = true, .oplog_bytes = seed % 2 == 0 ? 2000 : 4 << 20});
    torment(set);
    set.run_for(seconds(3));
    found += set.violation().find("lacks") != std::string::npos;
  }
  std::printf("early acknowledgement: found in %d of %d seeds\n", found, kSeeds);
  EXPECT_GT(found, 0);
}

TEST(Simulation, TheFaultsBite) {
  std::size_t elections = 0, rolled_back = 0, acknowledged = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Simulation set({.seed = seed});
    torment(set);
    set.run_for(seconds(3));
    elections += set.elections();
    rolled_back += set.rolled_back();
    acknowledged += set.acknowledged();
  }
  std::size_t reconfigured = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Simulation set({.members = 5, .first_members = 3, .seed = seed, .reconfigures = true});
    torment(set);
    reconfigured += set.reconfigured();
  }
  std::printf("20 seeds: %zu elections, %zu entries rolled back, %zu acknowledged; 10 seeds: %zu reconfigurations\n", elections,
              rolled_back, acknowledged, reconfigured);
  EXPECT_GT(reconfigured, 30u);
  EXPECT_GT(elections, 60u);
  EXPECT_GT(rolled_back, 20u);
  EXPECT_GT(acknowledged, 5000u);
}

TEST(Simulation, TheSameSeedGivesTheSameRun) {
  const auto run = [](std::uint64_t seed) {
    Simulation set({.seed = seed, .loss_per_mille = 10});
    torment(set);
    set.run_for(seconds(1));
    return set.trace_hash();
  };
  EXPECT_EQ(run(11), run(11));
  EXPECT_NE(run(11), run(12));
}

/// Milliseconds from the primary's death until another takes writes.
std::vector<double> failovers(milliseconds election_timeout, int members) {
  std::vector<double> out;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Simulation set({.members = members, .seed = 5000 + seed, .election_timeout = election_timeout});
    set.bring_up();
    set.run_for(seconds(1) + milliseconds(set.dice().below(std::uint64_t{200})));
    const int before = set.primary();
    if (before < 0) {
      ADD_FAILURE() << "no primary before the kill, seed " << seed;
      continue;
    }
    set.crash(before);
    const Nanos killed = set.now();
    EXPECT_TRUE(set.run_until([&] { return set.primary() >= 0; }, seconds(5))) << seed << " " << set.violation();
    out.push_back(static_cast<double>((set.now() - killed).count()) / 1e6);
  }
  std::sort(out.begin(), out.end());
  return out;
}

TEST(Simulation, ElectionsAfterAKillAreQuick) {
  for (const int members : {3, 5}) {
    const std::vector<double> normal = failovers(milliseconds(800), members), quick = failovers(milliseconds(200), members);
    ASSERT_FALSE(normal.empty() || quick.empty());
    std::printf("%d members, %zu kills: election timeout 800 ms: median %.0f max %.0f ms; 200 ms: median %.0f max %.0f ms\n", members,
                normal.size(), normal[normal.size() / 2], normal.back(), quick[quick.size() / 2], quick.back());
    EXPECT_LT(normal.back(), 1500);
    EXPECT_LT(quick.back(), 600);
  }
}

/// A stopped process refuses no connection: only silence tells.
TEST(Simulation, ElectionsAfterAPauseAreQuickAndTheOldPrimaryRollsBack) {
  std::size_t rolled_back = 0;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Simulation set({.seed = 7000 + seed});
    set.bring_up();
    set.run_for(seconds(1));
    const int before = set.primary();
    ASSERT_GE(before, 0);
    set.split({before});  // it writes on, alone
    const Nanos began = set.now();
    ASSERT_TRUE(set.run_until([&] { return set.primary() >= 0 && set.primary() != before; }, seconds(3))) << seed;
    EXPECT_LT(set.now() - began, milliseconds(1500));
    set.run_for(milliseconds(500));
    EXPECT_EQ(set.replica(before).state(), State::secondary) << "it stepped down by itself";
    const int after = set.primary();
    set.pause(after);
    set.heal();
    ASSERT_TRUE(set.run_until([&] { return set.primary() >= 0 && set.primary() != after; }, seconds(3))) << seed;
    set.resume(after);
    EXPECT_FALSE(set.replica(after).can_accept_writes());
    set.writing = false;
    EXPECT_TRUE(set.run_until([&] { return set.converged(); }, seconds(4))) << seed;
    EXPECT_EQ(set.violation(), "");
    rolled_back += set.rolled_back();
  }
  EXPECT_GT(rolled_back, 50u);
}

TEST(Simulation, AStepDownHandsOverInMilliseconds) {
  std::vector<double> took;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Simulation set({.last_is_arbiter = seed % 2 == 0, .seed = 8000 + seed});
    set.bring_up();
    set.run_for(milliseconds(500));
    const int before = set.primary();
    const Nanos began = set.now();
    set.carry_out(before, set.replica(before).step_down(set.moment(before), 9000, {}));
    ASSERT_TRUE(set.run_until([&] { return set.primary() >= 0 && set.primary() != before; }, seconds(2))) << seed;
    took.push_back(static_cast<double>((set.now() - began).count()) / 1e6);
    EXPECT_FALSE(set.finished.at(9000)) << seed;
  }
  std::sort(took.begin(), took.end());
  std::printf("step-down to the next primary: median %.1f max %.1f ms\n", took[took.size() / 2], took.back());
  EXPECT_LT(took[took.size() / 2], 40);
  EXPECT_LT(took.back(), 1000);
}

TEST(Simulation, ASetThatWasStoppedStartsQuickly) {
  std::vector<double> took;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Simulation set({.seed = 9000 + seed});
    set.bring_up();
    set.run_for(milliseconds(500));
    for (int i = 0; i < 3; ++i) set.crash(i);
    for (int i = 0; i < 3; ++i) set.restart(i);
    const Nanos began = set.now();
    ASSERT_TRUE(set.run_until([&] { return set.primary() >= 0; }, seconds(3))) << seed;
    took.push_back(static_cast<double>((set.now() - began).count()) / 1e6);
  }
  std::sort(took.begin(), took.end());
  std::printf("whole set restarted: median %.0f max %.0f ms\n", took[took.size() / 2], took.back());
  EXPECT_LT(took[took.size() / 2], 500);
}

TEST(Simulation, ASetStartsQuickly) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Simulation set({.seed = seed});
    set.bring_up();
    EXPECT_LT(set.now(), milliseconds(300)) << seed;
  }
}

}  // namespace
}  // namespace failc::replication::simulation
