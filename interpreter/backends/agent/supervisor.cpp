#include "interpreter/backends/agent/supervisor.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "interpreter/backends/agent/execution.hpp"
#include "interpreter/backends/agent/wire.hpp"
#include "interpreter/host/paths.hpp"
#include "interpreter/host/process.hpp"
#include "interpreter/host/spawn.hpp"

namespace failc::agent {

using backend::Delivery;
using Clock = std::chrono::steady_clock;
using host::ProcessStat;
using namespace std::chrono_literals;

Supervisor::Supervisor(boost::asio::io_context& loop, std::string folder, std::string run, Ledger ledger, Output output)
    : loop_(loop),
      folder_(std::move(folder)),
      run_(std::move(run)),
      ledger_(std::move(ledger)),
      output_(std::move(output)),
      belongings_(run_),
      watch_(loop, [this](int watch, const std::string& name) { file_changed(watch, name); }),
      again_(loop),
      strays_(loop),
      logs_again_(loop) {
  look_for_strays();
}

Supervisor::~Supervisor() = default;

std::size_t Supervisor::node(const std::string& name) {
  const auto [found, fresh] = by_name_.try_emplace(name, nodes_.size());
  if (fresh) {
    auto made = std::make_unique<Node>();
    made->name = name;
    made->dir = folder_ + "/nodes/" + host::folder_name(name);
    nodes_.push_back(std::move(made));
    belongings_.name_node(found->second, name, nodes_.back()->dir);
  }
  return found->second;
}

Environment Supervisor::marked(const Node& node, const Environment& given) const {
  Environment all = given;
  all.emplace_back("FAILC_RUN", run_);
  all.emplace_back("FAILC_NODE", node.name);
  return all;
}

void Supervisor::launch(const Launch& request, const Respond& respond) {
  const auto refuse = [&](const std::string& why) { respond({Delivery::not_sent, nlohmann::json::object(), why}); };
  if (undone_) return refuse("the agent is ending the run");
  const std::size_t index = node(request.node);
  Node& node = *nodes_[index];
  if (node.running) return respond({Delivery::answered, {{"pid", node.main}, {"already", true}}, {}});
  if (auto made = host::make_folder(node.dir); !made) return refuse(made.error().message);
  for (const backend::File& file : request.files) {
    if (auto written = host::write_file(node.dir, file.path, file.content); !written) return refuse(written.error().message);
  }
  const std::string log = node.dir + "/log";
  const host::Fd output(::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!output) return refuse("`" + log + "` cannot be written: " + std::strerror(errno));
  struct stat before {};
  ::fstat(output.get(), &before);
  if (auto noted = ledger_.launching("launch", node.name, node.dir, request.argv); !noted) return refuse(noted.error().message);
  const auto pid = host::spawn({request.argv, marked(node, request.environment), node.dir, output.get(), output.get()});
  if (!pid) return refuse(pid.error().message);
  const auto stat = host::stat_of(*pid);  // ours and not yet waited for: it is there, be it a zombie
  node.main = *pid;
  node.main_start = stat ? stat->start_time : 0;
  node.running = true;
  node.main_reaped = false;
  node.code = 0;
  node.by_signal = false;
  belongings_.started(node.main, node.main_start, {index, 0});
  follow_log(node, static_cast<std::uint64_t>(before.st_size));
  if (auto noted = ledger_.launched(node.name, node.main, node.main_start); !noted) {
    // Unwritten it must not stay; its exit is told like any other.
    host::send_signal(node.main, node.main_start, SIGKILL);
    return respond({Delivery::interrupted, nlohmann::json::object(), noted.error().message});
  }
  respond({Delivery::answered, {{"pid", node.main}, {"already", false}}, {}});
}

void Supervisor::stop(const Stop& request, const Respond& respond) {
  const auto signal = host::signal_number(request.signal);
  if (!signal) return respond({Delivery::not_sent, nlohmann::json::object(), "`" + request.signal + "` is no signal; write its name, like TERM"});
  end(node(request.node), false, *signal, request.grace, respond);
}

void Supervisor::kill(const Kill& request, const Respond& respond) { end(node(request.node), true, SIGKILL, Nanos(0), respond); }

void Supervisor::end(std::size_t index, bool at_once, int signal, Nanos grace, const Respond& respond) {
  Node& node = *nodes_[index];
  look();
  const auto processes = belongings_.of_node(index);
  if (processes.empty() && !node.running) return respond({Delivery::answered, {{"how", "already"}, {"processes", 0}}, {}});
  if (!node.ending) {
    node.ending = Ending{};
    node.ending->processes = processes.size();
    node.ending->signal = signal;
    node.ending->kill_at = Clock::now() + std::min<Nanos>(grace, 24h);
    if (!at_once) {
      ask_to_end(node, processes);
      // A paused process takes the signal only when it goes on.
      for (const ProcessStat& process : processes) {
        if (process.stopped()) host::send_signal(process.pid, process.start_time, SIGCONT);
      }
    }
  }
  node.ending->waiting.push_back(respond);
  if (at_once) node.ending->killing = true;
  progress_node(index);
}

/// The main process and its group are told first, and have the time to end their own; once the main process has gone, whoever is left is told.
void Supervisor::ask_to_end(Node& node, const std::vector<ProcessStat>& processes) {
  if (node.ending->told_all) return;
  const bool has_main = std::any_of(processes.begin(), processes.end(), [&](const ProcessStat& p) { return p.pid == node.main; });
  if (has_main && node.ending->told_main) return;
  for (const ProcessStat& process : processes) {
    if (!has_main || process.pid == node.main || process.group == node.main) host::send_signal(process.pid, process.start_time, node.ending->signal);
  }
  node.ending->told_main = true;
  node.ending->told_all = !has_main;
}

void Supervisor::pause(const Pause& request, const Respond& respond) { freeze(request.node, true, respond); }
void Supervisor::resume(const Resume& request, const Respond& respond) { freeze(request.node, false, respond); }

void Supervisor::freeze(const std::string& name, bool stop, const Respond& respond) {
  const std::size_t index = node(name);
  Node& node = *nodes_[index];
  for (const Freezing& earlier : node.freezing) {
    earlier.respond({Delivery::interrupted, nlohmann::json::object(), "a later pause or resume took its place"});
  }
  node.freezing.clear();
  node.freezing.push_back({stop, respond, Clock::now() + 10s});
  look();
  progress_node(index);
}

bool Supervisor::progress_freezing(Node& node, const std::vector<ProcessStat>& processes, Freezing& freezing) {
  bool done = true;
  for (const ProcessStat& process : processes) {
    if (process.stopped() == freezing.stop) continue;
    done = false;
    host::send_signal(process.pid, process.start_time, freezing.stop ? SIGSTOP : SIGCONT);
    // Inside vfork a process stops only once its child has executed something: a child that was stopped before goes on until then.
    if (!freezing.stop || process.state != 'D') continue;
    for (const ProcessStat& child : processes) {
      if (child.parent == process.pid && child.stopped()) host::send_signal(child.pid, child.start_time, SIGCONT);
    }
  }
  if (done) {
    freezing.respond({Delivery::answered, {{"processes", processes.size()}}, {}});
    return true;
  }
  if (Clock::now() < freezing.give_up) return false;
  freezing.respond({Delivery::interrupted, nlohmann::json::object(),
                    "not every process of `" + node.name + "` " + (freezing.stop ? "stopped" : "went on") + " within 10s"});
  return true;
}

void Supervisor::undo_all(std::function<void(std::vector<std::string>)> done) {
  if (undone_) {
    const auto first = std::move(undone_);
    undone_ = [first, done = std::move(done)](std::vector<std::string> lines) {
      first(lines);
      done(std::move(lines));
    };
    return;
  }
  undone_ = std::move(done);
  std::vector<std::uint64_t> ids;
  for (const auto& [id, execution] : executions_) ids.push_back(id);
  for (const std::uint64_t id : ids) end_exec(id, "the run is being undone");
  progress();
}

void Supervisor::progress_undo() {
  for (const ProcessStat& process : belongings_.all()) {
    std::string whose = "no node";
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      for (const ProcessStat& own : belongings_.of_node(i)) {
        if (own.pid == process.pid) whose = "`" + nodes_[i]->name + "`";
      }
    }
    for (const auto& [id, execution] : executions_) {
      for (const ProcessStat& own : belongings_.of_exec(id)) {
        if (own.pid == process.pid) whose = "an exec on `" + execution->name + "`";
      }
    }
    undo_ended_.try_emplace({process.pid, process.start_time}, whose);
    // SIGKILL ends a stopped process too; SIGCONT before it would only let it run for a moment.
    host::send_signal(process.pid, process.start_time, SIGKILL);
  }
  const bool nodes_open = std::any_of(nodes_.begin(), nodes_.end(), [](const auto& node) { return node->running || node->ending; });
  if (!belongings_.all().empty() || belongings_.unclear() || nodes_open || !executions_.empty()) return look_again(2ms);
  std::map<std::string, std::size_t> counts;
  for (const auto& [process, whose] : undo_ended_) ++counts[whose];
  std::vector<std::string> lines;
  for (const auto& [whose, count] : counts) {
    lines.push_back("ended " + std::to_string(count) + (count == 1 ? " process of " : " processes of ") + whose);
    ledger_.undone(lines.back());
  }
  const auto done = std::move(undone_);
  undone_ = [](const std::vector<std::string>&) {};
  undo_ended_.clear();
  done(std::move(lines));
}

