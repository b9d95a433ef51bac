#include "tools/failc/kept_run.hpp"

#include <algorithm>
#include <filesystem>

#include "interpreter/journal/folder.hpp"
#include "interpreter/journal/reader.hpp"

namespace failc::tools {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

std::string text_at_key(const Json& record, const char* key) {
  const auto found = record.find(key);
  return found != record.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string whole_path_of(const fs::path& base, const std::string& path) { return (base / path).lexically_normal().string(); }

/// Folders of runs in `folder`, and of their sessions.
void find_sessions(const fs::path& folder, unsigned depth, std::vector<fs::path>& out) {
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (!it->is_directory(ignored)) continue;
    if (journal::holds_run(it->path().string())) out.push_back(it->path());
    else if (depth > 1) find_sessions(it->path(), depth - 1, out);
  }
}

std::optional<backend::NodeInfo> kept_info(const Json& record) {
  backend::NodeInfo out{text_at_key(record, "dir"), text_at_key(record, "address"), {}};
  const auto ports = record.find("ports");
  if (out.dir.empty() || ports == record.end() || !ports->is_object()) return std::nullopt;
  for (const auto& [name, number] : ports->items()) {
    if (!number.is_number_unsigned() || number.get<std::uint64_t>() > 65535) return std::nullopt;
    out.ports.emplace_back(name, number.get<std::uint16_t>());
  }
  return out;
}

std::optional<KeptRun> read_kept(const fs::path& folder) {
  const auto contents = journal::read((folder / "journal.jsonl").string());
  if (!contents || !journal::finished(*contents) || !journal::kept(*contents)) return std::nullopt;
  std::error_code error;
  const std::string absolute = fs::absolute(folder, error).lexically_normal().string();
  if (!is_supervised(absolute)) return std::nullopt;
  const Json& first = contents->records.front();
  KeptRun out{{absolute, {}}, whole_path_of(text_at_key(first, "cwd"), text_at_key(first, "path")), {}};
  for (const Json& record : contents->records) {
    if (record["kind"] == "scenario") out.scenarios.insert(text_at_key(record, "title"));
    if (record["kind"] != "kept" || !record.contains("node")) continue;
    const auto info = kept_info(record);
    if (!info) return std::nullopt;
    out.nodes.nodes.emplace_back(text_at_key(record, "node"), *info);
  }
  return out;
}

bool has_all_nodes(const KeptRun& run, const plan::Plan& plan, const plan::Scenario& scenario) {
  std::vector<std::uint32_t> clusters = scenario.clusters;
  for (const plan::Scenario& setup : plan.setup) clusters.insert(clusters.end(), setup.clusters.begin(), setup.clusters.end());
  for (const std::uint32_t index : clusters) {
    const plan::Cluster& cluster = plan.clusters[index];
    for (std::uint32_t n = cluster.first_node; n < cluster.first_node + cluster.node_count; ++n)
      if (std::none_of(run.nodes.nodes.begin(), run.nodes.nodes.end(), [&](const auto& node) { return node.first == plan.nodes[n].name; })) return false;
  }
  return true;
}

}  // namespace

std::vector<KeptRun> kept_runs(const std::string& runs) {
  std::vector<fs::path> folders;
  find_sessions(runs, 2, folders);
  std::vector<std::pair<fs::file_time_type, fs::path>> by_time;
  for (fs::path& folder : folders) {
    std::error_code error;
    by_time.emplace_back(fs::last_write_time(folder / "journal.jsonl", error), std::move(folder));
  }
  std::sort(by_time.rbegin(), by_time.rend());
  std::vector<KeptRun> out;
  for (const auto& [time, folder] : by_time)
    if (auto run = read_kept(folder)) out.push_back(std::move(*run));
  return out;
}

std::optional<std::size_t> kept_for(const std::vector<KeptRun>& kept, const std::string& path, const plan::Plan& plan, const plan::Scenario& scenario) {
  std::error_code error;
  const std::string wanted = whole_path_of(fs::current_path(error), path);
  std::optional<std::size_t> out;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (kept[i].path != wanted || !has_all_nodes(kept[i], plan, scenario)) continue;
    if (kept[i].scenarios.contains(scenario.title)) return i;
    if (!out) out = i;
  }
  return out;
}

Result<TakenOver> take_over(const std::string& runs, const Program& program, const std::vector<std::vector<std::uint32_t>>& chosen) {
  TakenOver out{kept_runs(runs), {}};
  for (std::size_t f = 0; f < chosen.size(); ++f)
    for (const std::uint32_t s : chosen[f]) {
      const plan::Plan& plan = *program.files[f].plan;
      if (plan.scenarios[s].clusters.empty() || !plan.scenarios[s].skip.empty()) continue;
      const auto found = kept_for(out.runs, program.files[f].path, plan, plan.scenarios[s]);
      if (!found) return Error{"no run in `" + runs + "` kept the nodes of `" + plan.scenarios[s].id + "`; run it with `--skip-cleanup` first, which keeps them"};
      out.which.emplace(std::pair(f, s), *found);
    }
  return out;
}

}  // namespace failc::tools
