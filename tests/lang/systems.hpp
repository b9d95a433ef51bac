#pragma once
// The systems that samples name, without what is behind them.
#include <nlohmann/json.hpp>

#include "interpreter/check/check.hpp"
#include "interpreter/systems/mongodb/specs/formats.hpp"

namespace failc {

/// Its files are lists of documents, as plain JSON.
inline List read_documents(std::string_view text, std::vector<check::NodeSource::Problem>& problems) {
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_array()) problems.push_back({{0, 1}, "this is no list", "write `[…]`"});
  return json.is_array() ? *from_json(json).as<List>() : List{};
}

inline void add_systems(check::Options& options) {
  options.observers = {"sdam"};
  options.players = mongodb::spec_players();
  options.formats = mongodb::spec_formats();
  options.sources = {{"automation_config", read_documents}};
}

}  // namespace failc
