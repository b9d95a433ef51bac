// Heartbeats: who is there, in which state, how far; and how configurations spread.
#include <algorithm>

#include "interpreter/systems/mongodb/replication/replica.hpp"

namespace failc::replication {
namespace {

constexpr int kRetries = 2;

}  // namespace

Nanos Replica::heartbeat_interval() const {
  if (!config_) return std::chrono::milliseconds(100);
  // Several must fit into the election timeout, whatever the settings say.
  return std::min<Nanos>(config_->settings.heartbeat_interval, election_timeout() / 4);
}

void Replica::send_heartbeats_now() {
  for (Peer& peer : peers_) peer.next_heartbeat = at_.now;
  for (Peer& peer : peers_)
    if (peer.heartbeat == 0) send_heartbeat(peer);
}

HeartbeatRequest Replica::heartbeat() const {
  HeartbeatRequest out;
  out.set_name = options_.set_name;
  out.sender_id = self_;
  out.sender_host = self() != nullptr ? self()->host : options_.self.empty() ? "" : options_.self.front();
  out.term = term_;
  if (config_) {
    out.config_version = config_->version;
    out.config_term = config_->term;
    out.config_durable = durable_config_ == config_->identity();
  }
  out.state = state_;
  out.last_applied = oplog_.last();
  out.last_durable = durable_;
  out.commit_point = commit_;
  out.primary_id = role_ == Role::leader ? self_ : primary_;
  return out;
}

void Replica::send_heartbeat(Peer& to) {
  to.next_heartbeat = at_.now + heartbeat_interval();
  const Nanos timeout = std::min<Nanos>(config_->settings.heartbeat_timeout, election_timeout());
  to.heartbeat = call(to.host, heartbeat(), timeout, Pending{Kind::heartbeat, to.id});
}

/// Someone who knows a configuration that this node lacks.
void Replica::ask_seed(const std::string& host) {
  for (const auto& [id, what] : calls_)
    if (what.kind == Kind::seed) return;
  if (!host.empty()) call(host, heartbeat(), std::chrono::seconds(1), Pending{Kind::seed});
}

Response Replica::on_request(const HeartbeatRequest& request) {
  if (request.set_name != options_.set_name)
    return Refusal{
        errors::inconsistent_set_names("this node is of set `" + options_.set_name + "`, the heartbeat of `" + request.set_name + "`")};
  const ConfigVersion theirs{request.config_version, request.config_term};
  const ConfigVersion mine = config_ ? config_->identity() : ConfigVersion{};
  Peer* from = peer(request.sender_id);
  if (from != nullptr && from->host != request.sender_host) from = nullptr;
  if (from != nullptr) {
    learn_term(request.term);
    touch(*from);
    from->received_wall = at_.wall;
    from->config = theirs;
    from->config_durable = request.config_durable;
    from->primary = request.primary_id;
    learn_state(*from, request.state, request.term);
    learn_position(*from, request.term, request.last_applied, request.last_durable);
    learn_commit_point(request.commit_point, false);
  }
  if (request.config_version > 0 && theirs.newer_than(mine)) {
    if (from == nullptr)
      ask_seed(request.sender_host);
    else if (from->heartbeat == 0)
      send_heartbeat(*from);
    else
      from->next_heartbeat = at_.now;
  }
  HeartbeatResponse out;
  out.set_name = options_.set_name;
  out.state = state_;
  out.term = term_;
  out.config_version = mine.version;
  out.config_term = mine.term;
  out.config_durable = config_ && durable_config_ == mine;
  out.last_applied = oplog_.last();
  out.last_durable = durable_;
  out.commit_point = commit_;
  out.primary_id = role_ == Role::leader ? self_ : primary_;
  if (const Peer* source = peer(sync_source_)) out.sync_source = source->host;
  if (role_ == Role::leader) out.election_time = election_time_;
  if (config_ && mine.newer_than(theirs)) out.config = config_;
  return out;
}

void Replica::on_response(const Pending& what, const HeartbeatResponse& response) {
  Peer* from = what.kind == Kind::seed ? nullptr : peer(what.peer);
  if (from != nullptr) {
    if (response.set_name != options_.set_name) return heartbeat_failed(*from, what, "it is of set `" + response.set_name + "`");
    learn_term(response.term);
    touch(*from);
    from->retries = 0;
    from->heard_wall = at_.wall;
    const Nanos took = at_.now - what.sent;
    from->ping = from->ping.count() == 0 ? took : (from->ping * 4 + took) / 5;
    from->config = {response.config_version, response.config_term};
    from->config_durable = response.config_durable;
    from->primary = response.primary_id;
    from->sync_source = response.sync_source;
    from->election_time = response.election_time;
    from->greeted = response.config_version > 0;
    learn_state(*from, response.state, response.term);
    learn_position(*from, response.term, response.last_applied, response.last_durable);
    learn_commit_point(response.commit_point, false);
  }
  if (response.config && response.set_name == options_.set_name) learn_config(*response.config);
}

void Replica::heartbeat_failed(Peer& from, const Pending& what, const std::string& why) {
  // A broken connection may be an old one: try again at once before the member counts as down.
  if (from.up && from.retries < kRetries && at_.now - what.sent < heartbeat_interval()) {
    ++from.retries;
    from.next_heartbeat = at_.now;
    return;
  }
  from.retries = 0;
  mark_down(from, why);
}

void Replica::touch(Peer& from) {
  from.contact = at_.now;
  if (from.up) return;
  from.up = true;
  from.up_since = at_.now;
  from.message.clear();
}

void Replica::mark_down(Peer& peer, const std::string& why) {
  if (peer.up) log("member " + peer.host + " is down: " + why);
  peer.up = false;
  peer.greeted = false;
  peer.state = State::down;
  peer.message = why;
  peer.primary = kNobody;
  if (primary_ == peer.id) primary_ = kNobody;
}

void Replica::learn_state(Peer& from, State state, std::int64_t term) {
  from.state = state;
  if (state == State::primary && term == term_ && role_ != Role::leader) {
    if (primary_ != from.id) log("member " + from.host + " is primary of term " + std::to_string(term));
    primary_ = from.id;
    seen_primary_ = true;
    if (candidacy_ && !candidacy_->against_primary) abandon_candidacy("there is a primary");
    rearm_election();
  } else if (primary_ == from.id && state != State::primary) {
    primary_ = kNobody;
  }
}

void Replica::learn_position(Peer& from, std::int64_t term, const OpTime& applied, const OpTime& durable) {
  // Told in an earlier term: what it had may have been rolled back since.
  if (term != term_) return;
  from.fresh = true;
  if (from.applied == applied && from.durable == durable) return;
  from.applied = applied;
  // Messages may overtake each other; what is durable stays so while this term lasts.
  from.durable = role_ == Role::leader ? std::max(from.durable, durable) : durable;
  positions_changed_ = true;
}

void Replica::learn_config(const Config& config) {
  if (config_ && !config.identity().newer_than(config_->identity())) return;
  if (config.set_name != options_.set_name) return;
  if (std::optional<CommandError> error = validate(config)) return log("a peer sent an unfit configuration: " + error->message);
  if (config_ && config_->settings.replica_set_id != config.settings.replica_set_id)
    return log("a peer sent the configuration of another set named `" + config.set_name + "`");
  bool named = false;
  for (const std::string& host : options_.self) named = named || config.find_host(host) != nullptr;
  if (!config_ && !named) return log("a peer sent a configuration in which this node is not");
  log("configuration version " + std::to_string(config.version) + " term " + std::to_string(config.term) + " came from a peer");
  finish_reconfig(errors::configuration_in_progress("another configuration came from a peer"));
  install(config);
}

/// Why a message of a member is refused.
std::optional<Refusal> Replica::stranger(const std::string& set_name, MemberId sender) const {
  if (!config_) return Refusal{errors::not_yet_initialized("this node has no configuration yet")};
  if (set_name != config_->set_name)
    return Refusal{errors::inconsistent_set_names("this node is of set `" + config_->set_name + "`, the message of `" + set_name + "`")};
  if (self() == nullptr) return Refusal{errors::invalid_config("this node is not in its set's configuration")};
  if (peer(sender) == nullptr)
    return Refusal{errors::node_not_found("member " + std::to_string(sender) + " is not in configuration version " +
                                          std::to_string(config_->version))};
  return std::nullopt;
}

}  // namespace failc::replication
