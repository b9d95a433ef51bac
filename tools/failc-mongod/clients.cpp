#include "tools/failc-mongod/clients.hpp"

#include <sys/socket.h>

#include <boost/asio/ip/v6_only.hpp>
#include <utility>

namespace failc::mongod_host {
namespace {

using boost::asio::ip::tcp;
using mongod::ConnectionId;
using Failure = boost::system::error_code;

constexpr std::size_t kBuffer = 256 << 10;
constexpr int kReadsInARow = 8;  // then the others have their turn
constexpr auto kClosingTime = std::chrono::seconds(5);
constexpr std::string_view kNoWeb =
    "HTTP/1.0 200 OK\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\nThis is a port for MongoDB's drivers; it does not speak "
    "HTTP.\n";
constexpr auto kAcceptPause = std::chrono::milliseconds(100);

std::string text_of(const tcp::endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + address + "]" : address) + ":" + std::to_string(endpoint.port());
}

}  // namespace

Clients::Clients(boost::asio::io_context& loop, const Logger& log, std::size_t most, bool quiet, std::function<void(mongod::Event)> tell,
                 std::function<void()> soon)
    : loop_(loop), log_(log), most_(most), quiet_(quiet), tell_(std::move(tell)), soon_(std::move(soon)), retry_(loop) {}

Status Clients::listen(const Endpoints& endpoints) {
  buffer_.resize(kBuffer);
  for (const tcp::endpoint& endpoint : endpoints) {
    tcp::acceptor acceptor(loop_);
    Failure wrong;
    acceptor.open(endpoint.protocol(), wrong);
    if (!wrong) acceptor.set_option(tcp::acceptor::reuse_address(true), wrong);
    if (!wrong && endpoint.address().is_v6()) acceptor.set_option(boost::asio::ip::v6_only(true), wrong);
    if (!wrong) acceptor.bind(endpoint, wrong);
    if (!wrong) acceptor.listen(tcp::acceptor::max_listen_connections, wrong);
    if (wrong) return Error{"cannot listen on " + text_of(endpoint) + ": " + wrong.message()};
    acceptors_.push_back(std::move(acceptor));
  }
  for (std::size_t i = 0; i < acceptors_.size(); ++i) accept(i);
  return Done{};
}

void Clients::stop_listening() {
  retry_.cancel();
  acceptors_.clear();
}

void Clients::accept(std::size_t acceptor) {
  acceptors_[acceptor].async_accept([this, acceptor](const Failure& wrong, Socket socket) {
    if (wrong == boost::asio::error::operation_aborted || acceptor >= acceptors_.size()) return;
    if (!wrong) {
      welcome(std::move(socket));
      return accept(acceptor);
    }
    if (wrong == boost::asio::error::connection_aborted) return accept(acceptor);
    // Out of descriptors or memory: asking again at once would only spin.
    log_.line(Severity::warning, "NETWORK", kOwnNews + 1, "listener", "Cannot accept a connection", {{"error", wrong.message()}});
    retry_.expires_after(kAcceptPause);
    retry_.async_wait([this](const Failure& cancelled) {
      if (cancelled) return;
      for (std::size_t i = 0; i < acceptors_.size(); ++i) {
        acceptors_[i].cancel();
        accept(i);
      }
    });
  });
}

void Clients::welcome(Socket socket) {
  Failure wrong;
  const tcp::endpoint remote = socket.remote_endpoint(wrong);
  if (wrong) return;
  const ConnectionId id = last_ + 1;
  if (clients_.size() >= most_) {
    log_.line(Severity::warning, "NETWORK", kOwnNews + 2, "listener", "Connection refused because there are too many open connections",
              {{"remote", text_of(remote)}, {"connectionCount", clients_.size()}});
    return;
  }
  last_ = id;
  socket.set_option(tcp::no_delay(true), wrong);
  auto client =
      std::make_unique<Client>(Client{std::move(socket), text_of(remote), wire::Splitter(), Output(), false, false, false, std::nullopt});
  Client& kept = *client;
  clients_.emplace(id, std::move(client));
  if (!quiet_)
    log_.line(Severity::info, "NETWORK", kConnectionAccepted, "listener", "Connection accepted",
              {{"remote", kept.peer}, {"connectionId", id}, {"connectionCount", clients_.size()}});
  watch(id, kept);
  tell_(mongod::Connected{id, kept.peer});
}

Clients::Client* Clients::find(ConnectionId id) {
  const auto found = clients_.find(id);
  return found == clients_.end() ? nullptr : found->second.get();
}

void Clients::watch(ConnectionId id, Client& client) {
  client.socket.async_wait(Socket::wait_read, [this, id](const Failure& wrong) {
    if (!wrong) read(id);
  });
}

