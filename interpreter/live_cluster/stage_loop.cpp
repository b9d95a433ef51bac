#include "interpreter/live_cluster/stage_loop.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <optional>
#include <vector>

#include "interpreter/host/fd.hpp"
#include "interpreter/systems/automation/lines.hpp"

namespace failc::live_cluster {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace {
constexpr std::size_t kLine = 64u << 10, kChunk = 64u << 10;
constexpr Nanos kPlausibleEvery = 100ms;
/// How often it is looked whether the log grew: often at first, then ever less. To be told by inotify is dearer for a process of a few moments: the
/// kernel takes about 10 ms to end a watch.
constexpr Nanos kLookAgain = 500us, kLookAgainAtLast = 20ms;
}  // namespace

struct StageLoop::State {
  explicit State(std::function<void(const std::string&)> call) : trace(std::move(call)), signals(loop, SIGINT, SIGTERM), agent(loop), cutter(kLine) {
    // Whoever was started by nohup goes on when the terminal is closed.
    struct sigaction hangup {};
    if (::sigaction(SIGHUP, nullptr, &hangup) == 0 && hangup.sa_handler != SIG_IGN) signals.add(SIGHUP);
    wait_for_signal();
  }

  void wait_for_signal() {
    signals.async_wait([this](boost::system::error_code cancelled, int) {
      if (cancelled) return;
      interrupted = true;
      wait_for_signal();
    });
  }

  void read_log() {
    if (!log) return;
    struct stat info {};
    if (::fstat(log.get(), &info) == 0 && static_cast<std::uint64_t>(info.st_size) < offset) {
      // Somebody emptied it, and a goal line that was not read yet may be lost with the rest.
      offset = 0;
      uncertain = true;
    }
    std::string bytes(kChunk, '\0');
    for (;;) {
      const ssize_t got = ::pread(log.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (got <= 0) return;
      offset += static_cast<std::uint64_t>(got);
      std::vector<std::string> lines;
      cutter.feed(std::string_view(bytes).substr(0, static_cast<std::size_t>(got)), lines);
      for (const std::string& line : lines) take(line);
    }
  }

  void take(const std::string& line) {
    trace("agent: " + line);
    if (automation::is_error_line(line)) last_error = line;
    if (automation::is_hopeless_line(line)) hopeless = true;
    const auto goal = automation::read_goal_line(line);
    if (!goal) return;
    if (goal->config_version) goal_version = goal->config_version;
    else uncertain = true;
  }

  std::function<void(const std::string&)> trace;
  asio::io_context loop{1};
  asio::signal_set signals;
  bool interrupted = false;
  asio::posix::stream_descriptor agent;
  bool agent_ended = false;
  host::LineCutter cutter;
  host::Fd log;
  std::string last_error;
  std::uint64_t offset = 0;
  std::optional<std::int64_t> goal_version;  // of the last goal line
  bool uncertain = false;  // a goal line had no version, or may have been lost: the servers themselves tell then
  bool hopeless = false;
};

StageLoop::StageLoop(std::function<void(const std::string&)> trace) : state_(std::make_unique<State>(std::move(trace))) {}
StageLoop::~StageLoop() = default;

asio::io_context& StageLoop::loop() { return state_->loop; }
bool StageLoop::interrupted() {
  state_->loop.restart();
  state_->loop.poll();
  return state_->interrupted;
}
void StageLoop::forgive() { state_->interrupted = false; }
const std::string& StageLoop::last_error() const { return state_->last_error; }

Status StageLoop::follow_log(const std::string& path, std::uint64_t from) {
  state_->log.reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!state_->log) return Error{"`" + path + "` cannot be read: " + std::strerror(errno)};
  state_->offset = from;
  state_->read_log();
  return Done{};
}

Status StageLoop::watch_agent(const host::ProcessIdentity& agent) {
  const int handle = static_cast<int>(::syscall(SYS_pidfd_open, agent.pid, 0));
  if (handle >= 0) state_->agent.assign(handle);
  if (handle < 0 || !host::alive(agent)) {
    state_->agent_ended = true;
    return Error{"process " + std::to_string(agent.pid) + " is dead"};
  }
  state_->agent.async_wait(asio::posix::stream_descriptor::wait_read, [state = state_.get()](boost::system::error_code cancelled) {
    if (cancelled) return;
    state->agent_ended = true;
  });
  return Done{};
}

StageLoop::Came StageLoop::await(const std::function<bool()>& done, Nanos timeout) {
  const auto begin = Clock::now();
  const auto until = timeout > Clock::time_point::max() - begin ? Clock::time_point::max() : begin + std::chrono::duration_cast<Clock::duration>(timeout);
  state_->loop.restart();
  state_->loop.poll();
  for (;;) {
    state_->read_log();
    if (state_->interrupted) return Came::interrupted;
    if (done()) return Came::awaited;
    const auto now = Clock::now();
    if (now >= until) return Came::timed_out;
    state_->loop.restart();
    state_->loop.run_one_until(std::min(until, now + std::clamp<Nanos>((now - begin) / 100, kLookAgain, kLookAgainAtLast)));
  }
}

StageLoop::Came StageLoop::await_goal(std::int64_t version, const std::function<bool()>& plausible, Nanos timeout) {
  const auto end = Clock::now() + std::min<Nanos>(timeout, 24h * 365);
  state_->hopeless = false;
  const auto reached = [&] { return state_->goal_version == version || (state_->uncertain && plausible()); };
  const auto over = [&] { return reached() || state_->agent_ended || state_->hopeless; };
  for (;;) {
    const Nanos left = end - Clock::now();
    // A line without a version may be of the config before: then the goal is reached as soon as the servers are as they should be.
    const Came came = await([&] { return over() || state_->uncertain; }, state_->uncertain ? Nanos(0) : left);
    if (came == Came::interrupted) return came;
    if (reached()) {
      state_->uncertain = false;
      return Came::awaited;
    }
    if (state_->agent_ended) return Came::agent_ended;
    if (state_->hopeless) return Came::hopeless;
    if (Clock::now() >= end) return Came::timed_out;
    if (state_->uncertain && await(over, std::min(kPlausibleEvery, left)) == Came::interrupted) return Came::interrupted;
  }
}

StageLoop::Came StageLoop::await_agent_end(Nanos timeout) {
  return await([&] { return state_->agent_ended; }, timeout);
}

StageLoop::Came StageLoop::sleep(Nanos duration) {
  const Came came = await([&] { return state_->agent_ended; }, duration);
  if (came == Came::timed_out) return Came::awaited;
  return came == Came::awaited ? Came::agent_ended : came;
}

}  // namespace failc::live_cluster
