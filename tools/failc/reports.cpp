#include "tools/failc/reports.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "interpreter/journal/reader.hpp"
#include "tools/failc/atomic_file.hpp"
#include "tools/failc/terminal.hpp"

namespace failc::tools {
namespace {

constexpr std::string_view kKinds[] = {"junit", "json", "tap", "html", "github", "events"};

std::string as_text(const std::string& kind, const report::Run& run, const report::Records& records) {
  if (kind == "junit") return report::junit(run);
  if (kind == "tap") return report::tap(run);
  if (kind == "github") return report::github(run);
  if (kind == "html") return report::html(run, records);
  return report::json(run).dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

Take reports_into(std::vector<ReportTo>& target) {
  return [&target](const std::string& text) -> std::optional<std::string> {
    const std::size_t equals = text.find('=');
    const std::string kind = text.substr(0, equals);
    if (std::find(std::begin(kKinds), std::end(kKinds), kind) == std::end(kKinds)) return fmt::format("the kinds are `{}`", fmt::join(kKinds, "`, `"));
    if (equals == std::string::npos || equals + 1 == text.size()) return "the form is `" + kind + "=PATH`, and `-` is standard output";
    const std::string path = text.substr(equals + 1);
    if (std::any_of(target.begin(), target.end(), [&](const ReportTo& one) { return one.path == path; })) return "another report goes to `" + path + "`";
    target.push_back({kind, path});
    return std::nullopt;
  };
}

/// All of it, at once: whoever reads from the other end has whole lines.
bool write_line(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t size = ::write(file, text.data(), text.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

}  // namespace

void add_reports(Arguments& arguments, std::vector<ReportTo>& target) {
  arguments.value("--report", "KIND=PATH", "junit, json, tap, html, github or events; `-` is standard output", reports_into(target), true);
}

bool to_output(const std::vector<ReportTo>& reports) {
  return std::any_of(reports.begin(), reports.end(), [](const ReportTo& to) { return to.path == "-"; });
}

Status probe_reports(const std::vector<ReportTo>& reports) {
  for (const ReportTo& to : reports)
    if (to.path != "-")
      if (Status writable = probe_writable(to.path); !writable) return writable;
  return Done{};
}

bool write_reports(const report::Run& run, const std::vector<ReportTo>& reports, const report::Records& records) {
  bool good = true;
  for (const ReportTo& to : reports) {
    if (to.kind == "events") continue;
    const std::string text = as_text(to.kind, run, records);
    if (to.path == "-") {
      put(text);
    } else if (const Status written = write_whole(to.path, text); !written) {
      complain(written.error().message);
      good = false;
    } else {
      say(fmt::format("report: {}\n", to.path));
    }
  }
  return good;
}

std::vector<nlohmann::ordered_json> read_records(const std::string& folder) {
  auto contents = journal::read(folder + "/journal.jsonl");
  return contents ? std::move(contents->records) : std::vector<nlohmann::ordered_json>();
}

EventStream::EventStream(const std::vector<ReportTo>& reports) {
  for (const ReportTo& to : reports) {
    if (to.kind != "events") continue;
    Target& target = targets_.emplace_back(Target{to.path, host::Fd(), ""});
    if (to.path == "-") continue;
    target.file = host::Fd(::open(to.path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (target.file.get() < 0) target.error = std::strerror(errno);
  }
}

void EventStream::put(const std::string& event) {
  for (Target& target : targets_) {
    if (!target.error.empty()) continue;
    if (target.path == "-") tools::put(event + "\n");
    else if (!write_line(target.file.get(), event + "\n")) target.error = std::strerror(errno);
  }
}

bool EventStream::whole() {
  bool good = true;
  for (const Target& target : targets_) {
    if (!target.error.empty()) complain("cannot write `" + target.path + "`: " + target.error);
    good = good && target.error.empty();
  }
  return good;
}

}  // namespace failc::tools
