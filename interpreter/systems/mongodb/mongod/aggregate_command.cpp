#include "interpreter/systems/mongodb/mongod/reading.hpp"
#include "interpreter/systems/mongodb/mongod/registry.hpp"

namespace failc::mongod {

std::vector<Spec> aggregate_commands() { return {}; }

}  // namespace failc::mongod
