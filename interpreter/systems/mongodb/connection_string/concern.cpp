#include "interpreter/systems/mongodb/connection_string/concern.hpp"

namespace failc::mongodb {

Status check_values(const WriteConcern& of) {
  const std::int64_t* count = of.nodes ? std::get_if<std::int64_t>(&*of.nodes) : nullptr;
  if (count != nullptr && *count < 0) return Error{"`w` is negative"};
  if (of.timeout && *of.timeout < 0) return Error{"the timeout is negative"};
  return Done{};
}

Status check_consistency(const WriteConcern& of) {
  if (of.journal != true || !of.nodes) return Done{};
  const std::int64_t* count = std::get_if<std::int64_t>(&*of.nodes);
  if (count != nullptr && *count == 0) return Error{"`w` is 0, which asks for no acknowledgement, and the journal is to acknowledge"};
  return Done{};
}

ReadConcern read_concern_of(const ConnectionString& from) {
  ReadConcern out;
  if (const auto* level = from.option<std::string>("readConcernLevel")) out.level = *level;
  return out;
}

Result<WriteConcern> write_concern_of(const ConnectionString& from) {
  for (const char* name : {"w", "wTimeoutMS", "journal"})
    if (const auto found = from.rejected.find(name); found != from.rejected.end()) return Error{"no write concern has this `" + std::string(name) + "`: " + found->second};
  WriteConcern out;
  if (const auto* count = from.option<std::int64_t>("w")) out.nodes = *count;
  if (const auto* which = from.option<std::string>("w")) out.nodes = *which;
  if (const auto* timeout = from.option<std::int64_t>("wTimeoutMS")) out.timeout = *timeout;
  if (const auto* journal = from.option<bool>("journal")) out.journal = *journal;
  if (const Status consistent = check_consistency(out); !consistent) return consistent.error();
  return out;
}

}  // namespace failc::mongodb
