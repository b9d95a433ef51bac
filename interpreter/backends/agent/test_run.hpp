#pragma once
// For tests: a run in a folder of its own, with its agent, and all that is left behind removed in the end.
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>

#include <chrono>
#include <deque>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "interpreter/backends/agent/agent_world.hpp"
#include "interpreter/backends/agent/belongings.hpp"
#include "interpreter/backends/agent/undo.hpp"
#include "interpreter/host/process.hpp"

namespace failc::agent {

using namespace std::chrono_literals;

inline std::string content_of(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Processes of this user that carry the run's mark.
inline std::size_t marked(const std::string& run) {
  std::size_t count = 0;
  for (const auto& process : host::all_processes()) {
    if (process.living() && host::has_entry(host::environment_of(process.pid), Belongings::run_mark(run))) ++count;
  }
  return count;
}

/// Asks every millisecond; false when `within` is over.
template <class F>
bool holds_within(std::chrono::nanoseconds within, F condition) {
  const auto give_up = std::chrono::steady_clock::now() + within;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > give_up) return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

class TestRun {
 public:
  explicit TestRun(std::chrono::nanoseconds lease = 15s, const std::string& below = "") {
    char pattern[] = "/tmp/failc-agent-test-XXXXXX";
    root = ::mkdtemp(pattern);
    options.folder = root + below + "/run";
    options.run = make_run_id();
    options.lease = lease;
    options.program = FAILC_BINARY_DIR "/failc-agent";
  }
  ~TestRun() {
    world.reset();
    (void)end_without_agent(options.folder, {options.run});
    std::error_code ignored;
    std::filesystem::remove_all(root, ignored);
  }

  void start() {
    auto started = AgentWorld::start(options);
    ASSERT_TRUE(started) << started.error().message;
    world = std::move(*started);
  }
  backend::NodeInfo node(backend::NodeIndex index, const std::string& name) {
    auto infos = world->prepare({{index, name, {{"client", std::nullopt}}}});
    EXPECT_TRUE(infos) << infos.error().message;
    return infos ? infos->front() : backend::NodeInfo{};
  }
  /// Submits and waits for the reply; other events are kept in `events`.
  backend::Reply ask(backend::Request request, Nanos within = 10s) {
    const auto id = world->submit(std::move(request), world->now() + within, std::nullopt);
    return reply(id, within + 1s);
  }
  backend::Reply reply(backend::RequestId id, Nanos within = 10s) {
    const auto until = world->now() + within;
    while (auto event = world->next(until)) {
      if (auto* reply = std::get_if<backend::Reply>(&event->what); reply && reply->id == id) return std::move(*reply);
      events.push_back(std::move(*event));
    }
    ADD_FAILURE() << "no reply came";
    return {};
  }
  backend::Reply launch(backend::NodeIndex node, std::vector<std::string> argv) { return ask(backend::Launch{node, std::move(argv), {}, {}}); }
  backend::Reply shell(backend::NodeIndex node, const std::string& script) { return launch(node, {"sh", "-c", script}); }
  /// The next event of a kind, from those kept first.
  template <class T>
  std::optional<T> event(Nanos within = 5s) {
    const auto until = world->now() + within;
    for (;;) {
      while (!events.empty()) {
        backend::Event first = std::move(events.front());
        events.pop_front();
        if (auto* found = std::get_if<T>(&first.what)) return std::move(*found);
      }
      auto next = world->next(until);
      if (!next) return std::nullopt;
      events.push_back(std::move(*next));
    }
  }

  std::string root;
  AgentOptions options;
  std::unique_ptr<AgentWorld> world;
  std::deque<backend::Event> events;
};

inline std::string text(const Document& data, const char* key) {
  const Value* value = data.find(key);
  return value && value->is<std::string>() ? *value->as<std::string>() : "";
}
inline std::int64_t number(const Document& data, const char* key) {
  const Value* value = data.find(key);
  return value && value->is<std::int64_t>() ? *value->as<std::int64_t>() : -1;
}

}  // namespace failc::agent
