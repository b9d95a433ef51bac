#pragma once
// A fault is {do, undo, evidence}: what is asked of the backend, what takes it back, and what its answer proves. Pure.
#include <optional>
#include <string>

#include "interpreter/backend/world.hpp"
#include "interpreter/run/run.hpp"

namespace failc::faults {

struct Fault {
  std::string verb;                      // "kill"
  std::string what;                      // "kill kv.kvdb[0]"
  backend::Request apply;
  std::optional<backend::Request> undo;  // absent: it needs none, the end of its cluster takes all back
  std::string undo_verb;                 // "resume"
  std::string detail;                    // "SIGSTOP"
};

Fault stop(backend::NodeIndex node, const std::string& name, const std::string& signal, Nanos grace);
Fault kill(backend::NodeIndex node, const std::string& name);
Fault pause(backend::NodeIndex node, const std::string& name);
Fault resume(backend::NodeIndex node, const std::string& name);

/// What an answer to `apply` or `undo` proves.
struct Proof {
  run::FaultEnd end = run::FaultEnd::indeterminate;
  std::string evidence;
  bool proven() const { return end != run::FaultEnd::indeterminate; }
};

/// Of applying: installed, skipped (there was nothing to do) or indeterminate.
Proof applied(const Fault& fault, const backend::Reply& reply);
/// Of taking it back: reverted or indeterminate.
Proof undone(const Fault& fault, const backend::Reply& reply);

/// The whole time of a stop, split: how long the signal may work before SIGKILL follows.
Nanos grace_within(Nanos whole);

}  // namespace failc::faults
