#include "tools/failc/clock_world.hpp"

#include <poll.h>

#include <algorithm>

#include "grammar/base/bug.hpp"

namespace failc::tools {
namespace {

using std::chrono::steady_clock;

class ClockWorld : public backend::World, public OpenWorld {
 public:
  explicit ClockWorld(int interrupts) : interrupts_(interrupts) {}

  backend::World& world() override { return *this; }
  nlohmann::ordered_json supervisor() const override { return nullptr; }
  Status keep() override { return Done{}; }
  Result<std::vector<std::string>> close() override { return std::vector<std::string>{}; }

  backend::Instant now() override { return steady_clock::now() - began_; }
  Result<std::vector<backend::NodeInfo>> prepare(const std::vector<backend::NodeSetup>& nodes) override {
    if (!nodes.empty()) FAILC_BUG("nodes in a world that has none");
    return std::vector<backend::NodeInfo>{};
  }
  backend::RequestId submit(backend::Request, backend::Instant, std::optional<backend::Instant>) override { FAILC_BUG("a request in a world without nodes"); }
  void cancel(backend::RequestId) override {}
  std::optional<std::int64_t> pid(backend::NodeIndex) override { return std::nullopt; }

  std::optional<backend::Event> next(backend::Instant until) override {
    for (;;) {
      const backend::Instant left = until - now();
      const auto wait = std::chrono::ceil<std::chrono::milliseconds>(std::clamp<Nanos>(left, Nanos{}, std::chrono::hours(1)));
      pollfd ready{interrupts_, POLLIN, 0};
      if (::poll(&ready, interrupts_ < 0 ? 0 : 1, static_cast<int>(wait.count())) > 0) {
        interrupts_ = -1;  // once will do, and nothing is read: other worlds may share it
        return backend::Event{now(), backend::Interrupt{}};
      }
      if (now() >= until) return std::nullopt;
    }
  }

 private:
  steady_clock::time_point began_ = steady_clock::now();
  int interrupts_;
};

}  // namespace

std::unique_ptr<OpenWorld> open_clock(int interrupts) { return std::make_unique<ClockWorld>(interrupts); }

}  // namespace failc::tools
