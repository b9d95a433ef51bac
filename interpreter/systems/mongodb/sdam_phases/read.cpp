#include <array>
#include <limits>

#include "interpreter/systems/mongodb/sdam/address.hpp"
#include "interpreter/systems/mongodb/sdam/extended_json.hpp"
#include "interpreter/systems/mongodb/sdam_phases/phases.hpp"

namespace failc::sdam {
namespace {

using Json = nlohmann::json;

/// As the file gives it: absent, null or a value.
template <class T>
Expected<T> expected(Fields& fields, const char* name, std::optional<T> value) {
  if (!fields.has(name)) return std::nullopt;
  return Expected<T>(std::in_place, std::move(value));
}

std::optional<std::uint64_t> generation(Fields& fields) {
  const std::optional<std::int64_t> number = fields.integer("generation");
  if (number && *number < 0) fields.fail("generation", "negative");
  if (!number) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

bool is_response(const DocumentView& pair) { return pair.is_array() && pair.size() == 2 && pair[0].text() && pair[1].is_object(); }

std::string address(Fields& fields, const std::string& text) {
  const Result<std::string> normal = normalize_address(text);
  if (normal) return *normal;
  fields.fail("address", normal.error().message);
  return text;
}

PhaseResponse read_response(const DocumentView& pair, Fields& phase, const std::string& where) {
  PhaseResponse out;
  if (!is_response(pair)) {
    phase.fail("responses", "not an array of [address, reply]");
    return out;
  }
  out.address = address(phase, *pair[0].text());
  if (pair[1].size() == 0) return out;
  Result<Hello> hello = parse_hello(pair[1]);
  if (hello)
    out.hello = std::move(*hello);
  else
    phase.fail("responses", "no list of replies of servers: " + where + ": " + hello.error().message);
  return out;
}

PhaseError read_error(const DocumentView& document, Fields& phase, const std::string& where) {
  PhaseError out;
  Fields fields(document, where);
  fields.only({"address", "generation", "maxWireVersion", "when", "type", "response"});
  out.error.address = address(fields, fields.text("address").value_or(""));
  out.generation = generation(fields);
  const std::optional<std::int64_t> wire_version = fields.integer("maxWireVersion");
  if (!wire_version || *wire_version < 0 || *wire_version > std::numeric_limits<std::int32_t>::max())
    fields.fail("maxWireVersion", "missing, or no wire version");
  else
    out.max_wire_version = static_cast<std::int32_t>(*wire_version);
  const std::string when = fields.text("when").value_or(""), type = fields.text("type").value_or("");
  if (type == "command")
    out.error.kind = ErrorKind::command;
  else if (type == "network")
    out.error.kind = ErrorKind::network;
  else if (type == "timeout")
    out.error.kind = ErrorKind::timeout;
  else
    fields.fail("type", "`" + type + "`, expected command, network or timeout");
  // The connection of a network error before the handshake has no hello yet; a command that fails there may also be of authentication.
  if (when == "beforeHandshakeCompletes")
    out.error.phase = out.error.kind == ErrorKind::command ? ErrorPhase::before_authentication : ErrorPhase::before_hello;
  else if (when != "afterHandshakeCompletes")
    fields.fail("when", "`" + when + "`, expected beforeHandshakeCompletes or afterHandshakeCompletes");
  const auto response = fields.object("response");
  if (response.has_value() != (out.error.kind == ErrorKind::command))
    fields.fail("response", "for errors of type command, and needed there");
  if (response) out.error.response = response->json();
  out.error.message = type;
  phase.adopt(fields);
  return out;
}

ExpectedServer read_server(const DocumentView& document, Fields& outcome, const std::string& where) {
  ExpectedServer out;
  Fields fields(document, where);
  fields.only({"type", "setName", "setVersion", "electionId", "logicalSessionTimeoutMinutes", "minWireVersion", "maxWireVersion",
               "topologyVersion", "pool", "error"});
  const std::string type = fields.text("type").value_or("");
  if (const std::optional<ServerType> known = server_type_of(type))
    out.type = *known;
  else
    fields.fail("type", "`" + type + "`, no server type");
  out.set_name = expected(fields, "setName", fields.text("setName"));
  out.error = expected(fields, "error", fields.text("error"));
  out.set_version = expected(fields, "setVersion", fields.integer("setVersion"));
  out.logical_session_timeout_minutes = expected(fields, "logicalSessionTimeoutMinutes", fields.integer("logicalSessionTimeoutMinutes"));
  out.min_wire_version = expected(fields, "minWireVersion", fields.integer("minWireVersion"));
  out.max_wire_version = expected(fields, "maxWireVersion", fields.integer("maxWireVersion"));
  out.election_id = expected(fields, "electionId", fields.object_id("electionId"));
  out.topology_version = expected(fields, "topologyVersion", fields.topology_version("topologyVersion"));
  if (const auto pool = fields.object("pool")) {
    Fields inside(*pool, "`pool` of " + where);
    inside.only({"generation"});
    out.pool_generation = generation(inside);
    if (!out.pool_generation) inside.fail("generation", "missing");
    fields.adopt(inside);
  }
  outcome.adopt(fields);
  return out;
}

void check_server_document(const DocumentView& document, Fields& outer, const std::string& where) {
  Fields fields(document, where);
  fields.only({"address", "arbiters", "hosts", "passives", "type", "primary", "setName"});
  outer.adopt(fields);
}

void check_topology_document(const DocumentView& document, Fields& outer, const std::string& where) {
  Fields fields(document, where);
  fields.only({"topologyType", "setName", "servers"});
  if (const auto servers = fields.array("servers"))
    for (std::size_t i = 0; i < servers->size(); ++i) check_server_document((*servers)[i], fields, "a server of " + where);
  outer.adopt(fields);
}

std::vector<Json> read_events(const DocumentView& list, Fields& outcome) {
  static constexpr std::array<std::string_view, 6> known = {"topology_opening_event", "topology_description_changed_event",
                                                            "server_opening_event",   "server_description_changed_event",
                                                            "server_closed_event",    "topology_closed_event"};
  std::vector<Json> out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const DocumentView event = list[i];
    const std::string where = "event " + std::to_string(i + 1);
    if (!event.is_object() || event.size() != 1) {
      outcome.fail("events", "no list of events with one key each");
      return out;
    }
    event.each([&](const std::string& name, const DocumentView& body) {
      if (std::find(known.begin(), known.end(), name) == known.end()) outcome.fail("events", "no list of discovery events: `" + name + "`");
      Fields fields(body, where);
      fields.only({"topologyId", "address", "previousDescription", "newDescription"});
      for (const char* key : {"previousDescription", "newDescription"}) {
        const auto description = fields.object(key);
        if (!description) continue;
        const std::string place = "`" + std::string(key) + "` of " + where;
        if (name == "server_description_changed_event")
          check_server_document(*description, fields, place);
        else
          check_topology_document(*description, fields, place);
      }
      outcome.adopt(fields);
    });
    out.push_back(event.json());
  }
  return out;
}

PhaseOutcome read_outcome(const DocumentView& document, Fields& phase, const std::string& where) {
  PhaseOutcome out;
  Fields fields(document, where);
  fields.only(
      {"topologyType", "servers", "setName", "logicalSessionTimeoutMinutes", "maxSetVersion", "maxElectionId", "compatible", "events"});
  if (const std::optional<std::string> type = fields.text("topologyType")) {
    out.topology_type = topology_type_of(*type);
    if (!out.topology_type) fields.fail("topologyType", "`" + *type + "`, no topology type");
  }
  if (const auto servers = fields.object("servers")) {
    out.servers.emplace();
    servers->each([&](const std::string& name, const DocumentView& server) {
      out.servers->emplace(address(fields, name), read_server(server, fields, "server `" + name + "` of " + where));
    });
  }
  out.set_name = expected(fields, "setName", fields.text("setName"));
  out.logical_session_timeout_minutes = expected(fields, "logicalSessionTimeoutMinutes", fields.integer("logicalSessionTimeoutMinutes"));
  out.max_set_version = expected(fields, "maxSetVersion", fields.integer("maxSetVersion"));
  out.max_election_id = expected(fields, "maxElectionId", fields.object_id("maxElectionId"));
  out.compatible = fields.boolean("compatible");
  if (const auto events = fields.array("events")) out.events = read_events(*events, fields);
  if (!out.events && (!out.topology_type || !out.servers))
    fields.fail("topologyType", "missing, or `servers` is: they or `events` are needed");
  phase.adopt(fields);
  return out;
}

Phase read_phase(const DocumentView& document, Fields& file, const std::string& where) {
  Phase out;
  Fields fields(document, where);
  fields.only({"description", "responses", "applicationErrors", "outcome"});
  out.description = fields.text("description").value_or("");
  if (const auto responses = fields.array("responses"))
    for (std::size_t i = 0; i < responses->size(); ++i)
      out.responses.push_back(read_response((*responses)[i], fields, "response " + std::to_string(i + 1)));
  if (const auto errors = fields.array("applicationErrors"))
    for (std::size_t i = 0; i < errors->size(); ++i)
      out.errors.push_back(read_error((*errors)[i], fields, "application error " + std::to_string(i + 1) + " of " + where));
  if (const auto outcome = fields.object("outcome"))
    out.outcome = read_outcome(*outcome, fields, "the outcome of " + where);
  else
    fields.fail("outcome", "missing");
  file.adopt(fields);
  return out;
}

}  // namespace

namespace {

std::optional<PhaseProblem> problem_of(const Fields& fields) {
  if (!fields.error()) return std::nullopt;
  return PhaseProblem{fields.failed_key(), fields.error()->message, fields.known_keys()};
}

const Json kNone = Json::object();

}  // namespace

PhaseResponse read_response(const DocumentView& pair, std::optional<PhaseProblem>& problem) {
  PhaseResponse out;
  if (!is_response(pair)) {
    problem = PhaseProblem{"", "a response is an address and a reply: `[\"a:27017\", { … }]`", {}};
    return out;
  }
  const Result<std::string> normal = normalize_address(*pair[0].text());
  if (normal)
    out.address = *normal;
  else
    problem = PhaseProblem{"", normal.error().message, {}};
  if (pair[1].size() == 0) return out;
  Result<Hello> hello = parse_hello(pair[1]);
  if (hello) {
    out.hello = std::move(*hello);
  } else if (!problem) {
    // Fields words its errors so that the key is the first that is quoted.
    const std::string& message = hello.error().message;
    const std::size_t from = message.find('`') + 1;
    problem = PhaseProblem{message.substr(from, message.find('`', from) - from), message, {}};
  }
  return out;
}

PhaseError read_application_error(const DocumentView& document, std::optional<PhaseProblem>& problem) {
  Fields outer(kNone, "the step");
  PhaseError out = read_error(document, outer, "the application error");
  problem = problem_of(outer);
  return out;
}

PhaseOutcome read_outcome(const DocumentView& document, std::optional<PhaseProblem>& problem) {
  Fields outer(kNone, "the phase");
  PhaseOutcome out = read_outcome(document, outer, "the outcome");
  problem = problem_of(outer);
  return out;
}

Result<PhaseFile> read_phases(const DocumentView& document) {
  PhaseFile out;
  Fields fields(document, "the file");
  fields.only({"description", "uri", "phases"});
  out.description = fields.text("description").value_or("");
  out.uri = fields.text("uri").value_or("");
  if (out.uri.empty()) fields.fail("uri", "missing");
  if (const auto phases = fields.array("phases"))
    for (std::size_t i = 0; i < phases->size(); ++i) out.phases.push_back(read_phase((*phases)[i], fields, "phase " + std::to_string(i + 1)));
  if (out.phases.empty()) fields.fail("phases", "missing or empty");
  if (fields.error()) return *fields.error();
  return out;
}

Result<PhaseFile> read_phase_text(std::string_view text) {
  const Json document = Json::parse(text, nullptr, false);
  if (document.is_discarded()) return Error{"the file is not JSON"};
  return read_phases(document);
}

}  // namespace failc::sdam
