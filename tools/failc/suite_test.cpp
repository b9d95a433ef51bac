#include "tools/failc/suite.hpp"

#include <gtest/gtest.h>

namespace failc::tools {
namespace {

using report::combined;

run::ScenarioResult attempt(run::Verdict verdict, const std::string& message = "") {
  run::ScenarioResult out;
  out.verdict = verdict;
  out.journal = message;
  if (verdict != run::Verdict::pass) {
    out.failure = run::Failure();
    out.failure->message = message;
  }
  return out;
}

TEST(Attempts, OneIsWhatItIs) {
  const auto result = combined({attempt(run::Verdict::fail, "a")});
  EXPECT_EQ(result.verdict, run::Verdict::fail);
  EXPECT_TRUE(result.attempts.empty());
}

TEST(Attempts, APassBehindAFailureIsFlaky) {
  for (const run::Verdict first : {run::Verdict::fail, run::Verdict::environment}) {
    const auto result = combined({attempt(first, "a"), attempt(run::Verdict::pass, "b")});
    EXPECT_EQ(result.verdict, run::Verdict::flaky);
    ASSERT_EQ(result.attempts.size(), 2u);
    EXPECT_EQ(result.attempts[0].failure->message, "a");
    EXPECT_EQ(result.attempts[1].journal, "b");
    EXPECT_FALSE(good(result, false));
    EXPECT_TRUE(good(result, true));
  }
}

TEST(Attempts, TheFirstThatFailedStands) {
  const auto result = combined({attempt(run::Verdict::environment, "a"), attempt(run::Verdict::fail, "b"), attempt(run::Verdict::fail, "c")});
  EXPECT_EQ(result.verdict, run::Verdict::fail);
  EXPECT_EQ(result.failure->message, "b");
  EXPECT_EQ(result.attempts.size(), 3u);
  EXPECT_EQ(combined({attempt(run::Verdict::environment, "a"), attempt(run::Verdict::environment, "b")}).failure->message, "a");
}

TEST(Attempts, AnInterruptIsOne) {
  EXPECT_EQ(combined({attempt(run::Verdict::fail, "a"), attempt(run::Verdict::interrupted, "b")}).verdict, run::Verdict::interrupted);
}

TEST(Attempts, WhatIsLeftBehindIsNoPass) {
  auto left = attempt(run::Verdict::pass);
  left.leaked = {"a process"};
  EXPECT_FALSE(good(left, true));
  EXPECT_EQ(combined({left, attempt(run::Verdict::pass)}).leaked.size(), 1u);
}

}  // namespace
}  // namespace failc::tools
