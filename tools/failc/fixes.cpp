#include "tools/failc/fixes.hpp"

#include <algorithm>
#include <vector>

namespace failc::tools {

std::map<std::string, std::string> fixed(const diag::Sink& sink, const SourceMap& sources) {
  // A file that several others use was read for each of them.
  std::map<std::string, std::vector<const diag::Fix*>> by_path;
  for (const diag::Diagnostic& item : sink.all())
    if (item.fix && !sources[item.fix->place.file].path.starts_with("<")) by_path[sources[item.fix->place.file].path].push_back(&*item.fix);
  std::map<std::string, std::string> out;
  for (auto& [path, fixes] : by_path) {
    const std::string& text = sources[fixes.front()->place.file].text;
    std::sort(fixes.begin(), fixes.end(), [](const diag::Fix* a, const diag::Fix* b) { return a->place.span.begin < b->place.span.begin; });
    std::string changed;
    std::size_t from = 0;
    const diag::Fix* last = nullptr;
    for (const diag::Fix* fix : fixes) {
      const Span span = fix->place.span;
      if (last != nullptr && last->place.span == span && last->text == fix->text) continue;
      last = fix;
      if (span.begin < from || span.end < span.begin || span.end > text.size()) continue;
      changed += text.substr(from, span.begin - from) + fix->text;
      from = span.end;
    }
    changed += text.substr(from);
    if (changed != text) out.emplace(path, std::move(changed));
  }
  return out;
}

}  // namespace failc::tools
