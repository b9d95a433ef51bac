#pragma once
// Observer `sdam`: follows one MongoDB server as a client's monitor does, by `hello` that the server streams. What is seen is the server's
// own description, as the discovery specification names its fields: type, setName, setVersion, electionId, me, primary, hosts, passives,
// arbiters, tags, minWireVersion, maxWireVersion. It is not weighed against other servers' words: two servers that both call themselves
// primary are both seen so.
#include <memory>

#include "interpreter/backend/observer.hpp"

namespace failc::sdam {

/// Options: `host` ("host:port"), and as in a connection string heartbeatFrequencyMS (500), connectTimeoutMS (1000), serverMonitoringMode,
/// appName. A server that is not there is asked again after 20 ms.
Result<std::unique_ptr<backend::Observer>> make_observer(const Document& options);

}  // namespace failc::sdam
