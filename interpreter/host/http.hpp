#pragma once
// An HTTP/1.1 client that keeps connections open and knows whether anything left this process.
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace failc::host {

/// How far an exchange came. `not_sent`: certainly nothing reached the other side.
enum class Sent : std::uint8_t { answered, not_sent, interrupted };

struct HttpRequest {
  std::string method, url;
  std::optional<std::string> body;
  std::string content_type;
};
struct HttpAnswer {
  Sent sent = Sent::answered;
  std::string error;
  int status = 0;
  std::string text;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
};

class HttpClient {
 public:
  explicit HttpClient(boost::asio::io_context& loop);
  ~HttpClient();
  /// `done` is called once, from the loop, never from within this call; not at all after `cancel(id)`.
  void start(std::uint64_t id, const HttpRequest& request, std::function<void(HttpAnswer)> done);
  /// Ends an exchange without an answer. Says whether anything may have been sent.
  Sent cancel(std::uint64_t id);

 private:
  class Exchange;
  struct Idle;
  boost::asio::io_context& loop_;
  std::map<std::uint64_t, std::shared_ptr<Exchange>> running_;  // owned by this table and by the handler in flight
  std::map<std::string, std::vector<std::unique_ptr<Idle>>> idle_;  // by host:port
};

}  // namespace failc::host
