#include <fmt/args.h>
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "grammar/base/bug.hpp"
#include "grammar/diag/diagnostic.hpp"

namespace failc::diag {

namespace {

constexpr std::size_t kLongestArgument = 1024;  // a message must not repeat a megabyte of source

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// Its beginning and its end: a reason stands behind the path that it is about.
std::string shortened(std::string_view text) {
  if (text.size() <= kLongestArgument) return std::string(text);
  std::size_t head = kLongestArgument / 2;
  std::size_t tail = text.size() - kLongestArgument / 2;
  while (head > 0 && continues(text[head])) --head;
  while (tail < text.size() && continues(text[tail])) ++tail;
  return fmt::format("{}…{}", text.substr(0, head), text.substr(tail));
}

std::string fill(const char* pattern, std::initializer_list<std::string_view> arguments) {
  fmt::dynamic_format_arg_store<fmt::format_context> store;
  for (const std::string_view argument : arguments) store.push_back(shortened(argument));
  try {
    return fmt::vformat(pattern, store);
  } catch (const fmt::format_error&) {
    FAILC_BUG("a diagnostic was given too few arguments for its row in the catalogue");
  }
}

auto order(const Diagnostic& item) { return std::tuple(item.place, item.code); }

}  // namespace

Diagnostic& Sink::report(Code code, Place place, std::initializer_list<std::string_view> arguments) {
  const Row& found = row(code);
  if (found.severity == Severity::error) ++errors_;
  return items_.emplace_back(Diagnostic{code, place, fill(found.message, arguments), fill(found.help, arguments), {}, {}});
}

void Sink::absorb(Sink&& other, std::uint32_t offset) {
  const auto move = [offset](Place& place) { place.file.value += offset; };
  for (Diagnostic& item : other.items_) {
    move(item.place);
    for (Note& note : item.notes)
      if (note.place) move(*note.place);
    if (item.fix) move(item.fix->place);
    items_.push_back(std::move(item));
  }
  errors_ += other.errors_;
  other = Sink();
}

void Sink::finish() {
  std::stable_sort(items_.begin(), items_.end(), [](const Diagnostic& a, const Diagnostic& b) { return order(a) < order(b); });
  const auto same = [](const Diagnostic& a, const Diagnostic& b) { return order(a) == order(b); };
  items_.erase(std::unique(items_.begin(), items_.end(), same), items_.end());
  errors_ = static_cast<std::size_t>(
      std::count_if(items_.begin(), items_.end(), [](const Diagnostic& item) { return item.severity() == Severity::error; }));
}

}  // namespace failc::diag
