#pragma once
// The log: one JSON object a line, in mongod's shape.
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "grammar/base/result.hpp"
#include "interpreter/host/fd.hpp"

namespace failc::mongod_host {

using Attributes = nlohmann::ordered_json;

enum class Severity : char { info = 'I', warning = 'W', error = 'E', fatal = 'F' };

/// The ids that mongod gives to the same news; those without a counterpart there have kOwnNews.
inline constexpr int kWaitingForConnections = 23016;
inline constexpr int kConnectionAccepted = 22943;
inline constexpr int kConnectionEnded = 22944;
inline constexpr int kStarting = 4615611;
inline constexpr int kShuttingDown = 23138;
inline constexpr int kOwnNews = 9000000;

class Logger {
 public:
  /// `path` empty: standard output. An old file is put aside under a name with the time, unless `append`.
  static Result<Logger> open(const std::string& path, bool append);
  /// Bytes that are not UTF-8 are replaced. What cannot be written is lost.
  void line(Severity severity, std::string_view component, int id, std::string_view context, std::string_view message,
            const Attributes& attributes = Attributes::object()) const;

 private:
  explicit Logger(host::Fd file) : file_(std::move(file)) {}
  host::Fd file_;
};

}  // namespace failc::mongod_host
