// Failpoints are faults: in the journal with what takes them back, in the result with how they ended.
#include "tests/run/fixture.hpp"

namespace failc::testing {
namespace {

constexpr const char* kServer = R"(
component server {
  run ["server"]
  operation arm_failpoint name: string, mode: any, data: doc on node within 1s { exec ["arm", name] }
  operation disarm_failpoint name: string on node within 1s { exec ["disarm", name] }
  query failpoint_hits name: string on node within 1s { exec ["hits", name]; result number(reply.stdout) }
}
cluster s { server[2] }
scenario "one" {
)";

Ran run_server(const std::string& body, int refused = 0) {
  const auto plan = plan_of(kServer + body + "}\n");
  if (!plan) return {};
  backend::FakeWorld world;
  world.on_request([refused](const backend::Request& request, backend::Instant) -> std::optional<backend::FakeReply> {
    const auto* exec = std::get_if<backend::Exec>(&request);
    if (!exec) return std::nullopt;
    return backend::exec_reply(exec->argv[0] == "arm" ? refused : 0, "3");
  });
  return run_one(*plan, world);
}

TEST(Failpoint, IsRevertedBehindItsBlock) {
  const Ran ran = run_server("failpoint \"f\" on s[0] { expect s[0] is running }\n");
  EXPECT_EQ(ran.result.verdict, run::Verdict::pass) << (ran.result.failure ? text_of(*ran.result.failure) : "");
  ASSERT_EQ(ran.result.faults.size(), 1u);
  EXPECT_EQ(ran.result.faults[0].what, "failpoint \"f\" on s.server[0]");
  EXPECT_EQ(ran.result.faults[0].end, run::FaultEnd::reverted);
  EXPECT_EQ(ran.result.faults[0].evidence, "it was disarmed");
  EXPECT_TRUE(all_taken_back(ran));
}

TEST(Failpoint, EndsWithItsProcess) {
  const Ran ran = run_server("failpoint \"f\" on s hits any {\nkill s[0]\nexpect s[1] is running\n}\n");
  EXPECT_EQ(ran.result.verdict, run::Verdict::pass) << (ran.result.failure ? text_of(*ran.result.failure) : "");
  ASSERT_EQ(ran.result.faults.size(), 3u);
  EXPECT_EQ(ran.result.faults[0].end, run::FaultEnd::reverted);
  EXPECT_NE(ran.result.faults[0].evidence.find("the process is gone"), std::string::npos) << ran.result.faults[0].evidence;
  EXPECT_EQ(ran.result.faults[1].evidence, "it was disarmed");
  EXPECT_TRUE(all_taken_back(ran));
}

TEST(Failpoint, OfAProcessThatWasStartedAnewIsNotDisarmed) {
  const auto plan = plan_of(std::string(kServer) + "failpoint \"f\" on s[0] hits any {\nrestart s[0]\nexpect s[0] is running\n}\n}\n");
  ASSERT_TRUE(plan);
  backend::FakeWorld world;
  world.on_request([](const backend::Request& request, backend::Instant) -> std::optional<backend::FakeReply> {
    const auto* exec = std::get_if<backend::Exec>(&request);
    if (!exec) return std::nullopt;
    return backend::exec_reply(exec->argv[0] == "disarm" ? 1 : 0, "3");
  });
  const Ran ran = run_one(*plan, world);
  EXPECT_EQ(ran.result.verdict, run::Verdict::pass) << (ran.result.failure ? text_of(*ran.result.failure) : "");
  ASSERT_FALSE(ran.result.faults.empty());
  EXPECT_NE(ran.result.faults[0].evidence.find("the process is gone"), std::string::npos) << ran.result.faults[0].evidence;
  EXPECT_TRUE(all_taken_back(ran));
}

TEST(Failpoint, ThatTheServerRefusesIsSkippedAndFails) {
  const Ran ran = run_server("failpoint \"f\" on s[0] { expect s[0] is running }\n", 1);
  EXPECT_EQ(ran.result.verdict, run::Verdict::fail);
  ASSERT_EQ(ran.result.faults.size(), 1u);
  EXPECT_EQ(ran.result.faults[0].end, run::FaultEnd::skipped);
  EXPECT_TRUE(all_taken_back(ran));
}

}  // namespace
}  // namespace failc::testing
