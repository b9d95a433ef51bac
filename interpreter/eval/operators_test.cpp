// Constants: operators, logic, loops, built-in functions.
#include <chrono>
#include <limits>

#include <gtest/gtest.h>

#include "interpreter/eval/test_facts.hpp"

namespace failc::eval {
namespace {

using namespace plan::sample;
using plan::Expr;
using plan::Op;

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max(), kMin = std::numeric_limits<std::int64_t>::min();

std::string is(const Expr& expr, std::vector<Value> frame = std::vector<Value>(8)) { return shown(plan::sample::plan(), expr, TestFacts(), std::move(frame)); }
Expr of(Value value) { return literal(std::move(value)); }
std::string op(Op op, Value a, Value b) { return is(make(op, args(of(std::move(a)), of(std::move(b))))); }
template <class... A>
std::string call(std::string name, A... values) {
  std::vector<Expr> arguments;
  (arguments.push_back(of(Value(std::move(values)))), ...);
  return is(make(Op::call, std::move(arguments), std::move(name)));
}
Value str(const char* text) { return std::string(text); }
Value num(std::int64_t value) { return value; }
const Value kUndefined = Undefined{"why"};

TEST(Arithmetic, OverflowIsUndefined) {
  EXPECT_EQ(op(Op::add, num(kMax), num(1)), "undefined (the result is out of range)");
  EXPECT_EQ(op(Op::subtract, num(kMin), num(1)), "undefined (the result is out of range)");
  EXPECT_EQ(op(Op::multiply, num(kMax), num(2)), "undefined (the result is out of range)");
  EXPECT_EQ(op(Op::divide, num(kMin), num(-1)), "undefined (the result is out of range)");
  EXPECT_EQ(is(make(Op::negate, args(of(num(kMin))))), "undefined (the result is out of range)");
  EXPECT_EQ(op(Op::add, Nanos::max(), Nanos(1)), "undefined (the duration is out of range)");
  EXPECT_EQ(op(Op::multiply, Nanos(1h), 1e300), "undefined (the duration is out of range)");
  EXPECT_EQ(op(Op::multiply, Bytes{kMax}, num(2)), "undefined (the size is out of range)");
}

TEST(Arithmetic, DivisionByZeroIsUndefined) {
  for (const auto& [a, b] : {std::pair<Value, Value>{num(1), num(0)}, {1.0, 0.0}, {Nanos(1s), num(0)}, {Nanos(1s), Nanos(0s)}, {Bytes{1}, Bytes{0}}, {Percent{1}, 0.0}})
    EXPECT_EQ(op(Op::divide, a, b), "undefined (division by zero)");
}

TEST(Arithmetic, ByKind) {
  EXPECT_EQ(op(Op::add, num(2), 0.5), "2.5");
  EXPECT_EQ(op(Op::divide, num(6), num(3)), "2");
  EXPECT_EQ(op(Op::divide, num(7), num(2)), "3.5");
  EXPECT_EQ(op(Op::divide, Nanos(10ms), Nanos(1ms)), "10.0");
  EXPECT_EQ(op(Op::multiply, Nanos(2s), num(3)), "6s");
  EXPECT_EQ(op(Op::multiply, num(3), Nanos(2s)), "6s");
  EXPECT_EQ(op(Op::multiply, Nanos(1s), 0.25), "250ms");
  EXPECT_EQ(op(Op::divide, Nanos(1s), num(4)), "250ms");
  EXPECT_EQ(op(Op::add, str("a"), str("b")), "\"ab\"");
  EXPECT_EQ(op(Op::add, Bytes{1024}, Bytes{1024}), "2KiB");
  EXPECT_EQ(op(Op::add, Nanos(5s), num(1)), "undefined (a duration and an int cannot be added)");
  EXPECT_EQ(op(Op::tolerance, Nanos(100ms), Nanos(20ms)), "80ms .. 120ms");
  EXPECT_EQ(op(Op::tolerance, Nanos(100ms), Percent{10}), "90ms .. 110ms");
  EXPECT_EQ(op(Op::tolerance, num(-100), Percent{10}), "-110.0 .. -90.0");
  EXPECT_EQ(op(Op::tolerance, num(5), num(-1)), "undefined (the range 6 .. 4 is empty)");
  EXPECT_EQ(op(Op::range, num(2), num(1)), "undefined (the range 2 .. 1 is empty)");
}

TEST(Comparison, UndefinedStaysSo) {
  for (const Op one : {Op::eq, Op::ne, Op::lt, Op::le, Op::gt, Op::ge, Op::in, Op::not_in, Op::matches}) {
    EXPECT_EQ(op(one, kUndefined, num(1)), "undefined (why)");
    EXPECT_EQ(op(one, num(1), kUndefined), "undefined (why)");
  }
  EXPECT_EQ(op(Op::ne, str("1"), num(1)), "undefined (a string and an int cannot be compared)");
  EXPECT_EQ(op(Op::lt, str("1"), num(1)), "undefined (a string and an int cannot be compared)");
  EXPECT_EQ(op(Op::ne, str("x"), Null{}), "true");
}

TEST(Comparison, Membership) {
  EXPECT_EQ(op(Op::in, num(2), List{num(1), num(2)}), "true");
  EXPECT_EQ(op(Op::not_in, num(3), List{num(1), num(2)}), "true");
  EXPECT_EQ(op(Op::in, str("x"), List{num(1)}), "undefined (a string and a list cannot be compared)");
  EXPECT_EQ(op(Op::in, str("x"), List{num(1), str("x")}), "true");
  EXPECT_EQ(op(Op::in, Nanos(1s), Range{{Nanos(1s), Nanos(2s)}}), "true");
  EXPECT_EQ(op(Op::in, str("b"), str("abc")), "true");
  EXPECT_EQ(op(Op::in, NodeRef{1}, List{NodeRef{0}, NodeRef{1}}), "true");
  EXPECT_EQ(op(Op::in, num(1), List{}), "false");
  EXPECT_EQ(op(Op::eq, NodeRef{1}, List{NodeRef{1}}), "true");
}

TEST(Comparison, RegularExpressions) {
  EXPECT_EQ(op(Op::matches, str("it became leader"), *compile_regex("became (leader)")), "true");
  EXPECT_EQ(op(Op::matches, num(1), *compile_regex("1")), "undefined (an int cannot match a regular expression)");
}

TEST(Logic, Kleene) {
  const Value t = true, f = false;
  const std::string u = "undefined (why)";
  EXPECT_EQ(op(Op::logical_and, f, kUndefined), "false");
  EXPECT_EQ(op(Op::logical_and, kUndefined, f), "false");
  EXPECT_EQ(op(Op::logical_and, t, kUndefined), u);
  EXPECT_EQ(op(Op::logical_and, kUndefined, t), u);
  EXPECT_EQ(op(Op::logical_or, t, kUndefined), "true");
  EXPECT_EQ(op(Op::logical_or, kUndefined, t), "true");
  EXPECT_EQ(op(Op::logical_or, f, kUndefined), u);
  EXPECT_EQ(op(Op::logical_or, kUndefined, f), u);
  EXPECT_EQ(op(Op::logical_and, t, t), "true");
  EXPECT_EQ(op(Op::logical_or, f, f), "false");
  EXPECT_EQ(is(make(Op::logical_not, args(of(kUndefined)))), u);
  EXPECT_EQ(is(make(Op::logical_not, args(of(t)))), "false");
  EXPECT_EQ(op(Op::logical_and, str("yes"), t), "undefined (a string is no condition)");
}

TEST(Loops, OverNothing) {
  EXPECT_EQ(is(make(Op::every, args(of(List{}), of(true)))), "false");
  EXPECT_EQ(is(make(Op::any, args(of(List{}), of(true)))), "false");
  EXPECT_EQ(is(make(Op::list_for, args(of(List{}), of(true)))), "[]");
}

TEST(Loops, BindTheirVariable) {
  const Expr large = make(Op::gt, args(local(2), number(1)));
  EXPECT_EQ(is(make(Op::every, args(of(List{num(2), num(3)}), large), {}, 2)), "true");
  EXPECT_EQ(is(make(Op::every, args(of(List{num(2), num(1)}), large), {}, 2)), "false");
  EXPECT_EQ(is(make(Op::any, args(of(List{num(1), num(2)}), large), {}, 2)), "true");
  EXPECT_EQ(is(make(Op::every, args(of(List{str("x"), num(1)}), large), {}, 2)), "false");
  EXPECT_EQ(is(make(Op::every, args(of(List{str("x"), num(2)}), large), {}, 2)), "undefined (a string and an int cannot be compared)");
  EXPECT_EQ(is(make(Op::list_for, args(of(List{num(1), num(2), num(3)}), make(Op::multiply, args(local(2), number(2))), large), {}, 2)), "[4, 6]");
  EXPECT_EQ(is(make(Op::every, args(of(List{num(1)}), large), {}, 99)), "undefined (the plan names a slot outside its frame)");
}

TEST(Access, PastTheEnd) {
  EXPECT_EQ(op(Op::index, List{num(7)}, num(0)), "7");
  EXPECT_EQ(op(Op::index, List{num(7)}, num(1)), "undefined (index 1 is outside the list of 1)");
  EXPECT_EQ(op(Op::index, List{num(7)}, num(-1)), "undefined (index -1 is outside the list of 1)");
  EXPECT_EQ(is(make(Op::member, args(of(Document{{{"a", num(1)}}})), "b")), "undefined (the document has no key `b`)");
  EXPECT_EQ(is(make(Op::member, args(of(Null{})), "code")), "undefined (null has no `code`)");
}

TEST(Depth, IsLimited) {
  Expr deep = of(true);
  for (int i = 0; i < 2'000; ++i) deep = make(Op::logical_not, args(std::move(deep)));
  EXPECT_EQ(is(deep), "undefined (the expression is nested too deep, or asks for itself)");
}

TEST(Functions, EveryOneIsListedAndCalled) {
  // Those that need a node or a file have operators, or are literals by then.
  for (const Builtin& builtin : builtins()) {
    if (builtin.name == "text_file" || builtin.name == "find_program" || builtin.name == "log_lines" || builtin.name == "node_file") continue;
    const std::vector<Expr> wrong(builtin.parameters.size(), of(Null{}));
    EXPECT_EQ(is(make(Op::call, wrong, std::string(builtin.name))).find("no function"), std::string::npos) << builtin.name;
    EXPECT_NE(is(make(Op::call, {}, std::string(builtin.name))).find("wrong number"), std::string::npos) << builtin.name;
  }
  EXPECT_EQ(call("nothing", num(1)), "undefined (no function is called `nothing`)");
}

TEST(Functions, Text) {
  EXPECT_EQ(call("len", str("aä€")), "3");
  EXPECT_EQ(call("bytes", str("aä€")), "6");
  EXPECT_EQ(call("string", 10.0), "\"10\"");
  EXPECT_EQ(call("string", Nanos(90s)), "\"1m30s\"");
  EXPECT_EQ(call("string", NodeRef{1}), "\"kv.store[1]\"");
  EXPECT_EQ(call("string", kUndefined), "undefined (why)");
  EXPECT_EQ(call("number", str(" 42\n")), "42");
  EXPECT_EQ(call("number", str("0.5")), "0.5");
  EXPECT_EQ(call("number", str("12x")), "undefined (\"12x\" is no number)");
  EXPECT_EQ(call("number", str("nan")), "undefined (\"nan\" is no number)");
  EXPECT_EQ(call("number", str("")), "undefined (\"\" is no number)");
  EXPECT_EQ(call("join", List{num(1), str("b")}, str(",")), "\"1,b\"");
  EXPECT_EQ(call("split", str("a,,b"), str(",")), R"(["a", "", "b"])");
  EXPECT_EQ(call("split", str("a"), str("")), "undefined (`split` by an empty string)");
  EXPECT_EQ(call("lines", str("a\r\nb\n\nc")), R"(["a", "b", "", "c"])");
  EXPECT_EQ(call("lines", str("")), "[]");
  EXPECT_EQ(call("json", str(R"({"a":[1,2.5,null]})")), "{ a: [1, 2.5, null] }");
  EXPECT_EQ(call("json", str("{")), "undefined (not JSON: \"{\")");
  EXPECT_EQ(call("extract", str("kvd 1.2.3"), *compile_regex(R"(kvd (\S+))")), "\"1.2.3\"");
  EXPECT_EQ(call("extract", str("kvd 1.2.3"), *compile_regex("kvd")), "\"kvd\"");
  EXPECT_EQ(call("extract", str("x"), *compile_regex("kvd")), "undefined (nothing matches r\"kvd\")");
  EXPECT_EQ(call("extract", str("a"), *compile_regex("a|(b)")), "undefined (the group of r\"a|(b)\" matched nothing)");
}

TEST(Functions, Base64) {
  for (const char* text : {"", "f", "fo", "foo", "foob", "fooba", "foobar"}) {
    Expr encoded = make(Op::call, args(of(str(text))), "base64");
    EXPECT_EQ(is(make(Op::call, args(std::move(encoded)), "unbase64")), show(str(text)));
  }
  EXPECT_EQ(call("base64", str("fooba")), "\"Zm9vYmE=\"");
  EXPECT_EQ(call("unbase64", str("Zm9vYmE")), "\"fooba\"");
  EXPECT_EQ(call("unbase64", str("a!")), "undefined (\"a!\" is not base64)");
  EXPECT_EQ(call("unbase64", str("Zm9vY")), "undefined (\"Zm9vY\" is not base64)");
}

TEST(Functions, Lists) {
  const Value numbers = List{num(3), num(1), 2.5};
  EXPECT_EQ(call("count", numbers), "3");
  EXPECT_EQ(call("count", NodeRef{0}), "1");
  EXPECT_EQ(call("min", numbers), "1");
  EXPECT_EQ(call("max", numbers), "3");
  EXPECT_EQ(call("max", List{}), "undefined (`max` of nothing)");
  EXPECT_EQ(call("sum", numbers), "6.5");
  EXPECT_EQ(call("sum", List{}), "0");
  EXPECT_EQ(call("sum", List{Nanos(1s), Nanos(500ms)}), "1.5s");
  EXPECT_EQ(call("sum", List{num(kMax), num(1)}), "undefined (the result is out of range)");
  EXPECT_EQ(call("sort", numbers), "[1, 2.5, 3]");
  EXPECT_EQ(call("sort", List{num(1), str("a")}), "undefined (an int and a string cannot be sorted)");
  EXPECT_EQ(call("sort", List{*parse_version("4.10"), str("4.9")}), "[4.9, 4.10]");
  EXPECT_EQ(call("distinct", List{num(1), 1.0, str("1"), num(1)}), R"([1, "1"])");
  EXPECT_EQ(call("keys_of", Document{{{"b", num(1)}, {"a", num(2)}}}), R"(["b", "a"])");
  EXPECT_EQ(call("has", Document{{{"b", num(1)}}}, str("b")), "true");
  EXPECT_EQ(call("has", Document{{{"b", num(1)}}}, str("c")), "false");
  EXPECT_EQ(call("get_or", Document{{{"b", num(1)}}}, str("b"), num(9)), "1");
  EXPECT_EQ(call("get_or", Document{}, str("b"), num(9)), "9");
  EXPECT_EQ(call("merge", Document{{{"a", num(1)}, {"b", num(2)}}}, Document{{{"b", num(3)}, {"c", num(4)}}}), "{ a: 1, b: 3, c: 4 }");
  EXPECT_EQ(call("merge", Document{}, num(1)), "undefined (`merge` takes two documents, not an int)");
  EXPECT_EQ(call("type_of", Document{}), "\"doc\"");
  EXPECT_EQ(call("type_of", List{}), "\"list\"");
  EXPECT_EQ(call("type_of", num(1)), "\"int\"");
}

TEST(Functions, SortAmongVersions) {
  EXPECT_EQ(call("sort", List{str("1.10"), Version{{4, 2, 1}}, str("1.9")}), "[1.9, 1.10, 4.2.1]");
  EXPECT_EQ(call("sort", List{str("1.0"), str("abc"), Version{{4, 2, 1}}}), "undefined (\"abc\" is no version, and cannot be sorted among versions)");
}

TEST(Functions, Missing) {
  EXPECT_EQ(call("missing", List{num(1), num(2)}, List{num(2), num(3)}), "[1]");
  EXPECT_EQ(call("missing", List{num(1)}, List{}), "[1]");
  EXPECT_EQ(call("missing", List{num(1)}, List{1.0}), "[]");
  EXPECT_EQ(call("missing", List{str("1")}, List{num(1)}), "[\"1\"]");
  EXPECT_EQ(call("missing", List{}, List{num(1)}), "undefined (nothing in the first list: nothing was proven)");
  EXPECT_EQ(call("missing", List{num(1)}, kUndefined), "undefined (why)");
}

TEST(Functions, MissingOfAHundredThousand) {
  List written, read;
  for (int i = 0; i < 100'000; ++i) {
    written.emplace_back("w/" + std::to_string(i));
    if (i != 77'777) read.emplace_back("w/" + std::to_string(99'999 - i == 77'777 ? 0 : 99'999 - i));
  }
  read.emplace_back("w/" + std::to_string(99'999 - 77'777));
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(call("missing", written, read), "[\"w/77777\"]");
  // Quadratic would be minutes.
  EXPECT_LT(std::chrono::steady_clock::now() - began, 10s);
}

}  // namespace
}  // namespace failc::eval
