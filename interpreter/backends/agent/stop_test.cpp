// Ending, pausing, and what is done to all processes of a node.
#include "interpreter/backends/agent/test_run.hpp"

namespace failc::agent {
namespace {

using backend::Delivery;

std::size_t stopped(const std::string& run) {
  std::size_t count = 0;
  for (const auto& process : host::all_processes()) {
    if (process.stopped() && host::has_entry(host::environment_of(process.pid), Belongings::run_mark(run))) ++count;
  }
  return count;
}

TEST(Stop, ASignalThatIsHeededNeedsNoKill) {
  TestRun run;
  run.start();
  const auto info = run.node(0, "n");
  run.shell(0, "trap 'echo bye; exit 7' TERM; echo up; while :; do sleep 0.05; done");
  ASSERT_TRUE(run.event<backend::LogLine>());
  const auto reply = run.ask(backend::Stop{0, "TERM", 5s});
  ASSERT_EQ(reply.delivery, Delivery::answered) << reply.error;
  EXPECT_EQ(text(reply.data, "how"), "signal");
  EXPECT_LT(reply.received - reply.sent, 2s);
  const auto exit = run.event<backend::NodeExited>();
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->code, 7);
  EXPECT_EQ(exit->last_log_lines.back(), "bye");
}

TEST(Stop, AfterTheGraceAllAreKilled) {
  TestRun run;
  run.start();
  run.node(0, "n");
  run.shell(0, "trap '' TERM; sleep 100 & (setsid sleep 100 &) ; echo up; while :; do sleep 0.05; done");
  ASSERT_TRUE(run.event<backend::LogLine>());
  const auto reply = run.ask(backend::Stop{0, "TERM", 300ms});
  ASSERT_EQ(reply.delivery, Delivery::answered) << reply.error;
  EXPECT_EQ(text(reply.data, "how"), "kill");
  EXPECT_GE(reply.received - reply.sent, 300ms);
  EXPECT_GE(number(reply.data, "processes"), 3);
  EXPECT_EQ(marked(run.options.run), 0u);
  const auto exit = run.event<backend::NodeExited>();
  ASSERT_TRUE(exit);
  EXPECT_TRUE(exit->by_signal);
}

TEST(Stop, WhatDoesNotRunIsAlreadyStopped) {
  TestRun run;
  run.start();
  run.node(0, "n");
  EXPECT_EQ(text(run.ask(backend::Stop{0, "TERM", 1s}).data, "how"), "already");
  EXPECT_EQ(text(run.ask(backend::Kill{0}).data, "how"), "already");
  EXPECT_EQ(number(run.ask(backend::Pause{0}).data, "processes"), 0);
  EXPECT_EQ(run.ask(backend::Stop{0, "NONSENSE", 1s}).delivery, Delivery::not_sent);
}

TEST(Stop, APausedNodeHeedsItsSignal) {
  TestRun run;
  run.start();
  run.node(0, "n");
  run.shell(0, "trap 'exit 0' TERM; echo up; while :; do sleep 0.05; done");
  ASSERT_TRUE(run.event<backend::LogLine>());
  EXPECT_GE(number(run.ask(backend::Pause{0}).data, "processes"), 1);
  EXPECT_EQ(text(run.ask(backend::Stop{0, "TERM", 5s}).data, "how"), "signal");
}

TEST(Kill, EndsTheOnesThatForkTwiceToo) {
  TestRun run;
  run.start();
  run.node(0, "n");
  run.node(1, "other");
  run.shell(0, "trap '' TERM; for i in 1 2 3; do (setsid sleep 100 &) ; done; echo up; exec sleep 100");
  const auto other = run.launch(1, {"sleep", "100"});
  ASSERT_TRUE(run.event<backend::LogLine>());
  const auto reply = run.ask(backend::Kill{0});
  EXPECT_EQ(text(reply.data, "how"), "kill");
  EXPECT_EQ(number(reply.data, "processes"), 4);
  EXPECT_EQ(marked(run.options.run), 1u);
  EXPECT_EQ(run.world->pid(1), number(other.data, "pid"));
}

TEST(Pause, StopsAllProcessesUntilResumed) {
  TestRun run;
  run.start();
  run.node(0, "n");
  run.shell(0, "sleep 100 & (setsid sleep 100 &) ; echo up; exec sleep 100");
  ASSERT_TRUE(run.event<backend::LogLine>());
  const auto paused = run.ask(backend::Pause{0});
  ASSERT_EQ(paused.delivery, Delivery::answered) << paused.error;
  EXPECT_EQ(number(paused.data, "processes"), 3);
  EXPECT_EQ(stopped(run.options.run), 3u);
  const auto resumed = run.ask(backend::Resume{0});
  EXPECT_EQ(number(resumed.data, "processes"), 3);
  EXPECT_EQ(stopped(run.options.run), 0u);
  // One that was paused in the midst of an exec has no environment for a moment, when it goes on.
  EXPECT_TRUE(holds_within(1s, [&] { return marked(run.options.run) == 3; })) << marked(run.options.run);
}

TEST(Pause, StopsAServerThatStartsProgramsAllTheTime) {
  TestRun run;
  run.start();
  run.node(0, "n");
  // The shell starts `true` with vfork: stopped inside it, parent and child would wait for each other.
  run.shell(0, "echo up; while :; do /bin/true; done");
  ASSERT_TRUE(run.event<backend::LogLine>());
  for (int i = 0; i < 20; ++i) {
    const auto paused = run.ask(backend::Pause{0});
    ASSERT_EQ(paused.delivery, Delivery::answered) << paused.error;
    EXPECT_LT(paused.received - paused.sent, 1s);
    EXPECT_EQ(run.ask(backend::Resume{0}).delivery, Delivery::answered);
  }
}

TEST(Finish, EndsWhatIsLeftAndTheAgent) {
  TestRun run;
  run.start();
  run.node(0, "a");
  run.node(1, "b");
  run.shell(0, "echo up; exec sleep 100");
  run.shell(1, "sleep 100 & echo up; exec sleep 100");
  ASSERT_TRUE(run.event<backend::LogLine>());
  ASSERT_TRUE(run.event<backend::LogLine>());
  run.ask(backend::Pause{1});
  const auto agent = run.world->agent();
  const auto lines = run.world->finish();
  ASSERT_TRUE(lines);
  EXPECT_EQ(*lines, (std::vector<std::string>{"ended 1 process of `a`", "ended 2 processes of `b`"}));
  EXPECT_FALSE(host::alive(agent));
  EXPECT_EQ(marked(run.options.run), 0u);
  EXPECT_FALSE(std::filesystem::exists(run.options.folder + "/agent.sock"));
}

}  // namespace
}  // namespace failc::agent
