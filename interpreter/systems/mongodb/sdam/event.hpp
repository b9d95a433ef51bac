#pragma once
// What discovery tells its observers, in the order in which it happened, and what it asks of pools and monitors.
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "interpreter/systems/mongodb/sdam/description.hpp"

namespace failc::sdam {

struct TopologyOpening {};
struct TopologyDescriptionChanged {
  TopologyDescription previous, next;
};
struct ServerOpening {
  std::string address;
};
struct ServerDescriptionChanged {
  ServerDescription previous, next;
};
struct ServerClosed {
  std::string address;
};
struct TopologyClosed {};
using Event =
    std::variant<TopologyOpening, TopologyDescriptionChanged, ServerOpening, ServerDescriptionChanged, ServerClosed, TopologyClosed>;

/// `topology_opening_event` and the like.
std::string_view name_of(const Event& event);
/// `{name: {topologyId, …}}`, descriptions as `event_document` has them.
nlohmann::json event_document(const Event& event, const std::string& topology_id);

struct StartMonitor {
  std::string address;
};
/// Its connection is to be closed; what it still reports is dropped.
struct StopMonitor {
  std::string address;
};
/// Monitor::request_check.
struct RequestCheck {
  std::string address;
};
/// Monitor::cancel_check.
struct CancelCheck {
  std::string address;
};
struct PoolReady {
  std::string address;
};
struct PoolCleared {
  std::string address;
  std::optional<ObjectId> service_id;  // behind a load balancer: only this service's connections
  std::uint64_t generation = 0;        // from now on
  bool interrupt_in_use = false;
};
using Action = std::variant<StartMonitor, StopMonitor, RequestCheck, CancelCheck, PoolReady, PoolCleared>;

/// What one input changed. Waiters for a server are to look again unless both are empty.
struct Changes {
  std::vector<Event> events;
  std::vector<Action> actions;
};

}  // namespace failc::sdam
