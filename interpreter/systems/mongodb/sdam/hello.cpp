#include "interpreter/systems/mongodb/sdam/hello.hpp"

#include <algorithm>

#include "interpreter/systems/mongodb/sdam/address.hpp"
#include "interpreter/systems/mongodb/sdam/extended_json.hpp"

namespace failc::sdam {
namespace {

std::optional<std::string> address(Fields& fields, const char* name) {
  const std::optional<std::string> text = fields.text(name);
  if (!text || text->empty()) return std::nullopt;
  const Result<std::string> normal = normalize_address(*text);
  if (normal) return *normal;
  fields.fail(name, "no address: " + normal.error().message);
  return std::nullopt;
}

/// In the order of the reply.
std::vector<std::string> addresses(Fields& fields, const char* name) {
  std::vector<std::string> out;
  for (const std::string& text : fields.texts(name)) {
    const Result<std::string> normal = normalize_address(text);
    if (!normal) {
      fields.fail(name, "no list of addresses: " + normal.error().message);
      return {};
    }
    out.push_back(*normal);
  }
  return out;
}

}  // namespace

Result<Hello> parse_hello(const DocumentView& reply) {
  Fields fields(reply, "the reply to hello");
  Hello hello;
  hello.ok = is_ok(reply);
  hello.errmsg = fields.text("errmsg").value_or("");
  hello.code = fields.integer("code").value_or(0);
  hello.hello_ok = fields.boolean("helloOk").value_or(false);
  const std::optional<bool> writable = fields.boolean("isWritablePrimary"), legacy = fields.boolean("ismaster");
  hello.is_writable_primary = writable ? *writable : legacy.value_or(false);
  hello.secondary = fields.boolean("secondary").value_or(false);
  hello.arbiter_only = fields.boolean("arbiterOnly").value_or(false);
  hello.hidden = fields.boolean("hidden").value_or(false);
  hello.passive = fields.boolean("passive").value_or(false);
  hello.is_replica_set = fields.boolean("isreplicaset").value_or(false);
  hello.is_mongos = fields.text("msg").value_or("") == "isdbgrid";
  hello.is_cryptd = fields.boolean("iscryptd");
  hello.set_name = fields.text("setName");
  hello.set_version = fields.integer("setVersion");
  hello.election_id = fields.object_id("electionId");
  hello.service_id = fields.object_id("serviceId");
  hello.me = address(fields, "me");
  hello.primary = address(fields, "primary");
  hello.hosts = addresses(fields, "hosts");
  hello.passives = addresses(fields, "passives");
  hello.arbiters = addresses(fields, "arbiters");
  hello.tags = fields.text_map("tags").value_or(Tags{});
  hello.min_wire_version = fields.wire_version("minWireVersion");
  hello.max_wire_version = fields.wire_version("maxWireVersion");
  hello.logical_session_timeout_minutes = fields.integer("logicalSessionTimeoutMinutes");
  hello.topology_version = fields.topology_version("topologyVersion");
  if (const auto last_write = fields.object("lastWrite")) {
    Fields inside(*last_write, "`lastWrite` of the reply to hello");
    hello.last_write_date = inside.date("lastWriteDate");
    fields.adopt(inside);
  }
  if (fields.error()) return *fields.error();
  return hello;
}

}  // namespace failc::sdam
