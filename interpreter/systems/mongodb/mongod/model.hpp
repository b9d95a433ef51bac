#pragma once
// The boundary between the model of a mongod and its host: what happens to it, and what it wants done. The model reads no clock,
// socket, file or random source; the host (tools/failc-mongod, or a simulator) brings all of that, one event at a time.
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "grammar/base/result.hpp"

namespace failc::mongod {

using Nanos = std::chrono::nanoseconds;
/// `now` is monotonic, `wall` since the Unix epoch.
struct Moment {
  Nanos now{};
  std::chrono::milliseconds wall{};
};

using ConnectionId = std::uint64_t;  // never used twice
using CallId = std::uint64_t;
using RecordNumber = std::uint64_t;  // counts from 1, in the order of the journal file

// ---- what happens to it

struct Connected {
  ConnectionId connection;
  std::string peer;  // "127.0.0.1:51234"
};
struct Received {
  ConnectionId connection;
  std::string message;  // one whole wire message, header included; its length field is right
};
struct Disconnected {
  ConnectionId connection;
};
struct CallAnswered {
  CallId call;
  Result<std::string> reply;  // a BSON document, or why there is none
};
struct Synced {
  RecordNumber record;  // this and all before are on the disk
};
struct WokeUp {};         // the time it asked for has come
struct StopRequested {};  // SIGTERM, --shutdown
using Event = std::variant<Connected, Received, Disconnected, CallAnswered, Synced, WokeUp, StopRequested>;

// ---- what it wants done, in order

struct Send {
  ConnectionId connection;
  std::string message;  // whole wire message
  bool to_member = false;  // it goes after those that clients wait for, where both can go
};
struct Close {
  ConnectionId connection;  // after what was sent before
};
struct Call {
  CallId call;
  std::string address;  // "host:port"
  std::string command;  // a BSON document with $db, sent as OP_MSG
  Nanos timeout;
};
struct CancelCall {
  CallId call;
};
struct Append {
  RecordNumber record;
  std::string bytes;
  bool sync;    // `Synced` is wanted soon (the host may group)
  bool urgent;  // ... and before other things are done, where that is a matter of moments
};
/// Always the last of an event. The journal is long for the state it makes: it may begin anew with what `checkpoint` gives before the next
/// event, followed by what is appended from then on.
struct Compact {
  RecordNumber record;  // the last one so far
};
struct Log {
  std::string component;
  std::string text;
};
struct Exit {
  int code;
};
using Effect = std::variant<Send, Close, Call, CancelCall, Append, Compact, Log, Exit>;

struct Options {
  std::string host;
  std::uint16_t port;
  std::string replica_set;
  std::string version;
  std::vector<std::pair<std::string, std::string>> parameters;
  std::uint64_t seed;
  std::int64_t pid;
  std::int64_t oplog_bytes = std::int64_t{4} << 20;
};

class Model {
 public:
  virtual ~Model() = default;
  /// Once, first. `records`: what its journal holds from its last life, whole records only.
  virtual std::vector<Effect> start(Moment at, std::vector<std::string> records) = 0;
  virtual std::vector<Effect> handle(Moment at, const Event& event) = 0;
  /// Records that make the state as it is now, as a journal's first.
  virtual void checkpoint(const std::function<void(std::string_view)>& keep) const = 0;
  /// When it wants WokeUp at the latest; nothing: only events matter.
  virtual std::optional<Nanos> wake_at() const = 0;
};

/// The embedded mongod.
std::unique_ptr<Model> make_model(Options options);

}  // namespace failc::mongod
