#include "tools/failc/live.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "interpreter/report/text.hpp"
#include "tools/failc/terminal.hpp"

namespace failc::tools {
namespace {

constexpr Nanos kRedraw = std::chrono::milliseconds(100);

/// At most `columns` code points of it, on one line.
std::string cut(const std::string& text, std::size_t columns) {
  std::string out;
  std::size_t used = 0;
  for (const char c : text) {
    const bool begins = (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    if (begins && used++ == columns) return out;
    out += c == '\n' || c == '\t' ? ' ' : c;
  }
  return out;
}

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

Live::Live(const report::Run& run, const report::FileRun& file, backend::World& world, bool terminal, bool colour)
    : run_(run), file_(file), inner_(world), watched_(terminal ? std::make_unique<Watched>(world, *this) : nullptr), terminal_(terminal), colour_(colour) {}

Live::~Live() { clear(); }

backend::World& Live::world() {
  if (watched_) return *watched_;
  return inner_;
}

void Live::draw() {
  if (scenario_.empty() || !can_say()) return;  // a line that is drawn anew is not worth waiting for
  const std::string tail = fmt::format("  {} / {}", seconds(inner_.now() - began_), show(bound_));
  const std::size_t width = std::max(20u, terminal_width()) - 1;
  const std::string head = cut(report::printable(scenario_ + (statement_.empty() ? "" : ": " + statement_)), width - std::min(width, tail.size()));
  say("\r\x1b[K" + head + tail);
  drawn_ = true;
}

void Live::clear() {
  if (drawn_) say("\r\x1b[K");
  drawn_ = false;
}

void Live::print(const std::string& text) {
  clear();
  say(text);
}

run::Progress Live::progress() {
  run::Progress out;
  out.message = [this](const std::string& text) { print("  " + report::printable(text) + "\n"); };
  out.ended = [this](const run::ScenarioResult& result) {
    scenario_.clear();
    run::ScenarioResult shown = result;
    shown.leaked = shown.lasting;  // the world's end may still settle that: the summary tells
    print(report::scenario_line(file_, shown, colour_) + report::failure_block(run_, file_, shown, colour_));
  };
  if (!terminal_) return out;
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
