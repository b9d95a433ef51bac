#include "grammar/format/layout.hpp"

#include <gtest/gtest.h>

#include "grammar/format/proof.hpp"
#include "grammar/parse/parse.hpp"

namespace failc::format {
namespace {

struct Lexed {
  SourceMap sources;
  diag::Sink sink;
  ast::Tokens tokens;
  explicit Lexed(std::string text) {
    const FileId file = sources.add("a.fail", std::move(text));
    tokens = parse::lex(sources, file, sink);
  }
};

std::string formatted(const std::string& text) {
  const Lexed before(text);
  const auto output = proven(before.tokens, lay_out(before.tokens), "a.fail");
  return output ? *output : "error: " + output.error().message;
}

/// One line, without its end.
std::string line(const std::string& text) {
  std::string out = formatted(text);
  if (out.ends_with('\n')) out.pop_back();
  return out;
}

TEST(Layout, SpacesByPairs) {
  EXPECT_EQ(line("  let   a=1+2*3"), "let a = 1 + 2 * 3");
  EXPECT_EQ(line("kv [0]"), "kv [0]");
  EXPECT_EQ(line("kv[ 0 ] . name"), "kv[0].name");
  EXPECT_EQ(line("count( xs )==1"), "count(xs) == 1");
  EXPECT_EQ(line("f (x)"), "f (x)");
  EXPECT_EQ(line("x in(a)"), "x in (a)");
  EXPECT_EQ(line("not(a or b)"), "not (a or b)");
  EXPECT_EQ(line("x.all(y)"), "x.all(y)");
  EXPECT_EQ(line("exec on kv[0][ \"ls\" ]"), "exec on kv[0][\"ls\"]");
  EXPECT_EQ(line("exec on kv[0] [\"ls\",\"-l\"]"), "exec on kv[0] [\"ls\", \"-l\"]");
  EXPECT_EQ(line("eventually within 5s :a>=b"), "eventually within 5s: a >= b");
  EXPECT_EQ(line("partition a|b for 8s"), "partition a | b for 8s");
  EXPECT_EQ(line("x==100ms+-20ms"), "x == 100ms +- 20ms");
  EXPECT_EQ(line("[for x in xs if x>1:x]"), "[for x in xs if x > 1: x]");
  EXPECT_EQ(line("[1,2 , 3,]"), "[1, 2, 3,]");
  EXPECT_EQ(line("null[0]"), "null[0]");
  EXPECT_EQ(line("(a)[0]"), "(a)[0]");
  EXPECT_EQ(line("(a) [0]"), "(a) [0]");
}

TEST(Layout, Documents) {
  EXPECT_EQ(line("x with {a:1,b :{},\"c\": [ ] , d:{e:{f:2}}}"), "x with { a: 1, b: {}, \"c\": [], d: { e: { f: 2 } } }");
  EXPECT_EQ(line("x with {  }"), "x with {}");
  EXPECT_EQ(line("x with { a: 1, }"), "x with { a: 1, }");
}

TEST(Layout, Minus) {
  EXPECT_EQ(line("let a=- 1"), "let a = -1");
  EXPECT_EQ(line("let a = b -1"), "let a = b - 1");
  EXPECT_EQ(line("let a = b - - 1"), "let a = b - -1");
  EXPECT_EQ(line("let a = - - b"), "let a = --b");
  EXPECT_EQ(line("let a = (-b)-[-c][0]-d[0]-f(x)-1"), "let a = (-b) - [-c][0] - d[0] - f(x) - 1");
  EXPECT_EQ(line("put - 1,2 on kv"), "put -1, 2 on kv");
  EXPECT_EQ(line("f at -1"), "f at -1");
  EXPECT_EQ(line("x > -1"), "x > -1");
  EXPECT_EQ(line("x.on - 1"), "x.on - 1");
  EXPECT_EQ(line("[\na -1]"), "[\n  a - 1]");
}

TEST(Layout, RangesOfLiteralsAreTight) {
  EXPECT_EQ(line("within 500ms .. 2s"), "within 500ms..2s");
  EXPECT_EQ(line("x in 1..2"), "x in 1..2");
  EXPECT_EQ(line("x in 0.5..1.5"), "x in 0.5..1.5");
  EXPECT_EQ(line("x in 4.2.1..4.2.2"), "x in 4.2.1..4.2.2");
  EXPECT_EQ(line("x in 1%..2%"), "x in 1%..2%");
  EXPECT_EQ(line("x in a..b"), "x in a .. b");
  EXPECT_EQ(line("x in 1..b"), "x in 1 .. b");
  EXPECT_EQ(line("x in a + 1..2"), "x in a + 1 .. 2");
  EXPECT_EQ(line("x in 1..2 + a"), "x in 1 .. 2 + a");
  EXPECT_EQ(line("x in -1..2"), "x in -1 .. 2");
  EXPECT_EQ(line("(\n1..\n2)"), "(\n  1 ..\n  2)");
}

TEST(Layout, NumbersAndDotsStayApart) {
  EXPECT_EQ(line("5 .x"), "5 .x");
  EXPECT_EQ(line("kv . x"), "kv.x");
}

TEST(Layout, BlankLines) {
  EXPECT_EQ(formatted("\n\n\na\n\n\n\nb\n\n\n"), "a\n\nb\n");
  EXPECT_EQ(formatted("a {\n\n\nb\n\n\n}\n"), "a {\n  b\n}\n");
  EXPECT_EQ(formatted("a {  # c\n\n\nb\n\n# d\n\n}\n"), "a {  # c\n  b\n\n  # d\n}\n");
  EXPECT_EQ(formatted("a {\n\n# c\n\nb }\n"), "a {\n  # c\n\n  b\n}\n");
}

TEST(Layout, Files) {
  EXPECT_EQ(formatted(""), "");
  EXPECT_EQ(formatted(" \n\t\n ; \n"), "");
  EXPECT_EQ(formatted("a"), "a\n");
  EXPECT_EQ(formatted("\xEF\xBB\xBF"
                      "a\r\n\tb  \r\n"),
            "a\nb\n");
  EXPECT_EQ(formatted("# c"), "# c\n");
  EXPECT_EQ(formatted("\n\n#!c  \n\n\n#  d\n"), "#!c\n\n#  d\n");
}

TEST(Layout, Semicolons) {
  EXPECT_EQ(formatted("q { a;b ;c; }"), "q { a; b; c }\n");
  EXPECT_EQ(formatted("a;\nb;;\n;c\n"), "a\nb\nc\n");
  EXPECT_EQ(formatted("a;;b # x\n;"), "a; b  # x\n");
  EXPECT_EQ(formatted("a {;}"), "a {}\n");
  EXPECT_EQ(formatted("a;# x\n;# y\nb"), "a  # x\n# y\nb\n");
}

TEST(Layout, Comments) {
  EXPECT_EQ(formatted("a#c\n"), "a  # c\n");
  EXPECT_EQ(formatted("a {\n   b # x \n      #y\n  }\n#z\n\n"), "a {\n  b  # x\n  # y\n}\n# z\n");
  EXPECT_EQ(formatted("a {#x\n}"), "a {  # x\n}\n");
  EXPECT_EQ(formatted("a {\n#x\n}"), "a {\n  # x\n}\n");
  EXPECT_EQ(formatted("f(a, #x\nb # y\n#z\n)"), "f(a,  # x\n  b  # y\n  # z\n)\n");
  EXPECT_EQ(tidy_comment("#"), "#");
  EXPECT_EQ(tidy_comment("#  \t"), "#");
  EXPECT_EQ(tidy_comment("##x"), "##x");
  EXPECT_EQ(tidy_comment("#\tx"), "#\tx");
  EXPECT_EQ(tidy_comment("#x # y"), "# x # y");
}

TEST(Layout, BracesWithALineBreakStandOpen) {
  EXPECT_EQ(formatted("a { b\nc }"), "a {\n  b\n  c\n}\n");
  EXPECT_EQ(formatted("a with { x: 1,\ny: 2 }"), "a with {\n  x: 1,\n  y: 2\n}\n");
  EXPECT_EQ(formatted("a {\n}\n"), "a {}\n");
  EXPECT_EQ(formatted("a { b with { c: [\n1] } }"), "a { b with { c: [\n  1] } }\n");
}

TEST(Layout, Indentation) {
  EXPECT_EQ(formatted("a {\nif b {\nc\n} else {\nd\n}\n}"), "a {\n  if b {\n    c\n  } else {\n    d\n  }\n}\n");
  EXPECT_EQ(formatted("f([{\na: 1\n}, {\nb: 2\n}])\ng"), "f([{\n  a: 1\n}, {\n  b: 2\n}])\ng\n");
  EXPECT_EQ(formatted("run [\na,\njoin([\nb\n], c),\n]\nd"), "run [\n  a,\n  join([\n    b\n  ], c),\n]\nd\n");
  EXPECT_EQ(formatted("f a with {\nx: 1 } {\nb\n}\nc"), "f a with {\n  x: 1\n} {\n  b\n}\nc\n");
  EXPECT_EQ(formatted("f(a,\nb(c,\nd),\ne)\ng"), "f(a,\n  b(c,\n    d),\n  e)\ng\n");
}

TEST(Proof, SeesEveryLoss) {
  const Lexed before("a {  # one\n  kv[0]; b\n  # two\n  c with { d: 1 }\n}\n");
  const auto lost = [&](const std::string& output) {
    const Lexed after(output);
    return difference(before.tokens, after.tokens).value_or("nothing");
  };
  EXPECT_EQ(lost("a {  # one\n  kv[0]; b\n  # two\n  c with { d: 1 }\n}\n"), "nothing");
  EXPECT_EQ(lost("a {  # one\n\n  kv[0]\n  b;\n  # two\n  c with { d: 1, }\n}\n"), "the token `}`");
  EXPECT_EQ(lost("a {\n  kv[0]; b\n  # two\n  c with { d: 1 }\n}\n"), "the comment `# one`");
  EXPECT_EQ(lost("a {  # one\n  kv[0]; b\n  # tow\n  c with { d: 1 }\n}\n"), "the comment `# two`");
  EXPECT_EQ(lost("a {  # one\n  kv[0]; b  # two\n  c with { d: 1 }\n}\n"), "the comment `# two`");
  EXPECT_EQ(lost("a {  # one\n  # two\n  kv[0]; b\n  c with { d: 1 }\n}\n"), "the place of the comment `# two`");
  EXPECT_EQ(lost("a {  # one\n  kv[0]; b\n  c with { d: 1 }\n  # two\n}\n"), "the comment `# two`");
  EXPECT_EQ(lost("a {  # one\n  kv [0]; b\n  # two\n  c with { d: 1 }\n}\n"), "what touches `[`");
  EXPECT_EQ(lost("a {  # one\n  kv[0] b\n  # two\n  c with { d: 1 }\n}\n"), "the end of the statement before `b`");
  EXPECT_EQ(lost("a {  # one\n  kv[0]; b\n  # two\n  c; with { d: 1 }\n}\n"), "the end of the statement before `with`");
  EXPECT_EQ(lost("a {  # one\n  kv[0]; b\n  # two\n  c with { d: 2 }\n}\n"), "the token `1`");
  EXPECT_EQ(lost("a {  # one\n  kv[0]; b\n  # two\n  c with { d: 1 }\n}\ne"), "the end before `e`");
  EXPECT_EQ(lost("a {  # one\n  kv[0]; b\n  # two\n  c with { d: 1 }\n}\n# three\n"), "the place of the comment `# three`");
  EXPECT_EQ(lost("a {  # one\n  kv[0]; b\n"), "the comment `# two`");
}

TEST(Proof, RefusesWhatWouldLoseSomething) {
  const Lexed before("a # c\nb\n");
  const auto message = [&](const std::string& output) {
    const auto result = proven(before.tokens, output, "x.fail");
    return result ? "accepted" : result.error().message;
  };
  EXPECT_EQ(message("a  # c\nb\n"), "accepted");
  EXPECT_EQ(message("a\nb\n"), "formatting `x.fail` would lose the comment `# c`: file left as it is; please report it");
  EXPECT_EQ(message("a  # c\nb \n"), "formatting `x.fail` would lose its form when formatted again: file left as it is; please report it");
  EXPECT_EQ(message("a  # c\nb \"\n"), "formatting `x.fail` would lose its own sense: file left as it is; please report it");
}

}  // namespace
}  // namespace failc::format