bool Supervisor::waits_for_processes() const {
  if (undone_) return true;
  for (const auto& node : nodes_) {
    if (node->ending || !node->freezing.empty() || (node->running && node->main_reaped)) return true;
  }
  return std::any_of(executions_.begin(), executions_.end(), [](const auto& entry) { return entry.second->ending || entry.second->status; });
}

void Supervisor::reap() {
  int status = 0;
  pid_t pid;
  while ((pid = ::waitpid(-1, &status, WNOHANG)) > 0) {
    auto owner = belongings_.reaped(pid);
    if (owner) note_status(*owner, pid, status);
  }
  if (waits_for_processes()) progress();
}

void Supervisor::look() {
  belongings_.refresh();
  note_strays();
}

void Supervisor::note_strays() {
  for (const auto& [process, owner] : belongings_.take_strays()) (void)ledger_.launched(nodes_[owner.node]->name, process.pid, process.start_time);
}

void Supervisor::look_for_strays() {
  strays_.expires_after(500ms);
  strays_.async_wait([this](boost::system::error_code cancelled) {
    if (cancelled) return;
    const bool running = std::any_of(nodes_.begin(), nodes_.end(), [](const auto& node) { return node->running; });
    if (running || !executions_.empty() || !belongings_.all().empty()) look();
    look_for_strays();
  });
}

