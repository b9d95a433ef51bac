#include "interpreter/host/http.hpp"

#include <sys/socket.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include "interpreter/host/http_url.hpp"

namespace failc::host {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t kBodyLimit = 64u << 20;
constexpr std::uint32_t kHeaderLimit = 64u << 10;
constexpr std::size_t kIdlePerServer = 64;

bool is_method(const std::string& method) {
  if (method.empty()) return false;
  for (const char c : method) {
    if ((c < 'A' || c > 'Z') && c != '-') return false;
  }
  return true;
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

}  // namespace

struct HttpClient::Idle {
  explicit Idle(tcp::socket open) : socket(std::move(open)) {}
  /// Still open, and nothing waits to be read that nobody asked for.
  bool usable() {
    char byte;
    const ssize_t got = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  }
  tcp::socket socket;
};

class HttpClient::Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(HttpClient& client, std::uint64_t id, HttpUrl url, const HttpRequest& request, std::function<void(HttpAnswer)> done)
      : client_(client), id_(id), url_(std::move(url)), done_(std::move(done)), socket_(client.loop_), resolver_(client.loop_) {
    message_.method_string(request.method);
    message_.target(url_.target);
    message_.version(11);
    message_.set(http::field::host, url_.host_header);
    message_.set(http::field::user_agent, "failc");
    message_.set(http::field::accept, "*/*");
    if (request.body) {
      message_.body() = *request.body;
      message_.set(http::field::content_type, request.content_type);
    }
    if (request.body || request.method == "POST" || request.method == "PUT") message_.content_length(message_.body().size());
    repeatable_ = request.method == "GET" || request.method == "HEAD";
  }

  void start() {
    auto& idle = client_.idle_[key()];
    while (!idle.empty()) {
      const auto connection = std::move(idle.back());
      idle.pop_back();
      if (!connection->usable()) continue;
      socket_ = std::move(connection->socket);
      reused_ = true;
      return write();
    }
    connect();
  }

  Sent abandon() {
    over_ = true;
    error_code ignored;
    resolver_.cancel();
    socket_.close(ignored);
    return written_ ? Sent::interrupted : Sent::not_sent;
  }

 private:
  std::string key() const { return url_.host + ":" + url_.port; }
  std::string where() const { return "`" + key() + "`"; }

  void connect() {
    error_code no_number;
    const auto address = asio::ip::make_address(url_.host, no_number);
    if (!no_number) {
      const auto port = static_cast<std::uint16_t>(std::stoi(url_.port));
      socket_.async_connect({address, port}, [self = shared_from_this()](error_code failed) { self->connected(failed); });
      return;
    }
    resolver_.async_resolve(url_.host, url_.port, [self = shared_from_this()](error_code failed, tcp::resolver::results_type found) {
      if (self->over_) return;
      if (failed) return self->finish_without(Sent::not_sent, "`" + self->url_.host + "` cannot be resolved: " + failed.message());
      asio::async_connect(self->socket_, found, [self](error_code refused, const tcp::endpoint&) { self->connected(refused); });
    });
  }

  void connected(error_code failed) {
    if (over_) return;
    if (failed) return finish_without(Sent::not_sent, where() + " cannot be reached: " + failed.message());
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    write();
  }

  void write() {
    written_ = true;
    http::async_write(socket_, message_, [self = shared_from_this()](error_code failed, std::size_t count) {
      if (self->over_) return;
      if (failed && count == 0) {
        if (self->reused_) return self->again();
        return self->finish_without(Sent::not_sent, self->where() + " cannot be written to: " + failed.message());
      }
      // A server may answer and close before it has read everything: what it said counts.
      self->read(failed);
    });
  }

  /// The kept connection turned out to be closed: once more, on a fresh one.
  void again() {
    reused_ = false;
    written_ = false;
    error_code ignored;
    socket_.close(ignored);
    socket_ = tcp::socket(client_.loop_);
    connect();
  }

