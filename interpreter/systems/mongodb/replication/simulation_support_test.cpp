// The simulated set itself; what it is used for is in simulation_test.cpp.
#include <algorithm>
#include <sstream>

#include "interpreter/systems/mongodb/replication/simulation_test_support.hpp"

namespace failc::replication::simulation {
namespace {

std::string host_of(int index) { return "n" + std::to_string(index) + ":27017"; }

/// A state in pieces: lines of timestamp, term and payload.
std::vector<std::string> in_pieces(const std::vector<Entry>& state) {
  constexpr std::size_t kEntries = 100;
  std::vector<std::string> out(1);
  for (std::size_t i = 0; i < state.size(); ++i) {
    if (i != 0 && i % kEntries == 0) out.emplace_back();
    out.back() += std::to_string(state[i].at.timestamp) + " " + std::to_string(state[i].at.term) + " " + state[i].payload + "\n";
  }
  return out;
}

void collect(std::vector<Entry>& state, bool first, const std::string& piece) {
  if (first) state.clear();
  std::istringstream lines(piece);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    Entry entry;
    words >> entry.at.timestamp >> entry.at.term >> std::ws;
    std::getline(words, entry.payload);
    state.push_back(std::move(entry));
  }
}

/// What the records of a disk make of an empty state.
std::vector<Entry> state_on(const std::vector<Record>& disk) {
  std::vector<Entry> out, collected;
  for (const Record& record : disk) {
    if (const auto* entries = std::get_if<EntriesRecord>(&record)) out.insert(out.end(), entries->entries.begin(), entries->entries.end());
    if (const auto* truncate = std::get_if<TruncateRecord>(&record))
      while (!out.empty() && truncate->to < out.back().at) out.pop_back();
    if (const auto* piece = std::get_if<PieceRecord>(&record)) collect(collected, piece->first, piece->bytes);
    if (std::get_if<InstallRecord>(&record) != nullptr) out = collected;
  }
  return out;
}

bool has(const std::vector<Entry>& state, const OpTime& at) {
  const auto found =
      std::lower_bound(state.begin(), state.end(), at, [](const Entry& entry, const OpTime& place) { return entry.at < place; });
  return found != state.end() && found->at == at;
}

}  // namespace

Simulation::Simulation(const Setup& setup) : setup_(setup), dice_(setup.seed * 0x2545f4914f6cdd1dULL + 7) {
  nodes_.resize(static_cast<std::size_t>(setup_.members));
  for (int i = 0; i < setup_.members; ++i) {
    node(i).skew = milliseconds(static_cast<std::int64_t>(dice_.below(std::uint64_t{4000})));
    boot(i);
  }
  after(setup_.write_interval, [this] { client(); });
}

void Simulation::bring_up() {
  Config config;
  config.set_name = "rs0";
  config.settings.election_timeout = setup_.election_timeout;
  for (int i = 0; i < (setup_.first_members == 0 ? setup_.members : setup_.first_members); ++i) {
    Member member;
    member.id = i;
    member.host = host_of(i);
    if (static_cast<std::size_t>(i) < setup_.priorities.size()) member.priority = setup_.priorities[static_cast<std::size_t>(i)];
    if (setup_.last_is_arbiter && i + 1 == setup_.members) {
      member.arbiter_only = true;
      member.priority = 0;
    }
    config.members.push_back(member);
  }
  Effects effects;
  if (std::optional<CommandError> error = replica(0).initiate(moment(0), config, effects)) broken("initiate: " + error->message);
  carry_out(0, std::move(effects));
  if (!run_until([this] { return primary() >= 0; }, seconds(5))) broken("no primary after initiate");
}

Moment Simulation::moment(int index) const {
  constexpr milliseconds kEpoch{1700000000000};
  return {now_, kEpoch + nodes_[static_cast<std::size_t>(index)].skew + std::chrono::duration_cast<milliseconds>(now_)};
}

// ---- time

void Simulation::after(Nanos delay, std::function<void()> act) {
  events_.push_back({now_ + delay, ++number_, std::move(act)});
  std::push_heap(events_.begin(), events_.end());
}

