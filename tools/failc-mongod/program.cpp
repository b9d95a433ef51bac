#include "tools/failc-mongod/program.hpp"

#include <malloc.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>

#include "tools/failc-mongod/daemon.hpp"
#include "tools/failc-mongod/dbpath.hpp"
#include "tools/failc-mongod/exit_code.hpp"
#include "tools/failc-mongod/host.hpp"

namespace failc::mongod_host {
namespace {

constexpr auto kShutdownLimit = std::chrono::seconds(60);
constexpr std::size_t kOwnFiles = 512;  // beside those of clients: calls, the journal, the log

int complain(int code, const std::string& why) {
  std::fprintf(stderr, "failc-mongod: %s\n", why.c_str());
  return code;
}

/// What went wrong before anything was served: told to the caller and in the log.
int give_up(const Logger& log, int code, const std::string& component, const std::string& why) {
  log.line(Severity::error, component, kOwnNews + 8, "initandlisten", why, {{"exitCode", code}});
  return complain(code, why);
}

/// A daemon works in another folder than it was started in.
void make_absolute(Settings& settings) {
  for (std::string* path : {&settings.dbpath, &settings.log_path, &settings.pid_file}) {
    if (path->empty()) continue;
    std::error_code wrong;
    const std::filesystem::path absolute = std::filesystem::absolute(*path, wrong);
    if (!wrong) *path = absolute;
  }
}

/// A client is a file descriptor.
void allow_files(std::size_t clients) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const rlim_t wanted = clients + kOwnFiles;
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min(limit.rlim_max, wanted);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// A write that fails is told by its return value.
void ignore_signals() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

std::uint64_t seed_of(const Settings& settings) {
  if (settings.seed) return *settings.seed;
  std::uint64_t seed = 0;
  if (::getrandom(&seed, sizeof seed, 0) != sizeof seed) seed = static_cast<std::uint64_t>(::getpid());
  return seed;
}

/// The name under which others reach it: this host's, unless it listens on the loopback alone.
std::string host_name(const Endpoints& endpoints, const Names& names) {
  const bool loopback =
      std::all_of(endpoints.begin(), endpoints.end(), [](const auto& endpoint) { return endpoint.address().is_loopback(); });
  return loopback || names.own.empty() ? "localhost" : names.own;
}

int serve(const Settings& settings, const MakeModel& make_model, Readiness ready) {
  // The lock comes first: the log may be that of the one who holds it.
  const Result<DbpathLock> lock = DbpathLock::take(settings.dbpath);
  if (!lock) return complain(kBadDbpath, lock.error().message);
  const Result<Logger> opened = Logger::open(settings.log_path, settings.log_append);
  if (!opened) return complain(kFailure, opened.error().message);
  const Logger& log = *opened;
  const Result<PidFile> pid_file = PidFile::write(settings.pid_file);
  if (!pid_file) return give_up(log, kFailure, "CONTROL", pid_file.error().message);
  const Names names = names_of_this_host();
  const Result<Endpoints> endpoints = endpoints_to_listen(settings.bind, settings.port, names);
  if (!endpoints) return give_up(log, kNetError, "NETWORK", endpoints.error().message);
  const std::string host = host_name(*endpoints, names);
  log.line(Severity::info, "CONTROL", kStarting, "initandlisten", "failc-mongod starting, failc's embedded stand-in for a mongod",
           {{"pid", ::getpid()},
            {"port", settings.port},
            {"dbPath", settings.dbpath},
            {"host", host},
            {"reportedVersion", settings.version},
            {"failcVersion", FAILC_VERSION}});

  Result<JournalFile::Opened> journal = JournalFile::open(settings.dbpath + "/journal.failc");
  if (!journal) return give_up(log, kAbrupt, "STORAGE", journal.error().message);
  if (journal->cut > 0)
    log.line(Severity::warning, "STORAGE", kOwnNews + 9, "initandlisten",
             "The journal's end was cut off in the middle of a record; that record is gone",
             {{"records", journal->records.size()}, {"bytesCut", journal->cut}});

  const std::unique_ptr<mongod::Model> model =
      make_model({host, settings.port, settings.replica_set, settings.version, settings.parameters, seed_of(settings), ::getpid(),
                  static_cast<std::int64_t>(settings.oplog_megabytes) << 20});
  Host hosted(settings, log, *model, journal->file, names);
  hosted.start(std::move(journal->records));
  if (const Status listening = hosted.listen(*endpoints); !listening) return give_up(log, kNetError, "NETWORK", listening.error().message);
  for (const auto& endpoint : *endpoints)
    log.line(Severity::info, "NETWORK", 23015, "listener", "Listening on", {{"address", endpoint.address().to_string()}});
  log.line(Severity::info, "NETWORK", kWaitingForConnections, "listener", "Waiting for connections",
           {{"port", settings.port}, {"ssl", "off"}});
  ready.declare();

  const int code = hosted.run();
  log.line(Severity::info, "CONTROL", kShuttingDown, "initandlisten", "Shutting down", {{"exitCode", code}});
  return code;
}

int shut_down_other(const Settings& settings) {
  const Result<int> pid = shut_down(settings.dbpath, kShutdownLimit);
  if (!pid) return complain(kFailure, pid.error().message);
  std::printf("process %d on `%s` has ended\n", *pid, settings.dbpath.c_str());
  return kClean;
}

}  // namespace

int run_program(const std::vector<std::string>& words, const MakeModel& make_model) {
  Result<Invocation> asked = read_command_line(words);
  if (!asked) return complain(kBadOptions, asked.error().message);
  if (asked->task == Task::print) {
    std::fputs(asked->text.c_str(), stdout);
    return std::fflush(stdout) == 0 ? kClean : kFailure;
  }
  Settings& settings = asked->settings;
  make_absolute(settings);
  if (asked->task == Task::shut_down) return shut_down_other(settings);
  ignore_signals();
  // Large blocks are given back when they are freed, whatever was freed before.
  ::mallopt(M_MMAP_THRESHOLD, 256 << 10);
  allow_files(settings.max_connections);
  if (const Status there = DbpathLock::look(settings.dbpath); !there) return complain(kBadDbpath, there.error().message);
  if (!settings.fork) return serve(settings, make_model, Readiness());
  return run_as_daemon([&](Readiness ready) { return serve(settings, make_model, ready); });
}

}  // namespace failc::mongod_host
