#include "interpreter/systems/mongodb/black_box/played_server.hpp"

#include <gtest/gtest.h>

#include "interpreter/systems/mongodb/bson/json.hpp"
#include "interpreter/systems/mongodb/wire/message.hpp"

namespace failc::black_box {
namespace {

bson::Document doc(const char* json) { return *bson::from_json(json); }

const char* const kPrimary = R"({"ok": 1, "isWritablePrimary": true})";
const char* const kHello = R"({"hello": 1, "$db": "admin"})";
const char* const kLegacyHello = R"({"isMaster": 1})";
const char* const kAwaited = R"({"hello": 1, "topologyVersion": {"counter": 1}, "maxAwaitTimeMS": 500, "$db": "admin"})";
const char* const kInsert = R"({"insert": "played", "$db": "failc"})";

class Played : public ::testing::Test {
 protected:
  void ask(ConnectionId id, const char* command, std::uint32_t flags = 0) { server_.received(id, wire::write_msg(++last_, 0, flags, doc(command).bytes())); }
  void ask_old(ConnectionId id, const char* command) {
    const bson::Document query = doc(command);
    server_.received(id, wire::write_query(++last_, {0, "admin.$cmd", 0, -1, query.bytes(), {}}));
  }
  /// "1: {…}" for what is sent to connection 1, "1 closed".
  std::vector<std::string> done() {
    std::vector<std::string> out;
    for (const PlayedServer::Effect& effect : server_.take()) {
      const std::string id = std::to_string(effect.connection);
      if (!effect.bytes.empty()) {
        const Result<wire::Message> message = wire::parse(effect.bytes);
        EXPECT_TRUE(message);
        const auto* msg = std::get_if<wire::Msg>(&message->content);
        const auto* reply = std::get_if<wire::Reply>(&message->content);
        out.push_back(id + (msg ? ": " : " by OP_REPLY: ") + bson::show(bson::View(msg ? msg->body : reply->documents.at(0))) + (msg && msg->more_to_come() ? " and more" : ""));
      }
      if (effect.close) out.push_back(id + " closed");
    }
    return out;
  }
  using Done = std::vector<std::string>;
  /// A monitor that has been answered once.
  void discovered(const char* hello = kHello) {
    server_.opened(1);
    ask(1, kHello);
    server_.say_hello(doc(kPrimary));
    ask(1, hello, wire::kExhaustAllowed);
    (void)done();
  }