void Supervisor::note_status(Owner owner, pid_t pid, int status) {
  if (owner.exec != 0) {
    const auto found = executions_.find(owner.exec);
    if (found != executions_.end() && found->second->main == pid) found->second->status = status;
    return;
  }
  Node& node = *nodes_[owner.node];
  if (!node.running) return;
  const bool main = pid == node.main && !node.main_reaped;
  // A server in the background: its launcher ended well, and what it left behind ends in a way of its own.
  if (main || (node.main_reaped && node.code == 0 && !node.by_signal)) {
    node.by_signal = WIFSIGNALED(status);
    node.code = node.by_signal ? WTERMSIG(status) : WEXITSTATUS(status);
  }
  if (main) node.main_reaped = true;
}

void Supervisor::look_again(std::chrono::nanoseconds after) {
  const auto at = Clock::now() + after;
  if (again_at_ && *again_at_ <= at) return;
  again_at_ = at;
  again_.expires_at(at);
  again_.async_wait([this](boost::system::error_code cancelled) {
    if (cancelled) return;
    again_at_.reset();
    progress();
  });
}

void Supervisor::progress() {
  look();
  for (std::size_t i = 0; i < nodes_.size(); ++i) progress_node(i);
  std::vector<std::uint64_t> ids;
  for (const auto& [id, execution] : executions_) ids.push_back(id);
  for (const std::uint64_t id : ids) {
    const auto execution = executions_.at(id);
    if (progress_exec(id, *execution)) executions_.erase(id);
  }
  if (undone_) progress_undo();
}

void Supervisor::progress_node(std::size_t index) {
  Node& node = *nodes_[index];
  const auto processes = belongings_.of_node(index);
  std::erase_if(node.freezing, [&](Freezing& freezing) { return progress_freezing(node, processes, freezing); });
  if (!node.freezing.empty()) look_again(1ms);
  const bool gone = processes.empty() && (!node.running || node.main_reaped);
  if (gone && belongings_.unclear() && (node.running || node.ending)) return look_again(5ms);
  if (gone) {
    if (node.running && !end_node(node)) return;
    if (!node.ending) return;
    const Ending ending = std::move(*node.ending);
    node.ending.reset();
    for (const Respond& respond : ending.waiting) {
      respond({Delivery::answered, {{"how", ending.killing ? "kill" : "signal"}, {"processes", ending.processes}}, {}});
    }
    return;
  }
  if (!node.ending) return;
  const auto now = Clock::now();
  if (now >= node.ending->kill_at) node.ending->killing = true;
  if (!node.ending->killing) ask_to_end(node, processes);
  if (!node.ending->killing) return look_again(std::min<std::chrono::nanoseconds>(node.ending->kill_at - now, 50ms));
  for (const ProcessStat& process : processes) host::send_signal(process.pid, process.start_time, SIGKILL);
  look_again(5ms);
}

bool Supervisor::end_node(Node& node) {
  if (!node.draining) {
    // Nobody writes any more: where its log ends now, it ends.
    node.draining = node.log_flush = node.log_pending = true;
    read_logs();
  }
  // An undo waits for no reader: there may be none.
  if (node.log_pending && !undone_) return false;
  node.running = node.draining = false;
  ledger_.ended(node.name, node.main, node.code, node.by_signal);
  output_.tell(Exited{node.name, node.main, node.code, node.by_signal, last_lines(node)});
  return true;
}

void Supervisor::read(const Read& request, const Respond& respond) {
  const Node& from = *nodes_[node(request.node)];
  const auto text = host::read_file_in(from.dir, request.path, kFileLimit);
  if (!text) return respond({Delivery::not_sent, nlohmann::json::object(), text.error().message});
  Outcome outcome;
  if (*text) outcome.data["text"] = to_wire(**text);
  respond(std::move(outcome));
}

}  // namespace failc::agent
