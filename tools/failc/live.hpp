#pragma once
// What a person sees while a run goes on.
#include <memory>
#include <string>

#include "interpreter/backend/world.hpp"
#include "interpreter/report/report.hpp"
#include "interpreter/run/run.hpp"

namespace failc::tools {

/// On a terminal one line is redrawn: scenario, statement, time used of its bound. Elsewhere each scenario that ended is a line.
/// `run` and `file` outlive it; `world` is the real one that the runner's World goes through.
class Live {
 public:
  Live(const report::Run& run, const report::FileRun& file, backend::World& world, bool terminal, bool colour);
  ~Live();
  run::Progress progress();
  /// The world for the runner: the same, but that the line is redrawn while it waits.
  backend::World& world();

 private:
  class Watched;
  void draw();
  void clear();
  void print(const std::string& text);
  const report::Run& run_;
  const report::FileRun& file_;
  backend::World& inner_;
  std::unique_ptr<Watched> watched_;
  bool terminal_, colour_;
  bool drawn_ = false;
  std::string scenario_, statement_;
  backend::Instant began_{};
  Nanos bound_{};
};

}  // namespace failc::tools
