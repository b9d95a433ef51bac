#include "tools/failc/arguments.hpp"

#include <gtest/gtest.h>

namespace failc::tools {
namespace {

class Options : public testing::Test {
 protected:
  Options() : arguments_("failc try FILE", "tries") {
    arguments_.words(words_);
    arguments_.flag("--check", check_, "c");
    arguments_.value("--only", "GLOB", "o", texts_into(only_), true);
    arguments_.value("--seed", "N", "s", whole_number_into(seed_));
    arguments_.value("--time-scale", "X", "t", factor_into(scale_));
    arguments_.value("--timeout", "D", "t", duration_into(timeout_));
    arguments_.value("--format", "F", "f", choice_into(format_, {"text", "json"}));
    arguments_.not_yet({"--jobs"});
  }
  std::optional<Exit> parse(const Words& words) {
    testing::internal::CaptureStderr();
    const auto out = arguments_.parse(words);
    errors_ = testing::internal::GetCapturedStderr();
    return out;
  }
  Arguments arguments_;
  std::vector<std::string> words_, only_;
  bool check_ = false;
  double scale_ = 1;
  std::optional<std::uint64_t> seed_;
  std::optional<std::chrono::nanoseconds> timeout_;
  std::string format_ = "text", errors_;
};

TEST_F(Options, BracketsAreNoLists) {
  EXPECT_EQ(parse({"[k]", "--only", "[a,b]", "[x,y].fail", "[]"}), std::nullopt) << errors_;
  EXPECT_EQ(words_, (std::vector<std::string>{"[k]", "[x,y].fail", "[]"}));
  EXPECT_EQ(only_, (std::vector<std::string>{"[a,b]"}));
}

TEST_F(Options, WordsAndOptionsInAnyOrder) {
  EXPECT_EQ(parse({"--only", "a", "x.fail", "--only=b", "--seed", "7", "y.fail", "--check", "--timeout", "1m30s"}), std::nullopt) << errors_;
  EXPECT_EQ(words_, (std::vector<std::string>{"x.fail", "y.fail"}));
  EXPECT_EQ(only_, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(seed_, 7u);
  EXPECT_TRUE(check_);
  EXPECT_EQ(timeout_, std::chrono::seconds(90));
}

TEST_F(Options, StandardInputIsAWord) {
  EXPECT_EQ(parse({"-", "--check"}), std::nullopt) << errors_;
  EXPECT_EQ(words_, std::vector<std::string>{"-"});
}

TEST_F(Options, BehindTwoDashesAllAreWords) {
  EXPECT_EQ(parse({"--", "--check"}), std::nullopt) << errors_;
  EXPECT_EQ(words_, std::vector<std::string>{"--check"});
  EXPECT_FALSE(check_);
}

TEST_F(Options, UnknownOnesAreRefusedWithASuggestion) {
  EXPECT_EQ(parse({"x.fail", "--chekc"}), Exit::input);
  EXPECT_NE(errors_.find("`--chekc`; did you mean `--check`?"), std::string::npos) << errors_;
  EXPECT_EQ(parse({"x.fail", "--sed=3"}), Exit::input);
  EXPECT_NE(errors_.find("`--sed`; did you mean `--seed`?"), std::string::npos) << errors_;
}

TEST_F(Options, LaterOnesAreRefusedByName) {
  EXPECT_EQ(parse({"x.fail", "--jobs", "4"}), Exit::input);
  EXPECT_NE(errors_.find("`--jobs` is not in this version yet"), std::string::npos) << errors_;
  EXPECT_EQ(parse({"x.fail", "--jobs=4"}), Exit::input);
  EXPECT_NE(errors_.find("`--jobs` is not in this version yet"), std::string::npos) << errors_;
}

TEST_F(Options, BadValuesAreNamed) {
  for (const auto& [option, value] : std::vector<std::pair<std::string, std::string>>{
           {"--seed", "x"}, {"--seed", "1.5"}, {"--seed", "99999999999999999999"}, {"--time-scale", "0"}, {"--time-scale", "nan"}, {"--time-scale", "1x"},
           {"--timeout", "5"}, {"--timeout", "0s"}, {"--format", "jsn"}}) {
    EXPECT_EQ(parse({"x.fail", option, value}), Exit::input) << option << value;
    EXPECT_NE(errors_.find("`" + option + " " + value + "`"), std::string::npos) << errors_;
  }
}

TEST(Seconds, MayBeBare) {
  std::chrono::nanoseconds got{-1};
  const Take zero = seconds_into(got, true), above = seconds_into(got, false);
  for (const auto& [text, milliseconds] : std::vector<std::pair<std::string, int>>{{"0", 0}, {"5", 5000}, {"0.25", 250}, {"1m", 60000}, {"300ms", 300}}) {
    EXPECT_EQ(zero(text), std::nullopt) << text;
    EXPECT_EQ(got, std::chrono::milliseconds(milliseconds)) << text;
  }
  for (const char* bad : {"", "-1", "x", "1x", ".", "5 s", "99999999999999999999"}) EXPECT_NE(zero(bad), std::nullopt) << bad;
  EXPECT_NE(above("0"), std::nullopt);
  EXPECT_EQ(above("0.001"), std::nullopt);
}

TEST_F(Options, GivenTwiceOrWithoutValue) {
  EXPECT_EQ(parse({"x.fail", "--seed", "1", "--seed", "2"}), Exit::input);
  EXPECT_NE(errors_.find("`--seed` is given twice"), std::string::npos) << errors_;
  EXPECT_EQ(parse({"x.fail", "--seed"}), Exit::input);
  EXPECT_NE(errors_.find("--seed"), std::string::npos) << errors_;
}

}  // namespace
}  // namespace failc::tools
