#include "interpreter/backends/agent/agent_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <thread>

#include "interpreter/backends/agent/protocol.hpp"
#include "interpreter/host/paths.hpp"
#include "interpreter/host/spawn.hpp"
#include "interpreter/host/unix_socket.hpp"

namespace failc::agent {

using namespace std::chrono_literals;

namespace {

std::string last_line(const std::string& path, std::uint64_t from) {
  std::string text = host::read_tail(path, from, 4096);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

}  // namespace

Result<std::string> find_agent_program() {
  char path[PATH_MAX];
  const ssize_t length = ::readlink("/proc/self/exe", path, sizeof path);
  if (length <= 0) return Error{std::string("`/proc/self/exe` cannot be read: ") + std::strerror(errno)};
  const std::string self(path, static_cast<std::size_t>(length));
  const std::string folder = self.substr(0, self.rfind('/'));
  for (const std::string& candidate : {folder + "/failc-agent", folder + "/../libexec/failc/failc-agent"}) {
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return Error{"`failc-agent` is neither in `" + folder + "` nor in `" + folder + "/../libexec/failc`; install it with failc"};
}

Result<AgentProcess> start_agent(const std::string& program, const std::string& folder, const std::string& run, std::chrono::nanoseconds lease) {
  const std::string log = folder + "/agent.log";
  const host::Fd output(::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!output) return Error{"`" + log + "` cannot be written: " + std::strerror(errno)};
  struct stat info {};
  ::fstat(output.get(), &info);
  const auto log_begin = static_cast<std::uint64_t>(info.st_size);
  const std::string seconds = std::to_string(std::chrono::duration<double>(lease).count());
  host::SpawnOptions options;
  options.argv = {program, folder, "--run", run, "--lease", seconds};
  options.output = options.error = output.get();
  const auto pid = host::spawn(options);
  if (!pid) return pid.error();
  AgentProcess agent;
  const auto stat = host::stat_of(*pid);
  agent.identity = {*pid, stat ? stat->start_time : 0, host::boot_id()};

  const auto give_up = std::chrono::steady_clock::now() + 10s;
  std::string why;
  while (std::chrono::steady_clock::now() < give_up) {
    if (::waitpid(*pid, nullptr, WNOHANG) == *pid) {
      const std::string said = last_line(log, log_begin);
      return Error{"the agent ended at once" + (said.empty() ? "; see `" + log + "`" : ": " + said)};
    }
    auto connection = host::connect_in(folder, kSocketName);
    if (connection) {
      agent.connection = std::move(*connection);
      return agent;
    }
    why = connection.error().message;
    std::this_thread::sleep_for(1ms);
  }
  host::send_signal(agent.identity.pid, agent.identity.start_time, SIGKILL);
  ::waitpid(*pid, nullptr, 0);
  return Error{"the agent was not ready within 10s: " + why};
}

}  // namespace failc::agent
