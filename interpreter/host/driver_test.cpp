// Driver programs: asked, broken, gone.
#include "interpreter/host/driver.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <map>

#include "interpreter/host/driver_answer.hpp"
#include "interpreter/host/process.hpp"
#include "interpreter/value/value.hpp"

namespace failc::host {
namespace {

using namespace std::chrono_literals;

/// Answers each line with what the sed command makes of it; `\1` is the line's id.
std::vector<std::string> answering(const std::string& with) { return {"sed", "-u", "s/.*\"id\":\\([0-9]*\\).*/" + with + "/"}; }

class Drivers : public testing::Test {
 protected:
  /// Asks, and runs the loop until all were answered or two seconds have gone.
  void ask(std::uint64_t id, const std::vector<std::string>& argv, const std::string& message = R"({"op": "hello"})") {
    client_.start(id, argv, message, [this, id](DriverAnswer answer) { answers_.emplace(id, std::move(answer)); });
  }
  void run(std::size_t answers, std::chrono::milliseconds within = 2s) {
    const auto give_up = std::chrono::steady_clock::now() + within;
    while (answers_.size() < answers && std::chrono::steady_clock::now() < give_up) loop_.run_one_until(give_up);
    loop_.restart();
  }

  boost::asio::io_context loop_;
  DriverClient client_{loop_, {}};
  std::map<std::uint64_t, DriverAnswer> answers_;
};

TEST_F(Drivers, AnswersFindTheirQuestions) {
  const auto argv = answering(R"({"id":\1,"ok":{"n":\1}})");
  ask(7, argv);
  ask(8, argv);
  run(2);
  ASSERT_EQ(answers_.size(), 2u);
  EXPECT_EQ(answers_[7].ok, R"({"n":7})");
  EXPECT_EQ(answers_[8].ok, R"({"n":8})");
  EXPECT_EQ(answers_[8].sent, Sent::answered);
}

TEST_F(Drivers, EventsAreToldBeforeTheAnswerBehindThem) {
  std::vector<std::string> told;
  DriverClient client(loop_, {.environment = {}, .folder = {}, .error = -1, .event = [&](const DriverEvent& event) { told.push_back(event.name + " " + event.entity + " " + std::to_string(event.sequence) + " " + event.data); }});
  const std::string event = R"({"event":"e","entity":"c","seq":4,"data":{"n":1}})", broken = R"({"event":"e","entity":"c","data":{}})";
  client.start(1, answering(event + "\\n" + broken + "\\n" + R"({"id":\1,"ok":null})"), R"({"op": "hello"})", [&](DriverAnswer answer) {
    told.push_back("answer " + answer.ok);
    answers_.emplace(1, std::move(answer));
  });
  run(1);
  EXPECT_EQ(told, (std::vector<std::string>{R"(e c 4 {"n":1})", "answer null"}));
}

TEST_F(Drivers, AnErrorIsAnAnswer) {
  ask(1, answering(R"({"id":\1,"error":{"message":"no"}})"));
  run(1);
  EXPECT_EQ(answers_[1].sent, Sent::answered);
  EXPECT_EQ(answers_[1].failure, R"({"message":"no"})");
  EXPECT_FALSE(answers_[1].breach);
  EXPECT_EQ(answers_[1].ok, "");
}

TEST_F(Drivers, NeitherAndBothAreNoAnswers) {
  ask(1, answering(R"({"id":\1})"));
  ask(2, answering(R"({"id":\1,"ok":1,"error":{}})"));
  ask(3, answering(R"({"id":\1,"error":7})"));
  run(3);
  for (const std::uint64_t id : {1, 2, 3}) {
    EXPECT_EQ(answers_[id].sent, Sent::interrupted) << id;
    EXPECT_TRUE(answers_[id].breach) << id;
  }
}

TEST_F(Drivers, OneThatCannotBeStartedWasNotAsked) {
  ask(1, {"failc-no-such-driver"});
  ask(2, {});
  ask(3, {"cat"}, "[]");
  run(3);
  for (const std::uint64_t id : {1, 2, 3}) EXPECT_EQ(answers_[id].sent, Sent::not_sent) << id;
  EXPECT_NE(answers_[1].error.find("failc-no-such-driver"), std::string::npos);
}

TEST_F(Drivers, ALineThatIsNoObjectEndsIt) {
  ask(1, {"sh", "-c", "read line; echo hello; sleep 100"});
  run(1);
  ASSERT_EQ(answers_.count(1), 1u);
  EXPECT_EQ(answers_[1].sent, Sent::interrupted);
  EXPECT_TRUE(answers_[1].breach);
  EXPECT_NE(answers_[1].error.find("no JSON object"), std::string::npos);
}

TEST_F(Drivers, OneThatDiesIsStartedAgainForTheNextQuestion) {
  const std::vector<std::string> argv = {"sh", "-c", "read line; exit 3"};
  ask(1, argv);
  run(1);
  ASSERT_EQ(answers_.count(1), 1u);
  EXPECT_EQ(answers_[1].sent, Sent::interrupted);
  EXPECT_TRUE(answers_[1].breach);
  ask(2, argv);
  run(2);
  EXPECT_EQ(answers_.count(2), 1u);
}

TEST_F(Drivers, WhatIsCancelledIsNotAnswered) {
  ask(1, {"sh", "-c", "read line; sleep 0.2; echo '{\"id\":1,\"ok\":1}'; sleep 100"});
  EXPECT_EQ(client_.cancel(1), Sent::interrupted);
  EXPECT_EQ(client_.cancel(1), Sent::not_sent);
  run(1, 500ms);
  EXPECT_TRUE(answers_.empty());
}

TEST_F(Drivers, NoneOutlivesItsClient) {
  ask(1, {"sh", "-c", "trap '' TERM; echo \"{\\\"id\\\":1,\\\"ok\\\":$$}\"; while true; do sleep 1; done"});
  run(1);
  ASSERT_EQ(answers_.count(1), 1u);
  const pid_t pid = std::stoi(answers_[1].ok);
  ASSERT_TRUE(stat_of(pid));
  client_.finish(50ms);
  const auto left = stat_of(pid);
  EXPECT_TRUE(!left || !left->living());
}

TEST(DriverLines, AreReadOrRefused) {
  const auto answer = read_driver_line(R"({"id": 3, "ok": {"n": [1, "\u00e9]"]}})");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->id, 3u);
  EXPECT_EQ(answer->ok, R"({"n":[1,"é]"]})");
  EXPECT_EQ(answer->failure, "");
  for (const char* nobody : {"{}", R"({"id": -1})", R"({"id": 1.0})", R"({"id": "1"})", R"({"id": 99999999999999999999})"}) {
    const auto event = read_driver_line(nobody);
    EXPECT_TRUE(event && !event->id) << nobody;
  }
  for (const char* none : {"", "[]", "null", "{", "{}}", "\"{}\""}) EXPECT_FALSE(read_driver_line(none)) << none;
  // Whatever walks so many levels has no stack left.
  const auto nested = [](std::size_t levels) { return R"({"id": 1, "ok": )" + std::string(levels, '[') + std::string(levels, ']') + "}"; };
  EXPECT_TRUE(read_driver_line(nested(kDeepestJson - 1)));
  const auto deep = read_driver_line(nested(1'000'000));
  ASSERT_FALSE(deep);
  EXPECT_NE(deep.error().message.find("too deep"), std::string::npos);
}

}  // namespace
}  // namespace failc::host
