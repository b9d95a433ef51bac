#include "tools/failc/diagnostics.hpp"

#include <unistd.h>

#include <cstdio>
#include <set>
#include <tuple>

#include "grammar/base/bug.hpp"
#include "tools/failc/terminal.hpp"

namespace failc::tools {
namespace {

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
  const std::string text = diag::render(sink.all(), sources, kind, to_people && wants_colour(STDERR_FILENO));
  std::fwrite(text.data(), 1, text.size(), to_people ? stderr : stdout);
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
