#include "tools/failc/recovered.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "interpreter/journal/journal.hpp"

namespace failc::tools {
namespace {

/// The offset behind the last newline: what stands behind it is a torn write.
off_t end_of_last_line(int file) {
  off_t end = ::lseek(file, 0, SEEK_END);
  for (char byte = 0; end > 0; --end)
    if (::pread(file, &byte, 1, end - 1) == 1 && byte == '\n') break;
  return end;
}

}  // namespace

Status record_recovered(const std::string& run, std::size_t records, const std::vector<std::string>& undone) {
  const std::string path = run + "/journal.jsonl";
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return Error{"cannot open `" + path + "`: " + std::strerror(errno)};
  const std::string line = journal::numbered(journal::text_of({{"at", 0}, {"kind", "recovered"}, {"what", undone}}), records + 1) + "\n";
  const off_t end = end_of_last_line(file);
  const bool written = ::ftruncate(file, end) == 0 && ::pwrite(file, line.data(), line.size(), end) == static_cast<ssize_t>(line.size()) && ::fsync(file) == 0;
  const int why = errno;
  ::close(file);
  if (!written) return Error{"cannot write `" + path + "`: " + std::strerror(why)};
  return Done{};
}

}  // namespace failc::tools
