#pragma once
// Folders and files of a run, with no way out of them.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "grammar/base/result.hpp"
#include "interpreter/host/fd.hpp"

namespace failc::host {

/// `kv.kvdb[0]` → `kv.kvdb-0`: a folder's name that no other node has.
std::string folder_name(std::string_view node);
/// Relative, no empty part, no `.` or `..`, no NUL.
Status check_relative(std::string_view path);
/// Makes `path` and what is missing above it; the last with mode 0700.
Status make_folder(const std::string& path);
/// Writes `folder/path` in one go (a new file that is moved into place), making folders between. Links are not followed out of `folder`.
Status write_file(const std::string& folder, const std::string& path, std::string_view content);
/// A file's content, none where there is no such file; an error above `limit` bytes or where it is no regular file.
Result<std::optional<std::string>> read_file(const std::string& path, std::size_t limit);
/// Like `read_file`, of `folder/path`; a link that leads out of `folder` is an error.
Result<std::optional<std::string>> read_file_in(const std::string& folder, const std::string& path, std::size_t limit);
/// At most the last `limit` bytes of a file from `from` on; empty where it cannot be read.
std::string read_tail(const std::string& path, std::uint64_t from, std::size_t limit);
/// Removes a folder and everything in it; absent is fine.
Status remove_folder(const std::string& path);
/// Writes all of `bytes`, however often it takes.
bool write_all(int fd, std::string_view bytes);

/// Opens (and makes) a file and takes its flock. None where another process holds it.
Result<std::optional<Fd>> lock_file(const std::string& path);

}  // namespace failc::host
