// Any bytes as a line of a driver program: refused with a reason, or what it says can be read as JSON.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <nlohmann/json.hpp>

#include "interpreter/host/driver_answer.hpp"
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
  }
  return 0;
}
