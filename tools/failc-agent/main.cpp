// failc-agent RUNDIR --run ID --lease SECONDS: the parent of every process of a run. Started by failc; see docs/decisions/0004-agent.md.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "interpreter/backends/agent/server.hpp"
#include "interpreter/host/standard.hpp"

namespace {

int refuse(const std::string& why) {
  std::fprintf(stderr, "failc-agent: %s\n", why.c_str());
  return 3;
}

}  // namespace

int main(int argc, char** argv) {
  failc::host::occupy_standard_descriptors();
  CLI::App app("keeps the processes of one failc run, and ends them when failc is gone", "failc-agent");
  failc::agent::ServeOptions options;
  double lease = 15;
  app.add_option("RUNDIR", options.folder, "the run's folder")->required();
  app.add_option("--run", options.run, "the run's id")->required();
  app.add_option("--lease", lease, "seconds without a word from failc after which everything is ended")->check(CLI::Range(0.1, 86400.0));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : 2;
  }
  options.lease = std::chrono::nanoseconds(static_cast<std::int64_t>(lease * 1e9));

  char* real = ::realpath(options.folder.c_str(), nullptr);
  if (!real) return refuse("`" + options.folder + "` cannot be opened: " + std::strerror(errno));
  options.folder = real;
  std::free(real);
  const int log = ::open((options.folder + "/agent.log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (log < 0) return refuse("`" + options.folder + "/agent.log` cannot be written: " + std::strerror(errno));
  const int input = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (::dup2(input, 0) < 0 || ::dup2(log, 1) < 0 || ::dup2(log, 2) < 0) return refuse("the log cannot be taken as output");
  // Nothing of failc's may stay open here: a lock, a journal, a socket.
  ::close_range(3, ~0u, 0);
  ::setsid();  // fails harmlessly where failc has done it
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) return refuse(std::string("cannot become a subreaper: ") + std::strerror(errno));
  if (::chdir("/") != 0) return refuse(std::string("`/` cannot be entered: ") + std::strerror(errno));

  const auto served = failc::agent::serve(options);
  if (!served) return refuse(served.error().message);
  return 0;
}
