// SARIF 2.1.0 (OASIS): one run, all rules of the catalogue, each result with its region and its fix.
#include <fmt/format.h>

#include "grammar/diag/json.hpp"
#include "grammar/diag/render.hpp"

namespace failc::diag {

namespace {

/// A path as a URI reference: only unreserved characters and `/` stand for themselves.
std::string uri(std::string_view path) {
  std::string out = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~/").find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

Json artifact(const SourceMap& sources, Place place) { return {{"uri", uri(sources[place.file].path)}}; }

Json region_of(const SourceMap& sources, Place place) {
  const Region found = region(sources, place);
  return {
      {"startLine", found.begin.line}, {"startColumn", found.begin.column}, {"endLine", found.end.line}, {"endColumn", found.end.column}};
}

Json location(const SourceMap& sources, Place place) {
  return {{"physicalLocation", {{"artifactLocation", artifact(sources, place)}, {"region", region_of(sources, place)}}}};
}

Json rules() {
  Json out = Json::array();
  for (std::size_t i = 0; i < row_count(); ++i) {
    const Row& found = row(static_cast<Code>(i));
    out.push_back({{"id", found.code}, {"name", found.name}, {"defaultConfiguration", {{"level", severity_name(found.severity)}}}});
  }
  return out;
}

Json fix_of(const SourceMap& sources, const Diagnostic& item) {
  const Fix& fix = *item.fix;
  Json replacement{{"deletedRegion", region_of(sources, fix.place)}, {"insertedContent", {{"text", fix.text}}}};
  Json change{{"artifactLocation", artifact(sources, fix.place)}, {"replacements", Json::array({std::move(replacement)})}};
  return {{"description", {{"text", item.help.empty() ? item.message : item.help}}}, {"artifactChanges", Json::array({std::move(change)})}};
}

Json result(const SourceMap& sources, const Diagnostic& item) {
  const std::string text = item.help.empty() ? item.message : item.message + "\n" + item.help;
  Json out{{"ruleId", row(item.code).code},
           {"ruleIndex", static_cast<std::size_t>(item.code)},
           {"level", severity_name(item.severity())},
           {"message", {{"text", text}}},
           {"locations", Json::array({location(sources, item.place)})}};
  Json related = Json::array();
  for (const Note& note : item.notes) {
    Json entry = note.place ? location(sources, *note.place) : Json::object();
    entry["message"] = {{"text", note.text}};
    related.push_back(std::move(entry));
  }
  if (!related.empty()) out["relatedLocations"] = std::move(related);
  if (item.fix) out["fixes"] = Json::array({fix_of(sources, item)});
  return out;
}

}  // namespace

std::string render_sarif(const std::vector<Diagnostic>& items, const SourceMap& sources) {
  Json results = Json::array();
  for (const Diagnostic& item : items) results.push_back(result(sources, item));
  Json run{{"tool", {{"driver", {{"name", "failc"}, {"rules", rules()}}}}},
           {"columnKind", "unicodeCodePoints"},
           {"results", std::move(results)}};
  return dump({{"$schema", "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"},
               {"version", "2.1.0"},
               {"runs", Json::array({std::move(run)})}});
}

}  // namespace failc::diag
