// Starting, and the end of what was started.
#include <signal.h>

#include <cmath>

#include "interpreter/backends/agent/test_run.hpp"

namespace failc::agent {
namespace {

using backend::Delivery;

TEST(Launch, RunsInItsFolderWithItsFilesEnvironmentAndLog) {
  TestRun run;
  run.start();
  const auto info = run.node(0, "kv.kvdb[0]");
  EXPECT_EQ(info.dir, std::filesystem::canonical(run.options.folder).string() + "/nodes/kv.kvdb-0");
  backend::Launch launch{0, {"sh", "-c", "pwd; cat sub/conf; echo $COLOUR $FAILC_NODE $FAILC_RUN >&2; readlink /proc/self/fd/0; exit 3"}, {{"COLOUR", "red"}}, {{"sub/conf", "a\xff\x01z\n"}}};
  const auto reply = run.ask(launch);
  ASSERT_EQ(reply.delivery, Delivery::answered) << reply.error;
  EXPECT_GT(number(reply.data, "pid"), 1);
  const auto exit = run.event<backend::NodeExited>();
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->code, 3);
  EXPECT_FALSE(exit->by_signal);
  EXPECT_EQ(exit->pid, number(reply.data, "pid"));
  EXPECT_EQ(content_of(info.dir + "/log"), info.dir + "\na\xff\x01z\nred kv.kvdb[0] " + run.options.run + "\n/dev/null\n");
  ASSERT_EQ(exit->last_log_lines.size(), 4u);
  EXPECT_EQ(exit->last_log_lines[1], "a\xff\x01z");
  EXPECT_EQ(run.world->pid(0), std::nullopt);
}

TEST(Launch, ASecondOneFindsItRunning) {
  TestRun run;
  run.start();
  run.node(0, "n");
  const auto first = run.launch(0, {"sleep", "100"});
  const auto second = run.launch(0, {"sleep", "100"});
  EXPECT_EQ(number(first.data, "pid"), number(second.data, "pid"));
  EXPECT_TRUE(*second.data.find("already")->as<bool>());
  EXPECT_EQ(run.world->pid(0), number(first.data, "pid"));
}

TEST(Launch, WhatCannotBeStartedIsNotSent) {
  TestRun run;
  run.start();
  const auto info = run.node(0, "n");
  const auto missing = run.launch(0, {"failc-no-such-program"});
  EXPECT_EQ(missing.delivery, Delivery::not_sent);
  EXPECT_EQ(missing.error, "`failc-no-such-program` was not found in PATH; install it, or name it with its whole path");
  std::ofstream(info.dir + "/plain") << "no program";
  const auto refused = run.launch(0, {info.dir + "/plain"});
  EXPECT_EQ(refused.delivery, Delivery::not_sent);
  EXPECT_NE(refused.error.find("permission denied"), std::string::npos) << refused.error;
  std::filesystem::permissions(info.dir + "/plain", std::filesystem::perms::owner_all);
  const auto format = run.launch(0, {info.dir + "/plain"});
  EXPECT_EQ(format.delivery, Delivery::not_sent);
  EXPECT_NE(format.error.find("xec format error"), std::string::npos) << format.error;
  EXPECT_EQ(run.ask(backend::Launch{0, {"true"}, {}, {{"../outside", "x"}}}).delivery, Delivery::not_sent);
  EXPECT_EQ(run.ask(backend::Launch{0, {"true"}, {}, {{"/tmp/outside", "x"}}}).delivery, Delivery::not_sent);
  EXPECT_EQ(run.launch(0, {}).delivery, Delivery::not_sent);
  EXPECT_FALSE(std::filesystem::exists(run.options.folder + "/nodes/outside"));
}

TEST(Launch, AServerThatForksTwiceRunsUntilTheLastHasGone) {
  TestRun run;
  run.start();
  const auto info = run.node(0, "n");
  run.shell(0, "(setsid sh -c 'echo up; sleep 0.6' &) ; exit 0");
  // The launcher is gone at once, the daemon is not.
  EXPECT_FALSE(run.event<backend::NodeExited>(300ms));
  EXPECT_TRUE(holds_within(2s, [&] { return marked(run.options.run) >= 1; }));
  const auto exit = run.event<backend::NodeExited>();
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->code, 0);
  EXPECT_EQ(marked(run.options.run), 0u);
}

