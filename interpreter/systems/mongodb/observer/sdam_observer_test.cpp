#include "interpreter/systems/mongodb/observer/sdam_observer.hpp"

#include <gtest/gtest.h>

#include "interpreter/systems/mongodb/bson/json.hpp"
#include "interpreter/systems/mongodb/wire/message.hpp"

namespace failc::sdam {
namespace {

using backend::Observer;
using namespace std::chrono_literals;

std::unique_ptr<Observer> observer() {
  auto made = make_observer(Document{{{"host", "h:1"}, {"appName", "failc"}}});
  EXPECT_TRUE(made) << made.error().message;
  return std::move(*made);
}

std::string bytes_of(const std::string& json) { return std::string(bson::from_json(json)->bytes()); }

/// The steps as one line; what is sent as its command.
std::string shown(const Observer::Steps& steps) {
  struct Shower {
    std::string operator()(const Observer::Connect& step) const { return "connect " + step.address; }
    std::string operator()(const Observer::Send& step) const {
      const auto message = wire::parse(step.bytes);
      if (!message) return "send nonsense";
      if (const auto* query = std::get_if<wire::Query>(&message->content)) return "query " + bson::relaxed_json(bson::View(query->query));
      const auto& msg = std::get<wire::Msg>(message->content);
      return std::string(msg.exhaust_allowed() ? "stream " : "msg ") + bson::relaxed_json(bson::View(msg.body));
    }
    std::string operator()(const Observer::Close&) const { return "close"; }
    std::string operator()(const Observer::WakeAt& step) const { return "wake " + show(Value(step.at)); }
    std::string operator()(const Observer::Seen& step) const {
      const auto* document = step.value.as<Document>();
      return "seen " + (document ? *document->find("type")->as<std::string>() : show(step.value));
    }
  };
  std::string text;
  for (const auto& step : steps) text += (text.empty() ? "" : "; ") + std::visit(Shower{}, step);
  return text;
}

constexpr const char* kPrimary =
    R"({"helloOk": true, "isWritablePrimary": true, "ismaster": true, "setName": "rs", "setVersion": 1, "me": "h:1", "primary": "h:1", "hosts": ["h:1", "h:2"],
        "electionId": {"$oid": "7fffffff0000000000000003"}, "minWireVersion": 0, "maxWireVersion": 25,
        "topologyVersion": {"processId": {"$oid": "aaaaaaaaaaaaaaaaaaaaaaaa"}, "counter": {"$numberLong": "6"}}, "ok": 1})";
constexpr const char* kSecondary =
    R"({"helloOk": true, "isWritablePrimary": false, "secondary": true, "setName": "rs", "setVersion": 1, "me": "h:1", "hosts": ["h:1", "h:2"],
        "minWireVersion": 0, "maxWireVersion": 25,
        "topologyVersion": {"processId": {"$oid": "aaaaaaaaaaaaaaaaaaaaaaaa"}, "counter": {"$numberLong": "7"}}, "ok": 1})";

std::string reply(const char* json) { return wire::write_reply(9, 1, 0, bytes_of(json)); }
std::string streamed(const char* json) { return wire::write_msg(9, 1, wire::kMoreToCome, bytes_of(json)); }

TEST(SdamObserver, FollowsAServerThatStreams) {
  const auto sdam = observer();
  EXPECT_EQ(shown(sdam->start(0ms)), "connect h:1; wake 1s");
  EXPECT_EQ(shown(sdam->connected(1ms)), R"(query { "isMaster" : 1, "helloOk" : true, "client" : { "application" : { "name" : "failc" } } }; wake 1.001s)");
  const Observer::Steps steps = sdam->received(reply(kPrimary), 2ms);
  EXPECT_EQ(shown(steps),
            R"(seen RSPrimary; stream { "hello" : 1, "helloOk" : true, "topologyVersion" : { "processId" : { "$oid" : "aaaaaaaaaaaaaaaaaaaaaaaa" }, "counter" : 6 }, )"
            R"("maxAwaitTimeMS" : 500, "$db" : "admin" }; wake 1.502s)");
  const auto& seen = std::get<Observer::Seen>(steps.front()).value;
  EXPECT_EQ(show(*seen.as<Document>()->find("electionId")), "\"7fffffff0000000000000003\"");
  // The same again is no news; another is, in whatever pieces it comes.
  EXPECT_EQ(shown(sdam->received(streamed(kPrimary), 500ms)), "wake 2s");
  const std::string news = streamed(kSecondary);
  EXPECT_EQ(shown(sdam->received(news.substr(0, 30), 600ms)), "");
  EXPECT_EQ(shown(sdam->received(news.substr(30), 601ms)), "seen RSSecondary; wake 2.101s");
}

