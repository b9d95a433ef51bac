#include "interpreter/backends/agent/agent_world.hpp"

// GCC 12 takes what a moved variant does not hold for uninitialized.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include <climits>
#include <cstdlib>
#include <thread>

#include "interpreter/backends/agent/agent_process.hpp"
#include "interpreter/backends/agent/recover.hpp"
#include "interpreter/backends/agent/undo.hpp"
#include "interpreter/backends/agent/wire.hpp"
#include "interpreter/host/paths.hpp"
#include "interpreter/host/unix_socket.hpp"

namespace failc::agent {

namespace asio = boost::asio;
using backend::Delivery;
using backend::Event;
using backend::Instant;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace {
/// So many events may wait for the runner; then the agent is left to wait, and the log lines stay in their files.
constexpr std::size_t kMostTold = 5'000;
}  // namespace

std::string make_run_id() {
  const host::ProcessIdentity self = host::self();
  return self.boot.substr(0, 8) + "-" + std::to_string(self.pid) + "-" + std::to_string(self.start_time) + "-" +
         std::to_string(Clock::now().time_since_epoch().count());
}

Result<std::unique_ptr<AgentWorld>> AgentWorld::start(const AgentOptions& options) {
  if (auto made = host::make_folder(options.folder); !made) return made.error();
  char* real = ::realpath(options.folder.c_str(), nullptr);
  if (!real) return Error{"`" + options.folder + "` cannot be opened"};
  const std::string folder = real;
  std::free(real);
  if (auto made = host::make_folder(folder + "/nodes"); !made) return made.error();
  auto agent = start_agent(options.program, folder, options.run, options.lease);
  if (!agent) return agent.error();
  std::unique_ptr<AgentWorld> world(new AgentWorld(options, folder, agent->identity));
  if (auto connected = world->connect(std::move(agent->connection)); !connected) return connected.error();
  return world;
}

Result<std::unique_ptr<AgentWorld>> AgentWorld::adopt(const AgentOptions& options, const std::vector<std::pair<std::string, backend::NodeInfo>>& nodes) {
  const auto agent = serving(options.folder);
  if (!agent) return Error{"the agent that kept the nodes in `" + options.folder + "` is gone; `failc recover --kept " + options.folder + "` ends what is left of them"};
  auto connection = host::connect_in(options.folder, kSocketName);
  if (!connection) return connection.error();
  AgentOptions as_it_was = options;
  as_it_was.run = agent->run;
  std::unique_ptr<AgentWorld> world(new AgentWorld(as_it_was, options.folder, agent->agent));
  world->finished_ = true;  // until all is well: an agent that keeps nodes goes on with them
  if (auto connected = world->connect(std::move(*connection)); !connected) return connected.error();
  for (const auto& [name, info] : nodes) {
    world->kept_.emplace(name, info);
    const auto answer = world->ask_alone(Resume{name}, 11s);
    if (!answer || answer->delivery != Delivery::answered) return Error{"`" + name + "`, which was kept, did not go on: " + (answer ? answer->error : "its agent does not answer")};
  }
  world->finished_ = false;
  return world;
}

AgentWorld::AgentWorld(const AgentOptions& options, std::string folder, host::ProcessIdentity agent)
    : folder_(std::move(folder)),
      run_(options.run),
      lease_length_(options.lease),
      agent_(std::move(agent)),
      work_(asio::make_work_guard(loop_)),
      interrupts_(loop_),
      deadline_(loop_),
      http_(loop_),
      tcp_(loop_),
      drivers_(loop_, {{{"FAILC_RUN", run_}}, folder_}),
      models_(options.observers),
      ports_(static_cast<std::uint64_t>(agent_.pid) * 7919u + agent_.start_time) {
  // A number of its own: what comes after this world may be another's.
  if (const int copy = options.interrupts < 0 ? -1 : ::fcntl(options.interrupts, F_DUPFD_CLOEXEC, 3); copy >= 0) {
    interrupts_.assign(copy);
    wait_for_interrupt();
  }
}

AgentWorld::~AgentWorld() {
  if (!finished_) (void)finish();
}

Status AgentWorld::connect(host::Fd connection) {
  channel_ = std::make_unique<host::LineChannel>(loop_, std::move(connection), kMessageLimit,
                                                 host::LineChannel::Handlers{[this](std::string_view line) { received(line); },
                                                                             [this](const std::string& why) { lose("the agent is gone: " + why); }});
  special_id_ = next_id_++;
  channel_->send(encode(Call{special_id_, Hello{kProtocol, run_}}));
  const auto give_up = Clock::now() + 10s;
  while (!special_ && !lost_ && Clock::now() < give_up) loop_.run_one_until(give_up);
  if (!special_) return Error{"the agent did not answer within 10s"};
  const Answer answer = std::move(*special_);
  special_.reset();
  if (answer.delivery != Delivery::answered) return Error{answer.error};
  auto another = host::connect_in(folder_, kSocketName);
  if (!another) return another.error();
  lease_ = std::make_unique<LeaseKeeper>(std::move(*another), lease_length_);
  return Done{};
}

Instant AgentWorld::now() { return Clock::now() - began_; }

Clock::time_point AgentWorld::at(Instant instant) const {
  const Nanos most = Clock::time_point::max() - began_;
  return began_ + std::min(instant, most);
}

const std::string& AgentWorld::name_of(backend::NodeIndex node) { return nodes_[node].name; }

std::optional<std::int64_t> AgentWorld::pid(backend::NodeIndex node) {
  const auto found = nodes_.find(node);
  return found == nodes_.end() ? std::nullopt : found->second.pid;
}

void AgentWorld::wait_for_interrupt() {
  interrupts_.async_wait(asio::posix::stream_descriptor::wait_read, [this](error_code failed) {
    if (!failed) urgent_.push_front({now(), backend::Interrupt{}});
  });
}

void AgentWorld::set_deadline_timer() {
  if (deadlines_.empty()) return;
  deadline_.expires_at(at(deadlines_.begin()->first));
  deadline_.async_wait([this](error_code cancelled) {
    if (!cancelled) deadlines_passed();
  });
}

std::optional<Event> AgentWorld::next(Instant until) {
  const auto time = at(until);
  if (told_.size() <= kMostTold / 2 && !lost_) channel_->hold(false);
  loop_.poll();
  while (urgent_.empty() && told_.empty() && Clock::now() < time) loop_.run_one_until(time);
  const bool urgent = told_.empty() || (!urgent_.empty() && urgent_first_);
  urgent_first_ = !urgent;
  std::deque<Event>& queue = urgent ? urgent_ : told_;
  if (queue.empty()) return std::nullopt;
  Event event = std::move(queue.front());
  queue.pop_front();
  if (const auto* changed = std::get_if<backend::FileChanged>(&event.what)) changed_.erase({changed->node, changed->path});
  return event;
}

void AgentWorld::push_told(Event event) {
  told_.push_back(std::move(event));
  if (told_.size() > kMostTold && !ending_) channel_->hold(true);
}

void AgentWorld::received(std::string_view line) {
  auto notice = decode_notice(line);
  if (!notice) return lose("the agent said something unknown: " + notice.error().message);
  struct Handler {
    AgentWorld& world;
    std::optional<backend::NodeIndex> index(const std::string& name) const {
      const auto found = world.by_name_.find(name);
      return found == world.by_name_.end() ? std::nullopt : std::optional(found->second);
    }
    void operator()(Answer& n) const { world.answered(std::move(n)); }
    void operator()(Exited& n) const {
      const auto node = index(n.node);
      if (!node) return;
      world.nodes_[*node].pid.reset();
      world.nodes_[*node].observing.clear();
      world.push_told({world.now(), backend::NodeExited{*node, n.pid, n.code, n.by_signal, std::move(n.last_log_lines)}});
    }
    void operator()(LogLines& n) const {
      const auto node = index(n.node);
      if (!node) return;
      for (std::string& text : n.lines) world.push_told({world.now(), backend::LogLine{*node, std::move(text)}});
    }
    void operator()(FileChanged& n) const {
      const auto node = index(n.node);
      if (node && world.changed_.emplace(*node, n.path).second) world.push_told({world.now(), backend::FileChanged{*node, n.path}});
    }
  };
  std::visit(Handler{*this}, *notice);
}

void AgentWorld::lose(const std::string& reason) {
  if (lost_) return;
  lost_ = true;
  if (ending_) return;
  std::vector<backend::RequestId> through_agent;
  for (const auto& [id, pending] : pending_) {
    if (pending.way == Way::agent || pending.way == Way::exec) through_agent.push_back(id);
  }
  for (const auto id : through_agent) reply(id, Delivery::interrupted, {}, reason);
  urgent_.push_back({now(), backend::Lost{reason}});
}

void AgentWorld::end_agent() {
  const auto give_up = Clock::now() + 5s;
  while (::waitpid(agent_.pid, nullptr, WNOHANG) == 0) {
    if (Clock::now() > give_up) host::send_signal(agent_.pid, agent_.start_time, SIGKILL);
    std::this_thread::sleep_for(1ms);
  }
}

std::optional<Answer> AgentWorld::ask_alone(Request request, std::chrono::nanoseconds patience) {
  if (lost_ || !channel_) return std::nullopt;
  channel_->hold(false);
  special_id_ = next_id_++;
  special_.reset();
  channel_->send(encode(Call{special_id_, std::move(request)}));
  const auto give_up = Clock::now() + patience;
  while (!special_ && !lost_ && Clock::now() < give_up) {
    loop_.run_one_until(give_up);
    told_.clear();
  }
  return special_;
}

Status AgentWorld::keep() {
  ending_ = true;
  drivers_.finish();
  for (auto& [index, node] : nodes_) node.observing.clear();
  if (!ask_alone(Keep{}, 10s)) {
    ending_ = false;
    return Error{"the agent did not say that it keeps the nodes"};
  }
  finished_ = true;
  lease_.reset();
  channel_.reset();
  lost_ = true;
  return Done{};
}

Result<std::vector<std::string>> AgentWorld::finish() {
  finished_ = ending_ = true;
  drivers_.finish();
  for (auto& [index, node] : nodes_) node.observing.clear();
  std::vector<std::string> lines;
  const std::optional<Answer> said = ask_alone(Shutdown{}, 30s);
  if (said && said->data.contains("lines")) {
    for (const auto& line : said->data["lines"]) {
      if (line.is_string()) lines.push_back(line);
    }
  }
  const bool alone = !said;
  if (alone && !lost_) host::send_signal(agent_.pid, agent_.start_time, SIGKILL);
  lease_.reset();
  channel_.reset();
  lost_ = true;
  end_agent();
  if (alone) return end_without_agent(folder_, {run_});
  return lines;
}

}  // namespace failc::agent
