#include "interpreter/systems/mongodb/black_box/seen.hpp"

#include "interpreter/systems/mongodb/sdam/extended_json.hpp"

namespace failc::black_box {
namespace {

using Json = nlohmann::json;
using sdam::Fields;

/// An address as the protocol has it.
std::string address_of(Fields& fields) {
  std::string out = fields.text("address").value_or("");
  if (out.empty()) fields.fail("address", "missing");
  return out;
}

sdam::ServerDescription read_server(const sdam::DocumentView& document, Fields& outer, std::optional<std::uint64_t>* generation = nullptr) {
  sdam::ServerDescription out;
  Fields fields(document, "a server");
  out.address = address_of(fields);
  const std::string type = fields.text("type").value_or("");
  if (const auto known = sdam::server_type_of(type)) out.type = *known;
  else fields.fail("type", "`" + type + "`, no server type");
  out.error = fields.text("error");
  out.set_name = fields.text("setName");
  out.me = fields.text("me");
  out.primary = fields.text("primary");
  out.hosts = fields.texts("hosts");
  out.passives = fields.texts("passives");
  out.arbiters = fields.texts("arbiters");
  out.set_version = fields.integer("setVersion");
  out.election_id = fields.object_id("electionId");
  out.logical_session_timeout_minutes = fields.integer("logicalSessionTimeoutMinutes");
  out.topology_version = fields.topology_version("topologyVersion");
  out.min_wire_version = fields.wire_version("minWireVersion");
  out.max_wire_version = fields.wire_version("maxWireVersion");
  if (const auto pool = fields.object("pool"); pool && generation != nullptr) {
    Fields inside(*pool, "`pool` of a server");
    if (const auto number = inside.integer("generation"); number && *number >= 0) *generation = static_cast<std::uint64_t>(*number);
    fields.adopt(inside);
  }
  outer.adopt(fields);
  return out;
}

SeenTopology read_topology(const sdam::DocumentView& document, Fields& outer) {
  SeenTopology out;
  Fields fields(document, "the topology");
  const std::string type = fields.text("type").value_or("");
  if (const auto known = sdam::topology_type_of(type)) out.description.type = *known;
  else fields.fail("type", "`" + type + "`, no topology type");
  out.description.set_name = fields.text("setName");
  out.description.max_election_id = fields.object_id("maxElectionId");
  out.description.max_set_version = fields.integer("maxSetVersion");
  out.description.logical_session_timeout_minutes = fields.integer("logicalSessionTimeoutMinutes");
  out.description.compatible = fields.boolean("compatible").value_or(true);
  if (const auto servers = fields.array("servers"))
    for (std::size_t i = 0; i < servers->size(); ++i) {
      std::optional<std::uint64_t> generation;
      sdam::ServerDescription one = read_server((*servers)[i], fields, &generation);
      if (generation) out.generations[one.address] = *generation;
      std::string address = one.address;
      if (!out.description.servers.emplace(std::move(address), std::move(one)).second) fields.fail("servers", "has an address twice");
    }
  else
    fields.fail("servers", "missing");
  outer.adopt(fields);
  return out;
}

const Json kEmpty = Json::object();

sdam::DocumentView part(Fields& fields, const char* name) {
  const auto found = fields.object(name);
  if (!found) fields.fail(name, "missing");
  return found.value_or(kEmpty);
}

}  // namespace

Result<SeenTopology> read_topology(const Json& document) {
  Fields outer(kEmpty, "the answer");
  SeenTopology out = read_topology(document, outer);
  if (outer.error()) return *outer.error();
  return out;
}

Result<std::optional<sdam::Event>> read_event(std::string_view name, const Json& data) {
  Fields fields(data, "`" + std::string(name) + "`");
  std::optional<sdam::Event> out;
  if (name == "topologyOpeningEvent") out = sdam::TopologyOpening{};
  if (name == "topologyClosedEvent") out = sdam::TopologyClosed{};
  if (name == "serverOpeningEvent") out = sdam::ServerOpening{address_of(fields)};
  if (name == "serverClosedEvent") out = sdam::ServerClosed{address_of(fields)};
  if (name == "serverDescriptionChangedEvent") out = sdam::ServerDescriptionChanged{read_server(part(fields, "previousDescription"), fields), read_server(part(fields, "newDescription"), fields)};
  if (name == "topologyDescriptionChangedEvent")
    out = sdam::TopologyDescriptionChanged{read_topology(part(fields, "previousDescription"), fields).description, read_topology(part(fields, "newDescription"), fields).description};
  if (fields.error()) return *fields.error();
  return out;
}

}  // namespace failc::black_box
