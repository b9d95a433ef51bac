// A topology and its monitors together, against three servers on a virtual clock; and that no input at all does harm.
#include <algorithm>

#include "interpreter/systems/mongodb/sdam/address.hpp"
#include "interpreter/systems/mongodb/sdam/monitor.hpp"
#include "interpreter/systems/mongodb/sdam/test_topology.hpp"

namespace failc::sdam {
namespace {

using namespace test;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// Servers a, b and c; each answers hello 1 ms after it was asked, and an awaited one when its state changes or the time is up.
class Deployment {
 public:
  explicit Deployment(const std::string& uri) : topology_(make(uri)) { apply(topology_.start(now_)); }

  void run(Nanos until) {
    while (true) {
      auto next =
          std::min_element(monitors_.begin(), monitors_.end(), [](const auto& a, const auto& b) { return a.second.due < b.second.due; });
      if (next == monitors_.end() || next->second.due > until) break;
      now_ = next->second.due;
      step(next->first, next->second);
      ASSERT_LT(++steps_, 10000u) << "it never rests";
    }
    now_ = until;
  }
  /// What `host` says from now on; nothing: it is down.
  void set(const std::string& host, std::optional<Json> state) {
    Server& server = servers_[host + ":27017"];
    server.state = std::move(state);
    ++server.counter;
    const auto monitor = monitors_.find(host + ":27017");
    if (monitor == monitors_.end()) return;
    Link& link = monitor->second;
    if (link.doing == Doing::awaiting || (!server.state && link.doing == Doing::reading)) link.due = now_ + milliseconds(1);
  }
  Words take_events() { return std::exchange(events_, {}); }
  std::string view() const { return show(topology_); }
  int connections = 0;

 private:
  enum class Doing { nothing, connecting, reading, awaiting };
  struct Server {
    std::optional<Json> state;
    int counter = 0;
  };
  struct Link {
    Monitor monitor{MonitorOptions{}};
    Doing doing = Doing::nothing;
    Nanos due = Nanos::max();
  };

  void apply(const Changes& changes) {
    for (const std::string& word : show(changes.events))
      if (!word.starts_with("topology_")) events_.push_back(word);
    for (const Action& action : changes.actions) {
      if (const auto* start = std::get_if<StartMonitor>(&action)) {
        Link& link = monitors_[start->address];
        carry_out(start->address, link.monitor.start(now_));
      } else if (const auto* stop = std::get_if<StopMonitor>(&action)) {
        monitors_.erase(stop->address);
      } else if (const auto* request = std::get_if<RequestCheck>(&action)) {
        carry_out(request->address, monitors_.at(request->address).monitor.request_check(now_));
      }
    }
  }

