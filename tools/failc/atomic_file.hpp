#pragma once
// Files that are replaced whole or not at all.
#include <string>
#include <string_view>

#include "grammar/base/result.hpp"

namespace failc::tools {

/// Writes `text` beside `path` and renames it over it: a reader sees the old text or the new one. Keeps the mode of a file that
/// is there; follows symbolic links to the file they mean; writes straight into what is no regular file (a pipe, /dev/stdout).
Status write_whole(const std::string& path, std::string_view text);

/// Whether `write_whole` could begin now; leaves nothing behind.
Status probe_writable(const std::string& path);

}  // namespace failc::tools
