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

/// Texts are looked at in pieces: what has to be escaped may stand anywhere in one.
TEST(Record, EscapesWhereverItStands) {
  for (const std::string special : {"\"", "\\", "\n", "\t", "\x7f", "\x1f", "\xc3\xa9", "\xff", "!#[]~ "}) {
    for (const std::size_t length : {0u, 1u, 7u, 8u, 9u, 500u, 1200u}) {
      for (const std::size_t at : {std::size_t{0}, length / 2, length - length / 8, length}) {
        std::string text(length, 'a');
        text.insert(at, special);
        std::string out = "before";
        write_json(out, std::string_view(text));
        EXPECT_EQ(out, "before" + dumped(text)) << length << " at " << at;
      }
    }
    std::string many;
    for (int i = 0; i < 700; ++i) many += special + std::string(static_cast<std::size_t>(i % 11), 'b');
    std::string out;
    write_json(out, std::string_view(many));
    EXPECT_EQ(out, dumped(many));
  }
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
