#pragma once
// Read and write concerns: what an application says, and what a client makes of it.
#include "interpreter/systems/mongodb/connection_string/connection_string.hpp"

namespace failc::mongodb {

struct ReadConcern {
  std::optional<std::string> level;
  /// Then commands carry none.
  bool is_server_default() const { return !level; }
};

struct WriteConcern {
  std::optional<std::variant<std::int64_t, std::string>> nodes;  // `w`: how many, or which
  std::optional<std::int64_t> timeout;                           // milliseconds
  std::optional<bool> journal;
  bool is_server_default() const { return !nodes && !timeout && !journal; }
  bool is_acknowledged() const { return !(nodes && *nodes == std::variant<std::int64_t, std::string>(std::int64_t{0})) || journal == true; }
};

/// Whether there can be such a write concern: numbers are not negative.
Status check_values(const WriteConcern& of);
/// And whether a client may ask for it: not for no acknowledgement and for the journal.
Status check_consistency(const WriteConcern& of);

ReadConcern read_concern_of(const ConnectionString& from);
/// Errors: a value of one of its options was no value of it, and those of check_consistency.
Result<WriteConcern> write_concern_of(const ConnectionString& from);

}  // namespace failc::mongodb
