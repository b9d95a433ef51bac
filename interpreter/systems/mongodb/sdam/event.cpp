#include "interpreter/systems/mongodb/sdam/event.hpp"

#include <nlohmann/json.hpp>

namespace failc::sdam {
namespace {

template <class... Handlers>
struct Visit : Handlers... {
  using Handlers::operator()...;
};
template <class... Handlers>
Visit(Handlers...) -> Visit<Handlers...>;

}  // namespace

std::string_view name_of(const Event& event) {
  return std::visit(Visit{
                        [](const TopologyOpening&) { return std::string_view("topology_opening_event"); },
                        [](const TopologyDescriptionChanged&) { return std::string_view("topology_description_changed_event"); },
                        [](const ServerOpening&) { return std::string_view("server_opening_event"); },
                        [](const ServerDescriptionChanged&) { return std::string_view("server_description_changed_event"); },
                        [](const ServerClosed&) { return std::string_view("server_closed_event"); },
                        [](const TopologyClosed&) { return std::string_view("topology_closed_event"); },
                    },
                    event);
}

nlohmann::json event_document(const Event& event, const std::string& topology_id) {
  nlohmann::json body = {{"topologyId", topology_id}};
  const auto change = [&](const auto& changed) {
    body["previousDescription"] = event_document(changed.previous);
    body["newDescription"] = event_document(changed.next);
  };
  std::visit(Visit{
                 [](const TopologyOpening&) {},
                 [&](const TopologyDescriptionChanged& changed) { change(changed); },
                 [&](const ServerOpening& opening) { body["address"] = opening.address; },
                 [&](const ServerDescriptionChanged& changed) {
                   body["address"] = changed.next.address;
                   change(changed);
                 },
                 [&](const ServerClosed& closed) { body["address"] = closed.address; },
                 [](const TopologyClosed&) {},
             },
             event);
  return {{std::string(name_of(event)), body}};
}

}  // namespace failc::sdam
