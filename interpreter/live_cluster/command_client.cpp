#include "interpreter/live_cluster/command_client.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include "interpreter/host/http_url.hpp"
#include "interpreter/systems/automation/message.hpp"
#include "interpreter/systems/mongodb/wire/message.hpp"

namespace failc::live_cluster {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

class CommandClient::Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(CommandClient& client, std::uint64_t id, host::HostPort address, std::string message, std::function<void(Reply)> done)
      : client_(client), id_(id), address_(std::move(address)), message_(std::move(message)), done_(std::move(done)), socket_(client.loop_), resolver_(client.loop_), timer_(client.loop_) {}

  static std::int32_t request_of(std::uint64_t id) { return static_cast<std::int32_t>(id & 0x7fffffff); }

  void start(Nanos timeout) {
    timer_.expires_after(timeout);
    timer_.async_wait([self = shared_from_this()](error_code cancelled) {
      if (!cancelled && !self->over_) self->end(Error{self->where() + " did not answer in time"});
    });
    error_code no_number;
    const auto number = asio::ip::make_address(address_.host, no_number);
    if (!no_number)
      return socket_.async_connect({number, static_cast<std::uint16_t>(std::stoi(address_.port))}, [self = shared_from_this()](error_code failed) { self->connected(failed); });
    resolver_.async_resolve(address_.host, address_.port, [self = shared_from_this()](error_code failed, tcp::resolver::results_type found) {
      if (self->over_) return;
      if (failed) return self->connected(failed);
      asio::async_connect(self->socket_, found, [self](error_code refused, const tcp::endpoint&) { self->connected(refused); });
    });
  }

  void abandon() {
    over_ = true;
    error_code ignored;
    resolver_.cancel();
    socket_.close(ignored);
    timer_.cancel();
  }

 private:
  std::string where() const { return "`" + address_.host + ":" + address_.port + "`"; }

  void connected(error_code failed) {
    if (over_) return;
    if (failed) return end(Error{where() + " cannot be reached: " + failed.message()});
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    asio::async_write(socket_, asio::buffer(message_), [self = shared_from_this()](error_code refused, std::size_t) {
      if (self->over_) return;
      if (refused) return self->end(Error{self->where() + " cannot be written to: " + refused.message()});
      self->read_header();
    });
  }

  void read_header() {
    answer_.resize(wire::kHeaderSize);
    asio::async_read(socket_, asio::buffer(answer_), [self = shared_from_this()](error_code failed, std::size_t) {
      if (self->over_) return;
      if (failed) return self->closed(failed);
      const auto header = wire::parse_header(self->answer_);
      if (!header) return self->end(Error{self->where() + ": " + header.error().message});
      self->answer_.resize(static_cast<std::size_t>(header->length));
      self->read_rest();
    });
  }

  void read_rest() {
    asio::async_read(socket_, asio::buffer(answer_.data() + wire::kHeaderSize, answer_.size() - wire::kHeaderSize),
                     [self = shared_from_this()](error_code failed, std::size_t) {
                       if (self->over_) return;
                       if (failed) return self->closed(failed);
                       auto reply = automation::decode_reply(request_of(self->id_), self->answer_);
                       if (!reply) return self->end(Error{self->where() + ": " + reply.error().message});
                       self->end(std::move(reply));
                     });
  }

  void closed(error_code failed) {
    end(Error{where() + (failed == asio::error::eof ? " closed the connection without an answer" : " cannot be read: " + failed.message())});
  }

  void end(Reply reply) {
    const auto keep = shared_from_this();
    abandon();
    client_.running_.erase(id_);
    done_(std::move(reply));
  }

  CommandClient& client_;
  std::uint64_t id_;
  host::HostPort address_;
  std::string message_, answer_;
  std::function<void(Reply)> done_;
  tcp::socket socket_;
  tcp::resolver resolver_;
  asio::steady_timer timer_;
  bool over_ = false;
};

CommandClient::~CommandClient() {
  for (const auto& [id, exchange] : running_) exchange->abandon();
}

void CommandClient::start(std::uint64_t id, const std::string& address, const nlohmann::ordered_json& command, Nanos timeout, std::function<void(Reply)> done) {
  const auto refuse = [&](const std::string& why) { asio::post(loop_, [done = std::move(done), why] { done(Error{why}); }); };
  auto target = host::parse_host_port(address);
  if (!target) return refuse(target.error().message);
  auto message = automation::encode_command(Exchange::request_of(id), command);
  if (!message) return refuse(message.error().message);
  const auto exchange = std::make_shared<Exchange>(*this, id, std::move(*target), std::move(*message), std::move(done));
  running_[id] = exchange;
  exchange->start(timeout);
}

void CommandClient::cancel(std::uint64_t id) {
  const auto found = running_.find(id);
  if (found == running_.end()) return;
  const auto exchange = found->second;
  running_.erase(found);
  exchange->abandon();
}

}  // namespace failc::live_cluster
