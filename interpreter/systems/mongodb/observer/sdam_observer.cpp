#include "interpreter/systems/mongodb/observer/sdam_observer.hpp"

#include <optional>

#include "interpreter/systems/mongodb/bson/json.hpp"
#include "interpreter/systems/mongodb/sdam/monitor.hpp"
#include "interpreter/systems/mongodb/wire/message.hpp"
#include "interpreter/systems/mongodb/wire/splitter.hpp"

namespace failc::sdam {
namespace {

using backend::Observer;

// A server that starts listens within a moment; a client's half a second between checks would be most of its start.
constexpr Nanos kRetry = std::chrono::milliseconds(20);
// A hello is some hundreds of bytes.
constexpr std::size_t kLargestReply = 1u << 20;

Value strings(const std::vector<std::string>& texts) {
  List list;
  for (const std::string& text : texts) list.emplace_back(text);
  return list;
}

/// Without what changes at every heartbeat: times, round trips, the last write.
Value value_of(const ServerDescription& server) {
  Document out;
  const auto add = [&](const char* key, Value value) { out.entries.emplace_back(key, std::move(value)); };
  add("type", std::string(name_of(server.type)));
  if (server.set_name) add("setName", *server.set_name);
  if (server.set_version) add("setVersion", *server.set_version);
  if (server.election_id) add("electionId", text_of(*server.election_id));
  if (server.me) add("me", *server.me);
  if (server.primary) add("primary", *server.primary);
  add("hosts", strings(server.hosts));
  add("passives", strings(server.passives));
  add("arbiters", strings(server.arbiters));
  Document tags;
  for (const auto& [key, value] : server.tags) tags.entries.emplace_back(key, value);
  add("tags", std::move(tags));
  add("minWireVersion", std::int64_t{server.min_wire_version});
  add("maxWireVersion", std::int64_t{server.max_wire_version});
  return out;
}

struct Options {
  std::string host;
  MonitorOptions monitor;
  ClientMetadata client;
};

class SdamObserver : public Observer {
 public:
  explicit SdamObserver(Options options) : options_(std::move(options)), monitor_(options_.monitor) {}

  Steps start(Nanos now) override { return perform(monitor_.start(now), now); }
  Steps connected(Nanos now) override {
    splitter_ = wire::Splitter(kLargestReply);
    return perform(monitor_.connected(now), now);
  }
  Steps lost(const std::string& why, Nanos now) override { return perform(monitor_.failed(why, now), now); }

  Steps received(std::string_view bytes, Nanos now) override {
    std::vector<std::string> messages;
    const Status fed = splitter_.feed(bytes, messages);
    Steps steps;
    const std::uint64_t connection = connection_;
    for (const std::string& message : messages) {
      append(steps, replied(message, now));
      if (connection != connection_) return steps;  // given up: what else came over it means nothing
    }
    if (!fed) append(steps, perform(monitor_.failed(fed.error().message, now), now));
    return steps;
  }

  Steps wake(Nanos now) override {
    if (timeout_ && now >= *timeout_) {
      timeout_.reset();
      return perform(monitor_.timed_out(now), now);
    }
    if (restart_) {
      restart_ = false;
      monitor_ = Monitor(options_.monitor);
      return perform(monitor_.start(now), now);
    }
    if (timeout_) return {WakeAt{*timeout_}};
    return perform(monitor_.wake(now), now);
  }

 private:
  static void append(Steps& steps, Steps more) {
    for (Step& step : more) steps.push_back(std::move(step));
  }

  Steps replied(const std::string& message, Nanos now) {
    const auto parsed = wire::parse(message);
    const auto* msg = parsed ? std::get_if<wire::Msg>(&parsed->content) : nullptr;
    const auto* reply = parsed ? std::get_if<wire::Reply>(&parsed->content) : nullptr;
    if (!msg && !(reply && !reply->documents.empty()))
      return perform(monitor_.failed(parsed ? "the answer to hello is no reply" : parsed.error().message, now), now);
    const std::string_view bytes = msg ? msg->body : reply->documents.front();
    const auto document = bson::Document::from_bytes(std::string(bytes));
    if (!document) return perform(monitor_.failed(document.error().message, now), now);
    const auto json = nlohmann::json::parse(bson::canonical_json(*document), nullptr, false);
    return perform(monitor_.replied(json, msg && msg->more_to_come(), now), now);
  }

