#pragma once
// Everything outside the interpreter: time, processes, messages. The interpreter only ever holds a World& and a seed;
// the real one, the fake and the simulator differ in nothing else.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "grammar/base/result.hpp"
#include "interpreter/value/value.hpp"

namespace failc::backend {

/// Monotonic time since the run began.
using Instant = Nanos;
using NodeIndex = std::uint32_t;  // into Plan::nodes
inline constexpr NodeIndex kNoNode = 0xffffffff;  // of a Drive that is no node's
using RequestId = std::uint64_t;

// ---- requests. Each is answered by exactly one Reply, at its deadline at the latest, unless it is cancelled.

struct File { std::string path; std::string content; };  // path relative to the node's folder, without `..`
/// Follow the node with a protocol model (observer.hpp) from now to its end; its index among the Launch's is that of its events.
struct Observe { std::string model; Document options; };
/// Writes `files`, starts the process, answers when exec succeeded. Already running: answers `already`.
struct Launch { NodeIndex node; std::vector<std::string> argv; std::vector<std::pair<std::string, std::string>> environment; std::vector<File> files; std::vector<Observe> observers; };
/// Signal, then SIGKILL after `grace`; answers when no process of the node is left. Not running: `already`.
struct Stop { NodeIndex node; std::string signal; Nanos grace; };
/// SIGKILL to all processes of the node; answers when none is left. Not running: `already`.
struct Kill { NodeIndex node; };
struct Pause { NodeIndex node; };
struct Resume { NodeIndex node; };
/// Runs a program in the node's folder, with the node's environment; ended (and its descendants) at the deadline or on cancel.
struct Exec { NodeIndex node; std::vector<std::string> argv; std::vector<std::pair<std::string, std::string>> environment; };
struct Http { NodeIndex node; std::string method; std::string url; std::optional<std::string> body; bool json_body = false; };
struct Tcp { NodeIndex node; std::string address; std::string send; std::optional<Regex> until; };
/// One JSON object to a driver program of our own, started by `argv` when it is first asked: drivers/PROTOCOL.md.
struct Drive { NodeIndex node; std::vector<std::string> argv; std::string message; };
struct ReadNodeFile { NodeIndex node; std::string path; };
using Request = std::variant<Launch, Stop, Kill, Pause, Resume, Exec, Http, Tcp, Drive, ReadNodeFile>;

// ---- answers

enum class Delivery : std::uint8_t {
  answered,     // `data` holds the reply
  not_sent,     // refused, no such host, exec failed: it certainly had no effect
  interrupted,  // sent (or begun), and then the deadline, a reset or a cancel: it may have had an effect
};
/// answered: Launch {pid, already}; Stop/Kill {how: "signal"|"kill"|"already", processes}; Pause/Resume {processes}; Exec {code, stdout, stderr}
/// (a signal's code is 128+N); Http {status, text, headers}; Tcp {text}; Drive {text} or {error}, JSON both; ReadNodeFile {text} or {} when absent.
/// `breach`: `error` is a mistake of the program that asks on our behalf, which broke its protocol or died, and says nothing of what is tested.
struct Reply { RequestId id = 0; Delivery delivery = Delivery::answered; Document data; std::string error; Instant sent{}, received{}; bool breach = false; };

// ---- events nobody asked for

struct NodeExited { NodeIndex node; std::int64_t pid; int code; bool by_signal; std::vector<std::string> last_log_lines; };
struct LogLine { NodeIndex node; std::string text; };
struct FileChanged { NodeIndex node; std::string path; };
/// What an observer of the node's Launch sees now; undefined, with the reason, where it cannot tell. Of no process but the one that runs.
struct Observed { NodeIndex node; std::uint32_t observer; Value value; };
struct Interrupt {};               // Ctrl-C, SIGTERM
struct Lost { std::string reason; };  // the supervising side is gone: the run cannot go on
struct Event { Instant at{}; std::variant<Reply, NodeExited, LogLine, FileChanged, Observed, Interrupt, Lost> what; };

struct NodeSetup { NodeIndex node; std::string name; std::vector<std::pair<std::string, std::optional<std::uint16_t>>> ports; /* fixed, or to be chosen */ };
/// What a node is told of itself before it starts.
struct NodeInfo { std::string dir; std::string address; std::vector<std::pair<std::string, std::uint16_t>> ports; };

class World {
 public:
  virtual ~World() = default;
  virtual Instant now() = 0;
  /// Makes folders and chooses ports. Called once a scenario with all its nodes, while none of them runs; each starts from an empty
  /// folder. May block briefly. Errors: a fixed port that is taken, a folder that cannot be made.
  virtual Result<std::vector<NodeInfo>> prepare(const std::vector<NodeSetup>& nodes) = 0;
  /// `deadline`: when the reply comes at the latest. `wait_until`: the bound of the wait on whose behalf it is sent, if any (the fake drives
  /// waits to it; real ones ignore it).
  virtual RequestId submit(Request request, Instant deadline, std::optional<Instant> wait_until) = 0;
  /// No reply will come. What was begun is ended where it can be.
  virtual void cancel(RequestId id) = 0;
  /// The next event, or nothing when `until` has come.
  virtual std::optional<Event> next(Instant until) = 0;
  /// The main process of a node that runs.
  virtual std::optional<std::int64_t> pid(NodeIndex node) = 0;
};

}  // namespace failc::backend
