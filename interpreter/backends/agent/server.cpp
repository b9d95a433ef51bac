#include "interpreter/backends/agent/server.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdio>
#include <list>
#include <nlohmann/json.hpp>

#include "interpreter/backends/agent/ledger.hpp"
#include "interpreter/backends/agent/protocol.hpp"
#include "interpreter/backends/agent/supervisor.hpp"
#include "interpreter/backends/agent/wire.hpp"
#include "interpreter/host/line_channel.hpp"
#include "interpreter/host/paths.hpp"
#include "interpreter/host/unix_socket.hpp"

namespace failc::agent {
namespace {

namespace asio = boost::asio;
using backend::Delivery;
using boost::system::error_code;
using namespace std::chrono_literals;

/// Above this, log lines wait in their files until the peer has caught up.
constexpr std::size_t kBehind = 512u << 10;

/// standard error is agent.log
void say(const std::string& text) { std::fprintf(stderr, "failc-agent: %s\n", text.c_str()); }

class Server {
 public:
  Server(asio::io_context& loop, const ServeOptions& options, host::Fd listener, Ledger ledger)
      : loop_(loop),
        options_(options),
        acceptor_(loop, asio::local::stream_protocol(), listener.release()),
        signals_(loop, SIGTERM, SIGINT, SIGHUP),
        children_(loop, SIGCHLD),
        lease_(loop),
        leaving_(loop),
        supervisor_(loop, options.folder, options.run, std::move(ledger),
                    {[this](const Notice& notice) { tell_all(notice); }, [this] { return ready_for_lines(); }}) {
    accept();
    wait_for_signal();
    wait_for_children();
    renew();
  }

 private:
  struct Peer {
    std::uint64_t number;
    std::unique_ptr<host::LineChannel> channel;
    bool greeted = false;
  };

  void accept() {
    acceptor_.async_accept([this](error_code failed, asio::local::stream_protocol::socket socket) {
      if (failed == asio::error::operation_aborted) return;
      if (!failed && host::same_user(socket.native_handle())) {
        const std::uint64_t number = next_peer_++;
        peers_.push_back({number, nullptr, false});
        peers_.back().channel = std::make_unique<host::LineChannel>(
            loop_, host::Fd(socket.release()), kMessageLimit,
            host::LineChannel::Handlers{[this, number](std::string_view line) { received(number, line); }, [this, number](const std::string& why) {
                                          say("a connection ended: " + why);
                                          drop(number);
                                        }});
      }
      accept();
    });
  }

  Peer* peer(std::uint64_t number) {
    for (Peer& peer : peers_) {
      if (peer.number == number) return &peer;
    }
    return nullptr;
  }

  /// Not at once: the call may come from the channel itself.
  void drop(std::uint64_t number) {
    asio::post(loop_, [this, number] { peers_.remove_if([&](const Peer& peer) { return peer.number == number; }); });
  }

  void tell_all(const Notice& notice) {
    const std::string line = encode(notice);
    for (Peer& peer : peers_) {
      if (peer.greeted) peer.channel->send(line);
    }
  }

  bool ready_for_lines() const {
    for (const Peer& peer : peers_) {
      if (peer.greeted && peer.channel->unsent() > kBehind) return false;
    }
    return true;
  }

  void renew() {
    if (keeping_) return;
    lease_.expires_after(options_.lease);
    lease_.async_wait([this](error_code cancelled) {
      if (!cancelled) leave("the lease ran out");
    });
  }

  void wait_for_signal() {
    signals_.async_wait([this](error_code cancelled, int signal) {
      if (cancelled) return;
      leave("signal " + std::to_string(signal));
      wait_for_signal();
    });
  }

  void wait_for_children() {
    children_.async_wait([this](error_code cancelled, int) {
      if (cancelled) return;
      supervisor_.reap();
      wait_for_children();
    });
  }

  void leave(const std::string& why) {
    say(why + ": everything is ended");
    leaving_run_ = true;
    supervisor_.undo_all([this](const std::vector<std::string>& lines) {
      for (const std::string& line : lines) say(line);
      depart();
    });
  }

  /// Once the last answers are sent, or soon.
  void depart() {
    const auto unsent = [this] {
      std::size_t bytes = 0;
      for (const Peer& peer : peers_) bytes += peer.channel->unsent();
      return bytes;
    };
    if (unsent() == 0 || departures_++ > 100) return loop_.stop();
    leaving_.expires_after(10ms);
    leaving_.async_wait([this](error_code) { depart(); });
  }

  Respond responder(std::uint64_t number, std::uint64_t id) {
    return [this, number, id](Outcome outcome) {
      Peer* asker = peer(number);
      if (!asker) return;
      asker->channel->send(encode(Notice(Answer{id, outcome.delivery, std::move(outcome.data), std::move(outcome.error)})));
    };
  }

