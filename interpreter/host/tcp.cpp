#include "interpreter/host/tcp.hpp"

#include <re2/re2.h>

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include "interpreter/host/http_url.hpp"

namespace failc::host {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {
constexpr std::size_t kAnswerLimit = 16u << 20;
}

class TcpClient::Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(TcpClient& client, std::uint64_t id, HostPort address, const TcpRequest& request, std::function<void(TcpAnswer)> done)
      : client_(client), id_(id), address_(std::move(address)), request_(request), done_(std::move(done)), socket_(client.loop_), resolver_(client.loop_) {}

  void start() {
    error_code no_number;
    const auto address = asio::ip::make_address(address_.host, no_number);
    if (!no_number) {
      socket_.async_connect({address, static_cast<std::uint16_t>(std::stoi(address_.port))},
                            [self = shared_from_this()](error_code failed) { self->connected(failed); });
      return;
    }
    resolver_.async_resolve(address_.host, address_.port, [self = shared_from_this()](error_code failed, tcp::resolver::results_type found) {
      if (self->over_) return;
      if (failed) return self->end(Sent::not_sent, "`" + self->address_.host + "` cannot be resolved: " + failed.message());
      asio::async_connect(self->socket_, found, [self](error_code refused, const tcp::endpoint&) { self->connected(refused); });
    });
  }

  Sent abandon() {
    over_ = true;
    error_code ignored;
    resolver_.cancel();
    socket_.close(ignored);
    return written_ ? Sent::interrupted : Sent::not_sent;
  }

 private:
  void connected(error_code failed) {
    if (over_) return;
    if (failed) return end(Sent::not_sent, "`" + request_.address + "` cannot be reached: " + failed.message());
    if (request_.send.empty()) return read_or_end();
    written_ = true;
    asio::async_write(socket_, asio::buffer(request_.send), [self = shared_from_this()](error_code refused, std::size_t count) {
      if (self->over_) return;
      if (refused && count == 0) return self->end(Sent::not_sent, "`" + self->request_.address + "` cannot be written to: " + refused.message());
      self->read_or_end();
    });
  }

  /// Where nothing needs to come, the connection is the answer.
  void read_or_end() { request_.until && complete() ? end(Sent::answered, {}) : read(); }

  void read() {
    socket_.async_read_some(asio::buffer(chunk_), [self = shared_from_this()](error_code failed, std::size_t count) {
      if (self->over_) return;
      self->text_.append(self->chunk_.data(), count);
      if (failed) return self->closed(failed);
      if (self->complete()) return self->end(Sent::answered, {});
      if (self->text_.size() > kAnswerLimit) {
        return self->end(Sent::interrupted, "the answer of `" + self->request_.address + "` is larger than " + std::to_string(kAnswerLimit >> 20) + " MiB");
      }
      self->read();
    });
  }

  void closed(error_code failed) {
    const std::string how = failed == asio::error::eof ? "closed the connection" : "cannot be read: " + failed.message();
    const std::string before = request_.until ? " before `" + request_.until->pattern + "` matched" : " without an answer";
    end(Sent::interrupted, "`" + request_.address + "` " + how + before);
  }

  bool complete() const { return !request_.until || re2::RE2::PartialMatch(text_, *request_.until->compiled); }

  void end(Sent sent, std::string error) {
    over_ = true;
    const auto done = std::move(done_);
    client_.running_.erase(id_);
    done({sent, std::move(error), std::move(text_)});
  }

  TcpClient& client_;
  std::uint64_t id_;
  HostPort address_;
  TcpRequest request_;
  std::function<void(TcpAnswer)> done_;
  tcp::socket socket_;
  tcp::resolver resolver_;
  std::array<char, 65536> chunk_;
  std::string text_;
  bool over_ = false, written_ = false;
};

TcpClient::~TcpClient() {
  for (const auto& [id, exchange] : running_) exchange->abandon();
}

void TcpClient::start(std::uint64_t id, const TcpRequest& request, std::function<void(TcpAnswer)> done) {
  const auto refuse = [&](std::string why) {
    asio::post(loop_, [done = std::move(done), why = std::move(why)] { done({Sent::not_sent, why, {}}); });
  };
  auto address = parse_host_port(request.address);
  if (!address) return refuse(address.error().message);
  TcpRequest prepared = request;
  if (prepared.until && !prepared.until->compiled) {
    // Shared by the copies of this request only.
    prepared.until->compiled = std::make_shared<const re2::RE2>(prepared.until->pattern, re2::RE2::Quiet);
  }
  if (prepared.until && !prepared.until->compiled->ok()) return refuse("`" + prepared.until->pattern + "` is no regular expression");
  auto exchange = std::make_shared<Exchange>(*this, id, std::move(*address), prepared, std::move(done));
  running_[id] = exchange;
  exchange->start();
}

Sent TcpClient::cancel(std::uint64_t id) {
  const auto found = running_.find(id);
  if (found == running_.end()) return Sent::not_sent;
  const auto exchange = found->second;
  running_.erase(found);
  return exchange->abandon();
}

}  // namespace failc::host
