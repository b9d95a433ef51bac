#pragma once
// Becoming a daemon: --fork.
#include <functional>

namespace failc::mongod_host {

/// What a daemon tells the one that waits for it.
class Readiness {
 public:
  explicit Readiness(int pipe = -1) : pipe_(pipe) {}
  /// It listens now: the parent may go, and the terminal is left alone from here on. Without --fork this does nothing.
  void declare();

 private:
  int pipe_;
};

/// Runs `serve` in a child with a session of its own. The parent returns 0 once the child is ready, or the child's own code where it
/// ends before. Nothing may be running beside the caller's thread.
int run_as_daemon(const std::function<int(Readiness)>& serve);

}  // namespace failc::mongod_host
