#include "tools/failc-mongod/settings.hpp"

#include <algorithm>
#include <charconv>

#include "grammar/diag/diagnostic.hpp"

namespace failc::mongod_host {
namespace {

struct Row {
  std::string_view series, last;
};
/// The release series whose behaviour can be reported, and what a series alone stands for.
constexpr Row kVersions[] = {{"4.0", "4.0.28"}, {"4.2", "4.2.25"}, {"4.4", "4.4.29"}, {"5.0", "5.0.31"},
                             {"6.0", "6.0.20"}, {"7.0", "7.0.16"}, {"8.0", "8.0.4"}};
constexpr std::string_view kDefaultVersion = "8.0.4";

bool digits(std::string_view word) {
  return !word.empty() && word.size() <= 3 && std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// "a,b , c" in its parts; an empty part is an error.
Result<std::vector<std::string>> split_addresses(const std::string& list) {
  std::vector<std::string> out;
  std::size_t at = 0;
  while (at <= list.size()) {
    const std::size_t comma = std::min(list.find(',', at), list.size());
    const std::string_view part = std::string_view(list).substr(at, comma - at);
    const std::size_t first = part.find_first_not_of(' '), last = part.find_last_not_of(' ');
    if (first == std::string_view::npos) return Error{"`" + list + "` holds an empty address to listen on"};
    out.emplace_back(part.substr(first, last - first + 1));
    at = comma + 1;
  }
  return out;
}

template <class T>
std::optional<T> either(const std::optional<T>& line, const std::optional<T>& file) {
  return line ? line : file;
}

}  // namespace

std::string suggestion(std::string_view word, const std::vector<std::string_view>& known) {
  const std::string_view near = diag::nearest(word, known);
  return near.empty() ? "" : "; did you mean `" + std::string(near) + "`?";
}

Result<std::uint64_t> to_number(const std::string& word, const std::string& what, std::uint64_t least, std::uint64_t most) {
  std::uint64_t value = 0;
  const auto [end, wrong] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (wrong != std::errc() || end != word.data() + word.size() || value < least || value > most)
    return Error{what + " is not a number from " + std::to_string(least) + " to " + std::to_string(most)};
  return value;
}

Result<std::uint16_t> to_port(const std::string& word, const std::string& what) {
  const Result<std::uint64_t> number = to_number(word, what, 1, 65535);
  if (!number) return number.error();
  return static_cast<std::uint16_t>(*number);
}

Result<bool> to_bool(const std::string& word, const std::string& what) {
  if (word == "true") return true;
  if (word == "false") return false;
  return Error{what + " is neither `true` nor `false`"};
}

Result<std::string> to_version(const std::string& word, const std::string& what) {
  std::string known;
  for (const Row& row : kVersions) {
    if (word == row.series) return std::string(row.last);
    if (word.size() > row.series.size() && word.starts_with(row.series) && word[row.series.size()] == '.' &&
        digits(std::string_view(word).substr(row.series.size() + 1)))
      return word;
    known += (known.empty() ? "" : ", ") + std::string(row.series);
  }
  return Error{what + " is no version that can be reported; those are " + known + " and their releases, like " +
               std::string(kDefaultVersion)};
}

Result<Settings> settle(const Given& file, const Given& line) {
  Settings out;
  out.port = either(line.port, file.port).value_or(out.port);
  // A list on the command line outdoes `bindIpAll` in the file, and the other way round.
  const bool line_binds = line.bind_ip || line.bind_ip_all;
  const Given& binding = line_binds ? line : file;
  if (binding.bind_ip && binding.bind_ip_all.value_or(false)) return Error{"addresses to listen on and `bind_ip_all` are both given"};
  if (binding.bind_ip_all.value_or(false)) out.bind = {"0.0.0.0"};
  if (binding.bind_ip) {
    Result<std::vector<std::string>> parts = split_addresses(*binding.bind_ip);
    if (!parts) return parts.error();
    out.bind = std::move(*parts);
  }
  out.dbpath = either(line.dbpath, file.dbpath).value_or(out.dbpath);
  out.log_path = either(line.log_path, file.log_path).value_or("");
  out.log_append = either(line.log_append, file.log_append).value_or(false);
  out.fork = either(line.fork, file.fork).value_or(false);
  out.pid_file = either(line.pid_file, file.pid_file).value_or("");
  out.replica_set = either(line.replica_set, file.replica_set).value_or("");
  out.version = either(line.report_version, file.report_version).value_or(std::string(kDefaultVersion));
  out.quiet = either(line.quiet, file.quiet).value_or(false);
  out.max_connections = either(line.max_connections, file.max_connections).value_or(out.max_connections);
  out.seed = either(line.seed, file.seed);
  out.oplog_megabytes = either(line.oplog_megabytes, file.oplog_megabytes).value_or(out.oplog_megabytes);
  out.parameters = file.parameters;
  for (const auto& [name, value] : line.parameters) {
    std::erase_if(out.parameters, [&](const auto& other) { return other.first == name; });
    out.parameters.emplace_back(name, value);
  }
  if (out.fork && out.log_path.empty()) return Error{"`--fork` needs `--logpath`: there is no other place for the log"};
  return out;
}

}  // namespace failc::mongod_host
