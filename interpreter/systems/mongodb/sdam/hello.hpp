#pragma once
// A reply to `hello` or legacy hello, typed. One parser: what is of the wrong type is an error; fields that discovery does not use are left
// out.
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "grammar/base/result.hpp"
#include "interpreter/systems/mongodb/sdam/document_view.hpp"
#include "interpreter/systems/mongodb/sdam/object_id.hpp"

namespace failc::sdam {

using Tags = std::map<std::string, std::string>;

struct Hello {
  bool ok = false;
  bool hello_ok = false;             // the server knows `hello` by that name
  bool is_writable_primary = false;  // or, where that is absent, `ismaster`
  bool secondary = false, arbiter_only = false, hidden = false, passive = false;
  bool is_replica_set = false;  // `isreplicaset`: a member that has no configuration
  bool is_mongos = false;       // `msg` is `isdbgrid`
  std::optional<bool> is_cryptd;
  std::optional<std::string> set_name;
  std::optional<std::int64_t> set_version;
  std::optional<ObjectId> election_id, service_id;
  std::optional<std::string> me, primary;              // addresses, normalized
  std::vector<std::string> hosts, passives, arbiters;  // addresses, normalized
  Tags tags;
  std::int32_t min_wire_version = 0, max_wire_version = 0;
  std::optional<std::int64_t> logical_session_timeout_minutes;
  std::optional<std::chrono::milliseconds> last_write_date;  // by the server's clock, since the Unix epoch
  std::optional<TopologyVersion> topology_version;
  std::string errmsg;  // of a reply that is not ok
  std::int64_t code = 0;
};

/// `reply` in Extended JSON. Errors name the field.
Result<Hello> parse_hello(const DocumentView& reply);

}  // namespace failc::sdam
