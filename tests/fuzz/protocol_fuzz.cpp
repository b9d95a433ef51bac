// Any bytes at all on the agent's socket: read, or refused with a reason; what was read can be written and read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "interpreter/backends/agent/protocol.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace failc::agent;
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  if (const auto call = decode_call(line)) {
    const auto again = decode_call(encode(*call));
    if (!again || encode(*again) != encode(*call)) std::abort();
  } else if (call.error().message.empty()) {
    std::abort();
  }
  if (const auto notice = decode_notice(line)) {
    const auto again = decode_notice(encode(*notice));
    if (!again || encode(*again) != encode(*notice)) std::abort();
  } else if (notice.error().message.empty()) {
    std::abort();
  }
  return 0;
}
