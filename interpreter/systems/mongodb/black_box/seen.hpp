#pragma once
// What a driver says that it knows, as the model has it: the documents of `topology` and of events (drivers/PROTOCOL.md). They come from
// another program: what is of the wrong type is an error that names the field.
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "grammar/base/result.hpp"
#include "interpreter/systems/mongodb/sdam/event.hpp"

namespace failc::black_box {

struct SeenTopology {
  sdam::TopologyDescription description;
  std::map<std::string, std::uint64_t> generations;  // of the pools that are told of
};

Result<SeenTopology> read_topology(const nlohmann::json& document);
/// Nothing: it is none of discovery.
Result<std::optional<sdam::Event>> read_event(std::string_view name, const nlohmann::json& data);

}  // namespace failc::black_box
