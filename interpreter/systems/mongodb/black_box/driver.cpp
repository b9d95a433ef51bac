#include "interpreter/systems/mongodb/black_box/driver.hpp"

#include <algorithm>
#include <limits>

#include "interpreter/systems/mongodb/black_box/driver_state.hpp"
#include "interpreter/systems/mongodb/sdam_phases/format.hpp"
#include "interpreter/systems/mongodb/sdam_phases/player.hpp"

namespace failc::black_box {
namespace {

using Json = nlohmann::json;

constexpr std::chrono::seconds kHello{20};  // a program that starts on a busy machine
constexpr const char* kPhases = "phases";

std::set<std::string> words(const Json& list) {
  std::set<std::string> out;
  if (list.is_array())
    for (const Json& word : list)
      if (word.is_string()) out.insert(word.get<std::string>());
  return out;
}

const Json& member(const Json& document, const char* name) {
  static const Json kNone;
  const auto found = document.is_object() ? document.find(name) : document.end();
  return document.is_object() && found != document.end() ? *found : kNone;
}

std::optional<std::int32_t> wire_version(const Json& limits, const char* name) {
  const Json& version = member(limits, name);
  if (!version.is_number_integer()) return std::nullopt;
  // What a program says of itself may be any number.
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(version.get<std::int64_t>(), 0, std::numeric_limits<std::int32_t>::max()));
}

std::string text(const Json& document, const char* name, const char* otherwise) {
  const Json& found = member(document, name);
  return found.is_string() ? found.get<std::string>() : otherwise;
}

Result<DriverFacts> facts_of(const Json& hello) {
  DriverFacts out;
  out.name = text(hello, "driver", "the driver");
  out.version = text(hello, "version", "of no version");
  const std::set<std::string> requests = words(member(hello, "requests"));
  for (const char* needed : {"create", "close", "operation", "topology", "sync"})
    if (!requests.contains(needed)) return Error{"its adapter does not offer `" + std::string(needed) + "`"};
  const Json& map = member(member(hello, "capabilities"), "addressMap");
  if (!map.is_string()) return Error{"its adapter offers no `addressMap`, so that its sockets cannot be led to played servers"};
  out.events = words(member(hello, "events"));
  for (const char* needed : {"serverHeartbeatSucceededEvent", "serverHeartbeatFailedEvent"})
    if (!out.events.contains(needed)) return Error{"its adapter offers no `" + std::string(needed) + "`: nothing would tell when a reply was taken in"};
  out.min_wire_version = wire_version(member(hello, "limits"), "minWireVersion");
  out.max_wire_version = wire_version(member(hello, "limits"), "maxWireVersion");
  out.unsaid = words(member(member(hello, "capabilities"), "unsaid"));
  if (member(member(hello, "capabilities"), "poolGeneration") != true) out.unsaid.insert("servers.pool");
  return out;
}

/// A file's scenario: its client, and what is to come, since servers have to be there before.
std::optional<std::vector<check::SpecPlay>> read_format(const spec::Ref& root, diag::Sink& sink) {
  auto plays = sdam::read_phases_format(root, sink);
  if (plays)
    for (check::SpecPlay& play : *plays) play.options.push_back({kPhases, root.find(kPhases)});
  return plays;
}

std::vector<backend::PlayerModel::Problem> check_part(backend::PlayerPart part, const Document& document) {
  if (part != backend::PlayerPart::options) return sdam::check_played(part, document).problems;
  Document rest;
  for (const auto& [key, value] : document.entries)
    if (key != kPhases) rest.entries.emplace_back(key, value);
  return sdam::check_played(part, rest).problems;
}

}  // namespace

std::unique_ptr<Program> Driver::State::take() {
  {
    const std::lock_guard lock(mutex);
    if (!idle.empty()) {
      auto out = std::move(idle.back());
      idle.pop_back();
      return out;
    }
  }
  return std::make_unique<Program>(argv, interrupted);
}

void Driver::State::give_back(std::unique_ptr<Program> program) {
  program->listen({}, {});
  const std::lock_guard lock(mutex);
  if (!program->broken()) idle.push_back(std::move(program));
}

Result<std::shared_ptr<Driver>> Driver::open(std::vector<std::string> argv, std::function<bool()> interrupted) {
  auto state = std::make_shared<State>();
  state->argv = std::move(argv);
  state->interrupted = std::move(interrupted);
  auto program = state->take();
  const Result<Json> hello = program->ask({{"op", "hello"}}, kHello);
  if (!hello) return Error{"the adapter `" + state->argv.front() + "` cannot be used: " + hello.error().message};
  Result<DriverFacts> facts = facts_of(*hello);
  if (!facts) return Error{"the driver behind `" + state->argv.front() + "` cannot be played to: " + facts.error().message};
  state->facts = std::move(*facts);
  state->give_back(std::move(program));
  return std::shared_ptr<Driver>(new Driver(std::move(state)));
}

Driver::~Driver() = default;

const DriverFacts& Driver::facts() const { return state_->facts; }

std::map<std::string, std::size_t> Driver::not_compared() const {
  const std::lock_guard lock(state_->mutex);
  return state_->not_compared;
}

backend::PlayerModel Driver::model() {
  return {"sdam", check_part, [state = state_](const Document& options, std::uint64_t) { return make_player(state, options); }};
}

std::vector<check::SpecFormat> Driver::formats(std::vector<check::SpecFormat> all) {
  for (check::SpecFormat& format : all) {
    if (format.has_shape != sdam::has_phases_shape) {
      format.reason = format.read == nullptr ? format.reason : "with `--driver`, discovery phases are what is run: this is failc's own model's";
      format.read = nullptr;
      continue;
    }
    format.read = read_format;
    format.leave_out = [state = state_](const Document& file) {
      const auto phases = sdam::read_phases(file);
      return phases ? plan_file(*phases, state->facts).untold : "";
    };
  }
  return all;
}

}  // namespace failc::black_box
