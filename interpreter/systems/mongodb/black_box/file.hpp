#pragma once
// A phase file as it is played to a driver from outside: which servers are played, where operations lead, which of them must be begun
// ahead, and which files cannot be told at all. Pure; what is to be expected of a client is asked of the model.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "interpreter/systems/mongodb/sdam_phases/phases.hpp"

namespace failc::black_box {

/// Of a driver, by its adapter's hello.
struct DriverFacts {
  std::string name, version;
  std::optional<std::int32_t> min_wire_version, max_wire_version;
  std::set<std::string> events;
  std::set<std::string> unsaid;  // keys of outcomes that it says nothing of: "compatible", "servers.pool"
};

/// An operation that reaches one server and no other.
enum class Route : std::uint8_t { none, write, read, read_secondary };

/// What is done for one application error, counted over the whole file.
struct ErrorStep {
  sdam::PhaseError error;
  Route route = Route::none;
  std::size_t begun_at = 0;  // before this step; that of the error itself unless its connection is older than its pool
};

/// A step is a reply or an application error; steps are counted over all phases.
struct FilePlan {
  std::string uri;
  bool load_balanced = false;
  bool chooses_mode = false;  // its uri says how servers are monitored
  bool lifts = true;  // servers may say later wire versions: no outcome speaks of them
  std::vector<std::string> addresses;            // all that are named, which the client may ever connect to
  std::vector<std::optional<ErrorStep>> steps;   // nothing: a reply
  bool times_out_before = false, times_out_after = false;  // handshakes, commands
  std::string untold;                            // why it cannot be told from outside; "": it can
};
FilePlan plan_file(const sdam::PhaseFile& file, const DriverFacts& driver);

/// The `maxWireVersion` that a server says in place of one that the driver is too new for: its oldest, where no rule of discovery tells the two apart.
std::int32_t lifted(std::int32_t max_wire_version, const DriverFacts& driver);

/// Without what the driver says nothing of; `dropped` gets the keys.
sdam::PhaseOutcome told_part(sdam::PhaseOutcome outcome, const DriverFacts& driver, std::set<std::string>& dropped);

}  // namespace failc::black_box