  void read(error_code write_failed) {
    parser_.emplace();
    parser_->body_limit(kBodyLimit);
    parser_->header_limit(kHeaderLimit);
    if (message_.method() == http::verb::head) parser_->skip(true);
    http::async_read(socket_, buffer_, *parser_, [self = shared_from_this(), write_failed](error_code failed, std::size_t count) {
      if (self->over_) return;
      const int status = failed ? 0 : static_cast<int>(self->parser_->get().result_int());
      // 100 Continue and its like announce the answer; after 101 there is none.
      if (status / 100 == 1 && status != 101) return self->read(write_failed);
      if (!failed) return self->finish();
      if (self->reused_ && self->repeatable_ && count == 0) return self->again();
      if (failed == http::error::body_limit) {
        return self->finish_without(Sent::interrupted, "the answer of " + self->where() + " is larger than " + std::to_string(kBodyLimit >> 20) + " MiB");
      }
      const error_code& shown = write_failed ? write_failed : failed;
      if (shown == http::error::end_of_stream || shown == asio::error::eof) {
        return self->finish_without(Sent::interrupted, self->where() + " closed the connection without an answer");
      }
      self->finish_without(Sent::interrupted, "the answer of " + self->where() + " cannot be read: " + shown.message());
    });
  }

  void finish() {
    HttpAnswer answer;
    auto& response = parser_->get();
    answer.status = static_cast<int>(response.result_int());
    answer.text = std::move(response.body());
    for (const auto& field : response) {
      const auto name = field.name_string();
      const auto value = field.value();
      answer.headers.emplace_back(lower({name.data(), name.size()}), std::string(value.data(), value.size()));
    }
    if (parser_->keep_alive() && buffer_.size() == 0) {
      auto& idle = client_.idle_[key()];
      if (idle.size() < kIdlePerServer) idle.push_back(std::make_unique<Idle>(std::move(socket_)));
    }
    end(std::move(answer));
  }

  void finish_without(Sent sent, std::string error) {
    HttpAnswer answer;
    answer.sent = sent;
    answer.error = std::move(error);
    end(std::move(answer));
  }

  void end(HttpAnswer answer) {
    over_ = true;
    const auto done = std::move(done_);
    client_.running_.erase(id_);
    done(std::move(answer));
  }

  HttpClient& client_;
  std::uint64_t id_;
  HttpUrl url_;
  std::function<void(HttpAnswer)> done_;
  tcp::socket socket_;
  tcp::resolver resolver_;
  http::request<http::string_body> message_;
  std::optional<http::response_parser<http::string_body>> parser_;
  boost::beast::flat_buffer buffer_;
  bool over_ = false, written_ = false, reused_ = false, repeatable_ = false;
};

HttpClient::HttpClient(asio::io_context& loop) : loop_(loop) {}

HttpClient::~HttpClient() {
  for (const auto& [id, exchange] : running_) exchange->abandon();
}

void HttpClient::start(std::uint64_t id, const HttpRequest& request, std::function<void(HttpAnswer)> done) {
  const auto refuse = [&](std::string why) {
    asio::post(loop_, [done = std::move(done), why = std::move(why)] { done(HttpAnswer{Sent::not_sent, why, 0, {}, {}}); });
  };
  auto url = parse_http_url(request.url);
  if (!url) return refuse(url.error().message);
  if (!is_method(request.method)) return refuse("`" + request.method + "` is no HTTP method");
  auto exchange = std::make_shared<Exchange>(*this, id, std::move(*url), request, std::move(done));
  running_[id] = exchange;
  exchange->start();
}

Sent HttpClient::cancel(std::uint64_t id) {
  const auto found = running_.find(id);
  if (found == running_.end()) return Sent::not_sent;
  const auto exchange = found->second;
  running_.erase(found);
  return exchange->abandon();
}

}  // namespace failc::host
