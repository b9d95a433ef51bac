#include <algorithm>

#include "interpreter/systems/mongodb/mongod/failure.hpp"
#include "interpreter/systems/mongodb/mongod/fields.hpp"
#include "interpreter/systems/mongodb/mongod/replication_documents.hpp"

namespace failc::mongod {
namespace {

using namespace replication;

constexpr std::string_view kHeartbeat = "replSetHeartbeat", kVotes = "replSetRequestVotes", kFetch = "replSetFetch",
                           kPosition = "replSetUpdatePosition", kStepUp = "replSetStepUp", kSnapshot = "replSetFetchSnapshot";

bson::Builder begin(std::string_view name, const std::string& set_name) {
  bson::Builder out;
  out.append(name, set_name).append("$db", "admin");
  return out;
}

OpTime optime(bson::View from, std::string_view name) {
  const bson::View inside = field(from, "optime", name).document();
  const bson::ValueView time = inside["ts"], term = inside["t"];
  if (!time.is(bson::Type::timestamp) || !term.is(bson::Type::int64))
    refuse(code::kBadValue, "`" + std::string(name) + "` is no place in an oplog");
  return {packed(time.as_timestamp()), term.as_int64()};
}

struct Reader {
  bson::View from;
  std::int64_t number(std::string_view name) const { return field(from, "message", name).integer(); }
  int id(std::string_view name) const { return static_cast<int>(std::clamp<std::int64_t>(number(name), -1, 255)); }
  bool flag(std::string_view name) const { return field(from, "message", name).flag(); }
  std::string text(std::string_view name) const { return std::string(field(from, "message", name).text()); }
  OpTime at(std::string_view name) const { return optime(from, name); }
  State state(std::string_view name) const {
    const std::int64_t number = this->number(name);
    for (const State state : {State::startup, State::primary, State::secondary, State::recovering, State::startup2, State::unknown,
                              State::arbiter, State::down, State::rollback, State::removed})
      if (static_cast<std::int64_t>(state) == number) return state;
    refuse(code::kBadValue, "no member state has the number " + std::to_string(number));
  }
};

// Names that stand in several messages.
constexpr std::string_view kTerm = "term", kSender = "fromId", kApplied = "appliedOpTime", kDurable = "durableOpTime",
                           kCommit = "commitPoint";

struct RequestWriter {
  bson::Document operator()(const HeartbeatRequest& from) const {
    return begin(kHeartbeat, from.set_name)
        .append("configVersion", from.config_version)
        .append("configTerm", from.config_term)
        .append("configDurable", from.config_durable)
        .append("from", from.sender_host)
        .append(kSender, from.sender_id)
        .append(kTerm, from.term)
        .append("state", static_cast<std::int32_t>(from.state))
        .append(kApplied, optime_document(from.last_applied))
        .append(kDurable, optime_document(from.last_durable))
        .append(kCommit, optime_document(from.commit_point))
        .append("primaryId", from.primary_id)
        .finish();
  }
  bson::Document operator()(const VoteRequest& from) const {
    return begin(kVotes, from.set_name)
        .append("dryRun", from.dry_run)
        .append(kTerm, from.term)
        .append("candidateId", from.candidate_id)
        .append("configVersion", from.config_version)
        .append("configTerm", from.config_term)
        .append(kApplied, optime_document(from.last_applied))
        .finish();
  }
  bson::Document operator()(const FetchRequest& from) const {
    return begin(kFetch, from.set_name)
        .append(kSender, from.sender_id)
        .append(kTerm, from.term)
        .append("after", optime_document(from.after))
        .append(kApplied, optime_document(from.last_applied))
        .append(kDurable, optime_document(from.last_durable))
        .append(kCommit, optime_document(from.commit_point))
        .append("waitMillis", static_cast<std::int64_t>(from.wait.count()))
        .append("limitBytes", from.limit_bytes)
        .finish();
  }
  bson::Document operator()(const PositionRequest& from) const {
    return begin(kPosition, from.set_name)
        .append(kSender, from.sender_id)
        .append(kTerm, from.term)
        .append(kApplied, optime_document(from.last_applied))
        .append(kDurable, optime_document(from.last_durable))
        .finish();
  }
  bson::Document operator()(const StepUpRequest& from) const {
    return begin(kStepUp, from.set_name).append(kSender, from.sender_id).append(kTerm, from.term).finish();
  }
  bson::Document operator()(const SnapshotRequest& from) const {
    return begin(kSnapshot, from.set_name)
        .append(kSender, from.sender_id)
        .append(kTerm, from.term)
        .append(kApplied, optime_document(from.last_applied))
        .append("snapshot", from.snapshot)
        .append("piece", from.piece)
        .finish();
  }
};

struct ResponseWriter {
  bson::Document operator()(const HeartbeatResponse& from) const {
    bson::Builder out;
    out.append("set", from.set_name).append("state", static_cast<std::int32_t>(from.state)).append(kTerm, from.term);
    out.append("v", from.config_version).append("configTerm", from.config_term).append("configDurable", from.config_durable);
    out.append(kApplied, optime_document(from.last_applied))
        .append(kDurable, optime_document(from.last_durable))
        .append(kCommit, optime_document(from.commit_point));
    out.append("primaryId", from.primary_id).append("syncingTo", from.sync_source);
    out.append("electionTime",
               bson::Timestamp{static_cast<std::uint32_t>(from.election_time >> 32), static_cast<std::uint32_t>(from.election_time)});
    if (from.config) out.append("config", config_document(*from.config));
    return out.finish();
  }
  bson::Document operator()(const VoteResponse& from) const {
    return bson::Builder()
        .append(kTerm, from.term)
        .append("voteGranted", from.granted)
        .append("reason", from.reason)
        .append(kApplied, optime_document(from.last_applied))
        .finish();
  }
  bson::Document operator()(const FetchResponse& from) const {
    bson::Builder out;
    out.append(kTerm, from.term).append("primary", from.primary).append("after", optime_document(from.after)).append("behind", from.behind);
    out.append("tooOld", from.too_old);
    out.append("diverged", from.diverged).append("hint", optime_document(from.hint)).append(kApplied, optime_document(from.last_applied));
    out.append(kCommit, optime_document(from.commit_point)).open_array("entries");
    std::size_t index = 0;
    for (const Entry& entry : from.entries)
      out.open(std::to_string(index++))
          .append("at", optime_document(entry.at))
          .append("payload", bson::BinaryView{0, entry.payload})
          .close();
    return out.finish();
  }
  bson::Document operator()(const PositionResponse& from) const { return bson::Builder().append(kTerm, from.term).finish(); }
  bson::Document operator()(const StepUpResponse& from) const { return bson::Builder().append(kTerm, from.term).finish(); }
  bson::Document operator()(const SnapshotResponse& from) const {
    return bson::Builder()
        .append(kTerm, from.term)
        .append("primary", from.primary)
        .append("snapshot", from.snapshot)
        .append("at", optime_document(from.at))
        .append(kApplied, optime_document(from.last_applied))
        .append(kCommit, optime_document(from.commit_point))
        .append("piece", from.piece)
        .append("pieces", from.pieces)
        .append("bytes", bson::BinaryView{0, from.bytes})
        .finish();
  }
  bson::Document operator()(const Refusal&) const { return {}; }
};

Response read_heartbeat(const Reader& from) {
  HeartbeatResponse out;
  out.set_name = from.text("set");
  out.state = from.state("state");
  out.term = from.number(kTerm);
  out.config_version = from.number("v");
  out.config_term = from.number("configTerm");
  out.config_durable = from.flag("configDurable");
  out.last_applied = from.at(kApplied);
  out.last_durable = from.at(kDurable);
  out.commit_point = from.at(kCommit);
  out.primary_id = from.id("primaryId");
  out.sync_source = from.text("syncingTo");
  if (const bson::ValueView time = from.from["electionTime"]; time.is(bson::Type::timestamp))
    out.election_time = packed(time.as_timestamp());
  if (const bson::ValueView config = from.from["config"]; config.is(bson::Type::document)) out.config = parse_config(config.as_document());
  return out;
}

Response read_fetch(const Reader& from) {
  FetchResponse out;
  out.term = from.number(kTerm);
  out.primary = from.flag("primary");
  out.after = from.at("after");
  out.behind = from.flag("behind");
  out.too_old = from.flag("tooOld");
  out.diverged = from.flag("diverged");
  out.hint = from.at("hint");
  out.last_applied = from.at(kApplied);
  out.commit_point = from.at(kCommit);
  for (const bson::Element& element : field(from.from, "message", "entries").array()) {
    const bson::View entry = Field{"entries", element.key, element.value}.document();
    const bson::ValueView payload = entry["payload"];
    if (!payload.is(bson::Type::binary)) refuse(code::kBadValue, "an entry has no payload");
    out.entries.push_back({optime(entry, "at"), std::string(payload.as_binary().bytes)});
  }
  return out;
}

Response read_snapshot(const Reader& from) {
  const bson::ValueView bytes = from.from["bytes"];
  if (!bytes.is(bson::Type::binary)) refuse(code::kBadValue, "a piece of a snapshot has no bytes");
  return SnapshotResponse{from.number(kTerm),   from.flag("primary"),  from.number("snapshot"),
                          from.at("at"),        from.at(kApplied),     from.at(kCommit),
                          from.number("piece"), from.number("pieces"), std::string(bytes.as_binary().bytes)};
}

}  // namespace

bson::Document optime_document(const OpTime& at) { return bson::Builder().append("ts", timestamp_of(at)).append("t", at.term).finish(); }

std::string_view name_of(const Request& request) {
  constexpr std::string_view kNames[] = {kHeartbeat, kVotes, kFetch, kPosition, kStepUp, kSnapshot};
  return kNames[request.index()];
}

bson::Document request_document(const Request& request) { return std::visit(RequestWriter(), request); }
bson::Document response_document(const Response& response) { return std::visit(ResponseWriter(), response); }

/// An operator's replSetStepUp has a number where a member's has the name of the set.
bool is_member_request(std::string_view name, bson::View body) {
  return name == kHeartbeat || name == kVotes || name == kFetch || name == kPosition || name == kSnapshot ||
         (name == kStepUp && body.front().value.is(bson::Type::string));
}

Request parse_request(std::string_view name, bson::View body) {
  const Reader from{body};
  const std::string set_name = from.text(name);
  if (name == kHeartbeat) {
    HeartbeatRequest out{set_name,
                         from.id(kSender),
                         from.text("from"),
                         from.number(kTerm),
                         from.number("configVersion"),
                         from.number("configTerm"),
                         from.flag("configDurable"),
                         from.state("state"),
                         from.at(kApplied),
                         from.at(kDurable),
                         from.at(kCommit),
                         from.id("primaryId")};
    return out;
  }
  if (name == kVotes) {
    return VoteRequest{set_name,
                       from.flag("dryRun"),
                       from.number(kTerm),
                       from.id("candidateId"),
                       from.number("configVersion"),
                       from.number("configTerm"),
                       from.at(kApplied)};
  }
  if (name == kFetch) {
    return FetchRequest{set_name,
                        from.id(kSender),
                        from.number(kTerm),
                        from.at("after"),
                        from.at(kApplied),
                        from.at(kDurable),
                        from.at(kCommit),
                        std::chrono::milliseconds(std::clamp<std::int64_t>(from.number("waitMillis"), 0, 60000)),
                        from.number("limitBytes")};
  }
  if (name == kPosition) return PositionRequest{set_name, from.id(kSender), from.number(kTerm), from.at(kApplied), from.at(kDurable)};
  if (name == kSnapshot)
    return SnapshotRequest{set_name,          from.id(kSender),        from.number(kTerm),
                           from.at(kApplied), from.number("snapshot"), from.number("piece")};
  return StepUpRequest{set_name, from.id(kSender), from.number(kTerm)};
}

std::optional<Response> parse_response(std::string_view request, bson::View reply) {
  const Reader from{reply};
  try {
    if (!reply["ok"].truthy()) {
      const bson::ValueView number = reply["code"];
      return Refusal{{static_cast<int>(number.integer().value_or(0)), std::string(text_or(reply, "reply", "codeName", "")),
                      std::string(text_or(reply, "reply", "errmsg", ""))}};
    }
    if (request == kHeartbeat) return read_heartbeat(from);
    if (request == kVotes) return VoteResponse{from.number(kTerm), from.flag("voteGranted"), from.text("reason"), from.at(kApplied)};
    if (request == kFetch) return read_fetch(from);
    if (request == kSnapshot) return read_snapshot(from);
    if (request == kPosition) return PositionResponse{from.number(kTerm)};
    return StepUpResponse{from.number(kTerm)};
  } catch (const Refused&) {
    return std::nullopt;
  }
}

}  // namespace failc::mongod
