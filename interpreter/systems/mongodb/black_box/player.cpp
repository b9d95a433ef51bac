// One phase file, played to a driver: its servers answer the driver's monitors, its operations meet the file's errors.
#include <algorithm>

#include "interpreter/systems/mongodb/black_box/driver_state.hpp"
#include "interpreter/systems/mongodb/black_box/seen.hpp"
#include "interpreter/systems/mongodb/black_box/servers.hpp"
#include "interpreter/systems/mongodb/bson/json.hpp"
#include "interpreter/systems/mongodb/sdam_phases/player.hpp"

namespace failc::black_box {
namespace {

using Json = nlohmann::json;
using Wait = Program::Wait;

// Options of the client. Drivers check at most twice a second.
constexpr int kHeartbeat = 500, kConnectTimeout = 20'000;
// Where handshakes are to time out: long enough for what else waits for an answer meanwhile, and no check comes in between by itself.
constexpr int kRareHeartbeat = 10'000, kShortConnectTimeout = 1'500, kSocketTimeout = 400;
// The longest waits, for what takes milliseconds.
constexpr Wait kAnswer{10'000}, kAsked{15'000}, kTaken{5'000}, kOperation{10'000}, kClosing{5'000};
// A driver with threads reports a heartbeat before it has thought about it: what it shows has to stay for that long, and may take so long.
constexpr Wait kQuiet{40}, kSettled{1'500}, kBetween{20};

const char* const kDiscoveryEvents[] = {"topologyOpeningEvent", "topologyDescriptionChangedEvent", "serverOpeningEvent", "serverDescriptionChangedEvent", "serverClosedEvent"};

class BlackBoxPlayer : public backend::Player {
 public:
  BlackBoxPlayer(std::shared_ptr<Driver::State> driver, FilePlan plan) : driver_(std::move(driver)), plan_(std::move(plan)), program_(driver_->take()) {
    const std::string number = std::to_string(program_->next_number());
    client_ = "client" + number, database_ = "database" + number, collection_ = "collection" + number, reader_ = "reader" + number;
    servers_ = std::make_unique<Servers>(program_->loop());
  }

  ~BlackBoxPlayer() override {
    servers_.reset();  // so that nothing waits for an answer any more
    if (created_ && !program_->broken()) (void)program_->ask({{"op", "close"}, {"entity", client_}}, kClosing);
    driver_->give_back(std::move(program_));
  }

  Status begin() {
    for (const std::string& address : plan_.addresses)
      if (Status added = servers_->add(address, !plan_.load_balanced); !added) return added;
    program_->listen(client_, [this](const host::DriverEvent& event) { told(event); });
    return create_client();
  }

  Status play(const Document& document) override {
    const Json step = sdam::DocumentView(document).json();
    if (step_ >= plan_.steps.size()) return Error{"the file has no such step"};
    for (std::size_t at = step_; at < plan_.steps.size(); ++at)
      if (plan_.steps[at] && plan_.steps[at]->begun_at == step_ && at != step_)
        if (Status begun = begin_operation(at, *plan_.steps[at]); !begun) return begun;
    const std::optional<ErrorStep>& error = plan_.steps[step_];
    Status played = error ? meet(step_, *error, step) : reply(step);
    ++step_;
    return played;
  }

  bool interrupted() const override { return driver_->interrupted(); }

  std::vector<backend::Difference> compare(const Document& wanted) override {
    std::optional<sdam::PhaseProblem> problem;
    std::set<std::string> dropped;
    const sdam::PhaseOutcome outcome = told_part(sdam::read_outcome(wanted, problem), driver_->facts, dropped);
    if (problem) return {{{problem->key}, "an outcome", problem->message}};
    {
      const std::lock_guard lock(driver_->mutex);
      for (const std::string& key : dropped) ++driver_->not_compared[key];
    }
    const auto give_up = std::chrono::steady_clock::now() + kSettled;
    while (true) {
      if (const Status quiet = program_->pause(kQuiet); !quiet) return {{{}, "an answer", quiet.error().message}};
      const Result<Json> synced = program_->ask({{"op", "sync"}}, kAnswer);
      const Result<Json> topology = synced ? program_->ask({{"op", "topology"}, {"entity", client_}}, kAnswer) : synced;
      if (!topology) return {{{}, "an answer", topology.error().message}};
      if (!events_wrong_.empty()) return {{{}, "events of the protocol", events_wrong_}};
      const Result<SeenTopology> seen = read_topology(*topology);
      if (!seen) return {{{}, "a topology", seen.error().message}};
      std::vector<backend::Difference> out = differences(outcome, *seen);
      if (out.empty() || std::chrono::steady_clock::now() >= give_up) {
        events_.clear();
        return out;
      }
    }
  }

 private:
  // ---- the client

  Status create_client() {
    Json options = {{"heartbeatFrequencyMS", plan_.times_out_before ? kRareHeartbeat : kHeartbeat}, {"connectTimeoutMS", plan_.times_out_before ? kShortConnectTimeout : kConnectTimeout},
                    {"serverSelectionTimeoutMS", static_cast<int>(kTaken.count())}, {"retryWrites", false}, {"retryReads", false}};
    // Some drivers read the answer to a handshake under the timeout of sockets.
    if (plan_.times_out_after || plan_.times_out_before) options["socketTimeoutMS"] = plan_.times_out_after ? kSocketTimeout : kShortConnectTimeout;
    Json observed = Json::array({"serverHeartbeatSucceededEvent", "serverHeartbeatFailedEvent"});
    for (const char* name : kDiscoveryEvents)
      if (driver_->facts.events.contains(name)) observed.push_back(name);
    Json request = {{"op", "create"}, {"entity", client_}, {"type", "client"}, {"uri", plan_.uri}, {"observeEvents", observed}, {"addressMap", servers_->addresses()}};
    // A monitor that polls has one connection; drivers that are too old to be told so, and measure round trips over another, are told apart by hello.
    request["options"] = options;
    if (!plan_.chooses_mode) request["options"]["serverMonitoringMode"] = "poll";
    std::optional<Refusal> refusal;
    Result<Json> made = program_->ask(request, kAnswer, &refusal);
    if (!made && refusal && refusal->unsupported) {
      request["options"] = options;
      made = program_->ask(request, kAnswer, &refusal);
    }
    if (!made) return made.error();
    created_ = true;
    return Done{};
  }

  void told(const host::DriverEvent& event) {
    const Json data = Json::parse(event.data, nullptr, false);
    if (event.name.starts_with("serverHeartbeat")) {
      const auto address = data.find("address");
      if (address == data.end() || !address->is_string()) return;
      Beats& beats = beats_[address->get<std::string>()];
      ++(event.name == "serverHeartbeatSucceededEvent" ? beats.succeeded : beats.failed);
      return;
    }
    const Result<std::optional<sdam::Event>> read = read_event(event.name, data);
    if (!read) events_wrong_ = read.error().message;
    else if (*read) events_.push_back(**read);
  }

  std::vector<backend::Difference> differences(const sdam::PhaseOutcome& outcome, const SeenTopology& seen) const {
    const auto generation = [&](const std::string& address) {
      const auto found = seen.generations.find(address);
      return found == seen.generations.end() ? std::nullopt : std::optional(found->second);
    };
    std::vector<backend::Difference> out;
    for (sdam::PhaseDifference& difference : sdam::compare(outcome, {seen.description, generation, events_})) out.push_back({std::move(difference.path), std::move(difference.wanted), std::move(difference.seen)});
    return out;
  }

  // ---- replies

  Status reply(const Json& step) {
    const auto pair = step.find("response");
    if (pair == step.end()) return Error{"the file's step is a reply, and this is none"};
    std::optional<sdam::PhaseProblem> problem;
    const sdam::PhaseResponse response = sdam::read_response(*pair, problem);
    if (problem) return Error{problem->message};
    const std::string& address = response.address;
    std::optional<bson::Document> hello;
    if (response.hello) {
      Json document = (*pair)[1];
      if (const std::int32_t said = response.hello->max_wire_version; plan_.lifts && lifted(said, driver_->facts) != said) document["maxWireVersion"] = lifted(said, driver_->facts);
      Result<bson::Document> bytes = bson::from_json(document.dump());
      if (!bytes) return bytes.error();
      hello = std::move(*bytes);
    }
    const Beats before = beats_[address];
    if (Status taken = give(address, hello); !taken) return taken;
    // The operation's network error has ended the check that was under way, and with it what it was answered; the next one asks again.
    const bool lost = hello && cut_off_.erase(address) > 0 && beats_[address].succeeded == before.succeeded;
    if (lost)
      if (Status taken = give(address, hello); !taken) return taken;
    return program_->pause(kBetween);
  }

  /// Answers the monitor, or breaks its connection, and waits until the driver says that this check is over.
  Status give(const std::string& address, const std::optional<bson::Document>& hello) {
    PlayedServer& server = servers_->model(address);
    if (Status asked = program_->wait([&] { return server.awaits_hello(); }, kAsked, "the driver's monitor to say hello to `" + address + "`"); !asked) return asked;
    // What was reported so far is of checks before this one.
    if (const Result<Json> synced = program_->ask({{"op", "sync"}}, kAnswer); !synced) return synced.error();
    const std::size_t before = beats_[address].succeeded + beats_[address].failed;
    if (hello) server.say_hello(*hello);
    else server.hang_up();
    servers_->carry_out(address);
    const char* const event = hello ? "serverHeartbeatSucceededEvent" : "serverHeartbeatFailedEvent";
    return program_->wait([&] { return beats_[address].succeeded + beats_[address].failed > before; }, kTaken, "the driver's `" + std::string(event) + "` of `" + address + "`, which was answered");
  }

  // ---- application errors

  struct Operation {
    std::uint64_t hold = 0;
    std::vector<std::uint64_t> requests;
  };

  Status need_entities(bool secondary) {
    if (!collections_) {
      for (const Json& request : {Json{{"op", "create"}, {"entity", database_}, {"type", "database"}, {"client", client_}, {"name", "failc"}},
                                  Json{{"op", "create"}, {"entity", collection_}, {"type", "collection"}, {"database", database_}, {"name", "played"}}})
        if (const Result<Json> made = program_->ask(request, kAnswer); !made) return made.error();
      collections_ = true;
    }
    if (secondary && !readers_) {
      const Json preference = {{"readPreference", {{"mode", "secondary"}}}};
      if (const Result<Json> made = program_->ask({{"op", "create"}, {"entity", reader_}, {"type", "collection"}, {"database", database_}, {"name", "played"}, {"options", preference}}, kAnswer); !made) return made.error();
      readers_ = true;
    }
    return Done{};
  }

  std::uint64_t ask_operation(Route route) {
    if (route == Route::write) return program_->begin({{"op", "operation"}, {"object", collection_}, {"name", "insertOne"}, {"arguments", {{"document", {{"_id", 1}}}}}});
    return program_->begin({{"op", "operation"}, {"object", route == Route::read_secondary ? reader_ : collection_}, {"name", "findOne"}, {"arguments", {{"filter", Json::object()}}}});
  }

  /// An operation that stands where its error is to meet it.
  Status begin_operation(std::size_t number, const ErrorStep& step) {
    if (Status ready = need_entities(step.route == Route::read_secondary); !ready) return ready;
    const std::string& address = step.error.error.address;
    PlayedServer& server = servers_->model(address);
    const bool handshake = step.error.error.phase != sdam::ErrorPhase::after_handshake;
    Operation operation;
    operation.hold = server.hold_next(handshake ? Stage::handshake : Stage::command);
    const std::string what = handshake ? "an operation's new connection to `" + address + "` to say hello" : "an operation on `" + address + "`";
    // An idle connection would be used again: what comes over one is held, until there is none left.
    for (std::size_t diverted = server.diverted(); operation.requests.size() < 10; diverted = server.diverted()) {
      operation.requests.push_back(ask_operation(step.route));
      const std::uint64_t request = operation.requests.back();
      const auto come = [&] { return server.holds(operation.hold) || server.diverted() > diverted || program_->answered(request); };
      if (Status came = program_->wait(come, kOperation, what); !came) return came;
      if (server.diverted() == diverted) break;
    }
    if (!server.holds(operation.hold)) return Error{"the driver ended an operation on `" + address + "` before it reached that server" + (handshake ? " over a new connection" : "")};
    operations_[number] = std::move(operation);
    return Done{};
  }

  Status meet(std::size_t number, const ErrorStep& step, const Json& document) {
    const auto error = document.find("applicationError");
    if (error == document.end()) return Error{"the file's step is an application error, and this is none"};
    if (!operations_.contains(number))
      if (Status begun = begin_operation(number, step); !begun) return begun;
    const Operation operation = operations_.extract(number).mapped();
    const std::string& address = step.error.error.address;
    PlayedServer& server = servers_->model(address);
    switch (step.error.error.kind) {
      case sdam::ErrorKind::command: {
        const auto response = error->find("response");
        const Result<bson::Document> bytes = bson::from_json(response == error->end() ? "{}" : response->dump());
        if (!bytes) return bytes.error();
        server.answer(operation.hold, *bytes);
        break;
      }
      case sdam::ErrorKind::network:
        server.network_error(operation.hold);
        cut_off_.insert(address);
        break;
      case sdam::ErrorKind::timeout: break;  // the driver has to find that out by itself
    }
    servers_->carry_out(address);
    const std::uint64_t last = operation.requests.back();
    Status over = program_->wait([&] { return program_->answered(last); }, kOperation, "the end of the operation on `" + address + "` that met the error");
    server.forget(operation.hold);
    server.release();
    servers_->carry_out(address);
    if (!over) return over;
    for (const std::uint64_t request : operation.requests)
      if (Status ended = program_->wait([&] { return program_->answered(request); }, kOperation, "the end of an operation on `" + address + "`"); !ended) return ended;
    return program_->pause(kBetween);
  }

  std::shared_ptr<Driver::State> driver_;
  FilePlan plan_;
  std::unique_ptr<Program> program_;
  std::unique_ptr<Servers> servers_;
  std::string client_, database_, collection_, reader_, events_wrong_;
  bool created_ = false, collections_ = false, readers_ = false;
  std::size_t step_ = 0;
  struct Beats {
    std::size_t succeeded = 0, failed = 0;
  };
  std::map<std::string, Beats> beats_;  // by server: how many checks have ended
  std::set<std::string> cut_off_;       // servers that no reply was taken in of since an operation's network error
  std::vector<sdam::Event> events_;
  std::map<std::size_t, Operation> operations_;  // by the step of their error
};

}  // namespace

Result<std::unique_ptr<backend::Player>> make_player(std::shared_ptr<Driver::State> driver, const Document& options) {
  const auto file = sdam::read_phases(options);
  if (!file) return file.error();
  FilePlan plan = plan_file(*file, driver->facts);
  if (!plan.untold.empty()) return Error{"this cannot be told from outside: " + plan.untold};
  auto player = std::make_unique<BlackBoxPlayer>(std::move(driver), std::move(plan));
  if (Status begun = player->begin(); !begun && !player->interrupted()) return begun.error();
  return std::unique_ptr<backend::Player>(std::move(player));
}

}  // namespace failc::black_box
