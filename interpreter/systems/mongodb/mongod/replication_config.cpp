#include <algorithm>

#include "interpreter/systems/mongodb/mongod/concern.hpp"
#include "interpreter/systems/mongodb/mongod/failure.hpp"
#include "interpreter/systems/mongodb/mongod/fields.hpp"
#include "interpreter/systems/mongodb/mongod/replication_documents.hpp"

namespace failc::mongod {
namespace {

using replication::Config;
using replication::Member;
using replication::Settings;

bson::Value seconds_value(std::chrono::milliseconds time) {
  return time.count() % 1000 == 0 ? bson::Value(static_cast<std::int32_t>(time.count() / 1000))
                                  : bson::Value(static_cast<double>(time.count()) / 1000.0);
}

bson::ObjectId object_id(const std::string& hex) {
  bson::ObjectId out;
  for (std::size_t i = 0; i < 12 && 2 * i + 1 < hex.size(); ++i)
    out.bytes[i] = static_cast<std::uint8_t>(std::stoi(hex.substr(2 * i, 2), nullptr, 16));
  return out;
}

[[noreturn]] void invalid(std::string why) { refuse(93, std::move(why)); }

double number(const Field& from) {
  if (!from.value.is_number()) from.wrong_type("number");
  return *from.value.number();
}

std::chrono::milliseconds milliseconds(const Field& from, double scale) {
  const double value = number(from) * scale;
  if (!(value >= -1e15 && value <= 1e15)) invalid("`" + std::string(from.name) + "` is out of range");
  return std::chrono::milliseconds(static_cast<std::int64_t>(value));
}

Member parse_member(bson::View from) {
  constexpr std::string_view kWhere = "members";
  only_fields(from, kWhere,
              {"_id", "host", "arbiterOnly", "buildIndexes", "hidden", "priority", "tags", "slaveDelay", "secondaryDelaySecs", "votes",
               "horizons", "newlyAdded"});
  if (from.has("horizons")) invalid("`horizons` are not supported");
  Member out;
  if (!from.has("_id")) invalid("a member lacks `_id`");
  out.id = static_cast<int>(std::clamp<std::int64_t>(field(from, kWhere, "_id").integer(), -1, 1 << 20));
  if (!from.has("host")) invalid("member " + std::to_string(out.id) + " lacks `host`");
  out.host = std::string(field(from, kWhere, "host").text());
  if (out.host.find(':') == std::string::npos) out.host += ":27017";
  out.arbiter_only = flag_or(from, kWhere, "arbiterOnly", false);
  out.build_indexes = flag_or(from, kWhere, "buildIndexes", true);
  out.hidden = flag_or(from, kWhere, "hidden", false);
  out.priority = from.has("priority") ? number(field(from, kWhere, "priority")) : out.arbiter_only ? 0 : 1;
  if (out.arbiter_only && out.priority == 1) out.priority = 0;  // what older shells write for an arbiter
  out.votes = static_cast<int>(std::clamp<std::int64_t>(integer_or(from, kWhere, "votes", 1), -1, 100));
  out.delay = std::chrono::seconds(integer_or(from, kWhere, "secondaryDelaySecs", integer_or(from, kWhere, "slaveDelay", 0)));
  for (const bson::Element& tag : document_or_empty(from, kWhere, "tags"))
    out.tags[std::string(tag.key)] = std::string(Field{"members.tags", tag.key, tag.value}.text());
  return out;
}

Settings parse_settings(bson::View from) {
  constexpr std::string_view kWhere = "settings";
  only_fields(from, kWhere,
              {"chainingAllowed", "heartbeatIntervalMillis", "heartbeatTimeoutSecs", "electionTimeoutMillis", "catchUpTimeoutMillis",
               "catchUpTakeoverDelayMillis", "getLastErrorModes", "getLastErrorDefaults", "replicaSetId"});
  Settings out;
  const auto given = [&](std::string_view name) { return from.has(name); };
  out.chaining_allowed = flag_or(from, kWhere, "chainingAllowed", out.chaining_allowed);
  if (given("heartbeatIntervalMillis")) out.heartbeat_interval = milliseconds(field(from, kWhere, "heartbeatIntervalMillis"), 1);
  if (given("heartbeatTimeoutSecs")) out.heartbeat_timeout = milliseconds(field(from, kWhere, "heartbeatTimeoutSecs"), 1000);
  if (given("electionTimeoutMillis")) out.election_timeout = milliseconds(field(from, kWhere, "electionTimeoutMillis"), 1);
  if (given("catchUpTimeoutMillis")) out.catch_up_timeout = milliseconds(field(from, kWhere, "catchUpTimeoutMillis"), 1);
  if (given("getLastErrorDefaults")) {
    const WriteConcern defaults = parse_write_concern(from["getLastErrorDefaults"]);
    const int* w = std::get_if<int>(&defaults.what.w);
    if (w == nullptr || *w != 1 || defaults.what.journal || defaults.timeout)
      invalid("`getLastErrorDefaults` other than {w: 1, wtimeout: 0} are not supported");
  }
  for (const bson::Element& mode : document_or_empty(from, kWhere, "getLastErrorModes"))
    for (const bson::Element& tag : Field{kWhere, mode.key, mode.value}.document())
      out.write_concern_modes[std::string(mode.key)][std::string(tag.key)] =
          static_cast<int>(Field{mode.key, tag.key, tag.value}.integer());
  if (const bson::ValueView id = from["replicaSetId"]; id.is(bson::Type::object_id)) out.replica_set_id = id.as_object_id().hex();
  return out;
}

}  // namespace

bson::Document config_document(const Config& config) {
  bson::Builder out;
  out.append("_id", config.set_name).append("version", static_cast<std::int32_t>(config.version));
  out.append("term", config.term);
  out.open_array("members");
  int index = 0;
  for (const Member& member : config.members) {
    out.open(std::to_string(index++)).append("_id", member.id).append("host", member.host).append("arbiterOnly", member.arbiter_only);
    out.append("buildIndexes", member.build_indexes).append("hidden", member.hidden).append("priority", member.priority);
    out.open("tags");
    for (const auto& [tag, value] : member.tags) out.append(tag, value);
    out.close().append("secondaryDelaySecs", static_cast<std::int64_t>(member.delay.count())).append("votes", member.votes).close();
  }
  out.close().append("protocolVersion", std::int64_t{1}).append("writeConcernMajorityJournalDefault", true);
  const Settings& settings = config.settings;
  out.open("settings").append("chainingAllowed", settings.chaining_allowed);
  out.append("heartbeatIntervalMillis", static_cast<std::int32_t>(settings.heartbeat_interval.count()));
  out.append("heartbeatTimeoutSecs", seconds_value(settings.heartbeat_timeout).view());
  out.append("electionTimeoutMillis", static_cast<std::int32_t>(settings.election_timeout.count()));
  out.append("catchUpTimeoutMillis", static_cast<std::int32_t>(settings.catch_up_timeout.count()));
  out.open("getLastErrorModes");
  for (const auto& [mode, tags] : settings.write_concern_modes) {
    out.open(mode);
    for (const auto& [tag, count] : tags) out.append(tag, count);
    out.close();
  }
  out.close().open("getLastErrorDefaults").append("w", 1).append("wtimeout", 0).close();
  if (!settings.replica_set_id.empty()) out.append("replicaSetId", object_id(settings.replica_set_id));
  return out.finish();
}

Config parse_config(bson::View from) {
  constexpr std::string_view kWhere = "config";
  only_fields(
      from, kWhere,
      {"_id", "version", "term", "members", "settings", "protocolVersion", "writeConcernMajorityJournalDefault", "configsvr", "repaired"});
  Config out;
  if (!from.has("_id")) invalid("the configuration lacks `_id`, the name of the set");
  out.set_name = std::string(field(from, kWhere, "_id").text());
  out.version = integer_or(from, kWhere, "version", 1);
  out.term = integer_or(from, kWhere, "term", -1);
  if (integer_or(from, kWhere, "protocolVersion", 1) != 1) invalid("`protocolVersion` must be 1");
  if (flag_or(from, kWhere, "configsvr", false)) invalid("config servers are not supported");
  if (!flag_or(from, kWhere, "writeConcernMajorityJournalDefault", true))
    invalid("`writeConcernMajorityJournalDefault: false` is not supported");
  if (!from.has("members")) invalid("the configuration lacks `members`");
  for (const bson::Element& member : field(from, kWhere, "members").array())
    out.members.push_back(parse_member(Field{"members", member.key, member.value}.document()));
  out.settings = parse_settings(document_or_empty(from, kWhere, "settings"));
  return out;
}

}  // namespace failc::mongod
