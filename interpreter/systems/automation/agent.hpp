#pragma once
// The automation agent as a state machine: told of configs, processes and answers, it says what to start, to end and to ask until
// everything is as the config wants it. It reads no clock and touches nothing itself.
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "grammar/base/result.hpp"
#include "interpreter/systems/automation/config.hpp"

namespace failc::automation {

using Nanos = std::chrono::nanoseconds;
using Json = nlohmann::ordered_json;
using Question = std::uint64_t;  // never used twice
inline constexpr Nanos kFirstRetry = std::chrono::milliseconds(100), kLongestRetry = std::chrono::seconds(5);  // of what failed

// ---- what happens
struct ConfigRead { Config config; };
struct ConfigUnreadable { std::string why; };
struct Launched { std::string process; };
struct LaunchFailed { std::string process, why; };
struct Ended { std::string process, how; };                       // "exit code 1"; also where it was found running at the start
struct Answered { Question question; Result<Json> reply; };       // canonical Extended JSON, or why there is none
struct WokeUp {};
struct LeaveAsked {};                                             // SIGTERM, SIGINT
using Event = std::variant<ConfigRead, ConfigUnreadable, Launched, LaunchFailed, Ended, Answered, WokeUp, LeaveAsked>;

// ---- what is wanted, in order
struct Launch { Process process; };                               // answered by Launched or LaunchFailed
struct End { std::string process; bool at_once; };                // SIGKILL if at once, else SIGTERM
struct Ask { Question question; std::string address; Json command; Nanos timeout; };
struct CancelQuestion { Question question; };                     // no answer is wanted any more
struct Log { std::string text; };
struct Leave {};                                                  // everything to be done before leaving is done
using Effect = std::variant<Launch, End, Ask, CancelQuestion, Log, Leave>;

struct AgentOptions {
  bool end_processes_on_leave = false;
  Nanos grace = std::chrono::seconds(30);  // from SIGTERM to SIGKILL
};

/// A process that runs from an earlier life of the agent.
struct FoundRunning { std::string process, fingerprint; };

class Agent {
 public:
  explicit Agent(AgentOptions options) : options_(options) {}
  /// Once, first.
  std::vector<Effect> start(Nanos now, const Config& config, const std::vector<FoundRunning>& running);
  std::vector<Effect> handle(Nanos now, const Event& event);
  /// When it wants WokeUp at the latest; nothing: only events matter.
  std::optional<Nanos> wake_at() const;

 private:
  enum class Phase : std::uint8_t { down, launching, starting, up, stopping };
  struct Hello {
    bool primary = false, secondary = false, arbiter = false;
    std::string set;
    Json topology_version;  // null where the server has none
  };
  struct Server {
    std::optional<Process> goal;     // none: the config knows it no more
    std::optional<Process> running;  // what it was started as
    Phase phase = Phase::down;
    Nanos end_at{};        // stopping: when it is killed; starting: when it is first complained of; held: until when at most
    Nanos retry_at{};      // down: not launched before
    unsigned failures = 0;  // in a row, before it was up
    std::string complaint;  // the last that was logged
    std::optional<Question> question;
    Nanos ask_at{};
    bool legacy = false;  // it knows only `isMaster`
    std::optional<Hello> hello;  // since the config was read
    bool wanted() const { return goal && !goal->disabled; }
    bool runs() const { return phase == Phase::starting || phase == Phase::up; }
  };
  struct Set {
    ReplicaSet goal;
    bool verified = false;  // its members are those of the goal
    std::optional<Question> question;
    enum class Doing : std::uint8_t { initiate, read, reconfigure, step_down } doing = Doing::initiate;
    Nanos retry_at{};
    unsigned failures = 0;  // in a row
    std::string complaint;
  };

  void apply(const Config& config);
  void ended(Server& server, const std::string& name, const std::string& how);
  void failed(Server& server, const std::string& name, const std::string& why);
  void answered(const Answered& answer);
  void greeted(Server& server, const std::string& name, const Result<Json>& reply);
  void set_answered(Set& set, const Result<Json>& reply);
  void retry_set(Set& set, const std::string& why);
  void pause_set(Set& set);
  void leave();

  void settle();
  void settle_server(Server& server, const std::string& name);
  bool wants_hello(const Server& server) const;
  void ask_hello(Server& server, const std::string& name);
  void settle_set(Set& set);
  bool primary_expected(const Set& set) const;
  const Server* primary_of(const Set& set) const;
  /// A server that leaves the set for good: it may be the primary still, and no primary takes itself out.
  const Server* leaving(const Set& set) const;
  bool all_up(const Set& set) const;
  bool initiated(const Set& set) const;
  bool in_goal(const Set& set) const;
  /// It goes for good, and its set cannot be told so any more once it is down: the others might be too few.
  bool held(const Server& server) const;
  void announce();

  void ask_set(Set& set, Set::Doing doing, const Server& whom, Json command);
  Question ask(const Server& server, Json command, Nanos timeout);
  void cancel(std::optional<Question>& question);
  void log(std::string text) { effects_.push_back(Log{std::move(text)}); }
  void complain(std::string& last, std::string text);

  AgentOptions options_;
  Nanos now_{};
  std::map<std::string, Server> servers_;
  std::vector<Set> sets_;
  std::size_t count_ = 0;  // of the config's processes
  std::int64_t version_ = 0;
  bool announced_ = false, leaving_ = false, left_ = false;
  Question next_question_ = 1;
  std::vector<Effect> effects_;
};

}  // namespace failc::automation