void Simulation::on_node(int index, Nanos delay, std::function<void()> act) {
  const std::uint64_t life = node(index).life;
  after(delay, [this, index, life, act = std::move(act)]() mutable {
    Node& it = node(index);
    if (it.life != life || !it.replica) return;
    if (it.paused)
      it.mailbox.push_back(std::move(act));
    else
      act();
  });
}

bool Simulation::step(Nanos limit) {
  if (events_.empty() || events_.front().at > limit) return false;
  std::pop_heap(events_.begin(), events_.end());
  Timed event = std::move(events_.back());
  events_.pop_back();
  now_ = event.at;
  event.act();
  return true;
}

void Simulation::run_for(Nanos time) {
  const Nanos end = now_ + time;
  while (violation_.empty() && step(end)) {
  }
  now_ = std::max(now_, end);
}

bool Simulation::run_until(const std::function<bool()>& condition, Nanos limit) {
  const Nanos end = now_ + limit;
  while (violation_.empty() && !condition())
    if (!step(end)) return condition();
  return violation_.empty();
}

// ---- nodes

void Simulation::boot(int index) {
  Node& it = node(index);
  ++it.life;
  Options options;
  options.set_name = "rs0";
  options.self = {host_of(index)};
  options.seed = dice_.next();
  options.initiating_payload = "initiating";
  options.new_primary_payload = "new primary";
  options.acknowledge_early = setup_.acknowledge_early;
  options.oplog_bytes = setup_.oplog_bytes;
  options.snapshot = [this, index] { return in_pieces(node(index).applied); };
  it.replica = std::make_unique<Replica>(options);
  it.disk_base = it.synced = it.disk.size();
  it.checked = 0;
  it.writes.clear();
  Result<Recovered> read = recover(it.disk);
  if (!read) return broken(read.error().message);
  Recovered recovered = std::move(*read);
  it.applied = state_on(it.disk);
  carry_out(index, it.replica->start(moment(index), std::move(recovered)));
}

void Simulation::crash(int index) {
  Node& it = node(index);
  if (!it.replica) return;
  mix(0xc4a5);
  const std::size_t unsynced = it.disk.size() - it.synced;
  it.disk.resize(it.synced + dice_.below(unsynced + 1));
  it.replica.reset();
  ++it.life;
  it.paused = false;
  it.syncing = false;
  it.wake.reset();
  it.mailbox.clear();
  // Its own calls are nobody's now; who called it gets a refusal or a timeout.
  for (auto entry = outgoing_.begin(); entry != outgoing_.end();)
    entry = entry->first.first == index ? outgoing_.erase(entry) : std::next(entry);
  std::vector<std::uint64_t> cut;
  for (const auto& [exchange, open] : open_)
    if (open.to == index) cut.push_back(exchange);
  for (const std::uint64_t exchange : cut) {
    const Open open = open_[exchange];
    open_.erase(exchange);
    if (!lost(index, open.from))
      on_node(open.from, delay(),
              [this, open] { carry_out(open.from, replica(open.from).failed(moment(open.from), open.call, "connection closed")); });
  }
}

void Simulation::restart(int index) {
  if (!up(index)) boot(index);
}

void Simulation::wipe(int index) {
  crash(index);
  node(index).disk.clear();
}

void Simulation::pause(int index) {
  if (up(index)) node(index).paused = true;
}

void Simulation::resume(int index) {
  Node& it = node(index);
  if (!it.paused) return;
  it.paused = false;
  // Messages and timers of the pause in any order, as a process finds them.
  std::vector<std::function<void()>> mailbox = std::move(it.mailbox);
  it.mailbox.clear();
  if (dice_.below(std::uint64_t{2}) == 0) carry_out(index, it.replica->tick(moment(index)));
  for (std::function<void()>& act : mailbox) act();
  carry_out(index, it.replica->tick(moment(index)));
}

void Simulation::arm(int index) {
  Node& it = node(index);
  if (!it.replica) return;
  const std::optional<Nanos> wake = it.replica->wake_at();
  if (!wake || (it.wake && *it.wake <= *wake)) return;
  it.wake = std::max(*wake, now_);
  on_node(index, std::max(*wake - now_, Nanos{}), [this, index, at = *it.wake] {
    Node& woken = node(index);
    if (woken.wake != at) return;  // an earlier one was armed since
    woken.wake.reset();
    carry_out(index, woken.replica->tick(moment(index)));
  });
}

