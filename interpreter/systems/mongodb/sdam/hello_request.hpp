#pragma once
// The command a monitor sends, and what a monitor asks of the one connection it has.
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "interpreter/systems/mongodb/sdam/object_id.hpp"

namespace failc::sdam {

struct HelloRequest {
  bool legacy = false;                              // the server has not said that it knows `hello`: isMaster
  bool handshake = false;                           // the first on its connection: with the client's metadata
  std::optional<TopologyVersion> topology_version;  // awaitable: both or none
  std::optional<std::chrono::milliseconds> max_await_time;
  bool exhaust_allowed = false;  // OP_MSG's flag: the server may go on to reply
};

struct ClientMetadata {
  nlohmann::ordered_json document;        // `client` of the handshake: driver, os …; null: none
  std::optional<std::string> app_name;    // becomes application.name in it
  std::optional<std::string> server_api;  // `apiVersion`, where one was chosen
};

/// The command with `$db`, in Extended JSON.
nlohmann::ordered_json document(const HelloRequest& request, const ClientMetadata& client);

/// Open a connection, without authentication. `timeout`: nothing is none.
struct Connect {
  std::optional<std::chrono::nanoseconds> timeout;
};
/// Send on the open connection and read one reply, which `timeout` is for.
struct SendHello {
  HelloRequest request;
  std::optional<std::chrono::nanoseconds> timeout;
};
/// Read one more reply to what was sent last.
struct ReadReply {
  std::optional<std::chrono::nanoseconds> timeout;
};
/// Close the connection, or give up opening it. Nothing of it may be reported after this.
struct CloseConnection {};
/// Nothing to do until then; replaces the Wait before it.
struct Wait {
  std::chrono::nanoseconds until;
};

}  // namespace failc::sdam
