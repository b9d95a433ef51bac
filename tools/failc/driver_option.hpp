#pragma once
// What `--driver` means: which program is asked, and that nothing but spec files is played to it.
#include <memory>
#include <optional>
#include <string>

#include "interpreter/systems/mongodb/black_box/driver.hpp"
#include "tools/failc/command.hpp"
#include "tools/failc/load.hpp"

namespace failc::tools {

/// The adapter of a driver that is known by name, or the program that is named by its path. An error says which names there are.
Result<std::string> adapter_of(const std::string& driver, const std::optional<std::string>& adapters);

/// Starts it. Nothing: `loading.driver` is there. Else the exit code; the message was printed.
std::optional<Exit> open_driver(const std::string& driver, LoadOptions& loading);

/// What was not compared, a line for each key; "" where all was.
std::string not_compared_table(const black_box::Driver& driver);

}  // namespace failc::tools
