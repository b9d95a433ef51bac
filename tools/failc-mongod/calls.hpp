#pragma once
// Questions to other servers, by OP_MSG. One connection a question at a time, so that none waits behind another; they are kept for the
// next.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "grammar/base/result.hpp"
#include "interpreter/systems/mongodb/mongod/model.hpp"
#include "interpreter/systems/mongodb/wire/splitter.hpp"
#include "tools/failc-mongod/addresses.hpp"
#include "tools/failc-mongod/output.hpp"

namespace failc::mongod_host {

/// Each call is answered once, from the loop, unless cancelled.
class Calls {
 public:
  Calls(boost::asio::io_context& loop, Names names, std::function<void(mongod::CallAnswered)> tell);
  void start(const mongod::Call& call);
  void cancel(mongod::CallId call);
  std::size_t connections() const { return lines_.size(); }

 private:
  using Socket = boost::asio::ip::tcp::socket;
  using LineId = std::uint64_t;
  /// A connection: to be made, busy with one call, or idle.
  struct Line {
    Socket socket;
    std::string address;
    Endpoints left;  // to try, the next one last
    wire::Splitter splitter;
    Output output;
    std::optional<mongod::CallId> call;
    std::int32_t request = 0;
  };
  struct Waiting {
    LineId line = 0;
    std::unique_ptr<boost::asio::steady_timer> limit;
  };

  void connect(LineId id, const std::string& last_problem);
  void watch(LineId id);
  void write(LineId id);
  void read(LineId id);
  void answer(mongod::CallId call, Result<std::string> reply);
  /// The line's call fails, and the line is closed.
  void fail(LineId id, const std::string& why);
  void rest(LineId id);
  Line* find(LineId id);
  LineId idle_line(const std::string& address) const;

  boost::asio::io_context& loop_;
  Names names_;
  std::function<void(mongod::CallAnswered)> tell_;
  std::unordered_map<LineId, std::unique_ptr<Line>> lines_;
  std::unordered_map<mongod::CallId, Waiting> waiting_;
  LineId last_line_ = 0;
  std::int32_t last_request_ = 0;
  std::string buffer_;
};

}  // namespace failc::mongod_host
