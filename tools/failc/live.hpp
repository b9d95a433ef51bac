#pragma once
// One session's part of what a person sees.
#include <functional>
#include <memory>
#include <string>

#include "interpreter/backend/world.hpp"
#include "interpreter/run/run.hpp"
#include "tools/failc/screen.hpp"

namespace failc::tools {

/// What is to be said of a scenario that ended.
using Tell = std::function<std::string(const run::ScenarioResult&)>;

/// On a terminal a line is redrawn: scenario, statement, time used of its bound. Messages stand where they come, or, with `together`, above what is told of
/// their scenario: where several run at once they could not be told apart otherwise. `screen` and `world`, the real one that the runner's World goes through,
/// outlive it.
class Live {
 public:
  Live(Screen& screen, backend::World& world, bool together, Tell tell);
  ~Live();
  run::Progress progress();
  /// The world for the runner: the same, but that the line is redrawn while it waits.
  backend::World& world();

 private:
  class Watched;
  void draw();
  Screen& screen_;
  backend::World& inner_;
  std::unique_ptr<Watched> watched_;
  bool together_;
  Tell tell_;
  std::string scenario_, statement_, messages_;
  backend::Instant began_{};
  Nanos bound_{};
};

}  // namespace failc::tools
