#include "tools/failc-mongod/calls.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>

#include "grammar/base/bug.hpp"
#include "interpreter/systems/mongodb/wire/message.hpp"

namespace failc::mongod_host {
namespace {

using boost::asio::ip::tcp;
using Failure = boost::system::error_code;

constexpr std::size_t kReplyBuffer = 64 << 10;
constexpr std::size_t kIdle = 4;       // kept of one address
constexpr std::size_t kAllIdle = 128;  // and of all

}  // namespace

Calls::Calls(boost::asio::io_context& loop, Names names, std::function<void(mongod::CallAnswered)> tell)
    : loop_(loop), names_(std::move(names)), tell_(std::move(tell)), buffer_(kReplyBuffer, '\0') {}

Calls::Line* Calls::find(LineId id) {
  const auto found = lines_.find(id);
  return found == lines_.end() ? nullptr : found->second.get();
}

Calls::LineId Calls::idle_line(const std::string& address) const {
  for (const auto& [id, line] : lines_)
    if (!line->call && line->address == address) return id;
  return 0;
}

void Calls::start(const mongod::Call& call) {
  FAILC_ASSERT(!waiting_.contains(call.call));
  Waiting& waiting = waiting_[call.call];
  waiting.limit = std::make_unique<boost::asio::steady_timer>(loop_, call.timeout);
  waiting.limit->async_wait([this, id = call.call, timeout = call.timeout, address = call.address](const Failure& cancelled) {
    const auto found = waiting_.find(id);
    if (cancelled || found == waiting_.end()) return;
    const std::string limit = std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(timeout).count());
    lines_.erase(found->second.line);
    answer(id, Error{"no answer from " + address + " within " + limit + " ms"});
  });
  last_request_ = last_request_ == INT32_MAX ? 1 : last_request_ + 1;
  std::string message = wire::write_msg(last_request_, 0, 0, call.command);
  if (const LineId idle = idle_line(call.address)) {
    Line& line = *find(idle);
    waiting.line = idle;
    line.call = call.call;
    line.request = last_request_;
    line.output.add(std::move(message));
    return write(idle);
  }
  const LineId id = ++last_line_;
  waiting.line = id;
  auto line = std::make_unique<Line>(Line{Socket(loop_), call.address, {}, wire::Splitter(), Output(), call.call, last_request_});
  line->output.add(std::move(message));
  Result<Endpoints> endpoints = endpoints_of(call.address, names_);
  if (endpoints) {
    line->left = std::move(*endpoints);
    std::reverse(line->left.begin(), line->left.end());
  }
  lines_.emplace(id, std::move(line));
  connect(id, endpoints ? "" : endpoints.error().message);
}

/// Tries the next address; there is none left: the last one's problem is the call's.
void Calls::connect(LineId id, const std::string& last_problem) {
  Line& line = *find(id);
  if (line.left.empty()) {
    // From the loop, never from within `start`.
    boost::asio::post(loop_, [this, id, last_problem] { fail(id, last_problem); });
    return;
  }
  const tcp::endpoint endpoint = line.left.back();
  line.left.pop_back();
  Failure ignored;
  line.socket.close(ignored);
  line.socket.async_connect(endpoint, [this, id](const Failure& wrong) {
    Line* connected = find(id);
    if (!connected) return;
    if (wrong) return connect(id, "cannot connect to " + connected->address + ": " + wrong.message());
    Failure none;
    connected->socket.set_option(tcp::no_delay(true), none);
    watch(id);
    write(id);
  });
}

/// From the connection's first moment to its last one read is waited for: an idle one that ends is noticed, and not used again.
void Calls::watch(LineId id) {
  find(id)->socket.async_wait(Socket::wait_read, [this, id](const Failure& wrong) {
    if (!wrong && find(id)) read(id);
  });
}

void Calls::write(LineId id) {
  Line& line = *find(id);
  switch (line.output.write(line.socket.native_handle())) {
    case Output::State::empty:
      return;
    case Output::State::broken:
      boost::asio::post(loop_, [this, id] { fail(id, "the connection broke while the question was sent"); });
      return;
    case Output::State::blocked:
      line.socket.async_wait(Socket::wait_write, [this, id](const Failure& wrong) {
        if (!wrong && find(id)) write(id);
      });
      return;
  }
}

void Calls::read(LineId id) {
  Line& line = *find(id);
  bool ended = false;
  const std::string_view bytes = read_some(line.socket.native_handle(), buffer_, ended);
  if (ended) return fail(id, line.address + " closed the connection");
  if (bytes.empty()) return watch(id);
  if (!line.call) return fail(id, "");  // an answer to no question
  std::vector<std::string> messages;
  const Status fed = line.splitter.feed(bytes, messages);
  if (!fed) return fail(id, line.address + " answered with " + fed.error().message);
  if (messages.empty()) return watch(id);
  const Result<wire::Message> message = wire::parse(messages.front());
  if (!message) return fail(id, line.address + " answered what is no message: " + message.error().message);
  const wire::Msg* msg = std::get_if<wire::Msg>(&message->content);
  if (!msg || message->header.response_to != line.request || messages.size() > 1 || msg->more_to_come())
    return fail(id, line.address + " answered something else than the question");
  const mongod::CallId call = *line.call;
  std::string body(msg->body);
  rest(id);
  answer(call, std::move(body));
}

/// The line has nothing to do.
void Calls::rest(LineId id) {
  Line& line = *find(id);
  line.call.reset();
  std::size_t all = 0, same = 0;
  for (const auto& [other_id, other] : lines_) {
    all += !other->call;
    same += !other->call && other->address == line.address;
  }
  if (same > kIdle || all > kAllIdle || line.splitter.held() > 0 || line.output.size() > 0) {
    lines_.erase(id);
    return;
  }
  watch(id);
}

void Calls::fail(LineId id, const std::string& why) {
  const auto found = lines_.find(id);
  if (found == lines_.end()) return;
  const std::optional<mongod::CallId> call = found->second->call;
  lines_.erase(found);
  if (call) answer(*call, Error{why});
}

void Calls::answer(mongod::CallId call, Result<std::string> reply) {
  if (waiting_.erase(call) == 0) return;
  tell_(mongod::CallAnswered{call, std::move(reply)});
}

void Calls::cancel(mongod::CallId call) {
  const auto found = waiting_.find(call);
  if (found == waiting_.end()) return;
  // An answer may be on its way, so the connection is of no further use.
  lines_.erase(found->second.line);
  waiting_.erase(found);
}

}  // namespace failc::mongod_host