  void see(Steps& steps, Value value) {
    std::string text = show(value, {}, 100'000);
    if (text == said_) return;
    said_ = std::move(text);
    steps.push_back(Seen{std::move(value)});
  }

  void expect_within(Steps& steps, const std::optional<Nanos>& timeout, Nanos now) {
    timeout_.reset();
    if (!timeout) return;
    timeout_ = now + *timeout;
    steps.push_back(WakeAt{*timeout_});
  }

  Steps perform(MonitorSteps wanted, Nanos now) {
    Steps steps;
    bool failed = false;
    struct Performer {
      SdamObserver& self;
      Steps& steps;
      bool& failed;
      Nanos now;
      void operator()(const HeartbeatStarted&) const {}
      void operator()(const HeartbeatSucceeded&) const {}
      void operator()(const HeartbeatFailed&) const {}
      void operator()(const StartRoundTrips&) const {}
      void operator()(const StopRoundTrips&) const {}
      void operator()(const CheckSucceeded& check) const { self.see(steps, value_of(describe(self.options_.host, check.hello))); }
      void operator()(const CheckFailed& check) const {
        failed = true;
        self.see(steps, Undefined{check.error.message});
      }
      void operator()(const sdam::Connect& step) const {
        ++self.connection_;
        steps.push_back(Observer::Connect{self.options_.host});
        self.expect_within(steps, step.timeout, now);
      }
      void operator()(const SendHello& step) const {
        steps.push_back(Send{self.bytes_of(step.request)});
        self.expect_within(steps, step.timeout, now);
      }
      void operator()(const ReadReply& step) const { self.expect_within(steps, step.timeout, now); }
      void operator()(const CloseConnection&) const {
        ++self.connection_;
        self.timeout_.reset();
        steps.push_back(Close{});
      }
      void operator()(const Wait& step) const {
        self.timeout_.reset();
        self.restart_ = failed;
        steps.push_back(WakeAt{failed ? now + kRetry : step.until});
      }
    };
    for (const MonitorStep& step : wanted) std::visit(Performer{*this, steps, failed, now}, step);
    return steps;
  }

  std::string bytes_of(const HelloRequest& request) {
    nlohmann::ordered_json command = document(request, options_.client);
    ++request_id_;
    // A server that has not said that it knows `hello` may be too old for OP_MSG too.
    if (request.legacy && request.handshake) {
      command.erase("$db");
      const auto query = bson::from_json(command.dump());
      return wire::write_query(request_id_, {.collection = "admin.$cmd", .limit = -1, .query = query->bytes(), .fields = {}});
    }
    const auto body = bson::from_json(command.dump());
    return wire::write_msg(request_id_, 0, request.exhaust_allowed ? wire::kExhaustAllowed : 0, body->bytes());
  }

  Options options_;
  Monitor monitor_;
  wire::Splitter splitter_{kLargestReply};
  std::int32_t request_id_ = 0;
  std::uint64_t connection_ = 0;  // counts those that were opened and closed
  std::optional<Nanos> timeout_;  // of the step under way
  bool restart_ = false;          // the monitor is done; a new one begins at the next wake
  std::string said_;
};

Result<Millis> milliseconds(const std::string& key, const Value& value) {
  const auto* number = value.as<std::int64_t>();
  if (number == nullptr || *number < 1 || *number > 3'600'000) return Error{"`" + key + "` is a number of milliseconds from 1 to 3600000, and not " + show(value)};
  return Millis(*number);
}

}  // namespace

Result<std::unique_ptr<Observer>> make_observer(const Document& document) {
  Options options;
  options.monitor.heartbeat_frequency = kMinHeartbeatFrequency;
  options.monitor.connect_timeout = Millis(1000);
  for (const auto& [key, value] : document.entries) {
    const auto* text = value.as<std::string>();
    if (key == "heartbeatFrequencyMS" || key == "connectTimeoutMS") {
      const auto time = milliseconds(key, value);
      if (!time) return time.error();
      (key == "connectTimeoutMS" ? options.monitor.connect_timeout : options.monitor.heartbeat_frequency) = *time;
    } else if (key == "host" && text) {
      options.host = *text;
    } else if (key == "appName" && text) {
      options.client.app_name = *text;
    } else if (key == "serverMonitoringMode" && text && (*text == "auto" || *text == "stream" || *text == "poll")) {
      options.monitor.mode = *text == "poll" ? ServerMonitoringMode::poll : *text == "stream" ? ServerMonitoringMode::stream : ServerMonitoringMode::automatic;
    } else if (key == "host" || key == "appName" || key == "serverMonitoringMode") {
      return Error{"`" + key + "` cannot be " + show(value) + (key == "serverMonitoringMode" ? ": it is \"auto\", \"stream\" or \"poll\"" : ": it is a text")};
    } else {
      return Error{"observer `sdam` has no option `" + key + "`; it has host, heartbeatFrequencyMS, connectTimeoutMS, serverMonitoringMode and appName"};
    }
  }
  if (options.host.empty()) return Error{"observer `sdam` needs the option `host`"};
  return std::unique_ptr<Observer>(std::make_unique<SdamObserver>(std::move(options)));
}

}  // namespace failc::sdam
