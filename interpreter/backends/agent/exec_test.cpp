// exec, files and logs.
#include "interpreter/backends/agent/test_run.hpp"

namespace failc::agent {
namespace {

using backend::Delivery;

backend::Exec sh(const std::string& script) { return {0, {"sh", "-c", script}, {}}; }

TEST(Exec, GivesCodeAndOutput) {
  TestRun run;
  run.start();
  const auto info = run.node(0, "n");
  const auto reply = run.ask(sh("pwd; printf 'a\\377' >&2; exit 5"));
  ASSERT_EQ(reply.delivery, Delivery::answered) << reply.error;
  EXPECT_EQ(number(reply.data, "code"), 5);
  EXPECT_EQ(text(reply.data, "stdout"), info.dir + "\n");
  EXPECT_EQ(text(reply.data, "stderr"), "a\xff");
  EXPECT_EQ(number(run.ask(sh("kill -9 $$")).data, "code"), 137);
  EXPECT_EQ(run.ask(backend::Exec{0, {"failc-no-such-program"}, {}}).delivery, Delivery::not_sent);
}

TEST(Exec, AnEndlessOutputIsCut) {
  TestRun run;
  run.start();
  run.node(0, "n");
  const auto reply = run.ask(sh("head -c 9000000 /dev/zero | tr '\\0' x"));
  ASSERT_EQ(reply.delivery, Delivery::answered) << reply.error;
  EXPECT_EQ(text(reply.data, "stdout").size(), 4u << 20);
  ASSERT_NE(reply.data.find("truncated"), nullptr);
}

TEST(Exec, AtItsDeadlineItEndsWithItsDescendants) {
  TestRun run;
  run.start();
  run.node(0, "n");
  const auto reply = run.ask(sh("sleep 100 & (setsid sleep 100 &) ; sleep 100"), 300ms);
  EXPECT_EQ(reply.delivery, Delivery::interrupted);
  EXPECT_GE(reply.received - reply.sent, 290ms);
  EXPECT_LT(reply.received - reply.sent, 600ms);
  EXPECT_TRUE(holds_within(2s, [&] { return marked(run.options.run) == 0; }));
}

TEST(Exec, CancelledItEndsAndHasNoReply) {
  TestRun run;
  run.start();
  run.node(0, "n");
  const auto id = run.world->submit(sh("sleep 100"), run.world->now() + 60s, std::nullopt);
  EXPECT_FALSE(run.event<backend::Reply>(200ms));
  EXPECT_TRUE(holds_within(2s, [&] { return marked(run.options.run) >= 1; }));
  run.world->cancel(id);
  EXPECT_FALSE(run.event<backend::Reply>(200ms));
  EXPECT_TRUE(holds_within(2s, [&] { return marked(run.options.run) == 0; }));
}

TEST(Exec, WhatItLeavesBehindIsItsNodes) {
  TestRun run;
  run.start();
  run.node(0, "n");
  const auto reply = run.ask(sh("(setsid sleep 100 &) ; echo done"));
  EXPECT_EQ(text(reply.data, "stdout"), "done\n");
  // In the midst of its execve a process shows no environment.
  EXPECT_TRUE(holds_within(2s, [&] { return marked(run.options.run) == 1; }));
  EXPECT_EQ(number(run.ask(backend::Kill{0}).data, "processes"), 1);
  EXPECT_EQ(marked(run.options.run), 0u);
}

TEST(Exec, AKillOfTheNodeSparesIt) {
  TestRun run;
  run.start();
  run.node(0, "n");
  run.launch(0, {"sleep", "100"});
  const auto id = run.world->submit(sh("sleep 0.4; echo survived"), run.world->now() + 5s, std::nullopt);
  EXPECT_FALSE(run.event<backend::Reply>(100ms));
  EXPECT_EQ(number(run.ask(backend::Kill{0}).data, "processes"), 1);
  EXPECT_EQ(text(run.reply(id).data, "stdout"), "survived\n");
}

TEST(Files, AreReadWithinTheFolderOnly) {
  TestRun run;
  run.start();
  const auto info = run.node(0, "n");
  std::ofstream(info.dir + "/state") << "primary";
  std::ofstream(run.root + "/secret") << "secret";
  std::filesystem::create_symlink(run.root + "/secret", info.dir + "/way-out");
  EXPECT_EQ(text(run.ask(backend::ReadNodeFile{0, "state"}).data, "text"), "primary");
  const auto absent = run.ask(backend::ReadNodeFile{0, "none"});
  EXPECT_EQ(absent.delivery, Delivery::answered);
  EXPECT_TRUE(absent.data.entries.empty());
  EXPECT_EQ(run.ask(backend::ReadNodeFile{0, "../../agent.log"}).delivery, Delivery::not_sent);
  EXPECT_EQ(run.ask(backend::ReadNodeFile{0, "way-out"}).delivery, Delivery::not_sent);
  // Whoever has read it is told when it changes.
  run.events.clear();
  std::ofstream(info.dir + "/state") << "secondary";
  const auto changed = run.event<backend::FileChanged>();
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->path, "state");
  EXPECT_EQ(text(run.ask(backend::ReadNodeFile{0, "state"}).data, "text"), "secondary");
}

TEST(Files, ALargeFileOfControlBytesComesWholeAndATooLargeOneNot) {
  TestRun run;
  run.start();
  const auto info = run.node(0, "n");
  const std::string content(3u << 20, '\x01');
  std::ofstream(info.dir + "/big") << content;
  EXPECT_EQ(text(run.ask(backend::ReadNodeFile{0, "big"}).data, "text"), content);
  std::filesystem::resize_file(info.dir + "/big", (16u << 20) + 1);
  const auto larger = run.ask(backend::ReadNodeFile{0, "big"});
  EXPECT_EQ(larger.delivery, Delivery::not_sent);
  EXPECT_NE(larger.error.find("larger than 16 MiB"), std::string::npos);
}

TEST(Logs, LinesComeWholeAndInOrder) {
  TestRun run;
  run.start();
  run.node(0, "n");
  run.shell(0, "printf 'one\\ntw'; sleep 0.2; printf 'o\\r\\n\\n'; head -c 100000 /dev/zero | tr '\\0' x; echo; printf last");
  std::vector<std::string> lines;
  while (lines.size() < 5) {
    const auto line = run.event<backend::LogLine>();
    ASSERT_TRUE(line) << lines.size();
    lines.push_back(line->text);
  }
  EXPECT_EQ(lines[0], "one");
  EXPECT_EQ(lines[1], "two");
  EXPECT_EQ(lines[2], "");
  EXPECT_EQ(lines[3], std::string(64u << 10, 'x'));
  EXPECT_EQ(lines[4], "last");
}

TEST(Logs, AFloodNeitherStarvesNorLosesALine) {
  TestRun run;
  run.start();
  run.node(0, "n");
  constexpr int kLines = 100'000;
  run.shell(0, "seq 1 " + std::to_string(kLines) + "; echo end; exec sleep 100");
  // Requests are answered in between.
  const auto reply = run.ask(sh("echo hi"));
  EXPECT_EQ(text(reply.data, "stdout"), "hi\n");
  EXPECT_LT(reply.received - reply.sent, 2s);
  int next = 1;
  for (;;) {
    const auto line = run.event<backend::LogLine>(10s);
    ASSERT_TRUE(line) << next;
    if (line->text == "end") break;
    ASSERT_EQ(line->text, std::to_string(next));
    ++next;
  }
  EXPECT_EQ(next, kLines + 1);
}

TEST(Logs, TheExitIsToldBehindTheLastLineHoweverMuchWasWritten) {
  TestRun run;
  run.start();
  run.node(0, "n");
  constexpr int kLines = 300'000;  // 4 MB, written faster than they are told
  run.shell(0, "seq -f 'number %06g' 1 " + std::to_string(kLines) + "; printf PANIC; exit 1");
  int lines = 0;
  std::string last;
  for (bool ended = false; !ended;) {
    const auto event = run.world->next(run.world->now() + 10s);
    ASSERT_TRUE(event) << lines;
    if (const auto* line = std::get_if<backend::LogLine>(&event->what)) {
      ++lines;
      last = line->text;
    }
    ended = std::holds_alternative<backend::NodeExited>(event->what);
  }
  EXPECT_EQ(lines, kLines + 1);
  EXPECT_EQ(last, "PANIC");
}

TEST(Logs, AnUndoWaitsForNobodyWhoReads) {
  TestRun run;
  run.start();
  run.node(0, "n");
  run.shell(0, "echo up; seq 1 2000000; exec sleep 100");
  ASSERT_TRUE(run.event<backend::LogLine>());
  const auto began = std::chrono::steady_clock::now();
  ASSERT_TRUE(run.world->finish());
  EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
}

}  // namespace
}  // namespace failc::agent
