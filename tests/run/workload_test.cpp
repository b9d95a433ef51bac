// Workloads that are faster than what they run beside.
#include "tests/run/fixture.hpp"

namespace failc::testing {
namespace {

/// Each look at the clock takes its time, as on a machine that is too slow.
class SlowWorld : public backend::FakeWorld {
 public:
  backend::Instant now() override { return FakeWorld::now() + (late_ += 4us); }

 private:
  Nanos late_{};
};

TEST(Workload, ThatCannotKeepUpLetsTheOthersRun) {
  const auto plan = plan_of("workload fast = put \"f\", \"v\" on kv[0] every 10us\n"
                            "scenario \"s\" {\nduring fast {\nsleep 20ms because \"load\"\n}\nexpect fast.missed > 0 and fast.ok > 0\n}\n");
  ASSERT_TRUE(plan);
  SlowWorld world;
  const Ran ran = run_one(*plan, world);
  EXPECT_FALSE(ran.result.failure) << text_of(*ran.result.failure);
}

TEST(Workload, IsLookedAtOnlySoOften) {
  const auto plan = plan_of("workload fast = put \"f\" + string(counter), \"v\" on kv[0] every 1ms\n"
                            "scenario \"s\" {\nduring fast {\nawait count(fast.acknowledged) >= 500 within 10s\n}\nexpect fast.ok >= 500\n}\n");
  ASSERT_TRUE(plan);
  backend::FakeWorld world;
  const Ran ran = run_one(*plan, world);
  ASSERT_FALSE(ran.result.failure) << text_of(*ran.result.failure);
  EXPECT_LT(records(ran, "sample").size(), 40u);
  EXPECT_GE(ran.result.waits.back().used, 499ms);
  EXPECT_LE(ran.result.waits.back().used, 520ms);
}

}  // namespace
}  // namespace failc::testing
