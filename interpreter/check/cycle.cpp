// Items of a component that need themselves: a `let` of a `let`, a query whose URL asks that query, a role of a role.
#include <algorithm>
#include <map>
#include <string>

#include "interpreter/check/checker.hpp"

namespace failc::check {
namespace {

struct Walk {
  const std::map<std::uint32_t, std::vector<std::uint32_t>>& needs;
  std::map<std::uint32_t, Progress> progress;
  std::vector<std::uint32_t> path;
  std::vector<std::vector<std::uint32_t>> cycles;

  // The depth is bounded by the number of items of one component; a chain that long was nested by nobody, so it is walked with a stack of its own.
  void from(std::uint32_t start) {
    std::vector<std::pair<std::uint32_t, std::size_t>> stack{{start, 0}};
    progress[start] = Progress::busy;
    path.push_back(start);
    while (!stack.empty()) {
      auto& [item, next] = stack.back();
      const auto found = needs.find(item);
      if (found == needs.end() || next == found->second.size()) {
        progress[item] = Progress::ready;
        path.pop_back();
        stack.pop_back();
        continue;
      }
      const std::uint32_t to = found->second[next++];
      switch (progress[to]) {
        case Progress::ready:
          break;
        case Progress::busy:
          cycles.emplace_back(std::find(path.begin(), path.end(), to), path.end());
          break;
        case Progress::untouched:
          progress[to] = Progress::busy;
          path.push_back(to);
          stack.push_back({to, 0});
          break;
      }
    }
  }
};

}  // namespace

void Checker::find_cycles(std::uint32_t index) {
  const ComponentInfo& info = *components_[index];
  Walk walk{info.needs, {}, {}, {}};
  for (const auto& [item, needs] : info.needs)
    if (walk.progress[item] == Progress::untouched) walk.from(item);
  Env env;
  env.file = info.file;
  EnvScope scope(*this, env);
  for (const std::vector<std::uint32_t>& cycle : walk.cycles) {
    Span where{};
    std::string names;
    const auto name = [&](std::uint32_t item) -> std::pair<std::string, Span> {
      const std::uint32_t at = item & 0xffffff;
      switch (static_cast<ItemKind>(item >> 24)) {
        case ItemKind::let: return {std::string(info.lets[at].tree->name.text), info.lets[at].tree->name.span};
        case ItemKind::request: return {std::string(info.operations[at].tree->name.text), info.operations[at].tree->name.span};
        case ItemKind::state: return {std::string(info.states[at].first), info.states[at].second->name.span};
        case ItemKind::role: return {std::string(info.roles[at]->name.text), info.roles[at]->name.span};
        case ItemKind::ready: return {"ready", info.tree->name.span};
      }
      return {};
    };
    for (std::uint32_t item : cycle) {
      const auto [text, span] = name(item);
      if (names.empty()) where = span;
      names += text + " needs ";
    }
    names += name(cycle.front()).first;
    report(diag::Code::recursion, where, {"`" + name(cycle.front()).first + "`", names});
  }
}

}  // namespace failc::check
