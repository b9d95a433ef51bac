#include "interpreter/systems/automation/node_source.hpp"

#include <algorithm>
#include <array>

namespace failc::automation {
namespace {

/// What a node decides by itself; each has one word behind it, but for the last.
constexpr std::array<std::string_view, 7> kOwn{"--port", "--bind_ip", "--dbpath", "--logpath", "--pidfilepath", "--replSet", "--logappend"};

List arguments_of(const Process& process) {
  List out;
  for (std::size_t i = 0; i < process.arguments.size(); ++i) {
    const std::string& word = process.arguments[i];
    if (std::find(kOwn.begin(), kOwn.end(), word) == kOwn.end()) out.emplace_back(word);
    else if (word != "--logappend") ++i;
  }
  return out;
}

Document member_of(const Config& config, const Process& process) {
  for (const ReplicaSet& set : config.sets) {
    if (set.name != process.set) continue;
    for (const Member& member : set.members) {
      if (member.process != process.name) continue;
      const Value whole = from_json(member.document);
      Document document = *whole.as<Document>();
      std::erase_if(document.entries, [](const auto& entry) { return entry.first == "host"; });
      return document;
    }
  }
  return {};
}

}  // namespace

List read_nodes(std::string_view text, std::vector<Problem>& problems) {
  Parsed parsed = parse_config(text);
  problems = std::move(parsed.problems);
  List nodes;
  if (!problems.empty()) return nodes;
  for (const Process& process : parsed.config.processes) {
    if (process.disabled) continue;
    nodes.emplace_back(Document{{{"name", process.name},
                                 {"port", std::int64_t{process.port}},
                                 {"set", process.set},
                                 {"member", member_of(parsed.config, process)},
                                 {"arguments", arguments_of(process)}}});
  }
  return nodes;
}

}  // namespace failc::automation
