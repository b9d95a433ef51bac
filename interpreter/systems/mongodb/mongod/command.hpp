#pragma once
// One command as it came over the wire, its generic arguments read.
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "interpreter/systems/mongodb/bson/document.hpp"
#include "interpreter/systems/mongodb/mongod/concern.hpp"
#include "interpreter/systems/mongodb/wire/message.hpp"

namespace failc::mongod {

/// Refers to the bytes it was read from.
struct Command {
  std::string_view name;
  bson::ValueView argument;  // of the first field
  std::string_view database;
  bson::View body;
  std::vector<wire::Sequence> sequences;

  std::optional<std::chrono::milliseconds> max_time;
  WriteConcern write_concern;
  ReadConcern read_concern;
  std::string session;         // the bytes of lsid.id; empty: none
  bson::ValueView session_id;  // lsid
  std::optional<std::int64_t> transaction_number;
  std::optional<bson::Timestamp> cluster_time;
  bool secondary_ok = false;  // a $readPreference other than primary, or the flag of OP_QUERY

  /// The documents of a sequence, or of the array in the body; refused where there is neither, or both.
  std::vector<bson::View> documents(std::string_view identifier) const;
};

/// Name, database and body only: what can be said before it is known whether the command exists.
Command read_command(const wire::Message& message);
/// The generic arguments; what is wrong with them is refused.
void read_generic_arguments(Command& command);
bool is_generic_argument(std::string_view field);

}  // namespace failc::mongod
