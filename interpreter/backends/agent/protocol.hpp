#pragma once
// What failc and its agent say to each other: docs/decisions/0004-agent.md. One JSON object a line.
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "grammar/base/result.hpp"
#include "interpreter/backend/world.hpp"

namespace failc::agent {

inline constexpr int kProtocol = 1;
/// The longest message: a file of 16 MiB, and what JSON makes of it.
inline constexpr std::size_t kMessageLimit = 40u << 20;
inline constexpr std::size_t kFileLimit = 16u << 20;
inline constexpr std::size_t kOutputLimit = 4u << 20;
inline constexpr std::size_t kLogLineLimit = 64u << 10;

inline constexpr const char* kSocketName = "agent.sock";
inline constexpr const char* kLockName = "agent.lock";
inline constexpr const char* kLedgerName = "ledger.jsonl";

using Environment = std::vector<std::pair<std::string, std::string>>;

// ---- requests: failc to agent

struct Hello { int protocol = kProtocol; std::string run; };
struct Launch { std::string node; std::vector<std::string> argv; Environment environment; std::vector<backend::File> files; };
struct Stop { std::string node; std::string signal; Nanos grace{}; };
struct Kill { std::string node; };
struct Pause { std::string node; };
struct Resume { std::string node; };
/// Ended, with its descendants, after `within`.
struct Exec { std::string node; std::vector<std::string> argv; Environment environment; Nanos within{}; };
struct Read { std::string node, path; };
/// From now on a `file` event whenever `path` is written, made, moved or removed.
struct WatchFile { std::string node, path; };
/// Ends the exec of that id. Has no answer.
struct Cancel { std::uint64_t request = 0; };
struct Lease {};     // has no answer, and needs no hello before it
/// Ends every process of the run, answers with what it did, and ends the agent.
struct UndoAll {};
/// From now on nothing is ended but by undo_all or shutdown: no lease runs out any more.
struct Keep {};
/// As undo_all; said where nothing should be left.
struct Shutdown {};
using Request = std::variant<Hello, Launch, Stop, Kill, Pause, Resume, Exec, Read, WatchFile, Cancel, Lease, Keep, UndoAll, Shutdown>;
struct Call { std::uint64_t id = 0; Request request; };

// ---- notices: agent to failc

struct Answer { std::uint64_t id = 0; backend::Delivery delivery = backend::Delivery::answered; nlohmann::json data = nlohmann::json::object(); std::string error; };
struct Exited { std::string node; std::int64_t pid = 0; int code = 0; bool by_signal = false; std::vector<std::string> last_log_lines; };
struct LogLines { std::string node; std::vector<std::string> lines; };
struct FileChanged { std::string node, path; };
using Notice = std::variant<Answer, Exited, LogLines, FileChanged>;

/// Without the newline.
std::string encode(const Call& call);
std::string encode(const Notice& notice);
/// Any bytes may be given: an error says what is wrong with them.
Result<Call> decode_call(std::string_view line);
Result<Notice> decode_notice(std::string_view line);

}  // namespace failc::agent
