#include "interpreter/host/observer_session.hpp"

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <optional>
#include <string>

#include "interpreter/host/http_url.hpp"

namespace failc::host {

namespace asio = boost::asio;
using asio::ip::tcp;
using backend::Observer;
using boost::system::error_code;

class ObserverSession::State : public std::enable_shared_from_this<State> {
 public:
  State(asio::io_context& loop, std::unique_ptr<Observer> observer, std::function<Nanos()> clock, std::function<void(Value)> seen)
      : loop_(loop), observer_(std::move(observer)), clock_(std::move(clock)), seen_(std::move(seen)), timer_(loop) {}

  void start() {
    asio::post(loop_, [self = shared_from_this()] {
      if (!self->over_) self->perform(self->observer_->start(self->clock_()));
    });
  }

  void end() {
    over_ = true;
    timer_.cancel();
    connection_.reset();
  }

 private:
  /// Of the handlers that it was made for; another one makes theirs mute.
  struct Connection {
    explicit Connection(asio::io_context& loop) : socket(loop), resolver(loop) {}
    tcp::socket socket;
    tcp::resolver resolver;
    std::array<char, 16384> chunk{};
    std::deque<std::string> unsent;
  };
  using Shared = std::shared_ptr<Connection>;

  void perform(Observer::Steps steps) {
    struct Performer {
      State& state;
      void operator()(Observer::Connect& step) const { state.connect(step.address); }
      void operator()(Observer::Send& step) const { state.send(std::move(step.bytes)); }
      void operator()(Observer::Close&) const { state.connection_.reset(); }
      void operator()(Observer::WakeAt& step) const { state.wake_at(step.at); }
      void operator()(Observer::Seen& step) const { state.seen_(std::move(step.value)); }
    };
    for (Observer::Step& step : steps) {
      if (over_) return;
      std::visit(Performer{*this}, step);
    }
  }

  bool mute(const Shared& connection) const { return over_ || connection_ != connection; }

  void lost(const std::string& why) {
    connection_.reset();
    perform(observer_->lost(why, clock_()));
  }

  void connect(const std::string& address) {
    connection_ = std::make_shared<Connection>(loop_);
    const auto target = parse_host_port(address);
    if (!target) {
      asio::post(loop_, [self = shared_from_this(), connection = connection_, why = target.error().message] {
        if (!self->mute(connection)) self->lost(why);
      });
      return;
    }
    const auto connected = [self = shared_from_this(), connection = connection_, address](error_code failed) {
      if (self->mute(connection)) return;
      if (failed) return self->lost("`" + address + "` cannot be reached: " + failed.message());
      self->read(connection);
      self->perform(self->observer_->connected(self->clock_()));
    };
    error_code no_number;
    const auto number = asio::ip::make_address(target->host, no_number);
    if (!no_number) return connection_->socket.async_connect({number, static_cast<std::uint16_t>(std::stoi(target->port))}, connected);
    connection_->resolver.async_resolve(target->host, target->port, [connection = connection_, connected](error_code failed, tcp::resolver::results_type found) {
      if (failed) return connected(failed);
      asio::async_connect(connection->socket, found, [connected](error_code refused, const tcp::endpoint&) { connected(refused); });
    });
  }

  void read(const Shared& connection) {
    connection->socket.async_read_some(asio::buffer(connection->chunk), [self = shared_from_this(), connection](error_code failed, std::size_t count) {
      if (self->mute(connection)) return;
      if (failed) return self->lost(failed == asio::error::eof ? "the connection was closed" : failed.message());
      self->perform(self->observer_->received({connection->chunk.data(), count}, self->clock_()));
      if (!self->mute(connection)) self->read(connection);
    });
  }

  void send(std::string bytes) {
    if (!connection_) return;
    connection_->unsent.push_back(std::move(bytes));
    if (connection_->unsent.size() == 1) write(connection_);
  }

  void write(const Shared& connection) {
    asio::async_write(connection->socket, asio::buffer(connection->unsent.front()), [self = shared_from_this(), connection](error_code failed, std::size_t) {
      if (self->mute(connection) || failed) return;  // what reads sees the failure too
      connection->unsent.pop_front();
      if (!connection->unsent.empty()) self->write(connection);
    });
  }

  void wake_at(Nanos at) {
    timer_.expires_after(std::max(at - clock_(), Nanos()));
    timer_.async_wait([self = shared_from_this()](error_code cancelled) {
      if (!cancelled && !self->over_) self->perform(self->observer_->wake(self->clock_()));
    });
  }

  asio::io_context& loop_;
  std::unique_ptr<Observer> observer_;
  std::function<Nanos()> clock_;
  std::function<void(Value)> seen_;
  asio::steady_timer timer_;
  Shared connection_;
  bool over_ = false;
};

ObserverSession::ObserverSession(asio::io_context& loop, std::unique_ptr<Observer> observer, std::function<Nanos()> clock, std::function<void(Value)> seen)
    : state_(std::make_shared<State>(loop, std::move(observer), std::move(clock), std::move(seen))) {
  state_->start();
}

ObserverSession::~ObserverSession() { state_->end(); }

}  // namespace failc::host
