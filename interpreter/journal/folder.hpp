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

/// See FileJournal::open.
Result<Folder> claim(const std::string& folder, std::int64_t pid);

}  // namespace failc::journal
