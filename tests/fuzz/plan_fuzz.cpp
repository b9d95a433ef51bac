// Any bytes as a plan's JSON: refused with a reason, or a plan that verifies, can be shown, and is the same when it is written and read again.
#include <cstdint>
#include <cstdlib>

#include <nlohmann/json.hpp>

#include "interpreter/plan/plan.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace failc::plan;
  const nlohmann::json json = nlohmann::json::parse(data, data + size, nullptr, false);
  const auto plan = from_json(json);
  if (!plan) {
    if (plan.error().message.empty()) std::abort();
    return 0;
  }
  if (!verify(*plan) || to_text(*plan).empty()) std::abort();
  const auto again = from_json(nlohmann::json::parse(to_json(*plan).dump()));
  if (!again || hash(*again) != hash(*plan)) std::abort();
  return 0;
}