  void carry_out(const std::string& address, const MonitorSteps& steps) {
    for (const MonitorStep& step : steps) {
      // A report may end the monitor itself.
      if (const auto* up = std::get_if<CheckSucceeded>(&step)) apply(topology_.on_hello(address, up->hello, up->round_trip, now_));
      if (const auto* down = std::get_if<CheckFailed>(&step)) apply(topology_.on_monitor_error(address, down->error, now_));
      const auto found = monitors_.find(address);
      if (found == monitors_.end()) return;
      Link& link = found->second;
      if (std::holds_alternative<Connect>(step)) link.doing = Doing::connecting, link.due = now_ + milliseconds(1), ++connections;
      if (const auto* send = std::get_if<SendHello>(&step)) read(address, link, send->request.max_await_time);
      if (std::holds_alternative<ReadReply>(step)) read(address, link, Millis(10'000));
      if (const auto* wait = std::get_if<Wait>(&step)) link.doing = Doing::nothing, link.due = wait->until;
    }
  }

  void read(const std::string& address, Link& link, const std::optional<Millis>& await) {
    seen_[address] = await ? seen_[address] : -1;
    const bool changed = servers_[address].counter > seen_[address];
    link.doing = await ? Doing::awaiting : Doing::reading;
    link.due = now_ + (await && !changed ? *await : milliseconds(1));
  }

  void step(const std::string& address, Link& link) {
    Server& server = servers_[address];
    const Doing doing = std::exchange(link.doing, Doing::nothing);
    link.due = Nanos::max();
    if (doing == Doing::nothing) return carry_out(address, link.monitor.wake(now_));
    if (!server.state) return carry_out(address, link.monitor.failed("connection reset", now_));
    if (doing == Doing::connecting) return carry_out(address, link.monitor.connected(now_));
    Json document = *server.state;
    document.update(version(server.counter));
    document["helloOk"] = true;
    seen_[address] = server.counter;
    carry_out(address, link.monitor.replied(document, doing == Doing::awaiting, now_));
  }

  Topology topology_;
  std::map<std::string, Server> servers_;
  std::map<std::string, Link> monitors_;
  std::map<std::string, int> seen_;
  Words events_;
  Nanos now_{};
  std::size_t steps_ = 0;
};

TEST(Observer, FollowsASetThroughTheLossOfItsPrimary) {
  const Words all = {"a", "b", "c"};
  Deployment deployment("mongodb://b/?replicaSet=rs");
  deployment.set("a", primary(all, election(1, 1)));
  deployment.set("b", secondary(all));
  deployment.set("c", member(all, {{"arbiterOnly", true}}));
  deployment.run(milliseconds(50));
  EXPECT_EQ(deployment.view(), "ReplicaSetWithPrimary a:RSPrimary b:RSSecondary c:RSArbiter");
  EXPECT_EQ(deployment.connections, 3);
  deployment.run(seconds(25));
  EXPECT_EQ(deployment.connections, 3) << "all goes over the streams";

  deployment.take_events();
  deployment.set("a", std::nullopt);
  deployment.run(seconds(25) + milliseconds(10));
  EXPECT_EQ(deployment.view(), "ReplicaSetNoPrimary a:Unknown b:RSSecondary c:RSArbiter");
  deployment.set("b", primary(all, election(2, 1)));
  deployment.run(seconds(25) + milliseconds(20));
  EXPECT_EQ(deployment.view(), "ReplicaSetWithPrimary a:Unknown b:RSPrimary c:RSArbiter")
      << "within a step of the election, without polling";
  deployment.set("a", secondary(all));
  deployment.run(seconds(36));
  EXPECT_EQ(deployment.view(), "ReplicaSetWithPrimary a:RSSecondary b:RSPrimary c:RSArbiter");
  EXPECT_EQ(deployment.take_events(),
            (Words{"server_description_changed a:27017 RSPrimary Unknown", "server_description_changed b:27017 RSSecondary RSPrimary",
                   "server_description_changed a:27017 Unknown RSSecondary"}))
      << "that a is still down is no news";
}

/// A fixed sequence of bytes that look random.
class Bytes {
 public:
  std::uint32_t next() { return (state_ = state_ * 1664525 + 1013904223) >> 8; }
  char pick(std::string_view from) { return from[next() % from.size()]; }

 private:
  std::uint32_t state_ = 1;
};

TEST(AnyInput, ConnectionStringsAndAddresses) {
  Bytes bytes;
  std::size_t good = 0;
  for (int i = 0; i < 50000; ++i) {
    std::string text;
    for (std::uint32_t length = bytes.next() % 24; length > 0; --length)
      text += bytes.pick(
          "ab:/,@%?=&[]1.\\\xff"
          "2replicaSet");
    (void)normalize_address(text);
    good += parse_connection_string("mongodb://" + text) ? 1 : 0;
  }
  EXPECT_GT(good, 100u);
}

TEST(AnyInput, RepliesAndErrors) {
  Bytes bytes;
  const Json whole = primary({"a", "b"}, Json{{"passives", {"c"}},
                                              {"arbiters", {"d"}},
                                              {"me", "a"},
                                              {"primary", "a"},
                                              {"tags", {{"x", "y"}}},
                                              {"lastWrite", {{"lastWriteDate", {{"$date", "2024-01-01T00:00:00Z"}}}}},
                                              {"logicalSessionTimeoutMinutes", 3},
                                              {"electionId", {{"$oid", "000000000000000000000001"}}},
                                              {"setVersion", 1},
                                              {"errmsg", "not master"},
                                              {"code", 91},
                                              {"topologyVersion", {{"processId", {{"$oid", "000000000000000000000001"}}}, {"counter", 1}}},
                                              {"writeConcernError", {{"code", 91}}},
                                              {"errorLabels", {"x"}}});
  const std::vector<Json> odd = {nullptr,
                                 true,
                                 0,
                                 -1,
                                 1.5,
                                 1e300,
                                 std::numeric_limits<std::uint64_t>::max(),
                                 std::numeric_limits<std::int64_t>::min(),
                                 "",
                                 "\xff",
                                 "a",
                                 Json::array(),
                                 Json::array({Json::array()}),
                                 Json::object(),
                                 {{"$oid", 1}},
                                 {{"$numberLong", "-"}},
                                 {{"$date", Json::object()}},
                                 {{"$numberDouble", "NaN"}},
                                 {{"$date", {{"$numberLong", "-9223372036854775808"}}}}};
  std::vector<Json::json_pointer> places;
  const Json flat = whole.flatten();
  for (const auto& [pointer, value] : flat.items()) places.emplace_back(pointer);
  for (const auto& [key, value] : whole.items()) places.emplace_back("/" + key);
  for (const Json::json_pointer& place : places) {
    for (const Json& value : odd) {
      Json document = whole;
      document[place] = value;
      Topology topology = open("mongodb://a,b/?replicaSet=rs");
      reply(topology, "a", document);
      ApplicationError error;
      error.address = "a:27017";
      error.generation = 9;
      error.kind = ErrorKind::command;
      error.response = document;
      topology.handle_error(error, Nanos(5));
      ASSERT_LE(topology.description().servers.size(), 5u);
      Monitor monitor({});
      monitor.start(Nanos(0));
      monitor.connected(Nanos(0));
      ASSERT_FALSE(monitor.replied(document, (bytes.next() & 1) != 0, Nanos(1)).empty());
    }
  }
}

}  // namespace
}  // namespace failc::sdam
