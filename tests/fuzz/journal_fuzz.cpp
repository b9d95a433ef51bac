// Any bytes as a run's journal: refused with a reason, or every report can be made of it.
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>

#include "interpreter/report/events.hpp"
#include "interpreter/report/from_journal.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace report = failc::report;
  std::istringstream text(std::string(reinterpret_cast<const char*>(data), size));
  const auto contents = failc::journal::parse(text, "j");
  if (!contents) {
    if (contents.error().message.empty()) std::abort();
    return 0;
  }
  static_cast<void>(failc::journal::finished(*contents));
  report::Events events;
  for (const auto& record : contents->records)
    if (const auto event = events.of(record); event && event->find('\n') != std::string::npos) std::abort();
  report::Restored restored;
  const failc::Status added = report::add_session(restored, *contents, "j");
  if (!added) {
    if (added.error().message.empty() || !restored.run.files.empty()) std::abort();
    return 0;
  }
  static_cast<void>(report::junit(restored.run));
  static_cast<void>(report::tap(restored.run));
  static_cast<void>(report::github(restored.run));
  static_cast<void>(report::run_ended(restored.run));
  static_cast<void>(report::html(restored.run, [&](const std::string&) { return contents->records; }));
  return 0;
}
