#pragma once
// The real world: processes through the agent, messages through sockets of failc's own. Nothing but the agent's Unix socket listens.
#include <boost/asio/io_context.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "interpreter/backend/observer.hpp"
#include "interpreter/backend/world.hpp"
#include "interpreter/backends/agent/lease.hpp"
#include "interpreter/backends/agent/protocol.hpp"
#include "interpreter/host/driver.hpp"
#include "interpreter/host/http.hpp"
#include "interpreter/host/line_channel.hpp"
#include "interpreter/host/observer_session.hpp"
#include "interpreter/host/ports.hpp"
#include "interpreter/host/process.hpp"
#include "interpreter/host/tcp.hpp"

namespace failc::agent {

struct AgentOptions {
  std::string folder;   // of the run; made with mode 0700 where it is missing
  std::string run;      // an id that no other run on this host has: make_run_id()
  std::chrono::nanoseconds lease = std::chrono::seconds(15);  // how long after failc's death everything is ended
  std::string program;  // failc-agent: find_agent_program()
  std::vector<backend::ObserverModel> observers = {};  // those that a Launch may name
  int interrupts = -1;  // an Interrupt comes once it can be read from, and nothing is read, since other worlds may share it: host::catch_interrupts()
};

/// Unlike any other on this host since it was started.
std::string make_run_id();

class AgentWorld : public backend::World {
 public:
  static Result<std::unique_ptr<AgentWorld>> start(const AgentOptions& options);
  /// The world of an agent whose run kept its nodes, in `options.folder`: of those in `nodes`, by name, each has its folder and ports as they were, the first time that
  /// it is prepared, and a Launch of one that runs finds it so. What was paused goes on. `options.run` and the lease are that run's.
  static Result<std::unique_ptr<AgentWorld>> adopt(const AgentOptions& options, const std::vector<std::pair<std::string, backend::NodeInfo>>& nodes);
  /// Calls finish() if nobody did.
  ~AgentWorld() override;

  backend::Instant now() override;
  Result<std::vector<backend::NodeInfo>> prepare(const std::vector<backend::NodeSetup>& nodes) override;
  backend::RequestId submit(backend::Request request, backend::Instant deadline, std::optional<backend::Instant> wait_until) override;
  void cancel(backend::RequestId id) override;
  std::optional<backend::Event> next(backend::Instant until) override;
  std::optional<std::int64_t> pid(backend::NodeIndex node) override;

  const host::ProcessIdentity& agent() const { return agent_; }
  std::string socket_path() const { return folder_ + "/" + kSocketName; }
  /// Leaves every process as it is, with the agent, for which no lease runs out any more: until somebody has it undo the run. Nothing may follow.
  Status keep();
  /// Ends every process that is left, and the agent. Says what was still there, a line a node; an error where something could not be ended.
  Result<std::vector<std::string>> finish();

 private:
  enum class Way : std::uint8_t { agent, exec, http, tcp, driver };
  struct Pending {
    Way way = Way::agent;
    backend::NodeIndex node = 0;
    backend::Instant deadline{}, sent{};
    bool launch = false;
    std::vector<std::unique_ptr<backend::Observer>> observers;  // of a launch
  };
  struct Node {
    std::string name;
    backend::NodeInfo info;
    std::optional<std::int64_t> pid;
    std::set<std::string> watched;
    std::vector<std::unique_ptr<host::ObserverSession>> observing;  // of the process that runs
    unsigned cleared = 0;  // how often its folder was made anew
  };
  struct Submitter;

  AgentWorld(const AgentOptions& options, std::string folder, host::ProcessIdentity agent);
  Status connect(host::Fd connection);
  Status prepare_ports(const backend::NodeSetup& setup, Node& node, std::vector<std::pair<std::string, std::uint16_t>>& ports);
  Status prepare_folder(Node& node);
  /// Whether the node is one that was kept, which then is as it was; an error where it has other ports.
  Result<bool> prepare_kept(const backend::NodeSetup& setup, Node& node);
  Result<std::vector<std::unique_ptr<backend::Observer>>> make_observers(const std::vector<backend::Observe>& wanted) const;
  void observe(backend::NodeIndex node, std::vector<std::unique_ptr<backend::Observer>> observers);
  const std::string& name_of(backend::NodeIndex node);
  void received(std::string_view line);
  void answered(Answer answer);
  void lose(const std::string& reason);
  void reply(backend::RequestId id, backend::Delivery delivery, Document data, std::string error, bool told = false, bool breach = false);
  void push_told(backend::Event event);
  void set_deadline_timer();
  void deadlines_passed();
  void wait_for_interrupt();
  /// What the agent answers to it, while nothing else is under way; nothing where it did not.
  std::optional<Answer> ask_alone(Request request, std::chrono::nanoseconds patience);
  void end_agent();
  std::chrono::steady_clock::time_point at(backend::Instant instant) const;

  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::string folder_, run_;
  std::chrono::nanoseconds lease_length_;
  host::ProcessIdentity agent_;
  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  boost::asio::posix::stream_descriptor interrupts_;
  boost::asio::steady_timer deadline_;
  host::HttpClient http_;
  host::TcpClient tcp_;
  host::DriverClient drivers_;
  std::vector<backend::ObserverModel> models_;
  std::unique_ptr<host::LineChannel> channel_;
  std::unique_ptr<LeaseKeeper> lease_;
  host::PortChooser ports_;
  std::map<std::uint16_t, std::string> fixed_ports_;  // port to the node that fixed it
  std::map<backend::NodeIndex, Node> nodes_;
  std::map<std::string, backend::NodeIndex> by_name_;
  std::map<std::string, backend::NodeInfo> kept_;  // by a run before, and not yet prepared by this one
  std::map<backend::RequestId, Pending> pending_;
  std::set<std::pair<backend::Instant, backend::RequestId>> deadlines_;
  std::deque<backend::Event> told_;    // by the agent, in its order: a log line before the exit and the reply that followed it
  std::deque<backend::Event> urgent_;  // everything else
  bool urgent_first_ = true;           // the two take turns, so that neither starves
  std::set<std::pair<backend::NodeIndex, std::string>> changed_;  // FileChanged that wait in told_
  backend::RequestId next_id_ = 1;
  bool lost_ = false, finished_ = false, ending_ = false;
  std::optional<Answer> special_;  // the answer to hello or shutdown
  backend::RequestId special_id_ = 0;
};

}  // namespace failc::agent
