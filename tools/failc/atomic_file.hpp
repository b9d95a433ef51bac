#pragma once
// Files that are replaced whole or not at all.
#include <string>
#include <string_view>

#include "grammar/base/result.hpp"

namespace failc::tools {

/// Writes `text` beside `path` and renames it over it: a reader sees the old text or the new one. Keeps owner and mode of a file that
/// is there, and refuses one that may not be written to; follows symbolic links to the file they mean. Writes straight into what is no
/// regular file (a pipe, /dev/stdout), what standard output or error goes to, and a file whose owner or folder allows nothing else.
Status write_whole(const std::string& path, std::string_view text);

/// Whether `write_whole` could begin now; leaves nothing behind.
Status probe_writable(const std::string& path);

}  // namespace failc::tools
