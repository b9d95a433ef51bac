#pragma once
// Files that grow or change, told by inotify, or where that has no room left, by looking every 20 ms.
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/base/result.hpp"

namespace failc::host {

/// Cuts a stream of bytes into lines. A partial line is held until its newline; one longer than `limit` is cut there and its rest dropped.
class LineCutter {
 public:
  explicit LineCutter(std::size_t limit) : limit_(limit) {}
  void feed(std::string_view bytes, std::vector<std::string>& lines);
  bool holds() const { return !partial_.empty(); }
  /// What is held, as a last line.
  void flush(std::vector<std::string>& lines);

 private:
  std::string partial_;
  std::size_t limit_;
  bool cut_ = false;
};

/// In place of an id: no watch of its own.
inline constexpr int kPolled = -1;  // as inotify's own overflow event has it

/// inotify on files, and on folders: tells what was written, made, moved or removed.
class Watch {
 public:
  /// `changed(id, name)`: `id` is what `add` gave, `name` the file in a watched folder, empty for a watched file.
  /// `changed(kPolled, "")`: the kernel lost events, or has no room for a watch: look at everything.
  Watch(boost::asio::io_context& loop, std::function<void(int id, const std::string& name)> changed);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  /// Adding a path twice gives the same id. kPolled where the kernel has no room for another watch; an error where the path cannot be watched.
  Result<int> add(const std::string& path);
  void remove(int id);
  /// Ends all watches and tells kPolled every 20 ms, until one is added again: for who will soon close this and must not wait for the kernel then.
  void look_instead();

 private:
  struct State;
  std::shared_ptr<State> state_;  // owned by the watch and by the handler in flight
};

}  // namespace failc::host
