#include "grammar/diag/json.hpp"
#include "grammar/diag/render.hpp"

namespace failc::diag {

namespace {

void put_region(Json& into, const SourceMap& sources, Place place) {
  const Region found = region(sources, place);
  into["path"] = sources[place.file].path;
  into["line"] = found.begin.line;
  into["column"] = found.begin.column;
  into["endLine"] = found.end.line;
  into["endColumn"] = found.end.column;
}

Json as_json(const Note& note, const SourceMap& sources) {
  Json out{{"text", note.text}};
  if (note.place) put_region(out, sources, *note.place);
  return out;
}

Json as_json(const Diagnostic& item, const SourceMap& sources) {
  Json out{{"code", row(item.code).code}, {"severity", severity_name(item.severity())}, {"message", item.message}, {"help", item.help}};
  put_region(out, sources, item.place);
  out["notes"] = Json::array();
  for (const Note& note : item.notes) out["notes"].push_back(as_json(note, sources));
  out["fix"] = nullptr;
  if (item.fix) {
    Json fix{{"text", item.fix->text}};
    put_region(fix, sources, item.fix->place);
    out["fix"] = std::move(fix);
  }
  return out;
}

}  // namespace

std::string dump(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

std::string render_json(const std::vector<Diagnostic>& items, const SourceMap& sources) {
  Json list = Json::array();
  for (const Diagnostic& item : items) list.push_back(as_json(item, sources));
  return dump(Json{{"diagnostics", std::move(list)}});
}

}  // namespace failc::diag
