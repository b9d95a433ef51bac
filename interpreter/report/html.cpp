// One page for people, without scripts: what stands in it is all there is.
#include <fmt/format.h>

#include <map>

#include "interpreter/report/report.hpp"
#include "interpreter/report/text.hpp"

namespace failc::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kStyle =
    "body{font:15px/1.45 system-ui,sans-serif;margin:2em auto;max-width:75em;padding:0 1em;color:#1c1e21;background:#fff}"
    "pre{background:#f5f6f7;padding:.8em;overflow:auto;border-radius:4px;white-space:pre-wrap}"
    "summary{cursor:pointer;padding:.3em 0}details{border-top:1px solid #dfe1e4}details details{border:0;margin-left:1em}"
    "b.v{display:inline-block;min-width:7.5em;padding:0 .5em;border-radius:3px;color:#fff;background:#9a6700;text-align:center}"
    "b.pass{background:#1a7f37}b.fail{background:#cf222e}table{border-collapse:collapse;font:13px/1.4 ui-monospace,monospace}"
    "td,th{padding:.1em .7em;text-align:left;vertical-align:top}td.t{text-align:right;white-space:nowrap;color:#59636e}"
    "tr.effect td,tr.done td{background:#fff8c5}tr.failure td{background:#ffebe9}small{color:#59636e}"
    "@media(prefers-color-scheme:dark){body{color:#e6e8ea;background:#16181b}pre{background:#22252a}details{border-color:#3a3f45}"
    "tr.effect td,tr.done td{background:#3a3416}tr.failure td{background:#4a1d20}}";

/// Escaped, but for line ends, which content keeps.
std::string content(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '"') out += "&quot;";
    else out += c;
  }
  return out;
}

std::string text_at(const Json& record, const char* key) {
  const auto found = record.find(key);
  if (found == record.end() || found->is_null()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// What a record says in a line, or "" for those that say nothing to a reader of a timeline.
std::string line_of(const Json& record) {
  const std::string kind = text_at(record, "kind");
  const std::string line = text_at(record, "line");
  if (kind == "step") return fmt::format("{}  (line {})", text_at(record, "text"), line);
  if (kind == "effect") return fmt::format("{} {}: {}", text_at(record, "do"), text_at(record, "node"), text_at(record, "detail"));
  if (kind == "done") return fmt::format("effect {}: {} ({})", text_at(record, "effect"), text_at(record, "end"), text_at(record, "evidence"));
  if (kind == "sample") return fmt::format("line {}: {}  {}", line, text_at(record, "truth"), text_at(record, "values"));
  if (kind == "wait") return fmt::format("line {}: {}  {}", line, text_at(record, "held") == "true" ? "held" : "did not hold", text_at(record, "text"));
  if (kind == "log" || kind == "leaked") return text_at(record, kind == "log" ? "text" : "what");
  if (kind == "observed") return fmt::format("{} {} = {}", text_at(record, "node"), text_at(record, "observer"), text_at(record, "value"));
  if (kind == "failure") return fmt::format("{}:{}: {}", text_at(record, "file"), line, text_at(record, "message"));
  return "";
}

std::string row(const Json& record, Nanos began) {
  const std::string text = line_of(record);
  const auto at = record.find("at");
  if (text.empty() || at == record.end() || !at->is_number_integer()) return "";
  const std::string kind = text_at(record, "kind");
  const std::string effect = kind == "effect" ? text_at(record, "effect") + ". " : "";
  return fmt::format("<tr class=\"{}\"><td class=\"t\">{:.3f} s</td><td>{}</td><td>{}{}</td></tr>\n", content(kind), (static_cast<double>(at->get<std::int64_t>()) - static_cast<double>(began.count())) / 1e9,
                     content(kind), effect, content(text));
}

/// The records between a scenario's begin and its end, as table rows; the logs apart.
struct Story { std::string rows, logs; };
Story story_of(const std::vector<Json>& records, const std::string& id, Nanos began) {
  Story out;
  bool inside = false;
  for (const Json& record : records) {
    const std::string kind = text_at(record, "kind");
    if (kind == "scenario") inside = text_at(record, "id") == id;
    if (!inside) continue;
    out.rows += row(record, began);
    if (kind == "log") out.logs += content(text_at(record, "text")) + "\n";
    if (kind == "verdict") break;
  }
  return out;
}

std::string in_seconds(Nanos duration) { return fmt::format("{:.3f} s", static_cast<double>(duration.count()) / 1e9); }

std::string scenario_html(const Run& run, const FileRun& file, const run::ScenarioResult& result, const std::vector<Json>& records) {
  const plan::Scenario& scenario = run::scenario_of(*file.plan, result);
  const bool good = (result.verdict == run::Verdict::pass || result.verdict == run::Verdict::skipped) && result.leaked.empty();
  std::string out = fmt::format("<details{}><summary><b class=\"v {}\">{}</b> {} <small>{}, {}</small></summary>\n", good ? "" : " open", word(result.verdict), word(result.verdict), content(scenario.title),
                                content(place(file, scenario.at)), in_seconds(result.ended - result.began));
  out += "<p><small>" + content(fmt::format("backend {}; {} asserted", backends(*file.plan, scenario), result.assertions));
  for (const std::string& tag : scenario.tags) out += "; tag " + content(tag);
  for (const run::Version& version : result.versions) out += "; " + content(run::text_of(version));
  out += "</small></p>\n";
  if (!result.skipped.empty()) out += "<p>skipped: " + content(result.skipped) + "</p>\n";
  if (const std::string block = failure_block(run, file, result, false); !block.empty()) out += "<pre>" + content(block) + "</pre>\n";
  const Story story = story_of(records, scenario.id, result.began);
  if (!story.logs.empty()) out += "<details><summary>log</summary><pre>" + story.logs + "</pre></details>\n";
  if (!story.rows.empty()) out += "<details><summary>what happened when</summary><table>\n" + story.rows + "</table></details>\n";
  return out + "</details>\n";
}

}  // namespace

std::string html(const Run& run, const Records& records) {
  Run told = run;
  told.elapsed = elapsed(run);  // as a journal would tell it
  const std::string title = summary(told, false);
  std::string out = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"
                    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"><title>failc: ";
  out += content(title.substr(0, title.find('\n'))) + "</title><style>" + kStyle + "</style></head><body>\n<h1>" + content(title.substr(0, title.find('\n'))) + "</h1>\n";
  out += "<p><small>failc " + content(run.version) + ", began " + content(run.started) + "</small></p>\n";
  for (const FileRun& file : run.files) {
    out += "<h2>" + content(file.path) + "</h2>\n";
    if (!file.error.empty()) out += "<pre>" + content(file.error) + "</pre>\n";
    for (const std::string& leaked : file.leaked) out += "<pre>LEAKED: " + content(leaked) + "</pre>\n";
    std::map<std::string, std::vector<Json>> all;  // by the session's folder
    for (const run::ScenarioResult& result : file.results) {
      const std::string& folder = journal_of(file, result);
      const auto [found, is_new] = all.try_emplace(folder);
      if (is_new && !folder.empty()) found->second = records(folder);
      out += scenario_html(run, file, result, found->second);
    }
    if (const std::string lines = property_lines(file, false); !lines.empty()) out += "<pre>" + content(lines) + "</pre>\n";
    for (const std::uint32_t index : file.left_out) out += "<p><b class=\"v\">not run</b> " + content(file.plan->scenarios[index].title) + "</p>\n";
    if (!file.journal.empty()) out += "<p><small>journal: " + content(file.journal) + "</small></p>\n";
  }
  return out + "</body></html>\n";
}

}  // namespace failc::report
