#pragma once
// failc-mongod from its first word to its exit code, around whatever model it is given.
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "interpreter/systems/mongodb/mongod/model.hpp"

namespace failc::mongod_host {

using MakeModel = std::function<std::unique_ptr<mongod::Model>(mongod::Options)>;

/// `words`: behind the program's name.
int run_program(const std::vector<std::string>& words, const MakeModel& make_model);

}  // namespace failc::mongod_host
