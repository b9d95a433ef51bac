// What is left when failc, its agent or both are gone.
#include "interpreter/backends/agent/recover.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include "interpreter/backends/agent/protocol.hpp"
#include "interpreter/backends/agent/test_run.hpp"
#include "interpreter/host/paths.hpp"
#include "interpreter/host/spawn.hpp"

namespace failc::agent {
namespace {

/// Starts nodes of every kind: plain, paused, forked twice.
void start_nodes(TestRun& run) {
  run.start();
  run.node(0, "plain");
  run.node(1, "paused");
  run.node(2, "daemon");
  run.shell(0, "sleep 100 & echo up; exec sleep 100");
  run.shell(1, "echo up; exec sleep 100");
  run.shell(2, "(setsid sh -c 'trap \"\" TERM HUP; echo up; sleep 100; sleep 100' &) ; exit 0");
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(run.event<backend::LogLine>());
  ASSERT_EQ(run.ask(backend::Pause{1}).delivery, backend::Delivery::answered);
}

/// A failc that dies: a process that starts nodes and then waits to be killed.
pid_t failc_that_waits(TestRun& run) {
  int ready[2];
  EXPECT_EQ(::pipe(ready), 0);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::close(ready[0]);
    start_nodes(run);
    [[maybe_unused]] const auto told = ::write(ready[1], "x", 1);
    for (;;) (void)run.world->next(run.world->now() + 1s);
  }
  ::close(ready[1]);
  char byte;
  EXPECT_EQ(::read(ready[0], &byte, 1), 1);
  ::close(ready[0]);
  return pid;
}

std::optional<host::ProcessIdentity> agent_of(const TestRun& run) {
  const auto lock = nlohmann::json::parse(content_of(run.options.folder + "/agent.lock"), nullptr, false);
  if (!lock.is_object()) return std::nullopt;
  return host::ProcessIdentity{lock["pid"].get<pid_t>(), lock["start_time"].get<std::uint64_t>(), lock["boot"].get<std::string>()};
}

void kill_and_wait(pid_t pid) {
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
}

bool mentions(const std::vector<std::string>& lines, const std::string& what) {
  for (const auto& line : lines) {
    if (line.find(what) != std::string::npos) return true;
  }
  return false;
}

TEST(Recover, EndsWhatADeadFailcLeft) {
  TestRun run;
  const pid_t failc = failc_that_waits(run);
  kill_and_wait(failc);
  std::this_thread::sleep_for(300ms);
  // They live: nothing but the recovery ends them.
  ASSERT_TRUE(holds_within(2s, [&] { return marked(run.options.run) >= 5; }));
  const auto agent = agent_of(run);
  ASSERT_TRUE(agent && host::alive(*agent));
  const auto recovered = recover(run.options.folder);
  ASSERT_TRUE(recovered) << recovered.error().message;
  EXPECT_EQ(marked(run.options.run), 0u);
  EXPECT_FALSE(host::alive(*agent));
  for (const char* node : {"`plain`", "`paused`", "`daemon`"}) EXPECT_TRUE(mentions(recovered->lines, node)) << node;
  const auto again = recover(run.options.folder);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->lines.empty());
}

TEST(Recover, NeedsNoAgent) {
  TestRun run;
  const pid_t failc = failc_that_waits(run);
  const auto agent = agent_of(run);
  ASSERT_TRUE(agent);
  kill_and_wait(failc);
  ASSERT_TRUE(host::send_signal(agent->pid, agent->start_time, SIGKILL));
  ASSERT_TRUE(holds_within(2s, [&] { return !host::alive(*agent); }));
  std::this_thread::sleep_for(200ms);
  ASSERT_TRUE(holds_within(2s, [&] { return marked(run.options.run) >= 5; }));
  const auto recovered = recover(run.options.folder);
  ASSERT_TRUE(recovered) << recovered.error().message;
  EXPECT_EQ(marked(run.options.run), 0u);
  for (const char* node : {"`plain`", "`paused`", "`daemon`"}) EXPECT_TRUE(mentions(recovered->lines, node)) << node;
}

TEST(Recover, ATornLedgerIsReadAsFarAsItGoes) {
  TestRun run;
  const pid_t failc = failc_that_waits(run);
  const auto agent = agent_of(run);
  ASSERT_TRUE(agent);
  kill_and_wait(failc);
  ASSERT_TRUE(host::send_signal(agent->pid, agent->start_time, SIGKILL));
  ASSERT_TRUE(holds_within(2s, [&] { return !host::alive(*agent); }));
  // The ledger's last line is torn, and a line is garbage; the marks still tell.
  std::ofstream(run.options.folder + "/ledger.jsonl", std::ios::app) << "\x01garbage\n{\"kind\":\"started\",\"node\":\"pl";
  const auto recovered = recover(run.options.folder);
  ASSERT_TRUE(recovered) << recovered.error().message;
  EXPECT_EQ(marked(run.options.run), 0u);
}

