#pragma once
// What commands that answer with a cursor share.
#include <optional>
#include <string>
#include <vector>

#include "interpreter/systems/mongodb/mongod/writing.hpp"
#include "interpreter/systems/mongodb/query/read.hpp"

namespace failc::mongod {

struct FirstBatch {
  std::optional<std::int64_t> size;  // nothing: as much as a reply holds
  bool single = false;
  bool no_timeout = false;
};
/// {cursor: {batchSize: n}}
FirstBatch cursor_option(bson::View body, std::string_view command);
/// The reply's `cursor`; what does not fit stays in one that is opened.
bson::Document first_batch(Server& server, const Operation& operation, const std::string& name_space, std::vector<bson::Document> all,
                           const FirstBatch& how);

}  // namespace failc::mongod
