#include "grammar/import/keys.hpp"

#include <algorithm>

namespace failc::spec {

diag::Diagnostic& note_alias(diag::Diagnostic& item, const Ref& value) {
  if (value.alias()) item.notes.push_back({value.alias(), "it came in by this"});
  return item;
}

bool only_keys(const Ref& document, const std::vector<std::string_view>& known, std::string_view what, diag::Sink& sink, const std::vector<ElsewhereKey>& elsewhere) {
  bool good = true;
  for (const Entry entry : document.entries()) {
    const std::string_view key = entry.key.text();
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const std::string_view near = diag::nearest(key, known);
    std::string hint = near.empty() ? "it has" : "did you mean `" + std::string(near) + "`?";
    if (near.empty())
      for (const std::string_view each : known) hint += (hint.size() > 6 ? ", `" : " `") + std::string(each) + "`";
    const auto other = std::find_if(elsewhere.begin(), elsewhere.end(), [&](const ElsewhereKey& one) { return one.key == key && one.of != what; });
    if (other != elsewhere.end()) hint = "it is a key of " + std::string(other->of);
    note_alias(sink.report(diag::Code::unknown_spec_key, entry.key.place(), {key, what, hint}), entry.key);
    good = false;
  }
  return good;
}

bool is_kind(const Ref& value, Kind kind, std::string_view what, diag::Sink& sink) {
  if (value.is(kind)) return true;
  note_alias(sink.report(diag::Code::wrong_spec_value, value.place(), {noun(kind), what, noun(value.kind())}), value);
  return false;
}

Ref value_of(const Ref& document, std::string_view key, Kind kind, std::string_view what, diag::Sink& sink, bool optional) {
  const Ref value = document.find(key);
  if (!value || (optional && value.is(Kind::null))) {
    if (!optional) note_alias(sink.report(diag::Code::missing_spec_key, document.place(), {what, key}), document);
    return {};
  }
  return is_kind(value, kind, "`" + std::string(key) + "` of " + std::string(what), sink) ? value : Ref();
}

}  // namespace failc::spec
