#pragma once
// What tests of the topology share: replies by kind, and changes as short words.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "interpreter/systems/mongodb/sdam/topology.hpp"

namespace failc::sdam::test {

using Json = nlohmann::json;
using Words = std::vector<std::string>;

inline Topology make(const std::string& uri, TopologyOptions options = {}) {
  const Result<ConnectionString> connection = parse_connection_string(uri);
  EXPECT_TRUE(connection) << uri;
  options.connection = *connection;
  Result<Topology> made = Topology::make(options);
  EXPECT_TRUE(made) << uri;
  return std::move(*made);
}
inline Topology open(const std::string& uri, TopologyOptions options = {}) {
  Topology topology = make(uri, std::move(options));
  topology.start(Nanos(0));
  return topology;
}

inline Json standalone() { return {{"ok", 1}, {"minWireVersion", 0}, {"maxWireVersion", 21}}; }
inline Json mongos() {
  Json out = standalone();
  out["msg"] = "isdbgrid";
  return out;
}
inline Json ghost() {
  Json out = standalone();
  out["isreplicaset"] = true;
  return out;
}
inline Json member(const Words& hosts, const Json& more) {
  Json out = standalone();
  out["setName"] = "rs";
  out["hosts"] = hosts;
  out.update(more);
  return out;
}
inline Json primary(const Words& hosts, const Json& more = Json::object()) {
  Json out = member(hosts, {{"isWritablePrimary", true}});
  out.update(more);
  return out;
}
inline Json secondary(const Words& hosts, const Json& more = Json::object()) {
  Json out = member(hosts, {{"secondary", true}});
  out.update(more);
  return out;
}
/// `{electionId: …id, setVersion}`, each left out where negative.
inline Json election(int id, int version) {
  Json out = Json::object();
  std::string digits = std::to_string(id);
  if (id >= 0) out["electionId"]["$oid"] = std::string(24 - digits.size(), '0') + digits;
  if (version >= 0) out["setVersion"] = version;
  return out;
}
inline Json version(int counter, int process = 1) {
  return {{"topologyVersion", {{"processId", {{"$oid", std::string(23, '0') + std::to_string(process)}}}, {"counter", counter}}}};
}

/// `a` is `a:27017`.
inline Changes reply(Topology& topology, const std::string& host, const Json& document) {
  return topology.on_reply(host + ":27017", document, {Nanos(1), Nanos(0)}, Nanos(1));
}
inline Changes lose(Topology& topology, const std::string& host, ErrorKind kind = ErrorKind::network) {
  return topology.on_monitor_error(host + ":27017", {kind, "gone"}, Nanos(2));
}

/// `a:RSPrimary b:Unknown`, after the topology's type.
inline std::string show(const Topology& topology) {
  std::string out(name_of(topology.description().type));
  for (const auto& [address, server] : topology.description().servers)
    out += " " + address.substr(0, address.find(':')) + ":" + std::string(name_of(server.type));
  return out;
}
inline Words show(const std::vector<Event>& events) {
  Words out;
  for (const Event& event : events) {
    const Json document = event_document(event, "1");
    const Json& body = document.begin().value();
    std::string word = document.begin().key();
    word = word.substr(0, word.size() - 6);  // `_event`
    if (body.contains("address")) word += " " + body["address"].get<std::string>();
    const bool server = body.contains("newDescription") && body.contains("address");
    for (const char* key : {"previousDescription", "newDescription"})
      if (body.contains(key)) word += " " + body[key][server ? "type" : "topologyType"].get<std::string>();
    out.push_back(word);
  }
  return out;
}
inline Words show(const std::vector<Action>& actions) {
  struct {
    std::string operator()(const StartMonitor& a) const { return "start " + a.address; }
    std::string operator()(const StopMonitor& a) const { return "stop " + a.address; }
    std::string operator()(const RequestCheck& a) const { return "request " + a.address; }
    std::string operator()(const CancelCheck& a) const { return "cancel " + a.address; }
    std::string operator()(const PoolReady& a) const { return "ready " + a.address; }
    std::string operator()(const PoolCleared& a) const {
      return "clear " + a.address + " " + std::to_string(a.generation) + (a.service_id ? " of a service" : "") +
             (a.interrupt_in_use ? " interrupt" : "");
    }
  } names;
  Words out;
  for (const Action& action : actions) out.push_back(std::visit(names, action));
  return out;
}

}  // namespace failc::sdam::test
