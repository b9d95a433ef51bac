#pragma once
// THE list of concrete backends. Nothing else in failc knows one by name.
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "grammar/base/result.hpp"
#include "interpreter/backend/world.hpp"
#include "interpreter/check/check.hpp"

namespace failc::tools {

/// What files are checked against: every backend that the language knows by name and what this program can do with it, and the systems that
/// are built in: observers, sources of nodes.
check::Options checking_options();

/// The models that scenarios can play.
const std::vector<backend::PlayerModel>& players();

/// The nodes that a run kept, by name, in its folder.
struct KeptNodes {
  std::string folder;
  std::vector<std::pair<std::string, backend::NodeInfo>> nodes;
};

struct OpenOptions {
  std::string folder;  // of the run; it exists
  std::string run;     // the run's mark, distinct for all runs on this host
  std::chrono::nanoseconds lease;
  const KeptNodes* kept = nullptr;  // these are taken over, with what supervises them, in place of new ones
  int interrupts = -1;  // can be read from once there was one; several worlds may share it
};

/// A world that is ready, and what the journal has to say about who supervises it.
class OpenWorld {
 public:
  virtual ~OpenWorld() = default;
  virtual backend::World& world() = 0;
  virtual nlohmann::ordered_json supervisor() const = 0;
  /// Leaves what runs as it is, supervised until `undo_run`. An error: it could not be left, and close() is wanted.
  virtual Status keep() = 0;
  /// Ends what may still run, and the supervision, even where that was lost: what had to be ended, a line for each. An error says what could
  /// not be.
  virtual Result<std::vector<std::string>> close() = 0;
};

Result<std::unique_ptr<OpenWorld>> open_backend(const OpenOptions& options);

/// Whether what a run kept in `folder` is still supervised, and can be taken over.
bool is_supervised(const std::string& folder);

/// Undoes what a dead run left behind: a line for each thing undone. An error says what is left.
Result<std::vector<std::string>> undo_run(const std::string& folder);

}  // namespace failc::tools
