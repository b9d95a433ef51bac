#pragma once
// What a person sees while a run goes on: text that stays, and below it, on a terminal, a line for each scenario that runs.
#include <mutex>
#include <string>
#include <vector>

namespace failc::tools {

/// Shared by the threads of a run. What one call prints is not interleaved with another's.
class Screen {
 public:
  Screen(bool terminal, bool colour) : terminal_(terminal), colour_(colour) {}
  bool terminal() const { return terminal_; }
  bool colour() const { return colour_; }

  /// Whole lines.
  void print(const std::string& text);
  /// One of the lines below; nothing is drawn for one that is empty. `owner` tells them apart. Without a terminal nothing happens.
  void draw(const void* owner, std::string head, std::string tail);
  void remove(const void* owner);

 private:
  struct Line { const void* owner; std::string head, tail; };
  void erase();
  void redraw();

  const bool terminal_, colour_;
  std::mutex mutex_;
  std::vector<Line> lines_;  // in the order in which they appeared
  std::size_t drawn_ = 0;    // how many stand on the terminal
};

}  // namespace failc::tools
