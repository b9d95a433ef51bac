#pragma once
// A World without a world: a virtual clock that jumps, nodes that are states, answers from a function. For tests and benchmarks.
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "interpreter/backend/world.hpp"

namespace failc::backend {

/// What a handler answers, and how long after the request. Beyond the request's deadline it becomes `interrupted`, at the deadline.
struct FakeReply {
  Delivery delivery = Delivery::answered;
  Document data;
  std::string error;
  Nanos latency{};
  bool breach = false;
};

FakeReply http_reply(std::int64_t status, std::string text, Nanos latency = {});
FakeReply exec_reply(std::int64_t code, std::string output, std::string complaint = "", Nanos latency = {});
FakeReply not_sent(std::string error);

enum class FakeMode : std::uint8_t {
  prompt,  // as the handler says; where there is none: status 200 and `true`, code 0, at once
  late,    // every answer comes exactly at its deadline. Those on behalf of a wait say `false` until its very end, and `true` then
};

class FakeWorld : public World {
 public:
  using Handler = std::function<std::optional<FakeReply>(const Request&, Instant now)>;
  using Happening = std::variant<NodeExited, LogLine, FileChanged, Observed, Interrupt, Lost>;

  explicit FakeWorld(FakeMode mode = FakeMode::prompt) : mode_(mode) {}

  /// Asked for every request to nodes that run; nothing: the default answer. Also for launches, stops and pauses (then it decides all).
  void on_request(Handler handler) { handler_ = std::move(handler); }
  /// At `at`, whatever the run does. An exit ends the node if it runs.
  void schedule(Instant at, Happening what);
  /// An Interrupt in place of the `index`th event (from 0), which is delivered after it.
  void interrupt_at_event(std::uint64_t index) { interrupt_at_ = index; }

  Instant now() override { return now_; }
  Result<std::vector<NodeInfo>> prepare(const std::vector<NodeSetup>& nodes) override;
  RequestId submit(Request request, Instant deadline, std::optional<Instant> wait_until) override;
  void cancel(RequestId id) override;
  std::optional<Event> next(Instant until) override;
  std::optional<std::int64_t> pid(NodeIndex node) override;

  // What tests look at.
  bool running(NodeIndex node) const;
  bool paused(NodeIndex node) const;
  std::size_t running_count() const;
  std::size_t paused_count() const;
  std::uint64_t events() const { return events_; }
  const std::vector<std::pair<Instant, Request>>& requests() const { return requests_; }
  void forget_requests() { requests_.clear(); }
  void keep_requests(bool keep) { keep_ = keep; }

 private:
  struct Node {
    std::string name;
    bool running = false;
    bool paused = false;
    std::int64_t pid = 0;
  };
  using Key = std::pair<Instant, std::uint64_t>;

  void push(Instant at, std::variant<Reply, NodeExited, LogLine, FileChanged, Observed, Interrupt, Lost> what);
  FakeReply answer(const Request& request, std::optional<Instant> wait_until, Instant deadline);
  FakeReply act(const Request& request, std::optional<Instant> wait_until);
  FakeReply end(NodeIndex node, const char* how, int signal);
  FakeReply ask(const Request& request, NodeIndex node, bool truth);

  FakeMode mode_;
  Handler handler_;
  Instant now_{};
  std::map<NodeIndex, Node> nodes_;
  std::map<Key, Event> queue_;
  std::map<RequestId, Key> pending_;
  std::uint64_t order_ = 0;
  RequestId next_id_ = 0;
  std::int64_t next_pid_ = 1000;
  std::uint16_t next_port_ = 20000;
  std::uint64_t events_ = 0;
  std::optional<std::uint64_t> interrupt_at_;
  bool keep_ = true;
  std::vector<std::pair<Instant, Request>> requests_;
};

}  // namespace failc::backend
