#include "tools/failc/diagnostics.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <set>
#include <tuple>

#include "grammar/base/bug.hpp"
#include "tools/failc/terminal.hpp"

namespace failc::tools {
namespace {

/// Nobody reads more, and a file that is no `.fail` file at all can have one for each of its bytes.
constexpr std::size_t kMostPrinted = 1000;

diag::Format parsed(const std::string& format) {
  if (format == "text") return diag::Format::text;
  if (format == "json") return diag::Format::json;
  if (format == "sarif") return diag::Format::sarif;
  if (format == "github") return diag::Format::github;
  FAILC_BUG("a format that the options do not offer");
}

}  // namespace

void add_format(Arguments& arguments, std::string& format) {
  arguments.value("--format", "KIND", "how diagnostics are written: text, json, sarif or github", choice_into(format, {"text", "json", "sarif", "github"}));
}

void print(diag::Sink& sink, const SourceMap& sources, const std::string& format) {
  sink.finish();
  std::set<std::tuple<std::string_view, std::uint32_t, std::uint32_t, diag::Code>> seen;
  std::erase_if(sink.all(), [&](const diag::Diagnostic& item) {
    return !seen.insert({sources[item.place.file].path, item.place.span.begin, item.place.span.end, item.code}).second;
  });
  const diag::Format kind = parsed(format);
  const bool to_people = kind == diag::Format::text;
  if (to_people && sink.all().empty()) return;
  const std::size_t left_out = sink.all().size() - std::min(sink.all().size(), kMostPrinted);
  const auto end = sink.all().end() - static_cast<std::ptrdiff_t>(left_out);
  const std::string text = diag::render({sink.all().begin(), end}, sources, kind, to_people && wants_colour(STDERR_FILENO));
  if (to_people) std::fwrite(text.data(), 1, text.size(), stderr);
  else say(text);
  if (to_people && is_terminal(STDERR_FILENO)) std::fprintf(stderr, "`failc explain %s` says more\n", diag::row(sink.all().front().code).code);
  if (left_out > 0) complain("and " + std::to_string(left_out) + " more like these");
}

std::string plural(std::size_t count, const std::string& noun) { return std::to_string(count) + " " + noun + (count == 1 ? "" : "s"); }

std::string counted(const diag::Sink& sink) {
  std::size_t errors = 0;
  for (const auto& item : sink.all()) errors += item.severity() == diag::Severity::error;
  std::string out = plural(errors, "error");
  if (sink.all().size() > errors) out += ", " + plural(sink.all().size() - errors, "warning");
  return out;
}

}  // namespace failc::tools