void Simulation::start_sync(int index) {
  Node& it = node(index);
  if (it.syncing || it.synced == it.disk.size()) return;
  it.syncing = true;
  const std::size_t upto = it.disk.size();
  const microseconds spread = setup_.most_sync - setup_.least_sync;
  on_node(index, setup_.least_sync + dice_.below(Nanos(spread)), [this, index, upto] {
    Node& synced = node(index);
    synced.syncing = false;
    synced.synced = upto;
    carry_out(index, synced.replica->durable(moment(index), upto - synced.disk_base));
    start_sync(index);
  });
}

// ---- effects

void Simulation::carry_out(int index, Effects effects) {
  Node& it = node(index);
  for (Effect& effect : effects) {
    mix(static_cast<std::uint64_t>(now_.count()) * 31 + static_cast<std::uint64_t>(index) * 17 + effect.index());
    if (watch) watch(index, effect);
    if (const auto* call = std::get_if<Call>(&effect)) send_call(index, *call);
    if (const auto* cancelled = std::get_if<CancelCall>(&effect)) outgoing_.erase({index, cancelled->id});
    if (const auto* answer = std::get_if<Answer>(&effect)) send_answer(index, *answer);
    if (auto* persist = std::get_if<Persist>(&effect)) {
      it.disk.push_back(std::move(persist->record));
      if (it.disk.size() - it.disk_base != persist->token) broken("tokens do not count");
      start_sync(index);
    }
    if (const auto* apply = std::get_if<Apply>(&effect)) it.applied.insert(it.applied.end(), apply->entries.begin(), apply->entries.end());
    if (const auto* undo = std::get_if<Undo>(&effect)) {
      for (const Entry& entry : undo->entries) {
        ++rolled_back_;
        if (it.applied.empty() || it.applied.back() != entry) return broken("undo does not match what was applied");
        it.applied.pop_back();
      }
      if ((it.applied.empty() ? OpTime{} : it.applied.back().at) != undo->to) return broken("undo stops in the wrong place");
    }
    if (const auto* piece = std::get_if<CollectPiece>(&effect)) collect(it.collected, piece->first, piece->bytes);
    if (const auto* installed = std::get_if<InstallSnapshot>(&effect)) {
      ++initial_syncs_;
      it.applied = std::exchange(it.collected, {});
      it.checked = 0;
      if (it.applied.empty() || it.applied.back().at != installed->at) return broken("an installed state ends in the wrong place");
    }
    if (const auto* dropped = std::get_if<Dropped>(&effect))
      for (const Entry& entry : dropped->entries)
        if (it.replica->commit_point() < entry.at) return broken("an entry was dropped that is not committed");
    if (const auto* advanced = std::get_if<CommitPointAdvanced>(&effect)) committed(index, advanced->to);
    if (const auto* changed = std::get_if<StateChanged>(&effect)) {
      mix(static_cast<std::uint64_t>(changed->state));
      if (changed->state == State::recovering) broken("node " + std::to_string(index) + " cannot follow");
      if (changed->state == State::primary) leads(index);
    }
    if (const auto* done = std::get_if<CommandFinished>(&effect)) {
      finished[done->id] = done->error;
      reconfigured_ += !done->error && it.replica->config() && it.replica->config()->version > 1;
    }
  }
  // A primary applies its own entries itself.
  const Oplog& oplog = it.replica->oplog();
  std::size_t own = oplog.size();
  while (own > 0 && (it.applied.empty() || it.applied.back().at < oplog[own - 1].at)) --own;
  for (; own < oplog.size(); ++own) it.applied.push_back(oplog[own]);
  look(index);
  arm(index);
}

// ---- network

Nanos Simulation::delay() {
  const Nanos spread = setup_.most_delay - setup_.least_delay;
  return setup_.least_delay + dice_.below(spread);
}

bool Simulation::lost(int from, int to) {
  const auto blocked = blocked_.find({from, to});
  if (blocked != blocked_.end() && blocked->second) return true;
  return dice_.below(std::uint64_t{1000}) < static_cast<std::uint64_t>(setup_.loss_per_mille);
}

