#include "interpreter/resolve/draws.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "interpreter/resolve/literal.hpp"

namespace failc::resolve {
namespace {

const std::string kNobody = "[][counter]";  // undefined, whichever invocation it is

}  // namespace

Draws::Draws(const plan::Plan& plan, const run::ScenarioResult& result) : plan_(plan) {
  for (const run::WorkloadChoice& drawn : result.drawn) {
    // An instance of a matrix may have one of its own; no scenario runs two of them.
    const std::string_view name = written_name(plan.workloads[drawn.workload].name);
    drawn_[{name, drawn.at}].emplace(drawn.counter, &drawn.value);
    names_.insert(name);
  }
}

std::string Draws::text(std::string_view workload, const plan::Source& at) const {
  const auto found = drawn_.find({workload, at});
  if (found == drawn_.end()) return kNobody;
  const auto& values = found->second;
  bool sets = false, found_nothing = false;
  for (const auto& [counter, value] : values) {
    sets = sets || (value->is<List>() && value->as<List>()->size() != 1);
    found_nothing = found_nothing || value->undefined();
  }
  std::vector<std::string> texts;  // "" for nothing
  for (const auto& [counter, value] : values) {
    const auto* list = value->as<List>();
    const std::string text = literal(plan_, list && !sets ? list->front() : *value).value_or("");
    while (texts.size() + 1 < static_cast<std::size_t>(counter)) texts.push_back(texts.empty() ? text : std::string(texts.back()));
    texts.push_back(text);
  }
  const std::string number = fmt::format("min([counter, {}]) - 1", texts.size());
  const bool alike = std::all_of(texts.begin(), texts.end(), [&](const std::string& text) { return text == texts.front(); });
  if (alike) return found_nothing ? kNobody : texts.front();
  if (!found_nothing) return fmt::format("[{}][{}]", fmt::join(texts, ", "), number);
  std::vector<std::string> different;
  std::vector<std::size_t> which;
  for (const std::string& text : texts)
    if (!text.empty() && std::find(different.begin(), different.end(), text) == different.end()) different.push_back(text);
  for (const std::string& text : texts) which.push_back(static_cast<std::size_t>(std::find(different.begin(), different.end(), text) - different.begin()));
  return fmt::format("[{}][[{}][{}]]", fmt::join(different, ", "), fmt::join(which, ", "), number);
}

}  // namespace failc::resolve
