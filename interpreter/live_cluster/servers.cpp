#include "interpreter/live_cluster/servers.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "interpreter/host/fd.hpp"
#include "interpreter/host/paths.hpp"
#include "interpreter/host/ports.hpp"
#include "interpreter/host/spawn.hpp"

namespace failc::live_cluster {

namespace asio = boost::asio;

struct Servers::Watched {
  explicit Watched(asio::io_context& loop) : handle(loop) {}
  asio::posix::stream_descriptor handle;  // a pidfd: readable once the process is over
  host::ProcessStat stat;
  bool child = false;
  bool asked_to_end = false;
  std::string output;  // where it writes what is not for its log
};

namespace {

std::string last_line(const std::string& path) {
  std::string text = host::read_tail(path, 0, 4096);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

std::string how_it_ended(int status) {
  if (WIFEXITED(status)) return fmt::format("exit code {}", WEXITSTATUS(status));
  if (WIFSIGNALED(status)) {
    const char* name = ::sigabbrev_np(WTERMSIG(status));
    return name ? fmt::format("signal SIG{}", name) : fmt::format("signal {}", WTERMSIG(status));
  }
  return "it is gone";
}

}  // namespace

Servers::Servers(asio::io_context& loop, std::string config, std::function<void(const std::string&, const std::string&)> ended)
    : loop_(loop), config_(std::move(config)), ended_(std::move(ended)) {}
Servers::~Servers() = default;

Result<std::string> Servers::launch(const automation::Process& process, const std::string& program) {
  if (!host::port_is_free(process.port)) {
    const std::string holder = host::holder_of_port(process.port);
    return Error{fmt::format("port {} is {}", process.port, holder.empty() ? "in use" : holder)};
  }
  if (auto made = host::make_folder(process.db_path); !made) return made.error();
  const std::string log_folder = std::filesystem::path(process.log_path).parent_path().string();
  if (!log_folder.empty())
    if (auto made = host::make_folder(log_folder); !made) return made.error();
  const std::string output = process.db_path + "/output.log";
  const host::Fd file(::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return Error{fmt::format("`{}` cannot be written: {}", output, std::strerror(errno))};
  host::SpawnOptions options;
  options.argv = {program};
  options.argv.insert(options.argv.end(), process.arguments.begin(), process.arguments.end());
  options.environment = server_marks(config_, process.name, process.fingerprint);
  options.output = options.error = file.get();
  const auto pid = host::spawn(options);
  if (!pid) return pid.error();
  // Not reaped yet, so the pid is still its own, whether it lives or not.
  host::ProcessStat stat = host::stat_of(*pid).value_or(host::ProcessStat{.pid = *pid});
  watch(process.name, stat, true, output);
  return fmt::format("process {}: {}", *pid, fmt::join(options.argv, " "));
}

void Servers::take_over(const Marked& found) { watch(found.process, found.stat, false, ""); }

void Servers::watch(const std::string& process, const host::ProcessStat& stat, bool child, std::string output) {
  auto watched = std::make_unique<Watched>(loop_);
  watched->stat = stat;
  watched->child = child;
  watched->output = std::move(output);
  const int handle = static_cast<int>(::syscall(SYS_pidfd_open, stat.pid, 0));
  Watched& kept = *(watched_[process] = std::move(watched));
  // Where there is no handle any more the process is over.
  if (handle < 0) return asio::post(loop_, [this, process] { reap(process); });
  kept.handle.assign(handle);
  kept.handle.async_wait(asio::posix::stream_descriptor::wait_read, [this, process](boost::system::error_code cancelled) {
    if (!cancelled) reap(process);
  });
}

void Servers::reap(const std::string& process) {
  const auto found = watched_.find(process);
  if (found == watched_.end()) return;
  const std::unique_ptr<Watched> watched = std::move(found->second);
  watched_.erase(found);
  std::string how = "it is gone";
  int status = 0;
  if (watched->child && ::waitpid(watched->stat.pid, &status, 0) == watched->stat.pid) how = how_it_ended(status);
  const std::string said = watched->asked_to_end || watched->output.empty() ? "" : last_line(watched->output);
  ended_(process, said.empty() ? how : how + "; it said: " + said);
}

void Servers::end(const std::string& process, bool at_once) {
  const auto found = watched_.find(process);
  if (found == watched_.end()) return;
  found->second->asked_to_end = true;
  host::send_signal(found->second->stat.pid, found->second->stat.start_time, at_once ? SIGKILL : SIGTERM);
  if (!at_once) return;
  for (const Marked& left : marked_processes(config_))
    if (left.process == process) host::send_signal(left.stat.pid, left.stat.start_time, SIGKILL);
}

}  // namespace failc::live_cluster
