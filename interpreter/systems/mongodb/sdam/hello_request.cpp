#include "interpreter/systems/mongodb/sdam/hello_request.hpp"

namespace failc::sdam {

nlohmann::ordered_json document(const HelloRequest& request, const ClientMetadata& client) {
  nlohmann::ordered_json out;
  out[request.legacy ? "isMaster" : "hello"] = 1;
  out["helloOk"] = true;
  if (request.topology_version) {
    out["topologyVersion"]["processId"]["$oid"] = text_of(request.topology_version->process_id);
    out["topologyVersion"]["counter"]["$numberLong"] = std::to_string(request.topology_version->counter);
  }
  if (request.max_await_time) out["maxAwaitTimeMS"]["$numberLong"] = std::to_string(request.max_await_time->count());
  if (request.handshake && (client.app_name || !client.document.is_null())) {
    nlohmann::ordered_json metadata = nlohmann::ordered_json::object();
    if (client.app_name) metadata["application"]["name"] = *client.app_name;
    if (client.document.is_object())
      for (const auto& [key, value] : client.document.items())
        if (!metadata.contains(key)) metadata[key] = value;
    out["client"] = std::move(metadata);
  }
  out["$db"] = "admin";
  if (client.server_api) out["apiVersion"] = *client.server_api;
  return out;
}

}  // namespace failc::sdam
