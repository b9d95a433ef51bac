// HTTP, TCP and ports, against tiny servers in this process.
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <atomic>

#include "interpreter/backends/agent/test_run.hpp"
#include "interpreter/host/interrupts.hpp"

namespace failc::agent {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using backend::Delivery;

/// Serves connections one after the other on a thread of its own: `serve` gets each open socket.
class Server {
 public:
  explicit Server(std::function<void(tcp::socket&)> serve) : acceptor_(loop_, {asio::ip::address_v4::loopback(), 0}), serve_(std::move(serve)) {
    port = acceptor_.local_endpoint().port();
    thread_ = std::thread([this] {
      for (;;) {
        {
          tcp::socket socket(loop_);
          boost::system::error_code failed;
          acceptor_.accept(socket, failed);
          if (failed || over_) return;
          ++connections;
          try {
            serve_(socket);
          } catch (const std::exception&) {
          }
        }
        ++closed;
      }
    });
  }
  ~Server() {
    over_ = true;
    boost::system::error_code ignored;
    tcp::socket last(loop_);
    last.connect({asio::ip::address_v4::loopback(), port}, ignored);
    last.close(ignored);
    thread_.join();
  }
  std::string url(const std::string& path) const { return "http://127.0.0.1:" + std::to_string(port) + path; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port); }
  std::uint16_t port = 0;
  std::atomic<int> connections{0}, closed{0};

 private:
  asio::io_context loop_;
  tcp::acceptor acceptor_;
  std::function<void(tcp::socket&)> serve_;
  std::atomic<bool> over_{false};
  std::thread thread_;
};

std::string read_head(tcp::socket& socket, asio::streambuf& buffer) {
  const auto size = asio::read_until(socket, buffer, "\r\n\r\n");
  const std::string head(asio::buffers_begin(buffer.data()), asio::buffers_begin(buffer.data()) + static_cast<std::ptrdiff_t>(size));
  buffer.consume(size);
  return head;
}

void say(tcp::socket& socket, const std::string& text) { asio::write(socket, asio::buffer(text)); }

