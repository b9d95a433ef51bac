#include "tools/failc/screen.hpp"

#include <algorithm>

#include "tools/failc/terminal.hpp"

namespace failc::tools {
namespace {

/// At most `columns` code points of it, on one line.
std::string cut(const std::string& text, std::size_t columns) {
  std::string out;
  std::size_t used = 0;
  for (const char c : text) {
    const bool begins = (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    if (begins && used++ == columns) return out;
    out += c == '\n' || c == '\t' ? ' ' : c;
  }
  return out;
}

}  // namespace

void Screen::print(const std::string& text) {
  const std::lock_guard lock(mutex_);
  erase();
  say(text);
}

void Screen::draw(const void* owner, std::string head, std::string tail) {
  if (!terminal_) return;
  const std::lock_guard lock(mutex_);
  auto line = std::find_if(lines_.begin(), lines_.end(), [&](const Line& one) { return one.owner == owner; });
  if (line == lines_.end()) line = lines_.insert(lines_.end(), Line{owner, "", ""});
  line->head = std::move(head);
  line->tail = std::move(tail);
  redraw();
}

void Screen::remove(const void* owner) {
  const std::lock_guard lock(mutex_);
  erase();
  std::erase_if(lines_, [&](const Line& one) { return one.owner == owner; });
}

void Screen::erase() {
  if (drawn_ == 0) return;
  std::string out = "\r\x1b[K";
  for (std::size_t i = 1; i < drawn_; ++i) out += "\x1b[A\x1b[K";
  say(out);
  drawn_ = 0;
}

void Screen::redraw() {
  if (!can_say()) return;  // lines that are drawn anew are not worth waiting for
  const std::size_t width = std::max(20u, terminal_width()) - 1;
  std::string out = "\r\x1b[K";
  for (std::size_t i = 1; i < drawn_; ++i) out += "\x1b[A\x1b[K";
  drawn_ = lines_.size();
  for (std::size_t i = 0; i < lines_.size(); ++i) out += (i == 0 ? "" : "\n\x1b[K") + cut(lines_[i].head, width - std::min(width, lines_[i].tail.size())) + lines_[i].tail;
  say(out);
}

}  // namespace failc::tools
