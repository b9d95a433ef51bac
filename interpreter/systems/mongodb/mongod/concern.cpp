#include "interpreter/systems/mongodb/mongod/concern.hpp"

#include "interpreter/systems/mongodb/bson/builder.hpp"
#include "interpreter/systems/mongodb/mongod/failure.hpp"
#include "interpreter/systems/mongodb/mongod/fields.hpp"

namespace failc::mongod {

bool WriteConcern::majority() const {
  const std::string* mode = std::get_if<std::string>(&what.w);
  return mode != nullptr && *mode == "majority";
}

bson::Document WriteConcern::show() const {
  bson::Builder out;
  if (const int* number = std::get_if<int>(&what.w))
    out.append("w", *number);
  else
    out.append("w", std::get<std::string>(what.w));
  if (what.journal) out.append("j", true);
  out.append("wtimeout", timeout ? static_cast<std::int32_t>(timeout->count()) : 0);
  out.append("provenance", given ? "clientSupplied" : "implicitDefault");
  return out.finish();
}

WriteConcern parse_write_concern(bson::ValueView given) {
  WriteConcern out;
  if (!given.exists()) return out;
  const bson::View from = Field{"", "writeConcern", given}.document();
  only_fields(from, "writeConcern", {"w", "j", "wtimeout", "fsync", "provenance", "getLastError", "wOpTime", "wElectionId"});
  out.given = !from.empty();
  const bson::ValueView w = from["w"];
  if (w.is(bson::Type::string)) {
    out.what.w = std::string(w.as_string());
  } else if (w.is_number()) {
    const std::int64_t number = field(from, "writeConcern", "w").integer();
    if (number < 0 || number > 50)
      refuse(code::kFailedToParse, "w has to be a non-negative number and not greater than 50; found: " + std::to_string(number));
    out.what.w = static_cast<int>(number);
  } else if (w.is(bson::Type::document)) {
    refuse(code::kFailedToParse, "a document of tags as `w` is not supported; name a mode of settings.getLastErrorModes");
  } else if (!w.is_nullish()) {
    refuse(code::kFailedToParse, "w has to be a number, string, or object; found: " + std::string(bson::type_name(w.type())));
  }
  out.what.journal = flag_or(from, "writeConcern", "j", false) || flag_or(from, "writeConcern", "fsync", false);
  const std::int64_t wtimeout = integer_or(from, "writeConcern", "wtimeout", 0);
  if (wtimeout < 0 || wtimeout > INT32_MAX)
    refuse(code::kFailedToParse, "wtimeout must be between 0 and " + std::to_string(INT32_MAX) + "; found: " + std::to_string(wtimeout));
  if (wtimeout > 0) out.timeout = std::chrono::milliseconds(wtimeout);
  return out;
}

ReadConcern parse_read_concern(bson::ValueView given) {
  ReadConcern out;
  if (!given.exists()) return out;
  const bson::View from = Field{"", "readConcern", given}.document();
  only_fields(from, "readConcern", {"level", "afterClusterTime", "atClusterTime", "provenance"});
  if (from.has("atClusterTime"))
    refuse(code::kInvalidOptions, "readConcern.atClusterTime is for snapshot reads, which this server does not keep history for");
  const std::string_view level = text_or(from, "readConcern", "level", "local");
  if (level == "local")
    out.level = ReadLevel::local;
  else if (level == "available")
    out.level = ReadLevel::available;
  else if (level == "majority")
    out.level = ReadLevel::majority;
  else if (level == "linearizable")
    out.level = ReadLevel::linearizable;
  else if (level == "snapshot")
    refuse(code::kInvalidOptions, "readConcern level 'snapshot' is not supported: this server keeps no history");
  else
    refuse(code::kFailedToParse, "readConcern.level must be either 'local', 'majority', 'linearizable', 'available', or 'snapshot'");
  if (const bson::ValueView after = from["afterClusterTime"]; after.exists()) {
    if (!after.is(bson::Type::timestamp)) Field{"readConcern", "afterClusterTime", after}.wrong_type("timestamp");
    if (out.level == ReadLevel::linearizable || out.level == ReadLevel::available)
      refuse(code::kInvalidOptions, "afterClusterTime field can be set only if level is equal to local, majority, or snapshot");
    out.after_cluster_time = after.as_timestamp();
  }
  return out;
}

}  // namespace failc::mongod
