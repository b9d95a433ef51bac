#pragma once
// What failc-mongod was asked for: by its command line, and by a configuration file in mongod's YAML.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "grammar/base/result.hpp"

namespace failc::mongod_host {

using Parameters = std::vector<std::pair<std::string, std::string>>;

/// One source's words, checked one by one; absent where it says nothing.
struct Given {
  std::optional<std::uint16_t> port;
  std::optional<std::string> bind_ip, dbpath, log_path, pid_file, replica_set, report_version;
  std::optional<bool> bind_ip_all, log_append, fork, quiet;
  std::optional<std::size_t> max_connections;
  std::optional<std::uint64_t> seed, oplog_megabytes;
  Parameters parameters;
};

struct Settings {
  std::uint16_t port = 27017;
  std::vector<std::string> bind{"127.0.0.1"};  // addresses and names as they were written; "0.0.0.0" for all of IPv4
  std::string dbpath = "/data/db";
  std::string log_path;  // empty: standard output
  bool log_append = false;
  bool fork = false;
  std::string pid_file;
  std::string replica_set;
  std::string version;  // as reported, "8.0.4"
  Parameters parameters;
  bool quiet = false;
  std::size_t max_connections = 1000;
  std::optional<std::uint64_t> seed;
  std::uint64_t oplog_megabytes = 4;
};

/// Of an oplog, in MB: it is in memory.
inline constexpr std::uint64_t kMostOplog = 1 << 20;

enum class Task { serve, shut_down, print };

struct Invocation {
  Task task = Task::serve;
  Settings settings;
  std::string text;  // to print
};

/// The words behind the program's name. Reads the file of --config. Errors are for the user's eyes.
Result<Invocation> read_command_line(const std::vector<std::string>& words);

/// mongod's YAML. `name` is for messages, which say the line. An unknown key is an error.
Result<Given> read_config(const std::string& text, const std::string& name);

/// What both say, where the command line wins.
Result<Settings> settle(const Given& file, const Given& line);

// Words to values; `what` is how the message calls the word: "`--port 0`".
Result<std::uint16_t> to_port(const std::string& word, const std::string& what);
Result<std::uint64_t> to_number(const std::string& word, const std::string& what, std::uint64_t least, std::uint64_t most);
Result<bool> to_bool(const std::string& word, const std::string& what);
/// "4.2" or "4.2.25", of the versions there are; "4.2" is the last of its row.
Result<std::string> to_version(const std::string& word, const std::string& what);

/// "; did you mean `x`?" or nothing.
std::string suggestion(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace failc::mongod_host
