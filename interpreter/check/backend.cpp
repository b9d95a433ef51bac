// Backends and what they can do.
#include <algorithm>

#include "interpreter/check/checker.hpp"

namespace failc::check {
namespace {

bool has(const Capabilities& backend, Ability ability) {
  switch (ability) {
    case Ability::processes: return backend.processes;
    case Ability::pause: return backend.pause;
    case Ability::partition: return backend.partition;
    case Ability::shape: return backend.shape;
  }
  return false;
}

std::string_view described(Ability ability) {
  switch (ability) {
    case Ability::processes: return "start and stop processes";
    case Ability::pause: return "pause processes";
    case Ability::partition: return "part networks";
    case Ability::shape: return "slow or lose messages";
  }
  return "";
}

}  // namespace

const Capabilities* Checker::capabilities(std::string_view name) const {
  for (const Capabilities& each : options_.backends)
    if (each.name == name) return &each;
  return nullptr;
}

std::string Checker::backend_of(const ast::Cluster& tree) {
  constexpr std::string_view kDefault = "agent";
  std::vector<std::string_view> known, available;
  for (const Capabilities& each : options_.backends) {
    known.push_back(each.name);
    if (each.available) available.push_back(each.name);
  }
  std::string list;
  for (std::string_view each : available) list += (list.empty() ? "there is `" : ", `") + std::string(each) + "`";
  const auto look_at = [&](std::string_view name, Span span) {
    const Capabilities* found = capabilities(name);
    if (found == nullptr) {
      report_unknown(diag::Code::unknown_backend, span, {name}, name, known, list);
      return false;
    }
    if (!found->available) {
      report(diag::Code::unavailable_backend, span, {name, list});
      return false;
    }
    return true;
  };
  const std::string_view written = tree.backend ? tree.backend->text : kDefault;
  const Span span = tree.backend ? tree.backend->span : tree.name.span;
  if (options_.backend) {
    // What is written is not used, but a name that means nothing is a mistake all the same.
    if (tree.backend && capabilities(written) == nullptr) look_at(written, span);
    return look_at(*options_.backend, span) ? *options_.backend : std::string();
  }
  return look_at(written, span) ? std::string(written) : std::string();
}

bool Checker::able(const Type& set, Ability ability, Span span) {
  std::vector<std::string_view> backends;
  for (const ClusterInfo& each : clusters_) {
    if (each.index == kNone || (set.cluster != kNone && &each != &clusters_[set.cluster])) continue;
    if (std::find(backends.begin(), backends.end(), each.backend) == backends.end()) backends.push_back(each.backend);
  }
  for (std::string_view name : backends) {
    const Capabilities* found = capabilities(name);
    if (found == nullptr || has(*found, ability)) continue;
    std::string others;
    for (const Capabilities& each : options_.backends)
      if (has(each, ability)) others += (others.empty() ? "these can: `" : ", `") + each.name + (each.available ? "`" : "` (not in this program)");
    report(diag::Code::beyond_backend, span, {name, described(ability), others.empty() ? "no backend can" : others});
    return false;
  }
  return true;
}

}  // namespace failc::check
