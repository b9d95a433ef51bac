// `log_lines`, wherever in a plan it is named: the log is kept, and its lines wake who waits for them.
#include "tests/run/fixture.hpp"

namespace failc::testing {
namespace {

// Node 4: kv has three, w one.
constexpr backend::NodeIndex kLogger = 4;
constexpr const char* kLets = R"(
component logger {
  run ["logger"]
  let booms = count(log_lines(node, r"boom"))
  let lates = count(log_lines(node, r"late"))
  let twice = node.lates + node.lates
}
cluster l { logger }
)";

Ran run_with(const std::string& text, std::vector<std::pair<Nanos, std::string>> lines) {
  const auto plan = plan_of(text);
  if (!plan) return {};
  backend::FakeWorld world;
  for (auto& [at, line] : lines) world.schedule(at, backend::LogLine{kLogger, line});
  return run_one(*plan, world);
}

std::vector<std::pair<Nanos, std::string>> hundred_booms() {
  std::vector<std::pair<Nanos, std::string>> lines;
  for (int i = 0; i < 100; ++i) lines.emplace_back(200ms + i * 1ms, "boom " + std::to_string(i));
  return lines;
}

TEST(LogLines, BehindALetOfAComponentAreAllKept) {
  const Ran ran = run_with(std::string(kLets) + "scenario \"s\" {\nsleep 1s because \"x\"\nexpect l[0].booms == 100\n}\n", hundred_booms());
  EXPECT_FALSE(ran.result.failure) << text_of(*ran.result.failure);
}

TEST(LogLines, InTheArgumentsOfAWorkloadAreAllKept) {
  const Ran ran = run_with(R"(
component logger { run ["logger"]; operation poke k: int on node within 1s { exec ["poke"] } }
cluster l { logger }
workload pokes = poke count(log_lines(l[0], r"boom")) on l[0] every 50ms
scenario "s" {
  sleep 1s because "x"
  during pokes { sleep 100ms because "x" }
  expect pokes.acknowledged[0] == 100
}
)", hundred_booms());
  EXPECT_FALSE(ran.result.failure) << text_of(*ran.result.failure);
}

TEST(LogLines, InTheResultOfAQueryAreAllKept) {
  const Ran ran = run_with(R"(
component logger { run ["logger"]; query booms on node within 1s { exec ["ask"]; result count(log_lines(node, r"boom")) } }
cluster l { logger }
scenario "s" {
  sleep 1s because "x"
  expect booms(l[0]) == 100
}
)", hundred_booms());
  EXPECT_FALSE(ran.result.failure) << text_of(*ran.result.failure);
}

TEST(LogLines, BehindALetWakeAWait) {
  const Ran ran = run_with(std::string(kLets) + "scenario \"s\" {\neventually within 4s: l[0].lates == 1\nexpect l[0] is running\n}\n", {{700ms, "late"}});
  ASSERT_FALSE(ran.result.failure) << text_of(*ran.result.failure);
  EXPECT_EQ(show(ran.result.waits.back().used), "600ms");
}

TEST(LogLines, BehindALetOfALetViolateAnAlways) {
  const Ran ran = run_with(std::string(kLets) + "scenario \"s\" {\nalways: l[0].twice == 0\nsleep 2s because \"x\"\n}\n", {{700ms, "late"}});
  ASSERT_TRUE(ran.result.failure);
  EXPECT_NE(ran.result.failure->message.find("violated"), std::string::npos);
  EXPECT_EQ(show(ran.result.failure->when), "700ms");
}

}  // namespace
}  // namespace failc::testing