  PlayedServer server_;
  std::int32_t last_ = 0;
};

TEST_F(Played, SaysNothingBeforeItIsTold) {
  server_.opened(1);
  EXPECT_FALSE(server_.awaits_hello());
  ask(1, kHello);
  EXPECT_TRUE(server_.awaits_hello());
  EXPECT_EQ(done(), Done{});
  server_.say_hello(doc(kPrimary));
  EXPECT_EQ(done(), Done{"1: { ok: 1, isWritablePrimary: true }"});
  EXPECT_FALSE(server_.awaits_hello()) << "each answer is for one check";
  ask(1, kHello);
  EXPECT_TRUE(server_.awaits_hello());
  EXPECT_EQ(done(), Done{}) << "the latest answer is not given twice by itself";
}

TEST_F(Played, AnswersTheOldHelloByItsNames) {
  server_.opened(1);
  ask_old(1, kLegacyHello);
  server_.say_hello(doc(kPrimary));
  EXPECT_EQ(done(), Done{"1 by OP_REPLY: { ok: 1, ismaster: true }"});
}

TEST_F(Played, StreamsToWhoTakesMore) {
  discovered(kAwaited);
  EXPECT_TRUE(server_.awaits_hello());
  server_.say_hello(doc(R"({"ok": 1})"));
  EXPECT_EQ(done(), Done{"1: { ok: 1 } and more"});
  EXPECT_TRUE(server_.awaits_hello()) << "the next one needs no question";
  server_.say_hello(doc(R"({"ok": 0})"));
  EXPECT_EQ(done(), Done{"1: { ok: 0 } and more"});
}

TEST_F(Played, HangsUpOnTheMonitorAlone) {
  discovered(kAwaited);
  server_.opened(2);
  ask(2, kHello);
  EXPECT_EQ(done(), Done{"2: { ok: 1, isWritablePrimary: true }"}) << "a round trip is measured beside a hello that takes its time";
  server_.hang_up();
  EXPECT_EQ(done(), Done{"1 closed"});
  EXPECT_FALSE(server_.awaits_hello());
  server_.opened(3);
  ask(3, kHello);
  EXPECT_TRUE(server_.awaits_hello()) << "it comes back";
}

TEST_F(Played, AMonitorThatPollsAndConnectsAnewIsTheMonitor) {
  discovered();
  server_.opened(2);
  ask(2, kHello);
  server_.say_hello(doc(R"({"ok": 1, "secondary": true})"));
  EXPECT_EQ(done(), Done{"2: { ok: 1, secondary: true }"});
}

TEST_F(Played, HoldsAnOperationUntilItsErrorIsThere) {
  discovered();
  const std::uint64_t held = server_.hold_next(Stage::command);
  server_.opened(2);
  ask(2, kHello);
  EXPECT_EQ(done(), Done{"2: { ok: 1, isWritablePrimary: true }"});
  EXPECT_FALSE(server_.holds(held));
  ask(2, kInsert);
  EXPECT_TRUE(server_.holds(held));
  EXPECT_EQ(done(), Done{});
  server_.answer(held, doc(R"({"ok": 0, "code": 10107})"));
  EXPECT_EQ(done(), Done{"2: { ok: 0, code: 10107 }"});
  ask(2, kInsert);
  EXPECT_EQ(done(), Done{"2: { ok: 1 }"}) << "whatever nothing is to become of is well";
}

TEST_F(Played, BreaksAHandshake) {
  discovered();
  const std::uint64_t held = server_.hold_next(Stage::handshake);
  server_.opened(2);
  ask(2, kHello);
  EXPECT_TRUE(server_.holds(held));
  server_.network_error(held);
  EXPECT_EQ(done(), Done{"2 closed"});
  const std::uint64_t next = server_.hold_next(Stage::handshake);
  server_.opened(3);
  ask(3, kHello);
  server_.say_hello(doc(kPrimary));
  EXPECT_EQ(done(), Done{"1: { ok: 1, isWritablePrimary: true }"}) << "a handshake that is held is not answered by the way";
  server_.answer(next, doc(R"({"ok": 0})"));
  EXPECT_EQ(done(), Done{"3: { ok: 0 }"});
}

TEST_F(Played, AnIdleConnectionDoesNotServeForAHandshake) {
  discovered();
  (void)server_.hold_next(Stage::command);
  server_.opened(2);
  ask(2, kHello);
  ask(2, kInsert);
  server_.answer(1, doc(R"({"ok": 1})"));
  (void)done();
  const std::uint64_t held = server_.hold_next(Stage::handshake);
  ask(2, kInsert);
  EXPECT_FALSE(server_.holds(held));
  EXPECT_EQ(server_.diverted(), 1u);
  EXPECT_EQ(done(), Done{});
  server_.release();
  EXPECT_EQ(done(), Done{"2: { ok: 1 }"});
}

TEST_F(Played, TwoOperationsAtOnce) {
  discovered();
  const std::uint64_t first = server_.hold_next(Stage::command), second = server_.hold_next(Stage::command);
  for (const ConnectionId id : {2, 3}) {
    server_.opened(id);
    ask(id, kHello);
    ask(id, kInsert);
  }
  (void)done();
  server_.network_error(second);
  EXPECT_EQ(done(), Done{"3 closed"});
  EXPECT_TRUE(server_.holds(first));
}

TEST_F(Played, BehindALoadBalancerNobodyMonitors) {
  server_ = PlayedServer(false);
  server_.opened(1);
  ask(1, kHello);
  EXPECT_FALSE(server_.awaits_hello());
}

TEST_F(Played, ClosesOnWhatIsNoMessage) {
  server_.opened(1);
  server_.received(1, std::string(16, '\x7f'));
  EXPECT_EQ(done(), Done{"1 closed"});
  server_.received(1, "behind the end");
  server_.opened(2);
  server_.received(2, wire::write_msg(1, 0, 0, std::string_view("\x05\0\0\0\0", 5)));
  EXPECT_EQ(done(), Done{"2: { ok: 1 }"}) << "a command without a name is one all the same";
}

}  // namespace
}  // namespace failc::black_box
