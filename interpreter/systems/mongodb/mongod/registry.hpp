#pragma once
// The commands, by family.
#include <string_view>
#include <vector>

#include "interpreter/systems/mongodb/mongod/operation.hpp"

namespace failc::mongod {

/// Null for an unknown name. Names are case-sensitive.
const Spec* find_command(std::string_view name);
const std::vector<Spec>& all_commands();

std::vector<Spec> write_commands();
std::vector<Spec> bulk_write_commands();
std::vector<Spec> find_and_modify_commands();
std::vector<Spec> read_commands();
std::vector<Spec> aggregate_commands();
std::vector<Spec> explain_commands();
std::vector<Spec> collection_commands();
std::vector<Spec> index_commands();
std::vector<Spec> hello_commands();
std::vector<Spec> authentication_commands();
std::vector<Spec> session_commands();
std::vector<Spec> fail_point_commands();
std::vector<Spec> parameter_commands();
std::vector<Spec> diagnostic_commands();
std::vector<Spec> shutdown_commands();
std::vector<Spec> replication_commands();
std::vector<Spec> status_commands();
std::vector<Spec> peer_commands();

}  // namespace failc::mongod
