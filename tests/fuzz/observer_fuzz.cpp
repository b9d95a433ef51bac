// The observer `sdam`, told what a server that is no MongoDB might send, in pieces.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "interpreter/systems/mongodb/observer/sdam_observer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace failc;
  if (size == 0) return 0;
  auto made = sdam::make_observer(Document{{{"host", "h:1"}}});
  backend::Observer& observer = **made;
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t piece = data[0] + 1u;
  Nanos now{};
  observer.start(now);
  observer.connected(now);
  while (!rest.empty()) {
    now += std::chrono::milliseconds(1);
    const std::string_view next = rest.substr(0, piece);
    rest.remove_prefix(next.size());
    for (const auto& step : observer.received(next, now))
      if (std::holds_alternative<backend::Observer::Connect>(step)) observer.connected(now);
  }
  observer.lost("the end", now);
  observer.wake(now + std::chrono::seconds(1));
  return 0;
}
