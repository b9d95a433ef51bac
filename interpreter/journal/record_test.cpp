#include "interpreter/journal/record.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "interpreter/journal/journal.hpp"

namespace failc::journal {
namespace {

using Json = nlohmann::ordered_json;

std::string dumped(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

TEST(Record, IsWrittenAsALibraryWouldWriteIt) {
  const Json values[] = {nullptr,
                         true,
                         0,
                         -7,
                         std::numeric_limits<std::int64_t>::min(),
                         std::numeric_limits<std::uint64_t>::max(),
                         0.1,
                         1.0,
                         1e300,
                         "",
                         "plain",
                         "a \"quote\", a \\ and a\ttab\n",
                         std::string("nul \0 and \x1f and \x7f", 17),
                         "caf\xc3\xa9 \xe2\x82\xac",
                         "broken \xff\xc3",
                         Json::array(),
                         Json::object(),
                         {{"one", 1}, {"list", {1, "two", {{"three", nullptr}}}}, {"empty", Json::array()}, {"\"key\"", "v"}}};
  for (const Json& value : values) EXPECT_EQ(text_of(value), dumped(value));
}

TEST(Record, PutsItsKeysInOrder) {
  Record record;
  record.put("at", std::int64_t{-5});
  record.put("kind", "step");
  record.put("text", std::string("say \"hi\""));
  record.put("held", true);
  record.put("seconds", 0.25);
  record.put("value", Json{{"x", 1}});
  record.put_json("undo", "null");
  EXPECT_EQ(record.finish(), R"({"at":-5,"kind":"step","text":"say \"hi\"","held":true,"seconds":0.25,"value":{"x":1},"undo":null})");
  EXPECT_EQ(Record().finish(), "{}");
}

TEST(Record, IsNumbered) {
  EXPECT_EQ(numbered(R"({"kind":"run"})", 12), R"({"n":12,"kind":"run"})");
  EXPECT_EQ(numbered("{}", 1), R"({"n":1})");
}

}  // namespace
}  // namespace failc::journal
