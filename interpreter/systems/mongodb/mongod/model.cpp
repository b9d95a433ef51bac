#include "interpreter/systems/mongodb/mongod/model.hpp"

#include "interpreter/systems/mongodb/mongod/server.hpp"

namespace failc::mongod {

std::unique_ptr<Model> make_model(Options options) { return std::make_unique<Server>(std::move(options)); }

}  // namespace failc::mongod
