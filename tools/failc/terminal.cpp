#include "tools/failc/terminal.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tools/failc/command.hpp"

namespace failc::tools {
namespace {

bool for_reports = false;
int first_error = 0;  // of this process's standard output, of which there is one

}  // namespace

bool is_terminal(int descriptor) { return ::isatty(descriptor) == 1; }

bool wants_colour(int descriptor) {
  const char* refused = std::getenv("NO_COLOR");
  const char* kind = std::getenv("TERM");
  return is_terminal(descriptor) && !(refused && *refused) && kind && std::strcmp(kind, "dumb") != 0;
}

unsigned terminal_width() {
  winsize size{};
  return ::ioctl(speech(), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

void keep_output_for_reports() { for_reports = true; }

int speech() { return for_reports ? STDERR_FILENO : STDOUT_FILENO; }

void say(std::string_view text) {
  if (for_reports) {
    std::fwrite(text.data(), 1, text.size(), stderr);
    return;
  }
  put(text);
}

void put(std::string_view text) {
  const bool bad = std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0;
  if (bad && first_error == 0) first_error = errno;
}

bool can_say() {
  pollfd out{.fd = speech(), .events = POLLOUT, .revents = 0};
  return ::poll(&out, 1, 0) == 1;
}

void complain(std::string_view text) { std::fprintf(stderr, "failc: %.*s\n", static_cast<int>(text.size()), text.data()); }

int output_error() { return first_error; }

}  // namespace failc::tools
