#include "interpreter/host/follow.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <cstring>
#include <set>
#include <utility>

namespace failc::host {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {
constexpr std::chrono::milliseconds kPoll(20);
}  // namespace

void LineCutter::feed(std::string_view bytes, std::vector<std::string>& lines) {
  while (!bytes.empty()) {
    const auto newline = bytes.find('\n');
    const std::string_view part = bytes.substr(0, newline);
    if (!cut_) {
      const std::size_t room = limit_ - partial_.size();
      partial_.append(part.substr(0, room));
      cut_ = part.size() > room;
    }
    if (newline == std::string_view::npos) return;
    flush(lines);
    bytes.remove_prefix(newline + 1);
  }
}

void LineCutter::flush(std::vector<std::string>& lines) {
  cut_ = false;
  if (!partial_.empty() && partial_.back() == '\r') partial_.pop_back();
  lines.push_back(std::move(partial_));
  partial_.clear();
}

struct Watch::State : std::enable_shared_from_this<State> {
  State(asio::io_context& loop, std::function<void(int, const std::string&)> call) : descriptor(loop), again(loop), changed(std::move(call)) {}

  void read() {
    descriptor.async_read_some(asio::buffer(buffer), [self = shared_from_this()](error_code failed, std::size_t count) {
      if (failed || !self->open) return;
      std::set<std::pair<int, std::string>> told;
      for (std::size_t at = 0; at + sizeof(inotify_event) <= count;) {
        inotify_event event;
        std::memcpy(&event, self->buffer.data() + at, sizeof event);
        if (event.mask & IN_IGNORED) self->watched.erase(event.wd);
        else told.emplace(event.wd, event.len > 0 ? std::string(self->buffer.data() + at + sizeof event) : std::string());
        at += sizeof event + event.len;
      }
      for (const auto& [id, name] : told) {
        if (self->open) self->changed(id, name);
      }
      if (self->open) self->read();
    });
  }

  void poll() {
    polling = true;
    again.expires_after(kPoll);
    again.async_wait([self = shared_from_this()](error_code cancelled) {
      if (cancelled || !self->open) return;
      self->changed(kPolled, {});
      if (self->open && self->polling) self->poll();
    });
  }

  asio::posix::stream_descriptor descriptor;
  asio::steady_timer again;
  std::function<void(int, const std::string&)> changed;
  std::array<char, 16384> buffer;
  std::set<int> watched;
  bool open = true, polling = false, instead = false;
};

Watch::Watch(asio::io_context& loop, std::function<void(int, const std::string&)> changed)
    : state_(std::make_shared<State>(loop, std::move(changed))) {
  const int fd = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  if (fd < 0) return;
  state_->descriptor.assign(fd);
  state_->read();
}

Watch::~Watch() {
  state_->open = false;
  // To close an inotify that still watches takes the kernel 5 to 20 ms, which a process would spend at its end.
  while (!state_->watched.empty()) remove(*state_->watched.begin());
  error_code ignored;
  state_->descriptor.close(ignored);
  state_->again.cancel();
}

Result<int> Watch::add(const std::string& path) {
  constexpr std::uint32_t kEvents = IN_MODIFY | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM;
  if (state_->descriptor.is_open()) {
    const int id = ::inotify_add_watch(state_->descriptor.native_handle(), path.c_str(), kEvents);
    if (id >= 0) {
      if (std::exchange(state_->instead, false)) {
        state_->polling = false;
        state_->again.cancel();
      }
      return *state_->watched.insert(id).first;
    }
  } else if (::access(path.c_str(), F_OK) == 0) {
    errno = ENOSPC;
  }
  // What the kernel has no room to watch is looked at again and again: silence would be taken for a file that does not change.
  if (errno != ENOSPC && errno != ENOMEM) return Error{"`" + path + "` cannot be watched: " + std::strerror(errno)};
  if (!state_->polling) state_->poll();
  return kPolled;
}

void Watch::look_instead() {
  if (state_->polling) return;
  while (!state_->watched.empty()) remove(*state_->watched.begin());
  state_->instead = true;
  state_->poll();
}

void Watch::remove(int id) {
  state_->watched.erase(id);
  if (state_->descriptor.is_open()) ::inotify_rm_watch(state_->descriptor.native_handle(), id);
}

}  // namespace failc::host
