#include "tools/failc/live.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "interpreter/report/text.hpp"

namespace failc::tools {
namespace {

constexpr Nanos kRedraw = std::chrono::milliseconds(100);

std::string seconds(Nanos duration) { return fmt::format("{:.1f}s", static_cast<double>(duration.count()) / 1e9); }

}  // namespace

/// Cuts waits into slices, so that one thread can both wait and redraw.
class Live::Watched : public backend::World {
 public:
  Watched(backend::World& inner, Live& live) : inner_(inner), live_(live) {}
  backend::Instant now() override { return inner_.now(); }
  Result<std::vector<backend::NodeInfo>> prepare(const std::vector<backend::NodeSetup>& nodes) override { return inner_.prepare(nodes); }
  backend::RequestId submit(backend::Request request, backend::Instant deadline, std::optional<backend::Instant> wait_until) override {
    return inner_.submit(std::move(request), deadline, wait_until);
  }
  void cancel(backend::RequestId id) override { inner_.cancel(id); }
  std::optional<backend::Event> next(backend::Instant until) override {
    while (true) {
      const backend::Instant now = inner_.now();
      if (now >= next_draw_) {
        live_.draw();
        next_draw_ = now + kRedraw;
      }
      const backend::Instant slice = std::min(until, next_draw_);
      if (auto event = inner_.next(slice)) return event;
      if (slice >= until) return std::nullopt;
    }
  }
  std::optional<std::int64_t> pid(backend::NodeIndex node) override { return inner_.pid(node); }

 private:
  backend::World& inner_;
  Live& live_;
  backend::Instant next_draw_{};
};

Live::Live(Screen& screen, backend::World& world, bool together, Tell tell)
    : screen_(screen), inner_(world), watched_(screen.terminal() ? std::make_unique<Watched>(world, *this) : nullptr), together_(together), tell_(std::move(tell)) {}

Live::~Live() { screen_.remove(this); }

backend::World& Live::world() {
  if (watched_) return *watched_;
  return inner_;
}

void Live::draw() {
  if (scenario_.empty()) return;
  screen_.draw(this, report::printable(scenario_ + (statement_.empty() ? "" : ": " + statement_)), fmt::format("  {} / {}", seconds(inner_.now() - began_), show(bound_)));
}

run::Progress Live::progress() {
  run::Progress out;
  out.message = [this](const std::string& text) {
    const std::string line = "  " + report::printable(text) + "\n";
    if (together_) messages_ += line;
    else screen_.print(line);
  };
  out.ended = [this](const run::ScenarioResult& result) {
    scenario_.clear();
    screen_.remove(this);
    screen_.print(std::exchange(messages_, "") + tell_(result));
  };
  if (!screen_.terminal()) return out;
  out.began = [this](const plan::Scenario& scenario) {
    scenario_ = scenario.title;
    statement_ = "bringing up";
    began_ = inner_.now();
    bound_ = scenario.up;
    draw();
  };
  out.step = [this](const plan::Scenario&, const plan::BodyNode& node) {
    statement_ = node.text;
    began_ = inner_.now();
    bound_ = node.bound;
  };
  return out;
}

}  // namespace failc::tools
