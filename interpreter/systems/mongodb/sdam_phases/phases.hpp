#pragma once
// The phase files of the server discovery and monitoring specification: a client is made of `uri`; each phase gives it replies and
// application errors and says what it then knows, or which events it published. Format: the README beside those files.
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/base/result.hpp"
#include "interpreter/systems/mongodb/sdam/topology.hpp"

namespace failc::sdam {

/// What a file says of a value: nothing (absent), that it is null, or what it is.
template <class T>
using Expected = std::optional<std::optional<T>>;

struct PhaseResponse {
  std::string address;
  std::optional<Hello> hello;  // nothing: `{}`, a network error
};

struct PhaseError {
  ApplicationError error;                   // its generation is filled in when it is played
  std::optional<std::uint64_t> generation;  // nothing: the pool's at that time
  std::int32_t max_wire_version = 0;        // of the connection
};

struct ExpectedServer {
  ServerType type = ServerType::unknown;
  Expected<std::string> set_name, error;  // error: a part of it
  Expected<std::int64_t> set_version, logical_session_timeout_minutes, min_wire_version, max_wire_version;
  Expected<ObjectId> election_id;
  Expected<TopologyVersion> topology_version;
  std::optional<std::uint64_t> pool_generation;
};

/// Everything is compared where it is given; `servers` are then all there are.
struct PhaseOutcome {
  std::optional<TopologyType> topology_type;
  std::optional<std::map<std::string, ExpectedServer>> servers;
  Expected<std::string> set_name;
  Expected<std::int64_t> logical_session_timeout_minutes, max_set_version;
  Expected<ObjectId> max_election_id;
  std::optional<bool> compatible;
  std::optional<std::vector<nlohmann::json>> events;  // each `{name: {…}}`; "42" and 42 stand for any value
};

struct Phase {
  std::string description;
  std::vector<PhaseResponse> responses;
  std::vector<PhaseError> errors;
  PhaseOutcome outcome;
};

struct PhaseFile {
  std::string description, uri;
  std::vector<Phase> phases;
};

/// From a document, or from the text of one in JSON. Errors name the phase and the key; a key that the format does not have is one.
Result<PhaseFile> read_phases(const DocumentView& document);
Result<PhaseFile> read_phase_text(std::string_view text);

/// What is wrong with a part of a file: a key of it (perhaps deeper inside), and if that is not known, those that are.
struct PhaseProblem {
  std::string key, message;
  std::vector<std::string_view> known;
};
/// The parts by themselves: `[address, reply]`, an application error, an outcome. `problem` is set where the result means nothing.
PhaseResponse read_response(const DocumentView& pair, std::optional<PhaseProblem>& problem);
PhaseError read_application_error(const DocumentView& document, std::optional<PhaseProblem>& problem);
PhaseOutcome read_outcome(const DocumentView& document, std::optional<PhaseProblem>& problem);

/// A way in which a topology is not as an outcome says. `path` is that of the outcome's document; `text` says it in a line.
struct PhaseDifference {
  std::vector<std::string> path;
  std::string wanted, seen, text;
};
/// What a client shows, be it the model or a driver.
struct PhaseSeen {
  const TopologyDescription& topology;
  std::function<std::optional<std::uint64_t>(const std::string& address)> generation;  // of that server's pool
  const std::vector<Event>& events;
};
std::vector<PhaseDifference> compare(const PhaseOutcome& outcome, const PhaseSeen& seen);
std::vector<PhaseDifference> compare(const PhaseOutcome& outcome, const Topology& topology, const std::vector<Event>& events);

/// Plays a part to a topology; what is published goes to `events`, and each step takes a second of `now`.
void play(const PhaseResponse& response, Topology& topology, Nanos& now, std::vector<Event>& events);
void play(const PhaseError& error, Topology& topology, Nanos& now, std::vector<Event>& events);

/// One line for each way in which `topology` and the events since the last phase are not as `outcome` says; empty: they are.
std::vector<std::string> differences(const PhaseOutcome& outcome, const Topology& topology, const std::vector<Event>& events);

/// Plays a file against a new topology. Events of its opening count with those of the first phase. An error: no client can be made of the
/// uri.
Result<std::vector<std::string>> play(const PhaseFile& file);

}  // namespace failc::sdam
