// Any bytes as a line of a driver program: refused with a reason, or what it says can be read as JSON, and as what a driver shows.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <nlohmann/json.hpp>

#include "interpreter/host/driver_answer.hpp"
#include "interpreter/systems/mongodb/black_box/seen.hpp"
#include "interpreter/value/value.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto line = failc::host::read_driver_line(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!line) {
    if (line.error().message.empty()) std::abort();
    return 0;
  }
  for (const std::string& text : {line->ok, line->failure, line->event ? line->event->data : std::string()}) {
    if (text.empty()) continue;
    const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
    if (json.is_discarded() || text.find('\n') != std::string::npos) std::abort();
    failc::to_json(failc::from_json(json)).dump();
    const auto topology = failc::black_box::read_topology(json);
    if (!topology && topology.error().message.empty()) std::abort();
    if (line->event) {
      const auto event = failc::black_box::read_event(line->event->name, json);
      if (event && *event) failc::sdam::event_document(**event, "1").dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    }
  }
  return 0;
}
