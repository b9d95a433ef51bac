#include <fmt/args.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cctype>
#include <set>

#include "grammar/diag/diagnostic.hpp"

namespace failc::diag {
namespace {

std::vector<Row> rows() {
  std::vector<Row> all;
  for (std::size_t i = 0; i < row_count(); ++i) all.push_back(row(static_cast<Code>(i)));
  return all;
}

TEST(Catalogue, CodesAreUniqueAndOrdered) {
  std::string last;
  std::set<std::string> names;
  for (const Row& row : rows()) {
    const std::string code = row.code;
    ASSERT_EQ(code.size(), 5u) << code;
    EXPECT_EQ(code[0], 'F') << code;
    for (int i = 1; i < 5; ++i) EXPECT_TRUE(std::isdigit(static_cast<unsigned char>(code[i]))) << code;
    EXPECT_LT(last, code) << "rows stand in the order of their codes";
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    last = code;
  }
  EXPECT_GE(row_count(), 10u);
}

TEST(Catalogue, PatternsAreValidForFourStrings) {
  fmt::dynamic_format_arg_store<fmt::format_context> store;
  for (int i = 0; i < 4; ++i) store.push_back(std::string("x"));
  for (const Row& row : rows()) {
    EXPECT_NO_THROW((void)fmt::vformat(row.message, store)) << row.code;
    EXPECT_NO_THROW((void)fmt::vformat(row.help, store)) << row.code;
  }
}

TEST(Catalogue, MessagesKeepTheHouseStyle) {
  for (const Row& row : rows()) {
    for (const std::string_view text : {std::string_view(row.message), std::string_view(row.help)}) {
      if (text.empty()) continue;
      const char first = text.front();
      EXPECT_TRUE(std::islower(static_cast<unsigned char>(first)) || first == '`' || first == '{') << row.code << ": " << text;
      EXPECT_FALSE(text.ends_with('.')) << row.code << ": " << text;
      EXPECT_EQ(std::count(text.begin(), text.end(), '`') % 2, 0) << row.code << ": " << text;
      EXPECT_EQ(text.find('\n'), std::string_view::npos) << row.code;
    }
    EXPECT_NE(std::string_view(row.message), "") << row.code;
  }
}

Place place(std::uint32_t file, std::uint32_t begin) { return {FileId{file}, {begin, begin + 1}}; }

TEST(Sink, FillsPatternsAndCountsErrors) {
  Sink sink;
  EXPECT_FALSE(sink.has_errors());
  const Diagnostic& item = sink.report(Code::unclosed_bracket, place(0, 3), {"{", "}"});
  EXPECT_EQ(item.message, "this `{` is never closed");
  EXPECT_EQ(item.help, "add the matching `}`");
  EXPECT_EQ(sink.report(Code::bad_escape, place(0, 3), {"\\q"}).help,
            "escapes are `\\\"`, `\\\\`, `\\n`, `\\r`, `\\t`, `\\0`, `\\xHH` and `\\u{HEX}`; a backslash is `\\\\`");
  EXPECT_EQ(sink.errors(), 2u);
}

TEST(Sink, ArgumentsAreNoPatterns) {
  Sink sink;
  EXPECT_EQ(sink.report(Code::syntax, place(0, 0), {"{1}{{", "{9}"}).message, "expected {1}{{, found {9}");
}

TEST(Sink, LongArgumentsKeepTheirBeginningAndEnd) {
  Sink sink;
  const std::string path(4000, 'p');
  const std::string message = sink.report(Code::unreadable_file, place(0, 0), {path, "cannot read `" + path + "`: no permission"}).message;
  EXPECT_LT(message.size(), 1100u);
  EXPECT_TRUE(message.starts_with("cannot read `ppp"));
  EXPECT_TRUE(message.ends_with("ppp`: no permission"));
  std::string wide;
  for (int i = 0; i < 1000; ++i) wide += "日";
  const std::string cut = sink.report(Code::unexpected_character, place(0, 0), {wide}).message;
  EXPECT_EQ((cut.size() - std::string("unexpected ").size()) % 3, 0u) << "no character is torn";
}

TEST(Sink, FinishOrdersAndDropsRepetitions) {
  Sink sink;
  sink.report(Code::syntax, place(1, 0), {"a", "b"});
  sink.report(Code::syntax, place(0, 9), {"a", "b"});
  sink.report(Code::chained_comparison, place(0, 2));
  sink.report(Code::syntax, place(0, 9), {"again", "b"});
  sink.report(Code::chained_comparison, place(0, 9));
  sink.finish();
  ASSERT_EQ(sink.all().size(), 4u);
  EXPECT_EQ(sink.errors(), 4u);
  EXPECT_EQ(sink.all()[0].place, place(0, 2));
  EXPECT_EQ(sink.all()[1].message, "expected a, found b") << "the first of several stays";
  EXPECT_EQ(sink.all()[2].code, Code::chained_comparison);
  EXPECT_EQ(sink.all()[3].place, place(1, 0));
}

TEST(Nearest, FindsSlipsOfTheHand) {
  const std::vector<std::string_view> words{"within", "with", "workload", "kv", "leader"};
  EXPECT_EQ(nearest("witin", words), "within");
  EXPECT_EQ(nearest("wihtin", words), "within");
  EXPECT_EQ(nearest("laeder", words), "leader");
  EXPECT_EQ(nearest("kb", words), "kv");
  EXPECT_EQ(nearest("k", words), "kv");
  EXPECT_EQ(nearest("leader", words), "leader");
}

TEST(Nearest, ProposesNothingThatIsFar) {
  const std::vector<std::string_view> words{"x", "workload"};
  EXPECT_EQ(nearest("y", words), "");
  EXPECT_EQ(nearest("", words), "");
  EXPECT_EQ(nearest("scenario", words), "");
  EXPECT_EQ(nearest(std::string(100'000, 'w'), words), "");
  EXPECT_EQ(nearest("word", {}), "");
}

}  // namespace
}  // namespace failc::diag
