#pragma once
// Who may be told to stop, and why. Scopes form a tree; stopping one stops every wait below it, but for shielded ones.
#include <cstdint>

namespace failc::plan {
struct BodyNode;
}

namespace failc::run {

enum class Reason : std::uint8_t {
  none,
  interrupt,  // Ctrl-C
  lost,       // the supervising side is gone, or the journal cannot be written
  timeout,    // of the scenario, or of a cleanup
  violation,  // of an `always`
  over,       // what it was for has ended: a watcher of a finished block, the siblings of a failed start
};

struct CancelScope {
  explicit CancelScope(const CancelScope* parent, bool shielded = false) : parent(parent), shielded(shielded) {}
  CancelScope(const CancelScope&) = delete;
  CancelScope& operator=(const CancelScope&) = delete;

  /// Why waits below this scope end at once; `none` while they need not.
  Reason cancelled() const {
    for (const CancelScope* scope = this; scope; scope = scope->shielded ? nullptr : scope->parent) {
      if (scope->reason != Reason::none) return scope->reason;
    }
    return Reason::none;
  }
  /// Waits below this scope have ended at this statement. Whoever cancelled wants to know the first one.
  void ended_at(const plan::BodyNode& statement) const {
    for (const CancelScope* scope = this; scope; scope = scope->shielded ? nullptr : scope->parent) {
      if (scope->reason != Reason::none && !scope->struck) scope->struck = &statement;
    }
  }
  bool below(const CancelScope& other) const {
    for (const CancelScope* scope = this; scope; scope = scope->shielded ? nullptr : scope->parent) {
      if (scope == &other) return true;
    }
    return false;
  }

  const CancelScope* parent;
  bool shielded;  // what is cancelled above does not reach it: undo goes on
  Reason reason = Reason::none;
  mutable const plan::BodyNode* struck = nullptr;  // what was running first where it was cancelled
};

}  // namespace failc::run
