#include <gtest/gtest.h>

#include "grammar/parse/literal.hpp"
#include "grammar/parse/parse.hpp"

namespace failc::parse {
namespace {

using ast::Kind;

struct Lexed {
  explicit Lexed(std::string text) : file(sources.add("t.fail", std::move(text))), tokens(lex(sources, file, sink)) { sink.finish(); }
  std::vector<Kind> kinds() const {
    std::vector<Kind> out;
    for (const ast::Token& token : tokens.tokens) out.push_back(token.kind);
    return out;
  }
  std::string said() const {
    std::string out;
    for (const diag::Diagnostic& item : sink.all())
      out += std::string(diag::row(item.code).code) + "@" + std::to_string(item.place.span.begin) + " ";
    return out;
  }
  SourceMap sources;
  diag::Sink sink;
  FileId file;
  ast::Tokens tokens;
};

using Kinds = std::vector<Kind>;

TEST(Lex, CutsOneOfEachPunctuation) {
  Lexed lexed("{}()[],:. ..+-|= == != < <= > >= + - * /");
  EXPECT_EQ(lexed.kinds(), (Kinds{Kind::l_brace, Kind::r_brace, Kind::l_paren, Kind::r_paren, Kind::l_bracket, Kind::r_bracket,
                                  Kind::comma,   Kind::colon,   Kind::dot,     Kind::range,   Kind::tolerance, Kind::bar,
                                  Kind::assign,  Kind::eq,      Kind::ne,      Kind::lt,      Kind::le,        Kind::gt,
                                  Kind::ge,      Kind::plus,    Kind::minus,   Kind::star,    Kind::slash,     Kind::end}));
  EXPECT_EQ(lexed.said(), "");
}

TEST(Lex, KnowsEveryWordAndNothingElse) {
  for (std::string_view word : ast::words()) {
    Lexed lexed{std::string(word)};
    ASSERT_EQ(lexed.tokens.tokens.size(), 2u) << word;
    EXPECT_EQ(ast::spelling(lexed.tokens.tokens[0].kind), word);
    EXPECT_EQ(Lexed(std::string(word) + "_").tokens.tokens[0].kind, Kind::name) << word;
    EXPECT_EQ(Lexed("x" + std::string(word)).tokens.tokens[0].kind, Kind::name) << word;
  }
  EXPECT_EQ(Lexed("r").tokens.tokens[0].kind, Kind::name);
}

TEST(Lex, TellsNumbersByTheirDotsAndUnits) {
  EXPECT_EQ(Lexed("3 1_000 0.5 4.2.1 5ms 1.5m 64KiB 50% 1..3 kv.0").kinds(),
            (Kinds{Kind::integer, Kind::integer, Kind::decimal, Kind::version_number, Kind::duration, Kind::duration, Kind::size,
                   Kind::percent, Kind::integer, Kind::range, Kind::integer, Kind::name, Kind::dot, Kind::integer, Kind::end}));
}

TEST(Lex, SuggestsTheUnitThatWasMeant) {
  Lexed lexed("sleep 5sec");
  ASSERT_EQ(lexed.said(), "F0007@6 ");
  EXPECT_EQ(lexed.sink.all()[0].fix->text, "5s");
  EXPECT_EQ(lexed.tokens.tokens[1].kind, Kind::invalid);
  EXPECT_EQ(Lexed("1.2.3s").said(), "F0007@0 ");
}

TEST(Lex, MakesOneNewlineOfARun) {
  Lexed lexed("a\n\n # note\n;b;;c; # mixed\n d");
  EXPECT_EQ(lexed.kinds(), (Kinds{Kind::name, Kind::newline, Kind::name, Kind::newline, Kind::name, Kind::newline, Kind::name, Kind::end}));
  EXPECT_EQ(lexed.tokens.of(1), "\n");
  EXPECT_EQ(lexed.tokens.of(3), ";");
  EXPECT_EQ(lexed.tokens.of(5), "\n");
  ASSERT_EQ(lexed.tokens.comments.size(), 2u);
  EXPECT_EQ(lexed.tokens.comments[0].token, 2u);
  EXPECT_TRUE(lexed.tokens.comments[0].own_line);
  EXPECT_EQ(lexed.tokens.comments[1].token, 5u);
  EXPECT_FALSE(lexed.tokens.comments[1].own_line);
}

TEST(Lex, SaysWhatTouches) {
  Lexed lexed("kv[0] [1](x)#c\n(y)");
  std::string touching;
  for (const ast::Token& token : lexed.tokens.tokens) touching += token.touches ? 't' : '-';
  EXPECT_EQ(touching, "-ttt-ttttt--ttt");
}

TEST(Lex, AcceptsByteOrderMarkAndCrLf) {
  Lexed lexed("\xEF\xBB\xBFuse std # c\r\nx\r\n");
  EXPECT_EQ(lexed.kinds(), (Kinds{Kind::kUse, Kind::name, Kind::newline, Kind::name, Kind::newline, Kind::end}));
  EXPECT_EQ(lexed.said(), "");
  EXPECT_EQ(lexed.tokens.text.substr(lexed.tokens.comments[0].span.begin, 3), "# c");
  EXPECT_EQ(lexed.tokens.comments[0].span.end - lexed.tokens.comments[0].span.begin, 3u);
}

TEST(Lex, ReportsARunOfBadBytesOnce) {
  EXPECT_EQ(Lexed("a \xFF\xFE\x80 b \"\xC3(\" # \xED\xA0\x80").said(), "F0002@2 F0002@9 F0002@15 ");
  EXPECT_EQ(Lexed("\"caf\u00e9 \u2026 \U0001F600\"").said(), "");
}

TEST(Lex, ReportsControlCharacters) {
  EXPECT_EQ(Lexed(std::string("a\0b \x01 12345678\x7F\r", 16)).said(), "F0009@1 F0009@4 F0009@14 F0009@15 ");
}

TEST(Lex, ReportsStringsThatDoNotEnd) {
  Lexed lexed("scenario \"open {\n}");
  EXPECT_EQ(lexed.said(), "F0004@9 ");
  EXPECT_EQ(lexed.kinds(), (Kinds{Kind::kScenario, Kind::invalid, Kind::l_brace, Kind::newline, Kind::r_brace, Kind::end}));
  EXPECT_EQ(Lexed("\"").said(), "F0004@0 ");
  EXPECT_EQ(Lexed("r\"a\\").said(), "F0004@0 ");
}

TEST(Lex, ReportsBadEscapesOnly) {
  EXPECT_EQ(Lexed(R"("\" \\ \n \r \t \0 \x41 \u{e9}")").said(), "");
  EXPECT_EQ(Lexed(R"("\q \xZ \u{110000} \u{d800} \u")").said(), "F0005@1 F0005@4 F0005@8 F0005@19 F0005@28 ");
  EXPECT_EQ(Lexed(R"(r"\q\d")").said(), "");
}

TEST(Lex, PairsBrackets) {
  Lexed lexed("{ ( [ ] ) }");
  EXPECT_TRUE(lexed.tokens.brackets_match);
  EXPECT_EQ(lexed.tokens.tokens[0].match, 5u);
  EXPECT_EQ(lexed.tokens.tokens[3].match, 2u);
}

TEST(Lex, ReportsTheBracketThatIsWrong) {
  Lexed open("{ ( }");
  EXPECT_EQ(open.said(), "F0102@2 ");
  EXPECT_EQ(open.tokens.tokens[0].match, 2u);
  EXPECT_EQ(open.tokens.tokens[1].match, 1u);
  EXPECT_FALSE(open.tokens.brackets_match);
  EXPECT_EQ(Lexed("{ ) }").said(), "F0103@2 ");
  EXPECT_EQ(Lexed("a }").said(), "F0103@2 ");
  EXPECT_EQ(Lexed("{ {").said(), "F0102@0 F0102@2 ");
}

TEST(Lex, LimitsNesting) {
  EXPECT_EQ(Lexed(std::string(64, '(') + std::string(64, ')')).said(), "");
  EXPECT_EQ(Lexed(std::string(70, '(') + std::string(70, ')')).said(), "F0104@64 ");
  EXPECT_EQ(Lexed(std::string(65, '[') + std::string(65, ']')).tokens.tokens[64].match, 64u);
}

TEST(Literal, Values) {
  EXPECT_EQ(string_value(R"("a \"b\" \n\u{e9}\x41\0")"), std::string("a \"b\" \n\u00e9A\0", 11));
  EXPECT_EQ(regex_value(R"(r"a\"b\\\d")"), R"(a"b\\\d)");
  EXPECT_EQ(integer_value("1_000"), 1000);
  EXPECT_EQ(integer_value("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(integer_value("9223372036854775808"), std::nullopt);
  EXPECT_EQ(decimal_value("0.5"), 0.5);
  EXPECT_EQ(duration_value("1.5m"), 90'000'000'000);
  EXPECT_EQ(duration_value("250us"), 250'000);
  EXPECT_EQ(duration_value("0.5ns"), std::nullopt);
  EXPECT_EQ(duration_value("99999999999h"), std::nullopt);
  EXPECT_EQ(size_value("64KiB"), 65536);
  EXPECT_EQ(size_value("10MB"), 10'000'000);
  EXPECT_EQ(percent_value("50%"), 50.0);
}

}  // namespace
}  // namespace failc::parse
