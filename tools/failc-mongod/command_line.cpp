// The command line: mongod's, as far as it means something here.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tools/failc-mongod/settings.hpp"

namespace failc::mongod_host {
namespace {

constexpr const char* kHelp =
    "failc-mongod: failc's embedded stand-in for a mongod. It is not MongoDB's server.\n"
    "\n"
    "  --port N                  where to listen (27017)\n"
    "  --bind_ip LIST            addresses to listen on, by commas (127.0.0.1)\n"
    "  --bind_ip_all             listen on all of this host's IPv4 addresses\n"
    "  --dbpath DIR              the folder of its journal; it must be there (/data/db)\n"
    "  --logpath FILE            the log; otherwise standard output\n"
    "  --logappend               go on with an old log instead of putting it aside\n"
    "  --fork                    become a daemon; needs --logpath\n"
    "  --pidfilepath FILE        where to write the process's id\n"
    "  --replSet NAME            the replica set it belongs to\n"
    "  --oplogSize MB            how much of its oplog a member keeps, in memory (4)\n"
    "  --setParameter NAME=VALUE can be repeated\n"
    "  --maxConns N              clients at the same time (1000)\n"
    "  -f, --config FILE         mongod's YAML; the command line wins\n"
    "  --shutdown                end the one that runs on --dbpath, and wait until it is gone\n"
    "  --reportVersion X.Y[.Z]   the server version to answer as, 4.0 to 8.0 (8.0.4)\n"
    "  --seed N                  where its random numbers start, for tests\n"
    "  --quiet, -v               less to log; -v changes nothing\n"
    "  --directoryperdb, --ipv6, --networkMessageCompressors, --storageEngine, --timeStampFormat, --wiredTiger…\n"
    "                            taken, and of no effect: nobody can tell by what it does for its clients\n"
    "  --version, --help\n";

constexpr const char* kIdleFlags[] = {"--directoryperdb", "--ipv6", "--wiredTigerDirectoryForIndexes"};
constexpr const char* kIdleOptions[] = {"--networkMessageCompressors", "--storageEngine", "--timeStampFormat", "--wiredTigerCacheSizeGB", "--wiredTigerJournalCompressor", "--wiredTigerCollectionBlockCompressor"};

/// The words as they stand; what they mean is decided afterwards, so that messages name the option.
struct Words {
  std::string port, bind_ip, dbpath, log_path, pid_file, replica_set, config, report_version, seed, max_connections, oplog_size;
  std::vector<std::string> parameters;
  bool bind_ip_all = false, log_append = false, fork = false, quiet = false, shut_down = false, version = false, help = false;
  int verbose = 0;
};

void declare(CLI::App& app, Words& words) {
  app.set_help_flag();
  app.allow_extras();
  app.add_option("--port", words.port);
  app.add_option("--bind_ip", words.bind_ip);
  app.add_flag("--bind_ip_all", words.bind_ip_all);
  app.add_option("--dbpath", words.dbpath);
  app.add_option("--logpath", words.log_path);
  app.add_flag("--logappend", words.log_append);
  app.add_flag("--fork", words.fork);
  app.add_option("--pidfilepath", words.pid_file);
  app.add_option("--replSet", words.replica_set);
  app.add_option("--oplogSize", words.oplog_size);
  app.add_option("--setParameter", words.parameters)->allow_extra_args(false);
  app.add_option("--maxConns", words.max_connections);
  app.add_option("-f,--config", words.config);
  app.add_flag("--shutdown", words.shut_down);
  app.add_option("--reportVersion", words.report_version);
  app.add_option("--seed", words.seed);
  app.add_flag("--quiet", words.quiet);
  app.add_flag("-v,--verbose", words.verbose);
  app.add_flag("--version", words.version);
  app.add_flag("-h,--help", words.help);
  for (const char* name : kIdleFlags) app.add_flag(name);
  for (const char* name : kIdleOptions) app.add_option(name)->expected(1);
}

/// CLI11 counts a single option that stands twice as bad, in its own words; these are ours.
Error refuse(const CLI::ParseError& problem) {
  std::string text = problem.what();
  if (const std::size_t line = text.find('\n'); line != std::string::npos) text.resize(line);
  return Error{text};
}

Status unknown_words(const CLI::App& app) {
  const std::vector<std::string> left = app.remaining();
  if (left.empty()) return Done{};
  std::string word = left.front();
  if (!word.starts_with("-")) return Error{"`" + word + "` belongs to no option"};
  if (const std::size_t equal = word.find('='); equal != std::string::npos) word.resize(equal);
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  const std::string near = suggestion(word, std::vector<std::string_view>(names.begin(), names.end()));
  return Error{"unknown option `" + word + "`" + (near.empty() ? "; `--help` lists all" : near)};
}

/// The value as it is, which may not be empty.
Status take(const CLI::App& app, const char* name, const std::string& word, std::optional<std::string>& place) {
  if (app.count(name) == 0) return Done{};
  if (word.empty()) return Error{std::string("`") + name + "` is empty"};
  place = word;
  return Done{};
}

template <class T, class Convert>
Status convert(const CLI::App& app, const char* name, const std::string& word, std::optional<T>& place, const Convert& to) {
  if (app.count(name) == 0) return Done{};
  auto value = to(word, std::string("`") + name + " " + word + "`");
  if (!value) return value.error();
  place = static_cast<T>(*value);
  return Done{};
}

std::optional<bool> flag(bool value) { return value ? std::optional<bool>(true) : std::nullopt; }

Result<Given> give(const CLI::App& app, const Words& words) {
  Given out;
  const auto number = [](std::uint64_t least, std::uint64_t most) {
    return [=](const std::string& word, const std::string& what) { return to_number(word, what, least, most); };
  };
  for (const Status& status : {
           convert(app, "--port", words.port, out.port, to_port),
           convert(app, "--reportVersion", words.report_version, out.report_version, to_version),
           convert(app, "--seed", words.seed, out.seed, number(0, UINT64_MAX)),
           convert(app, "--maxConns", words.max_connections, out.max_connections, number(1, 100000)),
           convert(app, "--oplogSize", words.oplog_size, out.oplog_megabytes, number(1, kMostOplog)),
           take(app, "--bind_ip", words.bind_ip, out.bind_ip),
           take(app, "--dbpath", words.dbpath, out.dbpath),
           take(app, "--logpath", words.log_path, out.log_path),
           take(app, "--pidfilepath", words.pid_file, out.pid_file),
           take(app, "--replSet", words.replica_set, out.replica_set),
       })
    if (!status) return status.error();
  out.bind_ip_all = flag(words.bind_ip_all);
  out.log_append = flag(words.log_append);
  out.fork = flag(words.fork);
  out.quiet = flag(words.quiet);
  for (const std::string& word : words.parameters) {
    const std::size_t equal = word.find('=');
    if (equal == std::string::npos || equal == 0) return Error{"`--setParameter " + word + "`: wanted is NAME=VALUE"};
    out.parameters.emplace_back(word.substr(0, equal), word.substr(equal + 1));
  }
  return out;
}

Result<Given> read_file(const std::string& path) {
  std::error_code none;
  std::ifstream in(path);
  if (!in || std::filesystem::is_directory(path, none)) return Error{"`--config " + path + "` cannot be read"};
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  return read_config(text, path);
}

std::string version_text(const std::string& reported) {
  return "failc-mongod " FAILC_VERSION
         ": failc's embedded stand-in for a mongod, not MongoDB's server\n"
         "It answers as version " +
         reported + " would, as far as it knows how.\n";
}

}  // namespace

Result<Invocation> read_command_line(const std::vector<std::string>& given_words) {
  CLI::App app;
  Words words;
  declare(app, words);
  try {
    std::vector<std::string> reversed(given_words.rbegin(), given_words.rend());  // as CLI11 takes them
    app.parse(reversed);
  } catch (const CLI::ParseError& problem) {
    return refuse(problem);
  }
  if (const Status known = unknown_words(app); !known) return known.error();
  const Result<Given> line = give(app, words);
  if (!line) return line.error();
  Result<Given> file = Given{};
  if (app.count("--config") > 0) file = read_file(words.config);
  if (!words.help && !file) return file.error();
  Result<Settings> settings = settle(file ? *file : Given{}, *line);
  Invocation out;
  if (words.help) return Invocation{Task::print, {}, kHelp};
  if (!settings) return settings.error();
  out.settings = std::move(*settings);
  if (words.version) return Invocation{Task::print, out.settings, version_text(out.settings.version)};
  if (words.shut_down) out.task = Task::shut_down;
  return out;
}

}  // namespace failc::mongod_host