TEST(Launch, ADaemonWithAClearedEnvironmentStillBelongsToItsNode) {
  TestRun run;
  run.start();
  run.node(0, "n");
  // Its group and environment say nothing; that it was seen below its parent does.
  run.shell(0, "env -i setsid sleep 50 & echo forked; sleep 0.2; exit 0");
  ASSERT_TRUE(run.event<backend::LogLine>());
  run.ask(backend::Pause{0});
  run.ask(backend::Resume{0});
  EXPECT_FALSE(run.event<backend::NodeExited>(500ms));
  const auto killed = run.ask(backend::Kill{0});
  EXPECT_EQ(text(killed.data, "how"), "kill");
  EXPECT_EQ(number(killed.data, "processes"), 1);
}

TEST(Launch, ADaemonThatNobodySawForkIsKnownByItsFolder) {
  TestRun run;
  run.start();
  run.node(0, "n");
  // Another group, another session, no environment, its parent gone: the folder it works in is the node's.
  run.shell(0, "(setsid env -i sleep 271 &) ; echo up; exec sleep 271");
  ASSERT_TRUE(run.event<backend::LogLine>());
  std::this_thread::sleep_for(1200ms);
  const auto killed = run.ask(backend::Kill{0});
  EXPECT_EQ(number(killed.data, "processes"), 2);
  EXPECT_TRUE(run.event<backend::NodeExited>());
  const auto left = run.world->finish();
  ASSERT_TRUE(left);
  EXPECT_TRUE(left->empty()) << left->front();
}

TEST(Launch, DeathBySignalIsTold) {
  TestRun run;
  run.start();
  run.node(0, "n");
  const auto reply = run.launch(0, {"sleep", "100"});
  ::kill(static_cast<pid_t>(number(reply.data, "pid")), SIGSEGV);
  const auto exit = run.event<backend::NodeExited>();
  ASSERT_TRUE(exit);
  EXPECT_TRUE(exit->by_signal);
  EXPECT_EQ(exit->code, SIGSEGV);
}

TEST(Launch, AnExitIsToldWithinTenMilliseconds) {
  TestRun run;
  run.start();
  run.node(0, "n");
  std::vector<double> times;
  for (int i = 0; i < 21; ++i) {
    const auto reply = run.launch(0, {"sleep", "100"});
    const auto began = std::chrono::steady_clock::now();
    ::kill(static_cast<pid_t>(number(reply.data, "pid")), SIGKILL);
    ASSERT_TRUE(run.event<backend::NodeExited>());
    times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count());
  }
  std::sort(times.begin(), times.end());
  RecordProperty("median_us", static_cast<int>(times[10] * 1000));
  std::printf("exit told after %.2f ms (median), %.2f ms (most)\n", times[10], times.back());
  EXPECT_LE(times[10], 10.0);
}

TEST(Launch, ALongFolderIsNoProblem) {
  TestRun run(15s, "/" + std::string(120, 'x') + "/" + std::string(120, 'y'));
  run.start();
  run.node(0, "n");
  EXPECT_EQ(run.launch(0, {"true"}).delivery, Delivery::answered);
  EXPECT_TRUE(run.event<backend::NodeExited>());
}

TEST(Launch, AnotherScenarioFindsAnEmptyFolder) {
  TestRun run;
  run.start();
  const auto before = run.node(0, "n");
  run.shell(0, "touch data; echo first");
  ASSERT_TRUE(run.event<backend::NodeExited>());
  const auto after = run.node(0, "n");
  EXPECT_EQ(before.dir, after.dir);
  EXPECT_EQ(before.ports, after.ports);
  EXPECT_FALSE(std::filesystem::exists(after.dir + "/data"));
  EXPECT_EQ(content_of(after.dir + ".1.log"), "first\n");
  run.events.clear();
  run.shell(0, "echo second");
  const auto line = run.event<backend::LogLine>();
  ASSERT_TRUE(line);
  EXPECT_EQ(line->text, "second");
}

}  // namespace
}  // namespace failc::agent
