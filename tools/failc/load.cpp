#include "tools/failc/load.hpp"

#include <algorithm>
#include <cstdlib>

#include "grammar/import/read.hpp"

#include "interpreter/host/spawn.hpp"
#include "tools/failc/backends.hpp"
#include "tools/failc/check_files.hpp"
#include "tools/failc/diagnostics.hpp"
#include "tools/failc/selection.hpp"
#include "tools/failc/threads.hpp"

namespace failc::tools {
namespace {

Take params_into(std::map<std::string, std::string>& target) {
  return [&target](const std::string& text) -> std::optional<std::string> {
    const std::size_t equals = text.find('=');
    if (equals == 0 || equals == std::string::npos) return "the form is `NAME=VALUE`";
    if (!target.emplace(text.substr(0, equals), text.substr(equals + 1)).second) return "this param is given twice";
    return std::nullopt;
  };
}

/// The file, or the folder that holds all of them.
std::string common_path(const std::vector<std::string>& paths) {
  std::string out = paths.front();
  for (const std::string& path : paths)
    while (path != out && !path.starts_with(out + "/") && !out.empty()) out = out.substr(0, out.rfind('/') == std::string::npos ? 0 : out.rfind('/'));
  return out.empty() ? "." : out;
}

}  // namespace

void add_load_options(Arguments& arguments, LoadOptions& options, bool own_format) {
  if (!own_format) add_format(arguments, options.format);
  arguments.value("--backend", "NAME", "where clusters run, whatever the file says", text_into(options.backend));
  arguments.value("--param", "NAME=VALUE", "the value of a `param`", params_into(options.params), true);
}

std::optional<std::string> find_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  Result<std::string> found = host::find_program(host::beside_this(name), path ? path : "", "");
  return found ? std::optional<std::string>(std::move(*found)) : std::nullopt;
}

LoadResult load(const std::vector<std::string>& words, const LoadOptions& options) {
  const auto paths = select_files(words, Specs::yes);
  if (!paths) {
    complain(paths.error().message);
    return {nullptr, Exit::input};
  }
  auto program = std::make_unique<Program>();
  diag::Sink sink;
  check::Options checking = checking_options();
  checking.backend = options.backend;
  checking.params = options.params;
  checking.find_program = find_program;
  checking.final = true;
  checking.in_parallel = [](std::size_t count, const auto& work) { in_parallel(processors(), count, work); };
  std::vector<std::string> specs, texts;
  for (const std::string& path : *paths) (spec::is_spec(path) ? specs : texts).push_back(path);
  if (options.driver) {
    if (!texts.empty()) {
      complain("`--driver` plays spec files to a driver, and `" + texts.front() + "` is none: name the spec files, or a folder of them; a scenario says itself which driver it asks (`driver […] send …`)");
      return {nullptr, Exit::input};
    }
    checking.formats = options.driver->formats(std::move(checking.formats));
    std::erase_if(checking.players, [](const backend::PlayerModel& model) { return model.name == "sdam"; });
    checking.players.push_back(options.driver->model());
  }
  std::vector<check::Checked> all = check_files(texts, checking, processors(), program->sources, sink);
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].plan) program->files.push_back({texts[i], std::move(all[i].plan)});
  const bool whole = program->files.size() + specs.size() == paths->size();
  if (!specs.empty()) {
    for (const std::string& path : specs)
      if (std::find(words.begin(), words.end(), path) == words.end()) checking.found.insert(path);
    check::Specs checked = check::check_specs(specs, checking, program->sources, sink);
    program->not_run = std::move(checked.not_run);
    program->formats_run = std::move(checked.run);
    if (checked.plan && !checked.plan->scenarios.empty()) program->files.push_back({common_path(specs), std::move(checked.plan)});
  }
  print(sink, program->sources, options.format);
  if (sink.has_errors() || !whole) {
    complain(counted(sink) + " in " + plural(paths->size(), "file"));
    return {nullptr, Exit::input};
  }
  return {std::move(program), std::nullopt};
}

}  // namespace failc::tools
