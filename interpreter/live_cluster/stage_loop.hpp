#pragma once
// What a stage waits for: lines of the agent's log, the agent's end, time, and the person's SIGINT. Each wait has a limit.
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "grammar/base/result.hpp"
#include "interpreter/host/process.hpp"
#include "interpreter/live_cluster/ending.hpp"
#include "interpreter/value/value.hpp"

namespace failc::live_cluster {

class StageLoop {
 public:
  enum class Came : std::uint8_t { awaited, agent_ended, hopeless, timed_out, interrupted };

  /// From here on SIGINT, SIGTERM and SIGHUP (unless that is ignored already) only set `interrupted`.
  explicit StageLoop(std::function<void(const std::string&)> trace);
  ~StageLoop();

  boost::asio::io_context& loop();
  bool interrupted();
  /// Further waits go on in spite of the signals that came so far.
  void forgive();

  /// Lines from `from` (an offset in bytes) on.
  Status follow_log(const std::string& path, std::uint64_t from);
  Status watch_agent(const host::ProcessIdentity& agent);

  /// A goal line of config version `version`; or one of an agent that names no version, once `plausible()`.
  Came await_goal(std::int64_t version, const std::function<bool()>& plausible, Nanos timeout);
  Came await_agent_end(Nanos timeout);
  Came sleep(Nanos duration);
  /// Until `done()`, which is asked after each event.
  Came await(const std::function<bool()>& done, Nanos timeout);

  /// The last mistake that the log told of; empty if none.
  const std::string& last_error() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace failc::live_cluster
