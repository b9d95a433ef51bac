#include "tools/failc/not_run.hpp"

#include <algorithm>
#include <filesystem>
#include <map>

#include <fmt/format.h>

#include "tools/failc/diagnostics.hpp"

namespace failc::tools {

std::string not_run_table(const std::vector<check::NotRun>& files, const std::map<std::string, std::size_t>& run, const SourceMap& sources) {
  if (files.empty()) return "";
  struct Format {
    std::size_t count = 0;
    std::map<std::string, std::vector<std::string>> folders;  // names of files
  };
  std::map<std::pair<std::string, std::string>, Format> formats;  // by name and reason
  for (const check::NotRun& file : files) {
    Format& format = formats[{file.format, file.reason}];
    const std::filesystem::path path(sources[file.file].path);
    ++format.count;
    format.folders[path.parent_path().string()].push_back(path.filename().string());
  }
  std::vector<std::pair<std::pair<std::string, std::string>, Format>> rows(formats.begin(), formats.end());
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.second.count > b.second.count; });
  std::string out;
  std::size_t taken = 0;
  for (const auto& [name, count] : run) taken += count;
  if (taken > 0) out += fmt::format("of {}, {} run, of {}\n", plural(files.size() + taken, "spec file"), taken, plural(run.size(), "kind"));
  for (const auto& [name, count] : run) out += fmt::format("  {:>5}  {}\n", count, name);
  out += fmt::format("not run: {}, of {} (`failc list` names each)\n", plural(files.size(), "file"), plural(rows.size(), "kind"));
  for (const auto& [name, format] : rows) {
    out += fmt::format("  {:>5}  {}: {}\n", format.count, name.first, name.second);
    for (const auto& [folder, names] : format.folders) {
      const std::string what = names.size() <= 3 ? fmt::format("{}", fmt::join(names, ", ")) : plural(names.size(), "file");
      out += fmt::format("         {}: {}\n", folder.empty() ? "." : folder, what);
    }
  }
  return out;
}

std::string not_run_list(const std::vector<check::NotRun>& files, const SourceMap& sources) {
  std::string out;
  for (const check::NotRun& file : files) out += fmt::format("{}  [not run: {}: {}]\n", sources[file.file].path, file.format, file.reason);
  return out;
}

}  // namespace failc::tools
