#pragma once
// One request from its arrival to its reply, and what it waits for in between.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "interpreter/systems/mongodb/mongod/command.hpp"
#include "interpreter/systems/mongodb/mongod/fail_points.hpp"
#include "interpreter/systems/mongodb/mongod/model.hpp"
#include "interpreter/systems/mongodb/wire/message.hpp"

namespace failc::mongod {

class Server;
struct Operation;
using OperationId = std::uint64_t;

/// The reply's own fields, without `ok` and what every reply has; or the operation has arranged to be resumed.
struct Later {};
using Answer = std::variant<bson::Document, Later>;

/// How a command is treated before and after it runs.
namespace trait {
inline constexpr unsigned kAdmin = 1, kRead = 2, kWrite = 4, kConcern = 8, kAnyField = 16, kRetryable = 32, kHello = 64, kMember = 128,
                          kPeer = 256;
}  // namespace trait

struct Spec {
  std::string_view name;
  std::vector<std::string_view> aliases;
  Answer (*run)(Server&, Operation&) = nullptr;
  /// kAdmin: only on the database admin; kRead: a secondary asks for consent; kWrite: only a primary; kConcern: waits for its write
  /// concern; kRetryable: takes txnNumber; kAnyField: other fields are left alone; kHello: answered while others must wait;
  /// kMember: only with --replSet; kPeer: may come from another member.
  unsigned traits = 0;
  std::vector<std::string_view> fields;  // beside the first and the generic ones
  bool has(unsigned what) const { return traits & what; }
};

/// What may let an operation go on.
namespace interest {
inline constexpr unsigned kReplication = 1, kHello = 2, kSynced = 4, kFailPoints = 8, kAll = 15;
}

struct Operation {
  OperationId id = 0;
  ConnectionId connection = 0;
  std::string bytes;
  wire::Message message;  // into `bytes`
  Command command;        // into `bytes`
  const Spec* spec = nullptr;
  Moment began;
  std::optional<Nanos> deadline;  // by maxTimeMS

  std::optional<FailCommand> fail;
  bool retryable = false;          // a write with txnNumber
  replication::OpTime written;     // the last entry this wrote, or has to wait for
  std::uint64_t record = 0;        // ... or the last record of a node without a set
  bson::Document reply;            // while it waits for its write concern
  std::int32_t last_response = 0;  // of an exhaust stream
  bool streaming = false;
  std::optional<std::pair<bson::ObjectId, std::int64_t>> streamed;  // the topologyVersion that was sent last

  unsigned interests = 0;
  std::optional<Nanos> wake;
  std::function<void()> resume;
  bool interruptible = false;  // by a change of this node's state
  bool peer_request = false;   // Replica knows it by `id`
  bool operator_command = false;
};

}  // namespace failc::mongod
