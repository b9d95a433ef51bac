// Logs and files: what grows or changes in a node's folder, as events.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "interpreter/backends/agent/execution.hpp"
#include "interpreter/backends/agent/supervisor.hpp"
#include "interpreter/host/paths.hpp"

namespace failc::agent {

using backend::Delivery;
using namespace std::chrono_literals;

namespace {
constexpr std::size_t kRound = 256u << 10;
constexpr std::size_t kLastLines = 10;
}  // namespace

void Supervisor::follow_log(Node& node, std::uint64_t begin) {
  node.log_begin = begin;
  // The folder was made anew: so is its log.
  if (node.log_begin < node.log_read) node.log_read = node.log_begin = 0;
  if (!node.cutter) node.cutter = std::make_unique<host::LineCutter>(kLogLineLimit);
  node.log_flush = node.draining = false;
  const auto watch = watch_.add(node.dir + "/log");
  node.log_watch = watch ? *watch : host::kPolled;
  node.log_pending = true;
  read_logs();
}

void Supervisor::read_log(Node& node, std::size_t limit) {
  node.log_pending = false;
  const host::Fd file(::open((node.dir + "/log").c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file || !node.cutter) return;
  struct stat info {};
  if (::fstat(file.get(), &info) == 0 && static_cast<std::uint64_t>(info.st_size) < node.log_read) node.log_read = 0;  // it was cut by somebody
  std::vector<std::string> lines;
  std::array<char, 65536> buffer;
  bool at_end = false;
  for (std::size_t taken = 0; taken < limit && !at_end;) {
    const ssize_t got = ::pread(file.get(), buffer.data(), buffer.size(), static_cast<off_t>(node.log_read));
    at_end = got <= 0;
    if (at_end) break;
    node.cutter->feed({buffer.data(), static_cast<std::size_t>(got)}, lines);
    node.log_read += static_cast<std::uint64_t>(got);
    taken += static_cast<std::size_t>(got);
  }
  if (at_end && node.log_flush) {
    node.log_flush = false;
    if (node.cutter->holds()) node.cutter->flush(lines);
  }
  node.log_pending = !at_end;
  if (!lines.empty()) output_.tell(LogLines{node.name, std::move(lines)});
}

void Supervisor::read_logs() {
  bool pending = false;
  for (const auto& node : nodes_) {
    if (node->log_pending && output_.ready_for_lines()) {
      read_log(*node, kRound);
      if (node->draining && !node->log_pending) look_again(0ms);
    }
    pending = pending || node->log_pending;
  }
  if (!pending) return;
  logs_again_.expires_after(output_.ready_for_lines() ? 0ms : 5ms);
  logs_again_.async_wait([this](boost::system::error_code cancelled) {
    if (!cancelled) read_logs();
  });
}

void Supervisor::file_changed(int watch, const std::string& name) {
  bool logs = false;
  for (const auto& node : nodes_) {
    if (watch < 0 || watch == node->log_watch) logs = node->log_pending = true;
    for (const auto& [path, folder] : node->watched) {
      const std::string base = path.substr(path.rfind('/') + 1);
      if (watch < 0 || (watch == folder && name == base)) output_.tell(FileChanged{node->name, path});
    }
  }
  if (logs) read_logs();
}

std::vector<std::string> Supervisor::last_lines(const Node& node) const {
  std::vector<std::string> lines;
  host::LineCutter cutter(4096);
  cutter.feed(host::read_tail(node.dir + "/log", node.log_begin, 32u << 10), lines);
  if (cutter.holds()) cutter.flush(lines);
  if (lines.size() > kLastLines) lines.erase(lines.begin(), lines.end() - kLastLines);
  return lines;
}

void Supervisor::watch_file(const WatchFile& request, const Respond& respond) {
  const auto refuse = [&](const std::string& why) { respond({Delivery::not_sent, nlohmann::json::object(), why}); };
  if (auto checked = host::check_relative(request.path); !checked) return refuse(checked.error().message);
  Node& node = *nodes_[this->node(request.node)];
  const auto slash = request.path.rfind('/');
  const std::string folder = slash == std::string::npos ? node.dir : node.dir + "/" + request.path.substr(0, slash);
  const auto watch = watch_.add(folder);
  if (!watch) return refuse(watch.error().message);
  node.watched[request.path] = *watch;
  respond({});
}

}  // namespace failc::agent
