#include <fmt/args.h>
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "grammar/base/bug.hpp"
#include "grammar/diag/diagnostic.hpp"

namespace failc::diag {

namespace {

std::string fill(const char* pattern, std::initializer_list<std::string_view> arguments) {
  fmt::dynamic_format_arg_store<fmt::format_context> store;
  for (const std::string_view argument : arguments) store.push_back(std::string(argument));
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

void Sink::finish() {
  std::stable_sort(items_.begin(), items_.end(), [](const Diagnostic& a, const Diagnostic& b) { return order(a) < order(b); });
  const auto same = [](const Diagnostic& a, const Diagnostic& b) { return order(a) == order(b); };
  items_.erase(std::unique(items_.begin(), items_.end(), same), items_.end());
  errors_ = static_cast<std::size_t>(
      std::count_if(items_.begin(), items_.end(), [](const Diagnostic& item) { return item.severity() == Severity::error; }));
}

}  // namespace failc::diag