int Simulation::index_of(const std::string& host) const {
  for (int i = 0; i < setup_.members; ++i)
    if (host_of(i) == host) return i;
  return -1;
}

void Simulation::send_call(int from, const Call& call) {
  const int to = index_of(call.host);
  const std::uint64_t exchange = ++exchanges_;
  open_[exchange] = {from, to, call.id};
  outgoing_[{from, call.id}] = exchange;
  on_node(from, call.timeout, [this, exchange, from, id = call.id] {
    const auto found = outgoing_.find({from, id});
    if (found == outgoing_.end() || found->second != exchange) return;
    outgoing_.erase(found);
    open_.erase(exchange);
    carry_out(from, replica(from).failed(moment(from), id, "no answer in time"));
  });
  if (to < 0 || lost(from, to)) return;
  if (!up(to)) {
    if (!lost(to, from))
      on_node(from, delay(), [this, exchange, from, id = call.id] {
        const auto found = outgoing_.find({from, id});
        if (found == outgoing_.end() || found->second != exchange) return;
        outgoing_.erase(found);
        open_.erase(exchange);
        carry_out(from, replica(from).failed(moment(from), id, "connection refused"));
      });
    return;
  }
  on_node(to, delay(),
          [this, exchange, to, request = call.request] { carry_out(to, replica(to).requested(moment(to), exchange, request)); });
}

void Simulation::send_answer(int sender, const Answer& answer) {
  const auto found = open_.find(answer.id);
  if (found == open_.end()) return;
  const Open open = found->second;
  open_.erase(found);
  if (lost(sender, open.from)) return;
  on_node(open.from, delay(), [this, open, exchange = answer.id, response = answer.response] {
    const auto outgoing = outgoing_.find({open.from, open.call});
    if (outgoing == outgoing_.end() || outgoing->second != exchange) return;
    outgoing_.erase(outgoing);
    carry_out(open.from, replica(open.from).answered(moment(open.from), open.call, response));
  });
}

void Simulation::split(const std::vector<int>& side) {
  const auto in = [&](int index) { return std::find(side.begin(), side.end(), index) != side.end(); };
  for (int from = 0; from < setup_.members; ++from)
    for (int to = 0; to < setup_.members; ++to) block(from, to, in(from) != in(to));
}

void Simulation::heal() { blocked_.clear(); }

void Simulation::disturb() {
  const auto any = [&] { return static_cast<int>(dice_.below(static_cast<std::uint64_t>(setup_.members))); };
  const int leader = primary();
  if (setup_.reconfigures && leader >= 0 && !node(leader).paused && dice_.below(std::uint64_t{3}) != 0) return reconfigure(leader);
  const int victim = leader >= 0 && dice_.below(std::uint64_t{2}) == 0 ? leader : any();
  switch (dice_.below(std::uint64_t{12})) {
    case 0:
    case 1:
      crash(victim);
      break;
    case 2:
    case 3:
      for (int i = 0; i < setup_.members; ++i) restart(i);
      break;
    case 4:
      pause(victim);
      break;
    case 5:
    case 6:
      for (int i = 0; i < setup_.members; ++i) resume(i);
      break;
    case 7:
      split({victim});
      break;
    case 8:
      split({victim, any()});
      break;
    case 9:
      block(any(), any(), true);
      break;
    case 10:
      heal();
      break;
    default:
      if (leader < 0 || node(leader).paused) break;
      StepDown how{seconds(2), seconds(1), dice_.below(std::uint64_t{2}) == 0};
      carry_out(leader, replica(leader).step_down(moment(leader), ++commands_, how));
  }
}

void Simulation::reconfigure(int leader) {
  Config next = *replica(leader).config();
  ++next.version;
  const int subject = static_cast<int>(dice_.below(static_cast<std::uint64_t>(setup_.members)));
  const auto found =
      std::find_if(next.members.begin(), next.members.end(), [&](const Member& member) { return member.host == host_of(subject); });
  if (found == next.members.end()) {
    Member member;
    member.id = subject;
    member.host = host_of(subject);
    next.members.push_back(member);
  } else if (subject == leader || dice_.below(std::uint64_t{2}) == 0) {
    found->priority = static_cast<double>(1 + dice_.below(std::uint64_t{3}));
  } else {
    next.members.erase(found);
  }
  const CommandId id = ++commands_;
  carry_out(leader, replica(leader).reconfig(moment(leader), id, next, false));
}

