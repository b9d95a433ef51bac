#pragma once
// What went wrong in an application's operation or in making a connection for one, and what the reply says of the server's state.
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "interpreter/systems/mongodb/sdam/object_id.hpp"

namespace failc::sdam {

enum class ErrorKind : std::uint8_t { command, network, timeout };

/// How far the connection had come.
enum class ErrorPhase : std::uint8_t {
  before_hello,           // TCP, TLS or hello: the pool labels its network errors and timeouts SystemOverloadedError
  before_authentication,  // hello was answered
  after_handshake,
};

struct ApplicationError {
  std::string address;
  std::uint64_t generation = 0;        // of the connection; before the handshake: of the pool when the attempt began
  std::optional<ObjectId> service_id;  // of the connection, behind a load balancer
  ErrorPhase phase = ErrorPhase::after_handshake;
  ErrorKind kind = ErrorKind::network;
  nlohmann::json response;          // of a command: the reply, in Extended JSON
  std::string message;              // of a network error
  std::vector<std::string> labels;  // those that the client added; the response's own are found in it
};

enum class StateChange : std::uint8_t { none, not_writable_primary, recovering, shutting_down };

/// What is known of a command's reply. Where there is a code, only it counts; else the words of errmsg.
struct CommandFailure {
  StateChange state_change = StateChange::none;
  std::string message;
  std::optional<TopologyVersion> topology_version;
  bool failed = false;  // not ok: writeErrors and writeConcernError are no failure of the command
};

StateChange classify(const std::optional<std::int64_t>& code, const std::string& message);
/// Looks at the reply itself where it is not ok, else at its writeConcernError; never at writeErrors. Fields of a wrong type count as
/// absent.
CommandFailure read_failure(const nlohmann::json& response);
bool has_label(const ApplicationError& error, const std::string& label);

}  // namespace failc::sdam
