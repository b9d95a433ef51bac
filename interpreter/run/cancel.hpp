#pragma once
// Who may be told to stop, and why. Scopes form a tree; stopping one stops every wait below it, but for shielded ones.
#include <cstdint>

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
  bool below(const CancelScope& other) const {
    for (const CancelScope* scope = this; scope; scope = scope->shielded ? nullptr : scope->parent) {
      if (scope == &other) return true;
    }
    return false;
  }

  const CancelScope* parent;
  bool shielded;  // what is cancelled above does not reach it: undo goes on
  Reason reason = Reason::none;
};

}  // namespace failc::run
