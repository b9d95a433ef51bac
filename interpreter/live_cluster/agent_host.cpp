#include "interpreter/live_cluster/agent_host.hpp"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <csignal>
#include <deque>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "interpreter/host/follow.hpp"
#include "interpreter/host/locks.hpp"
#include "interpreter/host/paths.hpp"
#include "interpreter/host/spawn.hpp"
#include "interpreter/live_cluster/command_client.hpp"
#include "interpreter/live_cluster/common.hpp"
#include "interpreter/live_cluster/marked.hpp"
#include "interpreter/live_cluster/servers.hpp"
#include "interpreter/systems/automation/lines.hpp"
#include "interpreter/systems/automation/names.hpp"

namespace failc::live_cluster {

namespace asio = boost::asio;
using automation::Agent;
using boost::system::error_code;
using namespace std::chrono_literals;

namespace {

constexpr auto kHalfWritten = 100ms;  // a config may be seen while it is written

class Host {
 public:
  Host(const AgentRun& run, std::string config, const std::function<void(const std::string&)>& out)
      : run_(run),
        config_(std::move(config)),
        out_(out),
        signals_(loop_, SIGTERM, SIGINT),
        wake_(loop_),
        second_look_(loop_),
        client_(loop_),
        servers_(loop_, config_, [this](const std::string& process, const std::string& how) { happened(automation::Ended{process, how}); }),
        watch_(loop_, [this](int id, const std::string& name) {
          if (id < 0 || name == std::filesystem::path(config_).filename().string()) look(false);
        }),
        agent_(run.options) {}

  Ending serve() {
    log(fmt::format("failc's stand-in for the automation agent, process {}, cluster config `{}`", ::getpid(), config_));
    if (auto watched = watch_.add(std::filesystem::path(config_).parent_path().string()); !watched) return refuse(watched.error().message);
    auto parsed = read();
    if (!parsed) {
      log("Error reading cluster config: " + parsed.error().message);
      return Ending::input;
    }
    in_force_ = text_;
    if (!run_.server && !parsed->processes.empty()) return refuse(run_.server.error().message);
    if (run_.server) log(fmt::format("servers are run by `{}` ({})", run_.server->path, run_.server->origin));
    wait_for_signal();
    std::vector<automation::FoundRunning> running;
    std::set<std::string> seen;
    for (const Marked& found : marked_processes(config_)) {
      if (found.process.empty() || !seen.insert(found.process).second) continue;
      servers_.take_over(found);
      running.push_back({found.process, found.fingerprint});
    }
    perform(agent_.start(now(), *parsed, running));
    drain();
    loop_.run();
    return Ending::pass;
  }

  void log(const std::string& text) {
    const auto wall = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch());
    out_(automation::time_stamp(wall) + text);
  }

 private:
  static Nanos now() { return std::chrono::steady_clock::now().time_since_epoch(); }

  Ending refuse(const std::string& why) {
    log("Error: " + why);
    return Ending::environment;
  }

  Result<automation::Config> read() {
    const auto text = host::read_file(config_, kConfigLimit);
    if (!text) return text.error();
    if (!*text) return Error{"`" + config_ + "` does not exist"};
    text_ = **text;
    automation::Parsed parsed = automation::parse_config(text_);
    if (parsed.problems.empty()) return std::move(parsed.config);
    std::string why = automation::render(config_, text_, parsed.problems);
    return Error{why.substr(0, why.find('\n'))};
  }

  void look(bool again) {
    auto config = read();
    if (config) {
      second_look_.cancel();
      complaint_.clear();
      if (text_ == in_force_) return;
      in_force_ = text_;
      const auto& all = config->processes;
      const bool nothing_runs = std::all_of(all.begin(), all.end(), [](const automation::Process& one) { return one.disabled; });
      happened(automation::ConfigRead{std::move(*config)});
      return watch_or_look(nothing_runs);
    }
    // Not yet known to be bad: it may be in the middle of being written.
    if (!again) {
      second_look_.expires_after(kHalfWritten);
      return second_look_.async_wait([this](error_code cancelled) {
        if (!cancelled) look(true);
      });
    }
    if (config.error().message == complaint_) return;
    complaint_ = config.error().message;
    happened(automation::ConfigUnreadable{complaint_});
  }

  /// Where nothing is to run any more, the agent is most likely to leave next, and a watch that is ended then keeps its process for 10 ms.
  void watch_or_look(bool nothing_runs) {
    if (nothing_runs == looks_) return;
    looks_ = nothing_runs;
    if (looks_) return watch_.look_instead();
    (void)watch_.add(std::filesystem::path(config_).parent_path().string());
    look(false);  // what changed before it was watched
  }

  void wait_for_signal() {
    signals_.async_wait([this](error_code cancelled, int) {
      if (cancelled) return;
      happened(automation::LeaveAsked{});
      wait_for_signal();
    });
  }

  void happened(automation::Event event) {
    events_.push_back(std::move(event));
    drain();
  }