void Clients::read(ConnectionId id) {
  for (int i = 0; i < kReadsInARow; ++i) {
    Client* client = find(id);
    if (!client) return;
    bool ended = false;
    const std::string_view bytes = read_some(client->socket.native_handle(), buffer_, ended);
    // It may still read: what is answered already goes out.
    if (ended) return close(id);
    if (bytes.empty()) break;
    const bool full = bytes.size() == buffer_.size();
    if (!client->closing && !take(id, bytes)) return;
    if (!full) break;
  }
  if (Client* client = find(id)) watch(id, *client);
}

/// Whether the client may go on.
bool Clients::take(ConnectionId id, std::string_view bytes) {
  Client* client = find(id);
  const bool web = client->splitter.held() == 0 && bytes.starts_with("GET ");
  messages_.clear();
  const Status fed = client->splitter.feed(bytes, messages_);
  for (std::string& message : messages_) {
    tell_(mongod::Received{id, std::move(message)});
    client = find(id);
    if (!client) return false;
    if (client->closing) return true;
  }
  if (fed) return true;
  note(Severity::info, kOwnNews + 3, id, "A client sent what is no message", {{"remote", client->peer}, {"error", fed.error().message}});
  if (web) ::send(client->socket.native_handle(), kNoWeb.data(), kNoWeb.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  close(id);
  return true;
}

void Clients::send(ConnectionId id, std::string message, bool last) {
  Client* client = find(id);
  if (!client || client->closing) return;
  unwritten_ += message.size();
  client->output.add(std::move(message));
  if (client->output.size() > kMaxUnread) {
    note(Severity::warning, kOwnNews + 4, id, "A client that does not read its answers is cut off",
         {{"remote", client->peer}, {"pendingBytes", client->output.size()}});
    return drop(id);
  }
  if (!client->blocked) mark(id, *client, last);
}

void Clients::close(ConnectionId id) {
  Client* client = find(id);
  if (!client || client->closing) return;
  client->closing = true;
  client->deadline.emplace(loop_, kClosingTime);
  client->deadline->async_wait([this, id](const Failure& cancelled) {
    if (!cancelled) drop(id);
  });
  if (!client->blocked) mark(id, *client);
}

void Clients::mark(ConnectionId id, Client& client, bool last) {
  if (client.dirty) return;
  client.dirty = true;
  (last ? dirty_last_ : dirty_).push_back(id);
  soon_();
}

void Clients::flush() {
  std::vector<ConnectionId> dirty = std::exchange(dirty_, {});
  const std::vector<ConnectionId> last = std::exchange(dirty_last_, {});
  dirty.insert(dirty.end(), last.begin(), last.end());
  for (const ConnectionId id : dirty) {
    if (Client* client = find(id)) {
      client->dirty = false;
      write(id);
    }
  }
}

void Clients::write(ConnectionId id) {
  Client& client = *find(id);
  const std::size_t before = client.output.size();
  const Output::State state = client.output.write(client.socket.native_handle());
  unwritten_ -= before - client.output.size();
  if (state == Output::State::broken) return drop(id);
  if (state == Output::State::empty) {
    if (client.closing) drop(id);
    return;
  }
  client.blocked = true;
  client.socket.async_wait(Socket::wait_write, [this, id](const Failure& wrong) {
    Client* waiting = find(id);
    if (wrong || !waiting) return;
    waiting->blocked = false;
    // Not at once: what was added since may have to wait for the journal.
    mark(id, *waiting);
  });
}

void Clients::drop(ConnectionId id) {
  const auto found = clients_.find(id);
  if (found == clients_.end()) return;
  const std::unique_ptr<Client> client = std::move(found->second);
  clients_.erase(found);
  unwritten_ -= client->output.size();
  // Bytes that nobody has read would make the kernel reset the connection, and take from the client what it has not read either.
  if (client->closing)
    for (int i = 0; i<kReadsInARow&& ::recv(client->socket.native_handle(), buffer_.data(), buffer_.size(), MSG_DONTWAIT)> 0; ++i) {
    }
  Failure ignored;
  client->socket.shutdown(Socket::shutdown_both, ignored);
  client->socket.close(ignored);
  if (!quiet_)
    log_.line(Severity::info, "NETWORK", kConnectionEnded, "conn" + std::to_string(id), "Connection ended",
              {{"remote", client->peer}, {"connectionId", id}, {"connectionCount", clients_.size()}});
  tell_(mongod::Disconnected{id});
}

void Clients::note(Severity severity, int id, ConnectionId connection, std::string_view message, Attributes attributes) const {
  log_.line(severity, "NETWORK", id, "conn" + std::to_string(connection), message, attributes);
}

}  // namespace failc::mongod_host
