#pragma once
// What the model `selection` is made of, what is played to it, and what it is to show.
#include <map>

#include "interpreter/systems/mongodb/played/reading.hpp"
#include "interpreter/systems/mongodb/sdam/selection.hpp"

namespace failc::played {

struct SelectionSetting {
  sdam::TopologyDescription topology;
  std::map<std::string, Document> written;      // its servers by address, as they are written
  std::map<std::string, std::uint64_t> counts;  // of operations under way, by address
  sdam::Millis heartbeat_frequency = sdam::kDefaultHeartbeatFrequency, local_threshold = sdam::kDefaultLocalThreshold;
};

struct SelectionStep {
  sdam::SelectionRequest request;
  std::int64_t iterations = 0;  // 0: a selection
};

struct SelectionWanted {
  using Servers = std::vector<std::pair<std::string, const Document*>>;  // addresses, and what is wanted of them
  std::optional<bool> error;
  std::optional<Servers> suitable, window;
  std::optional<double> tolerance;
  std::optional<std::vector<std::pair<std::string, double>>> frequencies;  // by address, as it is written
};

SelectionSetting read_selection_setting(const Document& document, Problems& problems);
SelectionStep read_selection_step(const Document& document, Problems& problems);
/// What it points to is the document's.
SelectionWanted read_selection_wanted(const Document& document, Problems& problems);

}  // namespace failc::played
