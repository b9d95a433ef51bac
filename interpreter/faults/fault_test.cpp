#include "interpreter/faults/fault.hpp"

#include <gtest/gtest.h>

namespace failc::faults {
namespace {

using run::FaultEnd;

backend::Reply reply(std::vector<std::pair<std::string, Value>> data, backend::Delivery delivery = backend::Delivery::answered, std::string error = "") {
  return {1, delivery, Document{std::move(data)}, std::move(error), {}, {}};
}

TEST(Fault, AKillIsProvenByTheEndOfItsProcesses) {
  const Fault fault = kill(0, "kv.app[0]");
  EXPECT_EQ(fault.what, "kill kv.app[0]");
  EXPECT_FALSE(fault.undo);
  EXPECT_EQ(applied(fault, reply({{"how", std::string("kill")}, {"processes", std::int64_t{3}}})).evidence, "3 processes ended by SIGKILL");
  EXPECT_EQ(applied(fault, reply({{"how", std::string("already")}})).end, FaultEnd::skipped);
  EXPECT_EQ(applied(fault, reply({}, backend::Delivery::interrupted)).end, FaultEnd::indeterminate);
  EXPECT_EQ(applied(fault, reply({}, backend::Delivery::not_sent, "no agent")).evidence, "not done: no agent");
}

TEST(Fault, APauseIsTakenBackByAResume) {
  const Fault fault = pause(2, "kv.app[2]");
  ASSERT_TRUE(fault.undo);
  EXPECT_EQ(std::get<backend::Resume>(*fault.undo).node, 2u);
  EXPECT_EQ(applied(fault, reply({{"processes", std::int64_t{1}}})).evidence, "1 process stopped");
  EXPECT_EQ(applied(fault, reply({{"processes", std::int64_t{0}}})).end, FaultEnd::skipped);
  EXPECT_EQ(undone(fault, reply({{"processes", std::int64_t{1}}})).end, FaultEnd::reverted);
  EXPECT_FALSE(undone(fault, reply({}, backend::Delivery::interrupted)).proven());
}

TEST(Fault, AStopLeavesTimeForTheKillWithinItsBound) {
  using namespace std::chrono_literals;
  EXPECT_EQ(grace_within(10s), 9s);
  EXPECT_EQ(grace_within(1s), 750ms);
  EXPECT_LT(grace_within(10s), 10s);
}

}  // namespace
}  // namespace failc::faults
