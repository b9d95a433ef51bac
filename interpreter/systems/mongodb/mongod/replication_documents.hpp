#pragma once
// The replication core's values as BSON: places, configurations as replSetGetConfig shows them, the messages between members.
#include <optional>
#include <string>

#include "interpreter/systems/mongodb/bson/builder.hpp"
#include "interpreter/systems/mongodb/replication/replica.hpp"

namespace failc::mongod {

inline bson::Timestamp timestamp_of(const replication::OpTime& at) {
  return {static_cast<std::uint32_t>(at.timestamp >> 32), static_cast<std::uint32_t>(at.timestamp)};
}
inline std::uint64_t packed(bson::Timestamp time) { return static_cast<std::uint64_t>(time.seconds) << 32 | time.increment; }
inline bson::Date seconds_of(const replication::OpTime& at) { return {std::chrono::seconds(at.timestamp >> 32)}; }
/// {ts, t}
bson::Document optime_document(const replication::OpTime& at);

bson::Document config_document(const replication::Config& config);
/// As an operator writes it: unknown fields and wrong types are refused (93, 14, 40415).
replication::Config parse_config(bson::View from);

/// A command with $db.
bson::Document request_document(const replication::Request& request);
/// `name` is one that `is_member_request` knows. Refused where fields lack.
replication::Request parse_request(std::string_view name, bson::View body);
bool is_member_request(std::string_view name, bson::View body);

/// Without ok.
bson::Document response_document(const replication::Response& response);
/// A reply to `request`; nothing when it is no such reply.
std::optional<replication::Response> parse_response(std::string_view request, bson::View reply);
std::string_view name_of(const replication::Request& request);

}  // namespace failc::mongod
