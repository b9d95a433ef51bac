// Versions of programs: how they are read, and how long that may take.
#include "tests/run/fixture.hpp"

namespace failc::testing {
namespace {

std::string component(const std::string& name, const std::string& pattern) {
  return "component " + name + " {\nrun [\"" + name + "\"]\nversion [\"tell\"] matches r\"" + pattern + "\"\nready within 1s: node is running\nstop within 1s\n}\n";
}

Ran run_telling(const plan::Plan& plan, backend::FakeWorld& world, const std::string& output, Nanos latency) {
  world.on_request([=](const backend::Request& request, backend::Instant) -> std::optional<backend::FakeReply> {
    if (!std::holds_alternative<backend::Exec>(request)) return std::nullopt;
    return backend::exec_reply(0, output, "", latency);
  });
  return run_one(plan, world);
}

TEST(Version, WithoutAGroupIsTheWholeMatch) {
  const auto plan = plan_of(component("a", "\\d+\\.\\d+\\.\\d+") + "cluster x { a }\nscenario \"s\" { expect x[0].version == 1.2.3 }\n");
  ASSERT_TRUE(plan);
  backend::FakeWorld world;
  const Ran ran = run_telling(*plan, world, "hello world\n1.2.3 end", 1ms);
  ASSERT_FALSE(ran.result.failure) << text_of(*ran.result.failure);
  ASSERT_EQ(ran.result.versions.size(), 1u);
  EXPECT_EQ(ran.result.versions[0].version, "1.2.3");
}

TEST(Version, ThatIsNotFoundIsTheEnvironments) {
  const auto plan = plan_of(component("a", "v(\\d+)") + "cluster x { a }\nscenario \"s\" { expect x[0] is running }\n");
  ASSERT_TRUE(plan);
  backend::FakeWorld world;
  const Ran ran = run_telling(*plan, world, "no number", 1ms);
  EXPECT_EQ(ran.result.verdict, run::Verdict::environment);
  ASSERT_TRUE(ran.result.failure);
  EXPECT_NE(ran.result.failure->message.find("`tell` printed `no number`"), std::string::npos) << ran.result.failure->message;
}

TEST(Version, OfAllComponentsIsAskedAtOnce) {
  const auto plan = plan_of(component("a", "\\S+") + component("b", "\\S+") + "cluster x { a }\ncluster y { b; more = a }\nscenario \"s\" { expect x[0] is running and y.b[0] is running }\n");
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->scenarios[0].up, 11s);
  backend::FakeWorld world;
  const Ran ran = run_telling(*plan, world, "1.2", 4s);
  ASSERT_FALSE(ran.result.failure) << text_of(*ran.result.failure);
  EXPECT_EQ(ran.result.versions.size(), 2u);
  EXPECT_EQ(world.now(), 4100ms);
  std::size_t asked = 0;
  for (const auto& [at, request] : world.requests()) asked += std::holds_alternative<backend::Exec>(request);
  EXPECT_EQ(asked, 2u);
}

}  // namespace
}  // namespace failc::testing
