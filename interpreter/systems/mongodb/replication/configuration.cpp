// Installing configurations and changing them.
#include <algorithm>

#include "interpreter/systems/mongodb/replication/replica.hpp"

namespace failc::replication {

const Member* Replica::self() const { return config_ ? config_->find(self_) : nullptr; }

Replica::Peer* Replica::peer(MemberId id) {
  for (Peer& peer : peers_)
    if (peer.id == id) return &peer;
  return nullptr;
}

const Replica::Peer* Replica::peer(MemberId id) const {
  for (const Peer& peer : peers_)
    if (peer.id == id) return &peer;
  return nullptr;
}

void Replica::install(Config config) {
  const Token token = persist(ConfigRecord{config});
  configs_in_flight_[token] = config.identity();
  adopt(std::move(config));
}

void Replica::adopt(Config config) {
  config_ = std::move(config);
  learn_term(config_->term);
  self_ = kNobody;
  for (const Member& member : config_->members)
    if (std::find(options_.self.begin(), options_.self.end(), member.host) != options_.self.end()) self_ = member.id;

  std::vector<Peer> peers;
  for (const Member& member : config_->members) {
    if (member.id == self_) continue;
    const Peer* known = peer(member.id);
    if (known != nullptr && known->host == member.host) {
      peers.push_back(*known);
      continue;
    }
    Peer fresh;
    fresh.id = member.id;
    fresh.host = member.host;
    fresh.next_heartbeat = at_.now;
    if (role_ == Role::leader) fresh.contact = at_.now;  // time to answer before the majority counts as lost
    peers.push_back(std::move(fresh));
  }
  peers_ = std::move(peers);
  if (self_ == kNobody) peers_.clear();
  std::vector<CallId> orphans;
  for (const auto& [id, what] : calls_)
    if (what.kind != Kind::seed && peer(what.peer) == nullptr) orphans.push_back(id);
  for (const CallId id : orphans) cancel(id);
  if (peer(primary_) == nullptr) primary_ = kNobody;
  if (peer(sync_source_) == nullptr) sync_source_ = kNobody;

  const Member* me = self();
  if (role_ == Role::leader && (me == nullptr || !me->electable())) resign("the new configuration does not let this node lead");
  if (candidacy_) abandon_candidacy("the configuration changed");
  takeover_due_.reset();
  if (me == nullptr) {
    info_ = "this node is not in the configuration of its set";
    set_state(State::removed);
  } else if (me->arbiter_only) {
    set_state(State::arbiter);
  } else if (state_ == State::startup || state_ == State::removed || state_ == State::arbiter) {
    info_.clear();
    set_state(oplog_.last().is_null() ? State::startup2 : State::secondary);
  }
  rearm_election();
  send_heartbeats_now();
}

bool Replica::config_committed() const {
  if (!config_ || durable_config_ != config_->identity()) return false;
  int holders = self() != nullptr && self()->voter();
  for (const Peer& peer : peers_) holders += config_->find(peer.id)->voter() && peer.config_durable && peer.config == config_->identity();
  return holders >= config_->majority();
}

std::optional<CommandError> Replica::initiate(Moment at, Config config, Effects& effects) {
  begin(at);
  std::optional<CommandError> error;
  if (config_)
    error = errors::already_initialized("this node already has a configuration of set `" + config_->set_name + "`");
  else
    error = validate_initiate(config, options_.set_name, options_.self);
  if (!error) {
    if (config.settings.replica_set_id.empty()) {
      static constexpr char kDigits[] = "0123456789abcdef";
      for (int i = 0; i < 24; ++i) config.settings.replica_set_id += kDigits[dice_.below(std::uint64_t{16})];
    }
    config.term = 0;
    write(options_.initiating_payload);
    install(std::move(config));
  }
  Effects done = finish();
  effects.insert(effects.end(), std::make_move_iterator(done.begin()), std::make_move_iterator(done.end()));
  return error;
}

Effects Replica::reconfig(Moment at, CommandId id, Config config, bool force) {
  begin(at);
  std::optional<CommandError> error;
  if (!config_)
    error = errors::not_yet_initialized("this node has no configuration; `replSetInitiate` comes first");
  else if (reconfig_)
    error = errors::configuration_in_progress("another configuration is being installed");
  else if (!force && !can_accept_writes())
    error = errors::not_writable_primary("only the primary changes the configuration, unless with `force`; this node is " +
                                         std::string(show(state_)));
  else
    error = validate_reconfig(*config_, config, options_.self, force);
  if (error) {
    out_.push_back(CommandFinished{id, std::move(error)});
    return finish();
  }
  config.settings.replica_set_id = config_->settings.replica_set_id;
  if (force) {
    // Far ahead, so that two halves of a set that are both forced do not choose the same version.
    config.version = std::max(config.version, config_->version) + 10000 + static_cast<std::int64_t>(dice_.below(std::uint64_t{100000}));
    config.term = -1;
    install(std::move(config));
    out_.push_back(CommandFinished{id, std::nullopt});
    return finish();
  }
  reconfig_ = PendingReconfig{id, std::move(config), false};
  return finish();
}

void Replica::settle_reconfig() {
  if (!reconfig_) return;
  if (!reconfig_->installed) {
    // The safety of changing one voter at a time needs the one before to be with a majority, and an entry of this term too.
    const bool forced_before = config_->term == -1;
    if (!can_accept_writes() || (!forced_before && (!config_committed() || commit_.term != term_))) return;
    if (std::optional<CommandError> error = validate_reconfig(*config_, reconfig_->config, options_.self, false))
      return finish_reconfig(std::move(error));
    reconfig_->installed = true;
    reconfig_->config.term = term_;
    install(reconfig_->config);
  }
  if (config_committed()) finish_reconfig(std::nullopt);
}

void Replica::finish_reconfig(std::optional<CommandError> error) {
  if (!reconfig_) return;
  if (reconfig_->id) out_.push_back(CommandFinished{*reconfig_->id, std::move(error)});
  reconfig_.reset();
}

Effects Replica::abandoned(Moment at, CommandId id) {
  begin(at);
  if (reconfig_ && reconfig_->id == id) {
    reconfig_->id.reset();
    if (!reconfig_->installed) reconfig_.reset();
  }
  if (step_down_ && step_down_->id == id) step_down_.reset();
  std::erase(step_ups_, id);
  return finish();
}

}  // namespace failc::replication
