// From the death of a node's process to the event that says so: a process is killed behind failc's back, many times.
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "tools/failc/backends.hpp"
#include "tools/failc/moment.hpp"

int main() {
  using namespace failc;
  using namespace std::chrono_literals;
  std::string folder = std::filesystem::temp_directory_path() / "failc-bench-XXXXXX";
  if (!::mkdtemp(folder.data())) return 1;
  std::vector<double> milliseconds;
  {
    auto opened = tools::open_backend({.folder = folder, .run = tools::run_mark(tools::now_utc()), .lease = 15s});
    if (!opened) {
      std::fprintf(stderr, "%s\n", opened.error().message.c_str());
      return 1;
    }
    backend::World& world = (*opened)->world();
    if (const auto prepared = world.prepare({{.node = 0, .name = "bench[0]", .ports = {}}}); !prepared) return 1;
    for (int round = 0; round < 200; ++round) {
      world.submit(backend::Launch{.node = 0, .argv = {"sleep", "60"}, .environment = {}, .files = {}}, world.now() + 5s, std::nullopt);
      bool launched = false;
      while (!launched) {
        const auto event = world.next(world.now() + 5s);
        if (!event) return 1;
        launched = std::holds_alternative<backend::Reply>(event->what);
      }
      const auto pid = world.pid(0);
      if (!pid) return 1;
      const backend::Instant before = world.now();
      ::kill(static_cast<pid_t>(*pid), SIGKILL);
      bool exited = false;
      while (!exited) {
        const auto event = world.next(world.now() + 5s);
        if (!event) return 1;
        exited = std::holds_alternative<backend::NodeExited>(event->what);
      }
      milliseconds.push_back(std::chrono::duration<double, std::milli>(world.now() - before).count());
    }
    if (!(*opened)->close()) return 1;
  }
  std::filesystem::remove_all(folder);
  std::sort(milliseconds.begin(), milliseconds.end());
  std::printf("{\"kills\": %zu, \"median_ms\": %.2f, \"p99_ms\": %.2f, \"max_ms\": %.2f}\n", milliseconds.size(), milliseconds[milliseconds.size() / 2],
              milliseconds[milliseconds.size() * 99 / 100], milliseconds.back());
}
