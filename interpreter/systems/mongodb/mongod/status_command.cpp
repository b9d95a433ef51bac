// replSetGetStatus
#include "interpreter/systems/mongodb/mongod/registry.hpp"
#include "interpreter/systems/mongodb/mongod/replication_documents.hpp"
#include "interpreter/systems/mongodb/mongod/server.hpp"

namespace failc::mongod {
namespace {

bson::Timestamp timestamp(std::uint64_t packed) { return {static_cast<std::uint32_t>(packed >> 32), static_cast<std::uint32_t>(packed)}; }

void append_member(bson::Builder& out, const replication::MemberStatus& member) {
  out.append("_id", member.id)
      .append("name", member.host)
      .append("health", member.healthy ? 1.0 : 0.0)
      .append("state", static_cast<std::int32_t>(member.state));
  out.append("stateStr", member.healthy || member.self ? replication::show(member.state) : "(not reachable/healthy)");
  out.append("uptime", static_cast<std::int32_t>(std::chrono::duration_cast<std::chrono::seconds>(member.uptime).count()));
  if (member.state != replication::State::arbiter) {
    out.append("optime", optime_document(member.last_applied)).append("optimeDurable", optime_document(member.last_durable));
    out.append("optimeDate", seconds_of(member.last_applied)).append("optimeDurableDate", seconds_of(member.last_durable));
  }
  if (member.last_heartbeat) out.append("lastHeartbeat", bson::Date{*member.last_heartbeat});
  if (member.last_heartbeat_received) out.append("lastHeartbeatRecv", bson::Date{*member.last_heartbeat_received});
  if (!member.self)
    out.append("pingMs", static_cast<std::int64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(member.ping).count()));
  if (!member.self) out.append("lastHeartbeatMessage", member.last_heartbeat_message);
  out.append("syncSourceHost", member.sync_source).append("syncSourceId", -1).append("infoMessage", member.info_message);
  if (member.election_time != 0)
    out.append("electionTime", timestamp(member.election_time))
        .append("electionDate", bson::Date{std::chrono::seconds(member.election_time >> 32)});
  out.append("configVersion", static_cast<std::int32_t>(member.config_version))
      .append("configTerm", static_cast<std::int32_t>(member.config_term));
  if (member.self) out.append("self", true).append("lastHeartbeatMessage", "");
}

Answer get_status(Server& server, Operation&) {
  if (!server.replica->config()) {
    refuse(code::kNotYetInitialized, "no replset config has been received",
           bson::Builder().append("info", "run rs.initiate(...) if not yet done for the set").finish());
  }
  if (server.replica->state() == replication::State::removed) refuse(93, "Our replica set config is invalid or we are not a member of it");
  const replication::Status status = server.replica->status(server.replication_moment());
  bson::Builder out;
  out.append("set", status.set_name)
      .append("date", bson::Date{server.at.wall})
      .append("myState", static_cast<std::int32_t>(status.state))
      .append("term", status.term);
  out.append("syncSourceHost", status.sync_source).append("syncSourceId", -1);
  out.append("heartbeatIntervalMillis",
             static_cast<std::int64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(status.heartbeat_interval).count()));
  out.append("majorityVoteCount", status.majority_vote_count).append("writeMajorityCount", status.write_majority_count);
  out.append("votingMembersCount", status.voting_members_count).append("writableVotingMembersCount", status.writable_voting_members_count);
  out.open("optimes")
      .append("lastCommittedOpTime", optime_document(status.commit_point))
      .append("lastCommittedWallTime", seconds_of(status.commit_point));
  out.append("readConcernMajorityOpTime", optime_document(status.commit_point))
      .append("appliedOpTime", optime_document(status.last_applied));
  out.append("durableOpTime", optime_document(status.last_durable)).append("lastAppliedWallTime", seconds_of(status.last_applied));
  out.append("lastDurableWallTime", seconds_of(status.last_durable)).close();
  if (status.election_time != 0) {
    out.open("electionCandidateMetrics").append("lastElectionReason", status.election_reason);
    out.append("lastElectionDate", bson::Date{std::chrono::seconds(status.election_time >> 32)})
        .append("electionTerm", status.term)
        .close();
  }
  out.open_array("members");
  std::size_t index = 0;
  for (const replication::MemberStatus& member : status.members) {
    out.open(std::to_string(index++));
    append_member(out, member);
    out.close();
  }
  return out.finish();
}

}  // namespace

std::vector<Spec> status_commands() {
  return {{"replSetGetStatus", {}, get_status, trait::kAdmin | trait::kMember, {"initialSync", "oplog", "configSvr"}}};
}

}  // namespace failc::mongod