TEST(Recover, AnAgentThatHangsIsEndedToo) {
  TestRun run;
  const pid_t failc = failc_that_waits(run);
  const auto agent = agent_of(run);
  ASSERT_TRUE(agent);
  ASSERT_TRUE(host::send_signal(agent->pid, agent->start_time, SIGSTOP));
  kill_and_wait(failc);
  const auto recovered = recover(run.options.folder);
  ASSERT_TRUE(recovered) << recovered.error().message;
  EXPECT_TRUE(mentions(recovered->lines, "which did not answer"));
  EXPECT_EQ(marked(run.options.run), 0u);
  EXPECT_FALSE(host::alive(*agent));
}

TEST(Recover, FindsADaemonWithoutMarksInTheLedger) {
  TestRun run;
  run.start();
  run.node(0, "n");
  run.shell(0, "env -i setsid sleep 271 & sleep 1; exit 0");
  std::this_thread::sleep_for(1300ms);
  const auto agent = run.world->agent();
  host::send_signal(agent.pid, agent.start_time, SIGKILL);
  ASSERT_TRUE(run.event<backend::Lost>());
  EXPECT_EQ(marked(run.options.run), 0u) << "nothing but the ledger tells of it";
  const auto recovered = recover(run.options.folder);
  ASSERT_TRUE(recovered) << recovered.error().message;
  EXPECT_EQ(recovered->lines, (std::vector<std::string>{"ended 1 process of `n`"}));
}

TEST(Recover, EndsAServerThatChangedItsUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can change its user";
  TestRun run;
  run.start();
  run.node(0, "n");
  // One that the ledger names, and one that only its mark gives away.
  run.shell(0, "setsid setpriv --reuid=65534 --clear-groups sh -c 'echo up; sleep 271' & exec setpriv --reuid=65534 --clear-groups sleep 271");
  ASSERT_TRUE(run.event<backend::LogLine>());
  const auto agent = run.world->agent();
  host::send_signal(agent.pid, agent.start_time, SIGKILL);
  ASSERT_TRUE(run.event<backend::Lost>());
  ASSERT_TRUE(holds_within(2s, [&] { return marked(run.options.run) >= 2; }));
  const auto recovered = recover(run.options.folder);
  ASSERT_TRUE(recovered) << recovered.error().message;
  EXPECT_EQ(marked(run.options.run), 0u);
  EXPECT_TRUE(mentions(recovered->lines, "`n`"));
}

TEST(Recover, EndsWhatAnExecLeftBehind) {
  TestRun run;
  run.start();
  run.node(0, "n");
  // Without a mark, in the group of a program that has ended well; it forks once more after that.
  const auto reply = run.ask(backend::Exec{0, {"sh", "-c", "env -i sh -c 'sleep 0.3; (sleep 271 &) ; exec sleep 272' >/dev/null 2>&1 & exit 0"}, {}});
  ASSERT_EQ(reply.delivery, backend::Delivery::answered) << reply.error;
  std::this_thread::sleep_for(1500ms);
  const auto agent = run.world->agent();
  host::send_signal(agent.pid, agent.start_time, SIGKILL);
  ASSERT_TRUE(run.event<backend::Lost>());
  const auto recovered = recover(run.options.folder);
  ASSERT_TRUE(recovered) << recovered.error().message;
  EXPECT_EQ(recovered->lines, (std::vector<std::string>{"ended 2 processes of `n`"}));
}

TEST(Recover, TheJournalsMarkIsEnough) {
  TestRun run;
  std::filesystem::create_directories(run.options.folder);
  const auto left = host::spawn({{"sleep", "271"}, {{"FAILC_RUN", run.options.run}, {"FAILC_NODE", "n"}}, "", -1, -1});
  ASSERT_TRUE(left);
  const nlohmann::json record = {{"n", 1}, {"at", 0}, {"kind", "run"}, {"run", run.options.run}, {"pid", 1 << 30}, {"start_time", 1}, {"boot", host::boot_id()}};
  std::ofstream(run.options.folder + "/journal.jsonl") << record.dump() << "\n";
  ASSERT_TRUE(holds_within(2s, [&] { return marked(run.options.run) == 1; }));
  const auto recovered = recover(run.options.folder);
  ASSERT_TRUE(recovered) << recovered.error().message;
  EXPECT_EQ(recovered->lines, (std::vector<std::string>{"ended 1 process of `n`"}));
  ::waitpid(*left, nullptr, 0);
}

TEST(Recover, LeavesALivingFailcAlone) {
  TestRun run;
  const pid_t failc = failc_that_waits(run);
  const auto stat = host::stat_of(failc);
  ASSERT_TRUE(stat);
  const nlohmann::json record = {{"n", 1}, {"at", 0}, {"kind", "run"}, {"pid", failc}, {"start_time", stat->start_time}, {"boot", host::boot_id()}};
  std::ofstream(run.options.folder + "/journal.jsonl") << record.dump() << "\n";
  const auto before = marked(run.options.run);
  const auto refused = recover(run.options.folder);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("is alive"), std::string::npos);
  EXPECT_EQ(marked(run.options.run), before);
  kill_and_wait(failc);
  EXPECT_TRUE(recover(run.options.folder));
  EXPECT_EQ(marked(run.options.run), 0u);
}

