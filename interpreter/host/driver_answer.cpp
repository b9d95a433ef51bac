#include "interpreter/host/driver_answer.hpp"

#include <nlohmann/json.hpp>

#include "interpreter/value/value.hpp"

namespace failc::host {

Result<DriverLine> read_driver_line(std::string_view line) {
  // JSON is written by recursion: a program must not be able to use up this one's stack.
  if (deeper_than(line, kDeepestJson)) return Error{"it wrote a line whose JSON is nested too deep"};
  const nlohmann::json answer = nlohmann::json::parse(line, nullptr, false);
  if (!answer.is_object()) return Error{"it wrote a line that is no JSON object"};
  const auto text = [&](const char* key) {
    const auto found = answer.find(key);
    return found == answer.end() ? std::string() : found->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  };
  DriverLine out{std::nullopt, text("ok"), text("error"), std::nullopt};
  if (const auto id = answer.find("id"); id != answer.end() && id->is_number_unsigned()) out.id = id->get<std::uint64_t>();
  const auto name = answer.find("event"), entity = answer.find("entity"), sequence = answer.find("seq"), data = answer.find("data");
  const bool whole = name != answer.end() && name->is_string() && entity != answer.end() && entity->is_string() && sequence != answer.end() && sequence->is_number_unsigned() &&
                     data != answer.end() && data->is_object();
  if (whole) out.event = DriverEvent{name->get<std::string>(), entity->get<std::string>(), sequence->get<std::uint64_t>(), text("data")};
  return out;
}

}  // namespace failc::host
