#include "tools/failc/input.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "grammar/source/source.hpp"

namespace failc::tools {

Result<std::string> read_standard_input() {
  std::string text;
  std::string piece(1 << 16, '\0');
  while (true) {
    const ssize_t got = ::read(STDIN_FILENO, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error{std::string("cannot read standard input: ") + std::strerror(errno)};
    if (got == 0) return text;
    text.append(piece, 0, static_cast<std::size_t>(got));
    if (text.size() > kMaxFileBytes) return Error{"standard input is larger than 256 MiB"};
  }
}

}  // namespace failc::tools