TEST(Recover, AReusedPidIsNotTouched) {
  TestRun run;
  std::filesystem::create_directories(run.options.folder);
  // Two strangers: one with a pid of the ledger, one in a group whose number is in the ledger.
  const auto stranger = host::spawn({{"sleep", "100"}, {}, "", -1, -1});
  ASSERT_TRUE(stranger);
  const auto stat = host::stat_of(*stranger);
  ASSERT_TRUE(stat);
  std::ofstream ledger(run.options.folder + "/ledger.jsonl");
  ledger << nlohmann::json{{"kind", "agent"}, {"run", run.options.run}, {"pid", *stranger}, {"start_time", stat->start_time - 1}, {"boot", host::boot_id()}}.dump() << "\n";
  ledger << nlohmann::json{{"kind", "started"}, {"node", "n"}, {"pid", *stranger}, {"start_time", stat->start_time - 1}}.dump() << "\n";
  ledger.close();
  const auto recovered = recover(run.options.folder);
  ASSERT_TRUE(recovered) << recovered.error().message;
  EXPECT_TRUE(recovered->lines.empty());
  EXPECT_TRUE(host::stat_of(*stranger)->living());
  // With the right start time it is the run's.
  std::ofstream(run.options.folder + "/ledger.jsonl", std::ios::app)
      << nlohmann::json{{"kind", "started"}, {"node", "n"}, {"pid", *stranger}, {"start_time", stat->start_time}}.dump() << "\n";
  const auto second = recover(run.options.folder);
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(second->lines, (std::vector<std::string>{"ended 1 process of `n`"}));
  ::waitpid(*stranger, nullptr, 0);
}

TEST(Recover, NoFolderIsAnError) { EXPECT_FALSE(recover("/tmp/failc-no-such-folder")); }

TEST(Lease, RunsOutAndEndsEverything) {
  TestRun run(500ms);
  const pid_t failc = failc_that_waits(run);
  const auto agent = agent_of(run);
  ASSERT_TRUE(agent);
  std::this_thread::sleep_for(1200ms);
  // Renewed while failc lives.
  ASSERT_TRUE(holds_within(2s, [&] { return marked(run.options.run) >= 5; }));
  kill_and_wait(failc);
  EXPECT_TRUE(holds_within(3s, [&] { return marked(run.options.run) == 0 && !host::alive(*agent); }));
  const std::string ledger = content_of(run.options.folder + "/ledger.jsonl");
  EXPECT_NE(ledger.find("\"kind\":\"undone\""), std::string::npos);
}

TEST(Lease, IsKeptWhileFailcIsBusyWithOtherThings) {
  TestRun run(300ms);
  run.start();
  run.node(0, "n");
  run.launch(0, {"sleep", "100"});
  std::this_thread::sleep_for(1s);  // nobody turns the loop
  EXPECT_EQ(run.ask(backend::Exec{0, {"true"}, {}}).delivery, backend::Delivery::answered);
  EXPECT_TRUE(holds_within(2s, [&] { return marked(run.options.run) >= 1; }));
}

TEST(Agent, ItsDeathIsTold) {
  TestRun run;
  run.start();
  run.node(0, "n");
  run.launch(0, {"sleep", "100"});
  const auto open = run.world->submit(backend::Exec{0, {"sleep", "100"}, {}}, run.world->now() + 60s, std::nullopt);
  const auto agent = run.world->agent();
  host::send_signal(agent.pid, agent.start_time, SIGKILL);
  EXPECT_EQ(run.reply(open).delivery, backend::Delivery::interrupted);
  EXPECT_TRUE(run.event<backend::Lost>());
  EXPECT_EQ(run.ask(backend::Kill{0}).delivery, backend::Delivery::not_sent);
  const auto lines = run.world->finish();
  ASSERT_TRUE(lines) << lines.error().message;
  EXPECT_EQ(marked(run.options.run), 0u);
}

TEST(Agent, SigtermUndoesAll) {
  TestRun run;
  run.start();
  run.node(0, "n");
  run.launch(0, {"sleep", "100"});
  const auto agent = run.world->agent();
  host::send_signal(agent.pid, agent.start_time, SIGTERM);
  EXPECT_TRUE(run.event<backend::Lost>());
  EXPECT_EQ(marked(run.options.run), 0u);
}

TEST(Agent, ASecondOneInTheSameFolderIsRefused) {
  TestRun run;
  run.start();
  AgentOptions second = run.options;
  second.run = make_run_id();
  const auto refused = AgentWorld::start(second);
  ASSERT_FALSE(refused);
}

TEST(Agent, AMissingProgramIsAnError) {
  TestRun run;
  run.options.program = "/nonexistent/failc-agent";
  const auto refused = AgentWorld::start(run.options);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("was not found"), std::string::npos);
}

}  // namespace
}  // namespace failc::agent
