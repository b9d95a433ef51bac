#pragma once
// Server parameters: --setParameter, getParameter, setParameter.
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "interpreter/systems/mongodb/bson/document.hpp"
#include "interpreter/systems/mongodb/mongod/model.hpp"

namespace failc::mongod {

struct Version {
  int major = 8, minor = 0, patch = 0;
  std::string text() const { return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch); }
  /// The newest wire protocol that servers of this version speak.
  int max_wire() const;
  /// 4.4 brought it, and with it awaited replies and labels of errors.
  bool has_topology_version() const { return max_wire() >= 9; }
};
/// "8.0" or "8.0.4"; nothing for anything else, and below 4.0.
std::optional<Version> parse_version(std::string_view text);

class Parameters {
 public:
  explicit Parameters(const Options& options);
  /// Why this server cannot start with its options.
  const std::optional<std::string>& fault() const { return fault_; }
  const Version& version() const { return version_; }
  /// configureFailPoint is there. Unlike a real server's, this one's is unless it is told otherwise: it is for tests.
  bool test_commands() const;
  bool acknowledges_majority_early() const;

  /// Missing for a name that is none.
  bson::Value get(std::string_view name) const;
  const std::map<std::string, bson::Value, std::less<>>& all() const { return values_; }
  /// At run time; refuses what is unknown, fixed at startup, or of another type.
  void set(std::string_view name, bson::ValueView value);

 private:
  std::map<std::string, bson::Value, std::less<>> values_;
  Version version_;
  std::optional<std::string> fault_;
};

}  // namespace failc::mongod
