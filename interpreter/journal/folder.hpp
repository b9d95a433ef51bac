#pragma once
// The folder of a run: who may use it, and what failc may remove from it.
#include <cstdint>
#include <string>

#include "grammar/base/result.hpp"

namespace failc::journal {

/// A locked, empty (of failc's own files) folder. The lock is held while `lock` is open.
struct Folder {
  int lock = -1;
};

/// Whether a run's failc or agent was here: the journal begins with `run` or `recovered`, the agent's lock names a run, or the ledger
/// begins with an agent. The names of files alone show nothing.
bool holds_run(const std::string& folder);

/// Removes what failc makes itself in a folder, but for its lock; nothing else.
Status sweep(const std::string& folder);

/// See FileJournal::open.
Result<Folder> claim(const std::string& folder, std::int64_t pid);

}  // namespace failc::journal
