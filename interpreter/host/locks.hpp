#pragma once
// Who holds a flock, as the kernel tells.
#include <sys/types.h>

#include <optional>
#include <string>

namespace failc::host {

/// The process that took the flock on `path`; none where the file is absent or nobody holds it.
std::optional<pid_t> lock_holder(const std::string& path);

}  // namespace failc::host
