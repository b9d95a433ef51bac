#pragma once
// The agent's engine: the nodes of one run and their processes. Knows no connection; answers and events go out through callbacks.
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "interpreter/backends/agent/belongings.hpp"
#include "interpreter/backends/agent/ledger.hpp"
#include "interpreter/backends/agent/protocol.hpp"
#include "interpreter/host/follow.hpp"

namespace failc::agent {

class Execution;

/// An Answer without its id.
struct Outcome {
  backend::Delivery delivery = backend::Delivery::answered;
  nlohmann::json data = nlohmann::json::object();
  std::string error;
};
using Respond = std::function<void(Outcome)>;

class Supervisor {
 public:
  struct Output {
    std::function<void(const Notice&)> tell;
    /// False while the receiver is behind: log lines then wait in their files.
    std::function<bool()> ready_for_lines;
  };
  Supervisor(boost::asio::io_context& loop, std::string folder, std::string run, Ledger ledger, Output output);
  ~Supervisor();

  // Each calls `respond` once, at once or later.
  void launch(const Launch& request, const Respond& respond);
  void stop(const Stop& request, const Respond& respond);
  void kill(const Kill& request, const Respond& respond);
  void pause(const Pause& request, const Respond& respond);
  void resume(const Resume& request, const Respond& respond);
  /// `key` names it for cancel_exec.
  void exec(std::uint64_t key, const Exec& request, const Respond& respond);
  void read(const Read& request, const Respond& respond);
  void watch_file(const WatchFile& request, const Respond& respond);
  void cancel_exec(std::uint64_t key);
  /// Ends everything below the agent; then hands over what was done, a line a node. Nothing is started any more.
  void undo_all(std::function<void(std::vector<std::string>)> done);

  /// To be called when SIGCHLD came.
  void reap();

 private:
  /// A stop or kill under way, or a pause or resume that waits for its proof.
  struct Ending {
    bool killing = false;
    bool told_main = false, told_all = false;
    int signal = 0;
    std::size_t processes = 0;
    std::vector<Respond> waiting;
    std::chrono::steady_clock::time_point kill_at;
  };
  struct Freezing {
    bool stop = true;
    Respond respond;
    std::chrono::steady_clock::time_point give_up;
  };
  struct Node {
    std::string name, dir;
    bool running = false;
    pid_t main = 0;
    std::uint64_t main_start = 0;
    bool main_reaped = false;
    int code = 0;
    bool by_signal = false;
    std::optional<Ending> ending;
    std::vector<Freezing> freezing;
    // the log
    std::unique_ptr<host::LineCutter> cutter;
    std::uint64_t log_read = 0, log_begin = 0;  // how far it was read; where this launch's part begins
    bool log_pending = false, log_flush = false;  // there may be more; its last partial line is a line
    bool draining = false;                        // its processes have gone, and its exit waits for the last line
    int log_watch = host::kPolled;
    std::map<std::string, int> watched;  // files by path, and the watch of their folder
  };

  std::size_t node(const std::string& name);
  Environment marked(const Node& node, const Environment& given) const;
  void note_status(Owner owner, pid_t pid, int status);
  /// Looks at all processes and moves on whatever waits for them: ended nodes, endings, pauses, execs, undo_all.
  void progress();
  void progress_node(std::size_t index);
  bool progress_freezing(Node& node, const std::vector<host::ProcessStat>& processes, Freezing& freezing);
  void progress_undo();
  /// True when the exec is over and has been answered.
  bool progress_exec(std::uint64_t id, Execution& execution);
  void end_exec(std::uint64_t id, const std::string& why);
  bool waits_for_processes() const;
  /// Refreshes what is known of processes; those that neither group nor environment would tell later go into the ledger.
  void look();
  void note_strays();
  /// Twice a second: a process without our marks is known only while its parent lives.
  void look_for_strays();
  void look_again(std::chrono::nanoseconds after);
  /// Tells the exit behind the last line of the log. False while lines are still to be told: read_logs goes on with it.
  bool end_node(Node& node);
  void end(std::size_t index, bool at_once, int signal, Nanos grace, const Respond& respond);
  void ask_to_end(Node& node, const std::vector<host::ProcessStat>& processes);
  void freeze(const std::string& name, bool stop, const Respond& respond);
  // logs: supervisor_logs.cpp
  /// `begin`: the log's size before the launch.
  void follow_log(Node& node, std::uint64_t begin);
  void read_log(Node& node, std::size_t limit);
  void read_logs();
  void file_changed(int watch, const std::string& name);
  std::vector<std::string> last_lines(const Node& node) const;

  boost::asio::io_context& loop_;
  std::string folder_, run_;
  Ledger ledger_;
  Output output_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::map<std::string, std::size_t> by_name_;
  Belongings belongings_;
  std::map<std::uint64_t, std::shared_ptr<Execution>> executions_;  // owned by this table and by its pipes' handlers in flight
  std::uint64_t next_exec_ = 1;
  host::Watch watch_;
  boost::asio::steady_timer again_, strays_, logs_again_;
  std::optional<std::chrono::steady_clock::time_point> again_at_;
  std::function<void(std::vector<std::string>)> undone_;
  std::map<std::pair<pid_t, std::uint64_t>, std::string> undo_ended_;  // process to whose it was
};

}  // namespace failc::agent
