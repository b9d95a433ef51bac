// What the tree holds, how reading goes on behind mistakes, and what is said about them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "grammar/parse/testing.hpp"

namespace failc::parse {
namespace {

/// A scenario with these statements; the first stands at offset 15.
std::string scenario(const std::string& body) { return "scenario \"s\" {\n" + body + "\n}\n"; }

const ast::Block& body_of(const Parsed& parsed) { return *std::get<ast::Scenario>(parsed.tree.declarations.at(0).node).body; }

template <class Node>
const Node& only(const Parsed& parsed) {
  EXPECT_EQ(parsed.rendered(), "");
  return std::get<Node>(body_of(parsed).statements.at(0).node);
}

TEST(File, EmptyFilesParse) {
  for (const char* text : {"", "\n", "# only a comment", ";;\n;", "\xEF\xBB\xBF"}) {
    Parsed parsed(text);
    EXPECT_EQ(parsed.said(), "") << text;
    EXPECT_TRUE(parsed.tree.declarations.empty());
  }
}

TEST(File, ScenarioClauses) {
  Parsed parsed("scenario \"a b\" expect fails timeout 9s tags [\"x\"] skip \"why\" matrix m requires true { }");
  ASSERT_EQ(parsed.rendered(), "");
  const auto& node = std::get<ast::Scenario>(parsed.tree.declarations[0].node);
  EXPECT_EQ(node.title, "a b");
  EXPECT_EQ(node.title_span, (Span{9, 14}));
  EXPECT_TRUE(node.expect_fails);
  EXPECT_EQ(show(*node.timeout), "9000000000ns");
  EXPECT_EQ(node.skip, "why");
  EXPECT_EQ(node.matrix->text, "m");
  EXPECT_EQ(Parsed("scenario \"a\" timeout 1s timeout 2s { }").said(), "F0101@24");
}

TEST(File, Clusters) {
  Parsed parsed("cluster c on agent from conf file_name nodes <= 7 with { a: 1 } { data = kvd[3] with { b: 2 }; log_node }");
  ASSERT_EQ(parsed.rendered(), "");
  const auto& node = std::get<ast::Cluster>(parsed.tree.declarations[0].node);
  EXPECT_EQ(node.backend->text, "agent");
  EXPECT_EQ(node.source->text, "conf");
  EXPECT_EQ(node.max_nodes, 7);
  ASSERT_EQ(node.groups.size(), 2u);
  EXPECT_EQ(node.groups[0].name->text, "data");
  EXPECT_EQ(show(*node.groups[0].count), "3");
  EXPECT_EQ(node.groups[1].component.text, "log_node");
  EXPECT_FALSE(node.groups[1].name);
}

TEST(File, MatrixAxes) {
  Parsed parsed("matrix m {\n a: [1]\n exclude { a: 1 } because \"b\"\n limit 3\n limit: [2]\n}");
  ASSERT_EQ(parsed.rendered(), "");
  const auto& axes = std::get<ast::Matrix>(parsed.tree.declarations[0].node).axes;
  ASSERT_EQ(axes.size(), 4u);
  EXPECT_EQ(axes[0].name->text, "a");
  EXPECT_FALSE(axes[1].name);
  EXPECT_EQ(axes[1].because, "b");
  EXPECT_FALSE(axes[2].name);
  EXPECT_EQ(axes[2].limit, 3);
  EXPECT_EQ(axes[3].name->text, "limit");
}

TEST(File, Components) {
  Parsed parsed(
      "component k {\n port client = 80; stop by TERM within 5s\n version [\"k\"] matches r\"(x)\"\n role a, as_ = b == c term d\n"
      " operation put key: string, value on node: node within 2s { http PUT url with { v: 1 }; ok when x; unknown when y; result z }\n}");
  ASSERT_EQ(parsed.rendered(), "");
  const auto& items = std::get<ast::Component>(parsed.tree.declarations[0].node).items;
  ASSERT_EQ(items.size(), 5u);
  EXPECT_EQ(std::get<ast::PortItem>(items[0].node).name.text, "client");
  EXPECT_EQ(std::get<ast::StopItem>(items[1].node).signal->text, "TERM");
  EXPECT_EQ(show(*std::get<ast::VersionItem>(items[2].node).pattern), "/(x)/");
  EXPECT_EQ(show(*std::get<ast::RoleItem>(items[3].node).term), "d");
  const auto& put = std::get<ast::OperationItem>(items[4].node);
  EXPECT_FALSE(put.query);
  ASSERT_EQ(put.parameters.size(), 3u);
  EXPECT_FALSE(put.parameters[1].label);
  EXPECT_EQ(put.parameters[2].label, ast::Kind::kOn);
  EXPECT_EQ(put.items.size(), 4u);
}

TEST(File, Verbs) {
  const Parsed parsed(scenario("insert { a: 1 } into c in d with { w: 2 } within 1s as r expect ok { log 1 }"));
  const auto& verb = only<ast::VerbStep>(parsed);
  EXPECT_EQ(show(*verb.arguments.at(0)), "{ a: 1 }");
  ASSERT_EQ(verb.labels.size(), 2u);
  EXPECT_EQ(verb.labels[0].label, ast::Kind::kInto);
  EXPECT_EQ(show(*verb.labels[1].value), "d");
  EXPECT_EQ(show(*verb.with), "{ w: 2 }");
  EXPECT_EQ(verb.as->text, "r");
  EXPECT_EQ(verb.block->statements.size(), 1u);
}

TEST(File, WhatFollowsAVerbHasNoOrder) {
  const Parsed parsed(scenario("volume \"v\" on g as v within 1s with { replica: 3 } { let before = 1; let after = before }"));
  EXPECT_EQ(show(*only<ast::VerbStep>(parsed).with), "{ replica: 3 }");
  EXPECT_EQ(Parsed(scenario("volume as v as w")).said(), "F0101@27");
}

TEST(File, BracesBehindAVerb) {
  EXPECT_EQ(only<ast::VerbStep>(Parsed(scenario("v {} in c"))).arguments.size(), 1u);
  EXPECT_NE(only<ast::VerbStep>(Parsed(scenario("v {}"))).block, nullptr);
  EXPECT_NE(only<ast::VerbStep>(Parsed(scenario("v { log 1 }"))).block, nullptr);
  EXPECT_EQ(only<ast::VerbStep>(Parsed(scenario("v {\n \"a\": 1 }"))).arguments.size(), 1u);
}

TEST(File, Faults) {
  EXPECT_EQ(show(*only<ast::Fault>(Parsed(scenario("partition a of kv | b for 8s"))).length), "8000000000ns");
  const Parsed drop(scenario("drop 10% of 2 of kv { log 1 }"));
  EXPECT_EQ(show(*only<ast::Fault>(drop).b), "10%");
  EXPECT_EQ(show(*only<ast::Fault>(drop).a), "(pick 2 kv)");
  EXPECT_NE(only<ast::Fault>(drop).block, nullptr);
}

TEST(File, ExecTakesAnIndexAndAList) {
  const Parsed parsed(scenario("exec on kv[0] [\"ls\"] expect result.code == 0"));
  EXPECT_EQ(show(*only<ast::ExecStep>(parsed).on), "(index kv 0)");
  EXPECT_EQ(show(*only<ast::ExecStep>(parsed).argv), "[ 'ls' ]");
}

TEST(File, ElseIfIsABlockOfOneIf) {
  const Parsed parsed(scenario("if a { log 1 } else if b { log 2 } else { log 3; log 4 }"));
  const auto& first = only<ast::If>(parsed);
  ASSERT_EQ(first.otherwise->statements.size(), 1u);
  const auto& second = std::get<ast::If>(first.otherwise->statements[0].node);
  EXPECT_EQ(show(*second.condition), "b");
  EXPECT_EQ(second.otherwise->statements.size(), 2u);
}

TEST(File, LongElseIfChainsDoNotOverflow) {
  auto chain = [](std::size_t length) {
    std::string text = "if a { }";
    while (length-- > 0) text += " else if a { }";
    return scenario(text);
  };
  EXPECT_EQ(Parsed(chain(300)).said(), "");
  EXPECT_EQ(Parsed(chain(100000)).said().substr(0, 5), "F0104");
  EXPECT_EQ(Parsed(chain(100000)).sink.all().size(), 1u);
}

TEST(Recovery, GoesOnBehindEachMistake) {
  const Parsed parsed(scenario("sleep because\nkill kv\nlet = 3\nfor x kv { kill\n log 1 }\nexpect true"));
  ASSERT_EQ(parsed.sink.all().size(), 4u) << parsed.rendered();
  const ast::Block& body = body_of(parsed);
  EXPECT_TRUE(body.broken);
  ASSERT_EQ(body.statements.size(), 5u);
  EXPECT_TRUE(std::holds_alternative<ast::Broken>(body.statements[0].node));
  EXPECT_TRUE(std::holds_alternative<ast::NodeStep>(body.statements[1].node));
  EXPECT_TRUE(std::holds_alternative<ast::Expect>(body.statements[4].node));
  EXPECT_FALSE(parsed.tree.broken);
}

TEST(Recovery, ABrokenStatementBreaksItsOwnBlockOnly) {
  const Parsed parsed(scenario("step \"x\" { kill }"));
  EXPECT_FALSE(body_of(parsed).broken);
  EXPECT_TRUE(std::get<ast::Group>(body_of(parsed).statements[0].node).body->broken);
}

TEST(Recovery, ABrokenHeadBreaksTheFileAndItsBodyIsRead) {
  const Parsed parsed("scenario \"s\" tags {\n kill\n}\ncluster kv { ], a[ }\nparam p: int");
  EXPECT_TRUE(parsed.tree.broken);
  EXPECT_EQ(Parsed("scenario \"s\" fast {\n kill\n}").said(), "F0101@13 F0101@25");
  EXPECT_EQ(Parsed("component k fast {\n bogus 1\n}").said(), "F0101@12 F0101@20");
}

TEST(Recovery, ABrokenGroupMarksItsCluster) {
  const Parsed parsed("cluster c { a[; b[2] }");
  EXPECT_EQ(parsed.said(), "F0102@13");
  const Parsed two("cluster c { a[2] x; b[2] }");
  EXPECT_EQ(two.said(), "F0101@17");
  const auto& cluster = std::get<ast::Cluster>(two.tree.declarations[0].node);
  EXPECT_TRUE(cluster.broken);
  ASSERT_EQ(cluster.groups.size(), 1u);
  EXPECT_EQ(cluster.groups[0].component.text, "b");
}

TEST(Recovery, AWrongBracketIsSaidOnce) {
  EXPECT_EQ(Parsed("scenario \"a\" {\n kill kv\n\nscenario \"b\" {\n kill\n}").said(), "F0102@13 F0101@45");
  EXPECT_EQ(Parsed("scenario \"a\" {\n }\n kill kv\n}\nscenario \"b\" { kill\n }").said(), "F0103@27 F0101@48");
  EXPECT_EQ(Parsed(scenario("kill (a\nkill b")).said(), "F0102@20");
  EXPECT_EQ(Parsed("component k {\n query v on node within 1s { exec [] }\n query w on node within 1s { exec [] }\ncluster c { k }").said(), "F0102@12");
  EXPECT_EQ(Parsed(scenario("kill a)\nkill b")).said(), "F0103@21");
  EXPECT_EQ(Parsed(scenario("log [1, { a: 2, 3]\nkill")).said(), "F0102@23 F0101@38");
}

TEST(Recovery, ReportsWhatNothingReached) {
  EXPECT_EQ(Parsed("@ \"x\" {\n kill @ }\n@").said(), "F0101@0 F0003@14 F0101@18");
  EXPECT_EQ(Parsed(scenario("kill @@ $ x")).said(), "F0101@20");
}

std::string message(const std::string& text) {
  const Parsed parsed(text);
  EXPECT_EQ(parsed.sink.all().size(), 1u) << parsed.rendered();
  if (parsed.sink.all().empty()) return "";
  const diag::Diagnostic& first = parsed.sink.all()[0];
  return std::string(diag::row(first.code).code) + " " + first.message + (first.help.empty() ? "" : " / " + first.help);
}

TEST(Messages, SayWhatCouldStandThere) {
  EXPECT_EQ(message(scenario("sleep @")), "F0101 expected a duration like `5s`, found `@`");
  EXPECT_EQ(message(scenario("sleep 5s @")), "F0101 expected `because` or the end of the statement, found `@`");
  EXPECT_EQ(message(scenario("await a")), "F0101 expected `within`, found the end of the line");
  EXPECT_EQ(message("use"), "F0101 expected a string like `\"text\"` or a name, found the end of the file");
  EXPECT_EQ(message("5"), "F0101 expected a declaration like `scenario`, found `5`");
  EXPECT_EQ(message(scenario("5s")), "F0101 expected a statement, found `5s`");
}

TEST(Messages, SuggestTheWordThatWasMeant) {
  EXPECT_EQ(message(scenario("slep 5s because \"x\"")), "F0105 `slep` does not begin a statement / did you mean `sleep`?");
  EXPECT_EQ(message("scenaro \"x\" { }"), "F0106 `scenaro` does not begin a declaration / did you mean `scenario`?");
  EXPECT_EQ(message("component c { prot x }"),
            "F0101 expected an item of a component like `port` or `run`, found `prot` / did you mean `port`?");
  EXPECT_EQ(message(scenario("within 5s")), "F0105 `within` does not begin a statement");
}

TEST(Messages, TellStatementsFromDeclarations) {
  EXPECT_EQ(message(scenario("cluster kv { kvdb }")),
            "F0105 `cluster` does not begin a statement / it begins a declaration, which stands at the top of a file");
  EXPECT_EQ(message("kill kv"),
            "F0106 `kill` does not begin a declaration / it begins a statement, which stands in a `scenario` or a `step`");
}

TEST(Messages, NameTheMistakesOfHabit) {
  EXPECT_EQ(message(scenario("let for = 1")).substr(0, 5), "F0107");
  EXPECT_EQ(message(scenario("if a { }\nelse { }")).substr(0, 5), "F0108");
  EXPECT_EQ(message(scenario("sleep 5 s")),
            "F0101 expected `because` or the end of the statement, found `s` / a unit touches its number: `5s`");
  EXPECT_EQ(message(scenario("sleep 5sec")), "F0007 unknown unit `sec` / did you mean `5s`?");
  EXPECT_EQ(message(scenario("expect \"\\q\" == a")).substr(0, 5), "F0005");
}

TEST(Messages, TranslateOtherLanguages) {
  EXPECT_EQ(message("scenario 'it works' { }"), "F0010 strings stand in double quotes / write `\"it works\"`");
  EXPECT_EQ(message("scenario \u201cit works\u201d { }"), "F0010 strings stand in double quotes / write `\"it works\"`");
  EXPECT_EQ(message(scenario("log 'a \"b\"'")), "F0010 strings stand in double quotes");
  const auto help = [](const std::string& text) {
    const Parsed parsed(text);
    return parsed.sink.all().empty() ? "nothing is wrong" : parsed.sink.all()[0].help;
  };
  EXPECT_EQ(help(scenario("expect a == 1 && b == 2")), "conditions are joined with `and`");
  EXPECT_EQ(help(scenario("expect a == 1 || b == 2")), "conditions are joined with `or`");
  EXPECT_EQ(help(scenario("expect !a")), "a condition is turned round with `not`");
  EXPECT_EQ(help(scenario("// a word")), "a comment begins with `#`");
  EXPECT_EQ(help("check good(n: node) = n is running"), "parameters stand without parentheses: `check good a: node, b: int …`");
  EXPECT_EQ(help(scenario("expect a = 1")), "values are compared with `==`");
  EXPECT_EQ(help(scenario("kill a, b")), "several nodes are a list: `kill [a, b]`");
  EXPECT_EQ(help(scenario("expect a within 5s")), "`expect` looks once; `eventually within 5s: …` waits");
  EXPECT_EQ(help(scenario("kill\u00a0a")), "this is a no-break space; put an ordinary one in its place");
  EXPECT_THAT(help(scenario("expect a\nand b")), testing::HasSubstr("leave the word at the end of the line above"));
  const Parsed brace("scenario \"s\"\n{\n kill a\n}");
  EXPECT_THAT(brace.rendered(), testing::HasSubstr("the `{` of a block stands on the line"));
}

TEST(Messages, AQuoteThatEndsNothingIsACharacter) {
  EXPECT_EQ(message(scenario("log it's")).substr(0, 5), "F0101");
  const std::string many = scenario("log " + std::string(100'000, '\''));
  EXPECT_FALSE(Parsed(many).sink.all().empty());
}

TEST(Messages, ElseOnItsOwnLineStillHasABlock) { EXPECT_EQ(Parsed(scenario("if a { }\nelse { kill }")).said(), "F0108@24 F0101@36"); }

TEST(Limits, BlocksNestSixtyFourDeep) {
  auto nested = [](std::size_t depth) {
    std::string text = "scenario \"s\" {";
    for (std::size_t i = 1; i < depth; ++i) text += " step \"x\" {";
    return text + std::string(depth, '}');
  };
  EXPECT_EQ(Parsed(nested(64)).said(), "");
  EXPECT_EQ(Parsed(nested(65)).said().substr(0, 5), "F0104");
  EXPECT_EQ(Parsed(nested(65)).sink.all().size(), 1u);
  EXPECT_EQ(Parsed(nested(100000)).sink.all().size(), 1u);
}

}  // namespace
}  // namespace failc::parse
