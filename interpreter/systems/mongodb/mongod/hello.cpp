// hello and its older names: who this node is, at once, when it changes, or as a stream of such replies.
#include "interpreter/systems/mongodb/bson/json.hpp"
#include "interpreter/systems/mongodb/mongod/registry.hpp"
#include "interpreter/systems/mongodb/mongod/replication_documents.hpp"
#include "interpreter/systems/mongodb/mongod/server.hpp"

namespace failc::mongod {
namespace {

void append_hosts(bson::Builder& out, std::string_view name, const std::vector<std::string>& hosts) {
  if (hosts.empty()) return;
  out.open_array(name);
  for (std::size_t i = 0; i < hosts.size(); ++i) out.append(std::to_string(i), hosts[i]);
  out.close();
}

void append_set(bson::Builder& out, const replication::Hello& hello, std::string_view writable) {
  if (!hello.has_config || hello.removed) {
    out.append(writable, false).append("secondary", false);
    out.append("info", hello.removed ? "Our replica set config is invalid or we are not a member of it"
                                     : "Does not have a valid replica set config");
    out.append("isreplicaset", true);
    return;
  }
  append_hosts(out, "hosts", hello.hosts);
  append_hosts(out, "passives", hello.passives);
  append_hosts(out, "arbiters", hello.arbiters);
  out.append("setName", hello.set_name).append("setVersion", static_cast<std::int32_t>(hello.set_version));
  out.append(writable, hello.is_writable_primary).append("secondary", hello.secondary);
  if (!hello.primary.empty()) out.append("primary", hello.primary);
  if (hello.arbiter_only) out.append("arbiterOnly", true);
  if (hello.passive) out.append("passive", true);
  if (hello.hidden) out.append("hidden", true);
  if (!hello.tags.empty()) {
    out.open("tags");
    for (const auto& [tag, value] : hello.tags) out.append(tag, value);
    out.close();
  }
  out.append("me", hello.me);
  if (hello.election_id) {
    bson::ObjectId id;
    id.bytes = *hello.election_id;
    out.append("electionId", id);
  }
  out.open("lastWrite").append("opTime", optime_document(hello.last_write)).append("lastWriteDate", seconds_of(hello.last_write));
  out.append("majorityOpTime", optime_document(hello.majority_write)).append("majorityWriteDate", seconds_of(hello.majority_write)).close();
}

bson::Document description(const Server& server, const Operation& operation) {
  const bson::View request = operation.command.body;
  const bool old_name = operation.command.name != "hello";
  const std::string_view writable = old_name ? "ismaster" : "isWritablePrimary";
  bson::Builder out;
  if (old_name && flag_or(request, "isMaster", "helloOk", false)) out.append("helloOk", true);
  if (server.parameters.version().has_topology_version()) out.append("topologyVersion", server.topology_version());
  if (server.replica)
    append_set(out, server.replica->hello(), writable);
  else
    out.append(writable, true);
  out.append("maxBsonObjectSize", 16777216).append("maxMessageSizeBytes", 48000000).append("maxWriteBatchSize", 100000);
  out.append("localTime", bson::Date{server.at.wall}).append("logicalSessionTimeoutMinutes", 30);
  out.append("connectionId", static_cast<std::int32_t>(operation.connection & 0x7fffffff));
  out.append("minWireVersion", 0).append("maxWireVersion", server.parameters.version().max_wire()).append("readOnly", false);
  // Neither saslSupportedMechs nor speculativeAuthenticate: that is how an unknown user is answered, and here are none.
  return out.finish();
}

void take_handshake(Server& server, Operation& operation) {
  Connection& connection = server.connection_of(operation);
  const bson::ValueView client = operation.command.body["client"];
  if (client.exists()) {
    const bson::View from = Field{"hello", "client", client}.document();
    if (connection.greeted && !connection.client.empty())
      refuse(code::kClientMetadataCannotBeMutated, "The client metadata document may only be sent in the first hello");
    if (from.size() > 512 * 4) refuse(24, "The client metadata document must be less then or equal to 512 bytes");
    connection.client = bson::Document(from);
    if (const bson::ValueView name = from.at("application.name"); name.is(bson::Type::string))
      connection.app_name = std::string(name.as_string());
    server.log("NETWORK", "connection " + std::to_string(operation.connection) + " is of " + bson::relaxed_json(from));
  }
  connection.greeted = true;
}

/// A stream that asks for no pause gets one all the same.
constexpr std::chrono::milliseconds kLeastBetween{10};

struct Awaited {
  bson::ObjectId process;
  std::int64_t counter = 0;
  std::chrono::milliseconds most{0};
};

std::optional<Awaited> awaited(const Operation& operation) {
  const bson::View from = operation.command.body;
  const bool has_version = from.has("topologyVersion"), has_time = from.has("maxAwaitTimeMS");
  if (has_version != has_time) {
    refuse(has_version ? 31368 : 51759, has_version ? "A request with a 'topologyVersion' must include 'maxAwaitTimeMS'"
                                                    : "A request with 'maxAwaitTimeMS' must include a 'topologyVersion'");
  }
  if (!has_version) return std::nullopt;
  const bson::View version = field(from, "hello", "topologyVersion").document();
  const bson::ValueView process = version["processId"], counter = version["counter"];
  if (!process.is(bson::Type::object_id)) Field{"topologyVersion", "processId", process}.wrong_type("objectId");
  if (!counter.is(bson::Type::int64)) Field{"topologyVersion", "counter", counter}.wrong_type("long");
  if (counter.as_int64() < 0) refuse(31372, "topologyVersion must have a non-negative counter");
  const Field time = field(from, "hello", "maxAwaitTimeMS");
  if (!time.value.is_number() || time.integer() < 0) refuse(31373, "maxAwaitTimeMS must be a non-negative integer");
  return Awaited{process.as_object_id(), counter.as_int64(), std::chrono::milliseconds(std::min<std::int64_t>(time.integer(), INT32_MAX))};
}

void reply_or_wait(Server& server, Operation& operation, const Awaited& what, Nanos limit) {
  const bool news = what.process != server.process || what.counter < server.topology_counter;
  if (what.process == server.process && what.counter > server.topology_counter) {
    refuse(31382, "Received a topology version with counter: " + std::to_string(what.counter) +
                      " which is greater than the server topology version counter: " + std::to_string(server.topology_counter));
  }
  if (news || limit <= server.at.now) return server.complete_hello(operation, description(server, operation));
  server.wait(operation, interest::kHello, limit, [&server, &operation, what, limit] { reply_or_wait(server, operation, what, limit); });
}

Answer hello(Server& server, Operation& operation) {
  if (!operation.streaming) take_handshake(server, operation);
  std::optional<Awaited> what = awaited(operation);
  if (!what) return description(server, operation);
  // Of a stream's later replies: as if the client had asked with what it was told last.
  if (operation.streamed) {
    std::tie(what->process, what->counter) = *operation.streamed;
    what->most = std::max(what->most, kLeastBetween);
  }
  reply_or_wait(server, operation, *what, server.at.now + what->most);
  return Later();
}

}  // namespace

std::vector<Spec> hello_commands() {
  constexpr unsigned kTraits = trait::kHello | trait::kAnyField;
  return {{"hello", {}, hello, kTraits, {}}, {"isMaster", {"ismaster"}, hello, kTraits, {}}};
}

}  // namespace failc::mongod
