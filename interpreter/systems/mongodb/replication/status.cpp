#include "interpreter/systems/mongodb/replication/status.hpp"

#include "interpreter/systems/mongodb/replication/replica.hpp"

namespace failc::replication {

ElectionId election_id(std::int64_t term) {
  ElectionId out{0x7f, 0xff, 0xff, 0xff};
  for (std::size_t i = 0; i < 8; ++i) out[4 + i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(term) >> (56 - 8 * i));
  return out;
}

MemberStatus Replica::own_status(Moment at) const {
  MemberStatus out;
  out.id = self_;
  out.host = self()->host;
  out.self = true;
  out.healthy = true;
  out.state = state_;
  out.uptime = at.now - started_.now;
  out.last_applied = oplog_.last();
  out.last_durable = durable_;
  out.info_message = info_;
  if (const Peer* source = peer(sync_source_)) out.sync_source = source->host;
  if (role_ == Role::leader) out.election_time = election_time_;
  out.config_version = config_->version;
  out.config_term = config_->term;
  return out;
}

MemberStatus Replica::status_of(const Peer& peer, Moment at) const {
  MemberStatus out;
  out.id = peer.id;
  out.host = peer.host;
  out.healthy = peer.up;
  out.state = peer.up ? peer.state : peer.contact || !peer.message.empty() ? State::down : State::unknown;
  if (peer.up) out.uptime = at.now - peer.up_since;
  out.last_applied = peer.applied;
  out.last_durable = peer.durable;
  out.ping = peer.ping;
  out.last_heartbeat = peer.heard_wall;
  out.last_heartbeat_received = peer.received_wall;
  out.last_heartbeat_message = peer.message;
  out.sync_source = peer.sync_source;
  if (peer.up && peer.state == State::primary) out.election_time = peer.election_time;
  out.config_version = peer.config.version;
  out.config_term = peer.config.term;
  return out;
}

Status Replica::status(Moment at) const {
  Status out;
  out.set_name = options_.set_name;
  out.state = state_;
  out.term = term_;
  out.commit_point = commit_;
  out.last_applied = oplog_.last();
  out.last_durable = durable_;
  if (!config_) return out;
  out.heartbeat_interval = config_->settings.heartbeat_interval;
  out.majority_vote_count = config_->majority();
  out.write_majority_count = config_->write_majority();
  out.voting_members_count = config_->voters();
  out.writable_voting_members_count = config_->data_bearing_voters();
  if (const Peer* source = peer(sync_source_)) out.sync_source = source->host;
  if (role_ == Role::leader) {
    out.election_time = election_time_;
    out.election_reason = election_reason_;
  }
  if (self() == nullptr) return out;
  for (const Member& member : config_->members)
    out.members.push_back(member.id == self_ ? own_status(at) : status_of(*peer(member.id), at));
  return out;
}

Hello Replica::hello() const {
  Hello out;
  out.has_config = config_.has_value();
  out.removed = state_ == State::removed;
  out.last_write = oplog_.last();
  out.majority_write = commit_;
  const Member* me = self();
  if (me == nullptr) return out;
  out.set_name = config_->set_name;
  out.set_version = config_->version;
  out.is_writable_primary = can_accept_writes();
  out.secondary = state_ == State::secondary || (state_ == State::primary && !out.is_writable_primary);
  out.arbiter_only = me->arbiter_only;
  out.passive = me->data_bearing() && me->priority == 0;
  out.hidden = me->hidden;
  out.me = me->host;
  out.tags = me->tags;
  for (const Member& member : config_->members) {
    if (member.hidden) continue;
    (member.arbiter_only ? out.arbiters : member.priority == 0 ? out.passives : out.hosts).push_back(member.host);
  }
  if (role_ == Role::leader) {
    out.primary = out.is_writable_primary ? me->host : "";
    if (out.is_writable_primary) out.election_id = election_id(led_term_);
  } else if (const Peer* leader = peer(primary_)) {
    out.primary = leader->host;
  }
  return out;
}

}  // namespace failc::replication