TEST(Http, WhatAnnouncesAnAnswerIsNone) {
  Server server([](tcp::socket& socket) {
    asio::streambuf buffer;
    for (int i = 0; i < 2; ++i) {
      read_head(socket, buffer);
      say(socket, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
      say(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    }
  });
  TestRun run;
  run.start();
  for (int i = 0; i < 2; ++i) {
    const auto reply = run.ask(backend::Http{0, "GET", server.url("/"), std::nullopt, false});
    ASSERT_EQ(reply.delivery, Delivery::answered) << reply.error;
    EXPECT_EQ(number(reply.data, "status"), 200);
    EXPECT_EQ(text(reply.data, "text"), "hi");
  }
  EXPECT_EQ(server.connections, 1);
}

TEST(Http, KeepsItsConnection) {
  Server server([](tcp::socket& socket) {
    asio::streambuf buffer;
    for (int i = 0; i < 3; ++i) {
      const std::string head = read_head(socket, buffer);
      say(socket, "HTTP/1.1 201 Created\r\nX-Thing: a\r\nX-Thing: b\r\nContent-Length: " + std::to_string(head.size()) + "\r\n\r\n" + head);
    }
  });
  TestRun run;
  run.start();
  for (int i = 0; i < 3; ++i) {
    const auto reply = run.ask(backend::Http{0, "GET", server.url("/a b?x=1#y"), std::nullopt, false});
    ASSERT_EQ(reply.delivery, Delivery::answered) << reply.error;
    EXPECT_EQ(number(reply.data, "status"), 201);
    EXPECT_TRUE(text(reply.data, "text").starts_with("GET /a%20b?x=1 HTTP/1.1\r\n"));
    EXPECT_EQ(text(*reply.data.find("headers")->as<Document>(), "x-thing"), "a, b");
  }
  EXPECT_EQ(server.connections, 1);
  // Once the server has closed it, a fourth is asked on a new one.
  while (server.closed == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(run.ask(backend::Http{0, "POST", server.url("/"), "{}", true}).delivery, Delivery::answered);
  EXPECT_EQ(server.connections, 2);
}

TEST(Http, WhatDidNotLeaveIsNotSent) {
  TestRun run;
  run.start();
  const auto info = run.node(0, "n");
  const auto refused = run.ask(backend::Http{0, "GET", "http://127.0.0.1:" + std::to_string(info.ports[0].second) + "/", std::nullopt, false});
  EXPECT_EQ(refused.delivery, Delivery::not_sent);
  EXPECT_NE(refused.error.find("Connection refused"), std::string::npos) << refused.error;
  for (const char* url : {"https://127.0.0.1/", "ftp://x/", "", "http://", "http://h:99999/", "http://user@h/"}) {
    const auto reply = run.ask(backend::Http{0, "GET", url, std::nullopt, false});
    EXPECT_EQ(reply.delivery, Delivery::not_sent) << url;
    EXPECT_FALSE(reply.error.empty());
  }
  EXPECT_EQ(run.ask(backend::Http{0, "GET x", "http://127.0.0.1:1/", std::nullopt, false}).delivery, Delivery::not_sent);
}

TEST(Http, WhatWasSentAndNotAnsweredIsInterrupted) {
  Server closes([](tcp::socket& socket) {
    asio::streambuf buffer;
    read_head(socket, buffer);
  });
  Server silent([](tcp::socket& socket) {
    asio::streambuf buffer;
    read_head(socket, buffer);
    boost::system::error_code ended;
    asio::read_until(socket, buffer, "never", ended);
  });
  Server half([](tcp::socket& socket) {
    asio::streambuf buffer;
    read_head(socket, buffer);
    say(socket, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort");
  });
  Server garbage([](tcp::socket& socket) {
    asio::streambuf buffer;
    read_head(socket, buffer);
    say(socket, "this is no HTTP\r\n\r\n");
  });
  Server endless([](tcp::socket& socket) {
    asio::streambuf buffer;
    read_head(socket, buffer);
    say(socket, "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n");
  });
  TestRun run;
  run.start();
  for (Server* server : {&closes, &half, &garbage, &endless}) {
    const auto reply = run.ask(backend::Http{0, "PUT", server->url("/k"), "v", false});
    EXPECT_EQ(reply.delivery, Delivery::interrupted);
    EXPECT_FALSE(reply.error.empty());
  }
  const auto late = run.ask(backend::Http{0, "PUT", silent.url("/k"), "v", false}, 150ms);
  EXPECT_EQ(late.delivery, Delivery::interrupted);
  EXPECT_LT(late.received - late.sent, 400ms);
}

TEST(Http, ManyAtOnceEachGetTheirOwnAnswer) {
  TestRun run;
  run.start();
  std::vector<std::unique_ptr<Server>> servers;
  std::map<backend::RequestId, std::string> wanted;
  for (int i = 0; i < 8; ++i) {
    const std::string body = "server " + std::to_string(i);
    servers.push_back(std::make_unique<Server>([body](tcp::socket& socket) {
      asio::streambuf buffer;
      read_head(socket, buffer);
      say(socket, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body);
    }));
    wanted[run.world->submit(backend::Http{0, "GET", servers.back()->url("/"), std::nullopt, false}, run.world->now() + 5s, std::nullopt)] = body;
  }
  while (!wanted.empty()) {
    const auto reply = run.event<backend::Reply>();
    ASSERT_TRUE(reply);
    EXPECT_EQ(text(reply->data, "text"), wanted[reply->id]);
    wanted.erase(reply->id);
  }
}

TEST(Tcp, ReadsUntilItsPatternMatches) {
  Server server([](tcp::socket& socket) {
    asio::streambuf buffer;
    asio::read_until(socket, buffer, "\n");
    say(socket, "par");
    std::this_thread::sleep_for(30ms);
    say(socket, "tial END more");
  });
  Server closes([](tcp::socket& socket) {
    asio::streambuf buffer;
    asio::read_until(socket, buffer, "\n");
    say(socket, "nothing");
  });
  TestRun run;
  run.start();
  const auto reply = run.ask(backend::Tcp{0, server.address(), "stats\n", Regex{"END", nullptr}});
  ASSERT_EQ(reply.delivery, Delivery::answered) << reply.error;
  EXPECT_EQ(text(reply.data, "text"), "partial END more");
  const auto first = run.ask(backend::Tcp{0, server.address(), "stats\n", std::nullopt});
  EXPECT_EQ(text(first.data, "text"), "par");
  const auto closed = run.ask(backend::Tcp{0, closes.address(), "stats\n", Regex{"END", nullptr}});
  EXPECT_EQ(closed.delivery, Delivery::interrupted);
  EXPECT_NE(closed.error.find("before `END` matched"), std::string::npos) << closed.error;
  EXPECT_EQ(run.ask(backend::Tcp{0, "no address", "x", std::nullopt}).delivery, Delivery::not_sent);
  EXPECT_EQ(run.ask(backend::Tcp{0, "127.0.0.1:1", "x", std::nullopt}).delivery, Delivery::not_sent);
}

TEST(Ports, AreFreeDistinctAndOutsideTheKernelsRange) {
  TestRun run;
  run.start();
  std::vector<backend::NodeSetup> setups;
  for (backend::NodeIndex i = 0; i < 50; ++i) setups.push_back({i, "n[" + std::to_string(i) + "]", {{"a", std::nullopt}, {"b", std::nullopt}}});
  const auto infos = run.world->prepare(setups);
  ASSERT_TRUE(infos) << infos.error().message;
  std::ifstream range("/proc/sys/net/ipv4/ip_local_port_range");
  int low = 0, high = 0;
  range >> low >> high;
  std::set<std::uint16_t> ports;
  for (const auto& info : *infos) {
    for (const auto& [name, port] : info.ports) {
      ports.insert(port);
      EXPECT_TRUE(port < low || port > high);
    }
  }
  EXPECT_EQ(ports.size(), 100u);
}

TEST(Ports, ATakenOneIsNamedWithItsHolder) {
  Server server([](tcp::socket&) {});
  TestRun run;
  run.start();
  const auto refused = run.world->prepare({{0, "kv.n[0]", {{"client", server.port}}}});
  ASSERT_FALSE(refused);
  const std::string& why = refused.error().message;
  EXPECT_NE(why.find("port " + std::to_string(server.port) + " (`client` of `kv.n[0]`) is taken"), std::string::npos) << why;
  EXPECT_NE(why.find("held by process " + std::to_string(::getpid())), std::string::npos) << why;
  const auto twice = run.world->prepare({{0, "a", {{"p", std::uint16_t{19999}}}}, {1, "b", {{"q", std::uint16_t{19999}}}}});
  ASSERT_FALSE(twice);
  EXPECT_NE(twice.error().message.find("fixed for both `a` and `b`"), std::string::npos);
}

TEST(Interrupt, ASignalIsAnEventOfEveryWorld) {
  TestRun run, other;
  const auto interrupts = host::catch_interrupts();
  ASSERT_TRUE(interrupts) << interrupts.error().message;
  EXPECT_FALSE(host::interrupted());
  // One that came before the world was there is not lost.
  ::raise(SIGTERM);
  EXPECT_TRUE(host::interrupted());
  run.options.interrupts = interrupts->get();
  run.start();
  EXPECT_TRUE(run.event<backend::Interrupt>());
  ::raise(SIGINT);
  EXPECT_FALSE(run.event<backend::Interrupt>(20ms)) << "once will do";
  other.options.interrupts = interrupts->get();
  other.start();
  EXPECT_TRUE(other.event<backend::Interrupt>());
  for (const int signal : {SIGINT, SIGTERM}) ::signal(signal, SIG_DFL);
}

}  // namespace
}  // namespace failc::agent
