// Operations as requests, replies as outcomes.
#include <gtest/gtest.h>

#include "interpreter/eval/test_facts.hpp"

namespace failc::eval {
namespace {

using namespace plan::sample;
using plan::Expr;
using plan::Op;

class Requests : public testing::Test {
 protected:
  plan::Plan plan_ = plan::sample::plan();
  TestFacts facts_;
  const std::vector<Value> put_{std::string("k"), Nanos(5s), NodeRef{1}};

  plan::Operation& put() { return plan_.operations[2]; }
  void become_exec(Expr argv) {
    put().request = {};
    put().request.kind = plan::RequestKind::exec;
    put().request.a = optional(std::move(argv));
  }
  std::string problem(const std::vector<Value>& arguments) {
    const auto request = make_request(plan_, 2, arguments, facts_);
    return request ? "no problem" : request.error().message;
  }
  static backend::Reply http(std::int64_t status, std::string body) {
    backend::Reply out;
    out.data = Document{{{"status", status}, {"text", std::move(body)}, {"headers", Document{}}}};
    return out;
  }
  static backend::Reply exec(std::int64_t code, std::string out, std::string complaint) {
    backend::Reply reply;
    reply.data = Document{{{"code", code}, {"stdout", std::move(out)}, {"stderr", std::move(complaint)}}};
    return reply;
  }
  static backend::Reply undelivered(backend::Delivery delivery, std::string error) {
    backend::Reply out;
    out.delivery = delivery;
    out.error = std::move(error);
    return out;
  }
  Outcome read(const backend::Reply& reply) { return read_reply(plan_, 2, put_, reply, facts_); }
  static std::string of(const Value& error, const char* key) {
    const auto* document = error.as<Document>();
    return document && document->find(key) ? show(*document->find(key)) : "absent";
  }
  static Expr reply(const char* name) { return make(Op::member, args(local(3)), name); }
};

TEST_F(Requests, HttpBodies) {
  auto request = make_request(plan_, 2, put_, facts_);
  ASSERT_TRUE(request) << request.error().message;
  const auto& http = std::get<backend::Http>(*request);
  EXPECT_EQ(http.node, 1u);
  EXPECT_EQ(http.method, "PUT");
  EXPECT_EQ(http.url, "http://10.0.0.1/put");
  EXPECT_EQ(http.body, R"({"key":"k","value":"5s"})");
  EXPECT_TRUE(http.json_body);
  put().request.b = optional(local(0));
  request = make_request(plan_, 2, put_, facts_);
  EXPECT_EQ(std::get<backend::Http>(*request).body, "k");
  EXPECT_FALSE(std::get<backend::Http>(*request).json_body);
  put().request.b.reset();
  EXPECT_FALSE(std::get<backend::Http>(*make_request(plan_, 2, put_, facts_)).body);
}

TEST_F(Requests, ArgumentsThatWillNotDo) {
  EXPECT_EQ(problem({std::string("k"), Undefined{"nobody knows"}, NodeRef{1}}), "the argument `value` of `put` is undefined: nobody knows");
  EXPECT_EQ(problem({std::string("k"), true, std::string("x")}), "the argument `node` of `put`: nodes are wanted, and this is a string");
  EXPECT_EQ(problem({std::string("k"), true, List{NodeRef{0}, NodeRef{1}}}), "the argument `node` of `put`: one node is wanted, and the set has 2");
  EXPECT_EQ(problem({std::string("k"), true, List{NodeRef{0}}}), "no problem");
  EXPECT_EQ(problem({std::string("k")}), "`put` takes 3 arguments and was given 1");
  EXPECT_EQ(problem({std::string("k"), std::string("\xff"), NodeRef{1}}), "`put`: the body cannot be sent as JSON: a text in it is not UTF-8, which JSON cannot hold");
  put().request.a = optional(local(1));
  EXPECT_EQ(problem(put_), "`put`: the URL is a duration, and a string is wanted");
}

TEST_F(Requests, Programs) {
  become_exec(make(Op::list, args(text("kvctl"), local(0), number(3))));
  put().request.b = optional(literal(Document{{{"PORT", std::int64_t{7}}}}));
  const auto request = make_request(plan_, 2, put_, facts_);
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(std::get<backend::Exec>(*request).argv, (std::vector<std::string>{"kvctl", "k", "3"}));
  EXPECT_EQ(std::get<backend::Exec>(*request).environment, (std::vector<std::pair<std::string, std::string>>{{"PORT", "7"}}));
  become_exec(make(Op::list, args(text("kvctl"), local(1))));
  EXPECT_EQ(problem(put_), "`put`: argument 1 of the program is a duration, and a string is wanted");
  become_exec(make(Op::list));
  EXPECT_EQ(problem(put_), "`put`: the argument list names no program");
  become_exec(literal(List{std::string("a\0b", 3)}));
  EXPECT_NE(problem(put_).find("zero byte"), std::string::npos);
  EXPECT_FALSE(exec_environment(Document{{{"A=B", std::string("x")}}}));
}

TEST_F(Requests, Tcp) {
  put().request = {};
  put().request.kind = plan::RequestKind::tcp;
  put().request.a = optional(text("127.0.0.1:1"));
  put().request.b = optional(text("PING\r\n"));
  put().request.c = optional(literal(*compile_regex("PONG")));
  const auto request = make_request(plan_, 2, put_, facts_);
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(std::get<backend::Tcp>(*request).send, "PING\r\n");
  ASSERT_TRUE(std::get<backend::Tcp>(*request).until);
  backend::Reply answer;
  answer.data.entries.emplace_back("text", std::string("+PONG"));
  EXPECT_EQ(read(answer).kind, OutcomeKind::ok);
  answer.data.entries[0].second = std::string("-ERR");
  EXPECT_EQ(read(answer).kind, OutcomeKind::failed);
  EXPECT_EQ(of(read(answer).error, "kind"), "\"reply\"");
  put().request.c.reset();
  EXPECT_EQ(read(answer).kind, OutcomeKind::ok);
  answer.data.entries[0].second = std::string();
  EXPECT_EQ(read(answer).kind, OutcomeKind::failed);
}

TEST_F(Requests, WhatWasNotSentHadNoEffect) {
  const Outcome out = read(undelivered(backend::Delivery::not_sent, "connection refused"));
  EXPECT_EQ(out.kind, OutcomeKind::failed);
  EXPECT_EQ(of(out.error, "kind"), "\"unreachable\"");
  EXPECT_EQ(of(out.error, "message"), "\"kv.store[1] did not answer: connection refused\"");
}

TEST_F(Requests, WhatWasInterruptedMayHaveHadOne) {
  backend::Reply late = undelivered(backend::Delivery::interrupted, "");
  late.sent = Instant(1s);
  late.received = Instant(3s);
  Outcome out = read(late);
  EXPECT_EQ(out.kind, OutcomeKind::unknown);
  EXPECT_EQ(of(out.error, "kind"), "\"timeout\"");
  EXPECT_EQ(of(out.error, "message"), "\"kv.store[1] did not answer within 2s\"");
  out = read(undelivered(backend::Delivery::interrupted, "connection reset by peer"));
  EXPECT_EQ(out.kind, OutcomeKind::unknown);
  EXPECT_EQ(of(out.error, "kind"), "\"reset\"");
}

TEST_F(Requests, OkByDefault) {
  EXPECT_EQ(read(http(200, "")).kind, OutcomeKind::ok);
  EXPECT_EQ(read(http(299, "")).kind, OutcomeKind::ok);
  EXPECT_TRUE(read(http(204, "")).error.is<Null>());
  const Outcome refused = read(http(503, "no leader\n"));
  EXPECT_EQ(refused.kind, OutcomeKind::failed);
  EXPECT_EQ(of(refused.error, "kind"), "\"refused\"");
  EXPECT_EQ(of(refused.error, "code"), "503");
  EXPECT_EQ(of(refused.error, "message"), "\"no leader\"");
  EXPECT_EQ(of(read(http(503, std::string(1000, 'x'))).error, "message").size(), 202u);
  EXPECT_EQ(of(read(backend::Reply{}).error, "message"), "\"the reply has no status\"");
  become_exec(literal(List{std::string("x")}));
  EXPECT_EQ(read(exec(0, "", "")).kind, OutcomeKind::ok);
  EXPECT_EQ(of(read(exec(7, "out", "denied\n")).error, "message"), "\"denied\"");
  EXPECT_EQ(of(read(exec(7, "", "")).error, "message"), "\"exit code 7\"");
}

TEST_F(Requests, ResultsByDefault) {
  EXPECT_EQ(show(read(http(200, R"({"a":1})")).result), "{ a: 1 }");
  EXPECT_EQ(show(read(http(200, "plain")).result), "\"plain\"");
  EXPECT_EQ(show(read(http(200, "")).result), "\"\"");
  become_exec(literal(List{std::string("x")}));
  EXPECT_EQ(show(read(exec(0, "[1]\n", "")).result), "[1]");
}

TEST_F(Requests, AsTheOperationSays) {
  put().ok = optional(eq(reply("status"), number(204)));
  put().unknown = optional(eq(reply("status"), number(504)));
  put().result = optional(make(Op::member, args(reply("json")), "value"));
  EXPECT_EQ(read(http(504, "")).kind, OutcomeKind::unknown);
  EXPECT_EQ(read(http(200, "")).kind, OutcomeKind::failed);
  const Outcome good = read(http(204, R"({"value": 7})"));
  EXPECT_EQ(good.kind, OutcomeKind::ok);
  EXPECT_EQ(show(good.result), "7");
  const Outcome bad = read(http(204, "not json"));
  EXPECT_EQ(bad.kind, OutcomeKind::failed);
  EXPECT_EQ(of(bad.error, "kind"), "\"reply\"");
  EXPECT_EQ(of(bad.error, "message"), "\"the reply is not JSON\"");
  const Outcome other = read(http(204, "{}"));
  EXPECT_EQ(of(other.error, "message"), "\"the document has no key `value`\"");
}

TEST_F(Requests, AnswersToQueries) {
  const Ask ask{Ask::Kind::query, 0, 2, {NodeRef{2}}};
  EXPECT_EQ(show(read_answer(plan_, ask, http(200, R"({"role":"leader"})"), facts_).value), R"({ role: "leader" })");
  EXPECT_EQ(show(read_answer(plan_, ask, undelivered(backend::Delivery::not_sent, "connection refused"), facts_).value),
            "undefined (kv.store[2] did not answer: connection refused)");
  EXPECT_EQ(show(read_answer(plan_, ask, http(500, "boom"), facts_).value), "undefined (`info` on kv.store[2]: boom)");
}

}  // namespace
}  // namespace failc::eval
