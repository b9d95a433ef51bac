#pragma once
// readConcern and writeConcern as commands carry them.
#include <chrono>
#include <optional>

#include "interpreter/systems/mongodb/bson/document.hpp"
#include "interpreter/systems/mongodb/replication/replica.hpp"

namespace failc::mongod {

struct WriteConcern {
  replication::WriteConcern what;                    // w and j
  std::optional<std::chrono::milliseconds> timeout;  // wtimeout; nothing: no limit
  bool given = false;                                // by the client
  bool majority() const;
  /// As errInfo shows it.
  bson::Document show() const;
};
WriteConcern parse_write_concern(bson::ValueView given);

enum class ReadLevel : std::uint8_t { local, available, majority, linearizable };
struct ReadConcern {
  ReadLevel level = ReadLevel::local;
  std::optional<bson::Timestamp> after_cluster_time;
};
ReadConcern parse_read_concern(bson::ValueView given);

}  // namespace failc::mongod