void Simulation::repair_all() {
  heal();
  setup_.loss_per_mille = 0;
  for (int i = 0; i < setup_.members; ++i) resume(i);
  for (int i = 0; i < setup_.members; ++i) restart(i);
}

// ---- the client and what must hold

void Simulation::client() {
  after(Nanos(setup_.write_interval) / 2 + dice_.below(Nanos(setup_.write_interval)), [this] { client(); });
  if (!writing) return;
  for (int i = 0; i < setup_.members; ++i) {
    Node& it = node(i);
    if (!it.replica || it.paused || !it.replica->can_accept_writes()) continue;
    const std::string payload = "w" + std::to_string(++written_);
    Effects effects;
    const std::optional<OpTime> at = it.replica->append(moment(i), payload, effects);
    if (at) it.writes.push_back({{*at, payload}});
    carry_out(i, std::move(effects));
  }
}

void Simulation::look(int index) {
  Node& it = node(index);
  std::erase_if(it.writes, [&](const Write& write) {
    const WriteState state = it.replica->write_state(write.entry.at, WriteConcern{"majority"});
    if (state != WriteState::satisfied) return state == WriteState::stepped_down;
    acknowledged_.push_back(write.entry);
    for (int i = 0; i < setup_.members; ++i)
      if (up(i) && replica(i).is_primary() && replica(i).term() > write.entry.at.term && !has(node(i).applied, write.entry.at))
        broken("a later primary lacks a write as it is acknowledged");
    return true;
  });
}

void Simulation::committed(int index, const OpTime& to) {
  Node& it = node(index);
  if (!has(it.applied, to)) return broken("committed what is not there");
  for (; it.checked < it.applied.size() && it.applied[it.checked].at <= to; ++it.checked) {
    if (it.checked == committed_.size()) committed_.push_back(it.applied[it.checked]);
    if (committed_[it.checked] != it.applied[it.checked]) return broken("two nodes disagree on what is committed");
  }
}

void Simulation::leads(int index) {
  const Replica& leader = replica(index);
  const auto [found, added] = leaders_.try_emplace(leader.term(), index);
  if (found->second != index) return broken("two primaries in term " + std::to_string(leader.term()));
  if (!added && !leader.can_accept_writes()) return;
  for (const Entry& entry : acknowledged_)
    if (entry.at.term < leader.term() && !has(node(index).applied, entry.at))
      return broken("the primary of term " + std::to_string(leader.term()) + " lacks acknowledged " + show(entry.at));
}

int Simulation::primary() const {
  int best = -1;
  for (int i = 0; i < setup_.members; ++i) {
    const Node& it = nodes_[static_cast<std::size_t>(i)];
    if (!it.replica || !it.replica->can_accept_writes()) continue;
    if (best < 0 || it.replica->term() > nodes_[static_cast<std::size_t>(best)].replica->term()) best = i;
  }
  return best;
}

bool Simulation::converged() const {
  const int leader = primary();
  if (leader < 0) return false;
  const Replica& first = *nodes_[static_cast<std::size_t>(leader)].replica;
  const std::vector<Entry>& state = nodes_[static_cast<std::size_t>(leader)].applied;
  for (int i = 0; i < setup_.members; ++i) {
    const Node& it = nodes_[static_cast<std::size_t>(i)];
    if (first.config()->find_host(host_of(i)) == nullptr) continue;
    if (!it.replica || it.paused) return false;
    if (it.replica->state() == State::arbiter) continue;
    if (it.replica->last_applied() != first.last_applied() || it.replica->commit_point() != first.last_applied()) return false;
    if (it.replica->state() != State::primary && it.replica->state() != State::secondary) return false;
    if (it.applied != state) return false;
  }
  return true;
}

void Simulation::broken(const std::string& what) {
  if (violation_.empty())
    violation_ = "seed " + std::to_string(setup_.seed) + " at " + std::to_string(now_.count() / 1000000) + " ms: " + what;
}

void Simulation::mix(std::uint64_t value) {
  hash_ ^= value;
  hash_ *= 0x100000001b3ULL;
}

}  // namespace failc::replication::simulation
