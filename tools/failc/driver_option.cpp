#include "tools/failc/driver_option.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>

#include "grammar/diag/diagnostic.hpp"
#include "interpreter/host/interrupts.hpp"
#include "interpreter/host/spawn.hpp"
#include "tools/failc/diagnostics.hpp"

namespace failc::tools {
namespace {

namespace fs = std::filesystem;

struct Known {
  std::string_view name, program;  // with a `/`: in the folder of the adapters
};
constexpr std::array kKnown = {Known{"node", "node/run"}, Known{"libmongoc", "failc-driver-mongoc"}, Known{"pymongo", "pymongo/adapter.py"}};

/// The folder of the adapters: of the sources that failc was built in, or of where it is installed.
std::string adapters_beside_this() {
  std::error_code wrong;
  const fs::path self = fs::read_symlink("/proc/self/exe", wrong).parent_path();
  for (const fs::path& folder : {self / "../../drivers", self / "../share/failc/drivers"})
    if (fs::is_directory(folder, wrong)) return folder.lexically_normal().string();
  return "drivers";
}

}  // namespace

Result<std::string> adapter_of(const std::string& driver, const std::optional<std::string>& adapters) {
  if (driver.find('/') != std::string::npos) return driver;
  std::vector<std::string_view> names;
  for (const Known& known : kKnown) {
    names.push_back(known.name);
    if (known.name != driver) continue;
    if (known.program.find('/') == std::string_view::npos) return std::string(known.program);
    return adapters.value_or(adapters_beside_this()) + "/" + std::string(known.program);
  }
  const std::string_view near = diag::nearest(driver, names);
  return Error{"`--driver " + driver + "`: no driver is called so; " + (near.empty() ? "" : "did you mean `" + std::string(near) + "`? ") +
               fmt::format("there are {}; an adapter of your own is named by its path, with a `/`", fmt::join(names, ", "))};
}

std::optional<Exit> open_driver(const std::string& driver, LoadOptions& loading) {
  const auto adapters = loading.params.find("adapters");
  const auto program = adapter_of(driver, adapters == loading.params.end() ? std::nullopt : std::optional(adapters->second));
  if (!program) {
    complain(program.error().message);
    return Exit::input;
  }
  if (program->find('/') != std::string::npos && ::access(program->c_str(), X_OK) != 0) {
    complain("`--driver " + driver + "`: its adapter `" + *program + "` cannot be started: " + std::strerror(errno) + "; `--param adapters=DIR` says where the folder of the adapters is");
    return driver == *program ? Exit::input : Exit::environment;
  }
  auto opened = black_box::Driver::open({*program}, host::interrupted);
  if (!opened) {
    complain(opened.error().message);
    return Exit::environment;
  }
  loading.driver = std::move(*opened);
  return std::nullopt;
}

std::string not_compared_table(const black_box::Driver& driver) {
  std::string out;
  for (const auto& [key, count] : driver.not_compared()) out += fmt::format("  {:>5}  {}\n", count, key);
  return out.empty() ? out : fmt::format("not compared, since {} {} says nothing of it, in how many outcomes:\n{}", driver.facts().name, driver.facts().version, out);
}

}  // namespace failc::tools