TEST(SdamObserver, AsksAgainSoonWhereNobodyListens) {
  const auto sdam = observer();
  sdam->start(0ms);
  EXPECT_EQ(shown(sdam->lost("refused", 1ms)), "close; seen undefined (refused); wake 21ms");
  EXPECT_EQ(shown(sdam->wake(21ms)), "connect h:1; wake 1.021s");
  EXPECT_EQ(shown(sdam->lost("refused", 22ms)), "close; wake 42ms") << "said once";
}

TEST(SdamObserver, SaysAtOnceThatTheConnectionIsLost) {
  const auto sdam = observer();
  sdam->start(0ms);
  sdam->connected(1ms);
  sdam->received(reply(kPrimary), 2ms);
  // It may just have closed its connections: one more try, at once.
  EXPECT_EQ(shown(sdam->lost("the connection was closed", 3ms)), "close; seen undefined (the connection was closed); connect h:1; wake 1.003s");
}

TEST(SdamObserver, AServerThatFallsSilentIsUnknown) {
  const auto sdam = observer();
  sdam->start(0ms);
  sdam->connected(1ms);
  sdam->received(reply(kPrimary), 2ms);
  EXPECT_EQ(shown(sdam->wake(1000ms)), "wake 1.502s") << "too early";
  EXPECT_EQ(shown(sdam->wake(1502ms)), "close; seen undefined (reading the reply to hello timed out); connect h:1; wake 2.502s");
}

TEST(SdamObserver, NonsenseEndsTheConnection) {
  for (const std::string& bytes : {std::string(64, '\xff'), wire::write_msg(9, 1, 0, bytes_of(R"({"ok": 0, "errmsg": "no"})")),
                                   wire::write_msg(9, 1, 0, bytes_of(R"({"ok": 1, "hosts": 5})")), wire::write_query(1, {.collection = "a.b", .query = bytes_of("{}"), .fields = {}})}) {
    const auto sdam = observer();
    sdam->start(0ms);
    sdam->connected(1ms);
    const std::string steps = shown(sdam->received(bytes, 2ms));
    EXPECT_TRUE(steps.starts_with("close; seen undefined (")) << steps;
    EXPECT_EQ(shown(sdam->received(reply(kPrimary), 3ms)), "") << "nothing of it counts any more";
  }
}

TEST(SdamObserver, OptionsAreChecked) {
  const auto error = [](Document options) {
    const auto made = make_observer(options);
    return made ? std::string("none") : made.error().message;
  };
  EXPECT_EQ(error({}), "observer `sdam` needs the option `host`");
  EXPECT_EQ(error({{{"host", std::int64_t{1}}}}), "`host` cannot be 1: it is a text");
  EXPECT_EQ(error({{{"host", "h:1"}, {"heartbeatFrequencyMS", std::int64_t{0}}}}), "`heartbeatFrequencyMS` is a number of milliseconds from 1 to 3600000, and not 0");
  EXPECT_EQ(error({{{"host", "h:1"}, {"serverMonitoringMode", "push"}}}), "`serverMonitoringMode` cannot be \"push\": it is \"auto\", \"stream\" or \"poll\"");
  EXPECT_NE(error({{{"host", "h:1"}, {"heartbeat", std::int64_t{1}}}}).find("has no option `heartbeat`"), std::string::npos);
}

}  // namespace
}  // namespace failc::sdam
