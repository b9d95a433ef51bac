#pragma once
// THE list of concrete backends. Nothing else in failc knows one by name.
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "grammar/base/result.hpp"
#include "interpreter/backend/world.hpp"
#include "interpreter/check/check.hpp"
#include "interpreter/plan/plan.hpp"

namespace failc::tools {

/// Every backend that the language knows by name, and what this program can do with it.
std::vector<check::Capabilities> known_backends();

struct OpenOptions {
  std::string folder;  // of the run; it exists
  std::string run;     // the run's mark, distinct for all runs on this host
  std::chrono::nanoseconds lease;
};

/// A world that is ready, and what the journal has to say about who supervises it.
class OpenWorld {
 public:
  virtual ~OpenWorld() = default;
  virtual backend::World& world() = 0;
  virtual nlohmann::ordered_json supervisor() const = 0;
  /// Ends the supervision in good order, once everything is undone.
  virtual void close() = 0;
};

/// `plan` outlives the world.
Result<std::unique_ptr<OpenWorld>> open_backend(const plan::Plan& plan, const OpenOptions& options);

/// What undoing a dead run's leftovers said, a line each.
struct Recovered {
  std::vector<std::string> undone;
  std::vector<std::string> left;  // could not be undone
  bool live = false;              // its failc lives: nothing was touched
};
Result<Recovered> recover_run(const std::string& folder);

}  // namespace failc::tools
