#include "interpreter/systems/mongodb/mongod/registry.hpp"

#include <algorithm>
#include <iterator>

namespace failc::mongod {

const std::vector<Spec>& all_commands() {
  static const std::vector<Spec> kAll = [] {
    std::vector<Spec> out;
    for (auto* family : {write_commands, bulk_write_commands, read_commands, find_and_modify_commands, hello_commands, peer_commands,
                         aggregate_commands, explain_commands, collection_commands, index_commands, authentication_commands,
                         session_commands, fail_point_commands, parameter_commands, diagnostic_commands, shutdown_commands,
                         replication_commands, status_commands})
      std::ranges::move(family(), std::back_inserter(out));
    return out;
  }();
  return kAll;
}

const Spec* find_command(std::string_view name) {
  for (const Spec& spec : all_commands())
    if (spec.name == name || std::find(spec.aliases.begin(), spec.aliases.end(), name) != spec.aliases.end()) return &spec;
  return nullptr;
}

}  // namespace failc::mongod