  /// One event after the other: effects may bring about further ones at once.
  void drain() {
    if (draining_) return;
    draining_ = true;
    while (!events_.empty()) {
      const automation::Event event = std::move(events_.front());
      events_.pop_front();
      perform(agent_.handle(now(), event));
    }
    draining_ = false;
    const auto at = agent_.wake_at();
    if (!at) {
      wake_.cancel();
      return;
    }
    wake_.expires_at(std::chrono::steady_clock::time_point(std::chrono::duration_cast<std::chrono::steady_clock::duration>(*at)));
    wake_.async_wait([this](error_code cancelled) {
      if (!cancelled) happened(automation::WokeUp{});
    });
  }

  void perform(const std::vector<automation::Effect>& effects) {
    struct Doer {
      Host& host;
      void operator()(const automation::Launch& launch) const {
        auto launched = host.servers_.launch(launch.process, host.run_.server ? host.run_.server->path : "");
        if (!launched) {
          host.events_.push_back(automation::LaunchFailed{launch.process.name, launched.error().message});
          return;
        }
        host.log(fmt::format("`{}` started, {}", launch.process.name, *launched));
        host.events_.push_back(automation::Launched{launch.process.name});
      }
      void operator()(const automation::End& end) const { host.servers_.end(end.process, end.at_once); }
      void operator()(const automation::Ask& ask) const {
        const automation::Question question = ask.question;
        host.client_.start(question, ask.address, ask.command, ask.timeout,
                           [&host = host, question](CommandClient::Reply reply) { host.happened(automation::Answered{question, std::move(reply)}); });
      }
      void operator()(const automation::CancelQuestion& cancel) const { host.client_.cancel(cancel.question); }
      void operator()(const automation::Log& line) const { host.log(line.text); }
      void operator()(const automation::Leave&) const { host.loop_.stop(); }
    };
    for (const automation::Effect& effect : effects) std::visit(Doer{*this}, effect);
  }

  const AgentRun& run_;
  std::string config_, text_, in_force_, complaint_;
  const std::function<void(const std::string&)>& out_;
  asio::io_context loop_{1};
  asio::signal_set signals_;
  asio::steady_timer wake_, second_look_;
  CommandClient client_;
  Servers servers_;
  host::Watch watch_;
  Agent agent_;
  std::deque<automation::Event> events_;
  bool draining_ = false, looks_ = false;
};

/// The lock, unless somebody removed the file between its opening and its locking: then what is locked is no file of that name.
Result<std::optional<host::Fd>> take_lock(const std::string& path) {
  for (int attempt = 0; attempt < 10; ++attempt) {
    auto lock = host::lock_file(path);
    if (!lock || !*lock) return lock;
    struct stat held {}, named {};
    if (::fstat((*lock)->get(), &held) == 0 && ::stat(path.c_str(), &named) == 0 && held.st_ino == named.st_ino && held.st_dev == named.st_dev) return lock;
  }
  return Error{"`" + path + "` is removed again and again"};
}

}  // namespace

std::string lock_path(const std::string& config) { return config + ".lock"; }

Result<ServerProgram> find_server(const std::string& named, const std::string& named_by, const std::string& search_path) {
  if (!named.empty()) {
    auto found = host::find_program(named, search_path, "");
    if (!found) return Error{"the server that " + named_by + " names: " + found.error().message};
    return ServerProgram{*found, "named by " + named_by};
  }
  const std::string real(automation::kServerProgram), embedded(automation::kEmbeddedServerProgram);
  if (auto found = host::find_program(real, search_path, "")) return ServerProgram{*found, "found on PATH"};
  char path[PATH_MAX];
  const ssize_t length = ::readlink("/proc/self/exe", path, sizeof path);
  const std::string self(path, length > 0 ? static_cast<std::size_t>(length) : 0);
  const std::string folder = self.substr(0, self.rfind('/'));
  for (const std::string& candidate : {folder + "/" + embedded, folder + "/../libexec/failc/" + embedded})
    if (::access(candidate.c_str(), X_OK) == 0) return ServerProgram{candidate, "embedded; no `" + real + "` is on PATH"};
  return Error{fmt::format("there is no server to run: no `{}` on PATH, and no `{}` in `{}`; name one with `{} PATH`", real, embedded, folder, automation::kServerOption)};
}

Ending run_agent(const AgentRun& run, const std::function<void(const std::string&)>& out) {
  const std::string config = absolute(run.config), path = lock_path(config);
  try {
    Host host(run, config, out);
    // Before the lock: its file stands where the config does.
    std::error_code ignored;
    if (!std::filesystem::is_directory(std::filesystem::path(config).parent_path(), ignored)) {
      host.log("Error reading cluster config: `" + config + "` does not exist");
      return Ending::input;
    }
    auto lock = take_lock(path);
    if (!lock || !*lock) {
      const auto holder = host::lock_holder(path);
      host.log(!lock ? "Error: " + lock.error().message
                     : fmt::format("Error: Is there another automation agent running? `{}` is locked{}", path, holder ? fmt::format(" by process {}", *holder) : ""));
      return Ending::environment;
    }
    const Ending ending = host.serve();
    ::unlink(path.c_str());
    return ending;
  } catch (const std::exception& problem) {
    out(std::string("Error: the agent failed: ") + problem.what());
    return Ending::environment;
  }
}

}  // namespace failc::live_cluster
