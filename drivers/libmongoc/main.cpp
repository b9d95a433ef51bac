// Lines in, lines out; each request on a thread of a few, for libmongoc blocks.
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <iostream>
#include <thread>

#include "drivers/libmongoc/driver.hpp"

namespace failc::driver {
namespace {

constexpr int kProtocol = 1;
constexpr std::size_t kThreads = 32;
constexpr std::size_t kLineLimit = 16u << 20;

std::mutex output;

void answer(const Json& line) {
  const std::string text = line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  const std::lock_guard lock(output);
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

Json error_of(const Failure& failure) {
  return {{"message", failure.message}, {"code", failure.code}, {"codeName", failure.code_name}, {"labels", failure.labels}, {"isNetwork", failure.network},
          {"isTimeout", failure.timeout}, {"notSent", failure.not_sent}, {"unsupported", failure.unsupported}};
}

void serve(Clients& clients, const Json& request) {
  const Json id = request["id"];
  const std::string op = request.contains("op") && request["op"].is_string() ? request["op"].get<std::string>() : "";
  if (op == "hello") {
    return answer({{"id", id},
                   {"ok", {{"protocol", kProtocol}, {"adapter", "failc-driver-mongoc"}, {"driver", "libmongoc"}, {"version", mongoc_get_version()}, {"operations", operation_names()}}}});
  }
  Outcome outcome;
  if (op == "run") {
    outcome = run(clients, request);
  } else {
    Failure failure;
    failure.message = "there is no request `" + op + "`";
    failure.not_sent = failure.unsupported = true;
    outcome = std::move(failure);
  }
  if (const auto* failure = std::get_if<Failure>(&outcome)) return answer({{"id", id}, {"error", error_of(*failure)}});
  answer({{"id", id}, {"ok", std::get<Json>(outcome)}});
}

class Workers {
 public:
  explicit Workers(Clients& clients) {
    for (std::size_t i = 0; i < kThreads; ++i) threads_.emplace_back([this, &clients] { work(clients); });
  }
  void add(Json request) {
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back(std::move(request));
    }
    some_.notify_one();
  }

 private:
  void work(Clients& clients) {
    while (true) {
      std::unique_lock lock(mutex_);
      some_.wait(lock, [this] { return !queue_.empty(); });
      const Json request = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      serve(clients, request);
    }
  }
  std::mutex mutex_;
  std::condition_variable some_;
  std::deque<Json> queue_;
  std::vector<std::thread> threads_;
};

/// Standard output is for answers; libmongoc's own handler would write there.
void log_line(mongoc_log_level_t level, const char* domain, const char* message, void*) {
  std::fprintf(stderr, "%s %s: %s\n", mongoc_log_level_str(level), domain, message);
}

int main_loop() {
  mongoc_init();
  mongoc_log_set_handler(log_line, nullptr);
  // Neither is destroyed: at the end of the input whatever still waits for a server is left where it is.
  Clients& clients = *new Clients;
  Workers& workers = *new Workers(clients);
  std::string line;
  while (std::getline(std::cin, line)) {
    Json request = line.size() > kLineLimit ? Json() : Json::parse(line, nullptr, false);
    if (!request.is_object()) {
      std::cerr << "not a request: " << line.substr(0, 200) << "\n";
      continue;
    }
    if (request.contains("cancel")) continue;  // a call of libmongoc cannot be taken back; nobody waits for its answer
    if (!request.contains("id")) {
      std::cerr << "a request without an id: " << line.substr(0, 200) << "\n";
      continue;
    }
    workers.add(std::move(request));
  }
  std::fflush(nullptr);
  std::_Exit(0);
}

}  // namespace
}  // namespace failc::driver

int main(int count, char** words) {
  if (count > 1) {
    const std::string word = words[1];
    if (word == "--version") {
      std::printf("failc-driver-mongoc %s, libmongoc %s\n", FAILC_VERSION, mongoc_get_version());
      return 0;
    }
    std::fprintf(stderr, "failc-driver-mongoc takes no `%s`: it is started by failc (drivers/PROTOCOL.md)\n", words[1]);
    return 2;
  }
  return failc::driver::main_loop();
}