  void received(std::uint64_t number, std::string_view line) {
    Peer* from = peer(number);
    if (!from) return;
    auto call = decode_call(line);
    if (!call) {
      say("a connection is closed: " + call.error().message);
      from->channel->close();
      return drop(number);
    }
    const Respond respond = responder(number, call->id);
    if (const auto* hello = std::get_if<Hello>(&call->request)) return greet(*from, *hello, respond);
    // A lease says no more than that failc lives, and needs no greeting: who sends nothing else is told nothing.
    if (!from->greeted && !std::holds_alternative<Lease>(call->request)) return respond({Delivery::not_sent, nlohmann::json::object(), "the first message is `hello`"});
    if (!leaving_run_) renew();
    handle(number, *call, respond);
  }

  void greet(Peer& from, const Hello& hello, const Respond& respond) {
    if (hello.protocol != kProtocol) {
      return respond({Delivery::not_sent, nlohmann::json::object(),
                      "the agent speaks protocol " + std::to_string(kProtocol) + ", not " + std::to_string(hello.protocol) + "; use failc and failc-agent of one version"});
    }
    if (hello.run != options_.run) return respond({Delivery::not_sent, nlohmann::json::object(), "the agent serves another run: `" + options_.run + "`"});
    from.greeted = true;
    if (!leaving_run_) renew();
    respond({Delivery::answered, {{"protocol", kProtocol}, {"pid", ::getpid()}}, {}});
  }

  void handle(std::uint64_t number, const Call& call, const Respond& respond) {
    // Ids are each connection's own: an exec is known by both.
    const auto key = [&](std::uint64_t id) { return number << 40 | id; };
    struct Handler {
      Server& server;
      const Call& call;
      const Respond& respond;
      std::function<std::uint64_t(std::uint64_t)> key;
      void operator()(const Hello&) const {}
      void operator()(const Launch& r) const { server.supervisor_.launch(r, respond); }
      void operator()(const Stop& r) const { server.supervisor_.stop(r, respond); }
      void operator()(const Kill& r) const { server.supervisor_.kill(r, respond); }
      void operator()(const Pause& r) const { server.supervisor_.pause(r, respond); }
      void operator()(const Resume& r) const { server.supervisor_.resume(r, respond); }
      void operator()(const Exec& r) const { server.supervisor_.exec(key(call.id), r, respond); }
      void operator()(const Read& r) const { server.supervisor_.read(r, respond); }
      void operator()(const WatchFile& r) const { server.supervisor_.watch_file(r, respond); }
      void operator()(const Cancel& r) const { server.supervisor_.cancel_exec(key(r.request)); }
      void operator()(const Lease&) const {}
      void operator()(const Keep&) const { server.keep(respond); }
      void operator()(const UndoAll&) const { server.undo_and_leave(respond); }
      void operator()(const Shutdown&) const { server.undo_and_leave(respond); }
    };
    std::visit(Handler{*this, call, respond, key}, call.request);
  }

  void keep(const Respond& respond) {
    say("its run keeps what it started: no lease runs out any more");
    keeping_ = true;
    lease_.cancel();
    respond({Delivery::answered, nlohmann::json::object(), {}});
  }

  void undo_and_leave(const Respond& respond) {
    leaving_run_ = true;
    lease_.cancel();
    supervisor_.undo_all([this, respond](const std::vector<std::string>& lines) {
      nlohmann::json said = nlohmann::json::array();
      for (const std::string& line : lines) said.push_back(line);
      respond({Delivery::answered, {{"lines", std::move(said)}}, {}});
      depart();
    });
  }

  asio::io_context& loop_;
  ServeOptions options_;
  asio::local::stream_protocol::acceptor acceptor_;
  asio::signal_set signals_, children_;
  asio::steady_timer lease_, leaving_;
  std::list<Peer> peers_;
  std::uint64_t next_peer_ = 1;
  int departures_ = 0;
  bool leaving_run_ = false, keeping_ = false;
  Supervisor supervisor_;
};

}  // namespace

Status serve(const ServeOptions& options) {
  auto lock = host::lock_file(options.folder + "/" + kLockName);
  if (!lock) return lock.error();
  if (!*lock) return Error{"another agent serves `" + options.folder + "`"};
  const host::ProcessIdentity self = host::self();
  const nlohmann::ordered_json identity = {{"run", options.run}, {"pid", self.pid}, {"start_time", self.start_time}, {"boot", self.boot}};
  if (::ftruncate((*lock)->get(), 0) != 0 || !host::write_all((*lock)->get(), identity.dump() + "\n")) {
    return Error{"`" + options.folder + "/" + kLockName + "` cannot be written"};
  }
  auto ledger = Ledger::open(options.folder, options.run, self);
  if (!ledger) return ledger.error();
  auto listener = host::listen_in(options.folder, kSocketName);
  if (!listener) return listener.error();
  try {
    asio::io_context loop(1);
    Server server(loop, options, std::move(*listener), std::move(*ledger));
    loop.run();
  } catch (const std::exception& problem) {
    return Error{std::string("the agent failed: ") + problem.what()};
  }
  ::unlink((options.folder + "/" + kSocketName).c_str());
  return Done{};
}

}  // namespace failc::agent
