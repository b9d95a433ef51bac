#include "interpreter/resolve/schedule.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "grammar/format/format.hpp"
#include "interpreter/resolve/draws.hpp"
#include "interpreter/resolve/literal.hpp"
#include "interpreter/resolve/prune.hpp"
#include "interpreter/resolve/taken.hpp"

namespace failc::resolve {
namespace {

/// A file that is named by a string: behind `from NAME` of a cluster, and `text_file(`.
void file_names(const Unit& unit, Edits& edits) {
  const auto& tokens = unit.tokens.tokens;
  for (std::uint32_t i = 2; i < tokens.size(); ++i) {
    if (tokens[i].kind != ast::Kind::string) continue;
    const bool call = tokens[i - 1].kind == ast::Kind::l_paren && unit.tokens.of(i - 2) == "text_file";
    const bool source = tokens[i - 2].kind == ast::Kind::kFrom && ast::may_be_name(tokens[i - 1].kind);
    const std::string_view text = unit.tokens.of(i);
    if ((call || source) && text.find('\\') == std::string_view::npos) edits.replace(tokens[i].span, unit.whole_path(std::string(text.substr(1, text.size() - 2))));
  }
}

Result<std::string> formatted(const std::string& text) {
  SourceMap sources;
  diag::Sink sink;
  const FileId file = sources.add("the resolved schedule", text);
  Result<std::string> out = format::format(sources, file, sink);
  if (!out && !sink.all().empty()) return Error{sink.all().front().message};
  return out;
}

std::string_view title_of(const plan::Scenario& scenario) { return scenario.base.empty() ? scenario.title : scenario.base; }

/// Its axes with the values that one instance has; nothing where a value cannot be written.
std::optional<std::string> matrix_text(const plan::Plan& plan, std::string_view called, const plan::Scenario& instance) {
  std::string out = fmt::format("matrix {} {{\n", called);
  for (const auto& [name, value] : instance.axes) {
    const auto text = literal(plan, value);
    if (!text) return std::nullopt;
    out += fmt::format("{}: [{}]\n", name, *text);
  }
  return out + "}";
}

/// What a param is in this scenario; nothing where that cannot be written.
std::optional<std::string> value_of(const plan::Plan& plan, const ast::Param& param, const plan::Scenario& scenario) {
  // One that is an axis too has the instance's value: what rests on it is checked without the matrix as well.
  const auto named = [&](const auto& one) { return one.first == param.name.text; };
  const auto axis = std::find_if(scenario.axes.begin(), scenario.axes.end(), named);
  if (axis != scenario.axes.end()) return literal(plan, axis->second);
  const auto value = std::find_if(plan.params.begin(), plan.params.end(), named);
  return value == plan.params.end() ? std::nullopt : literal(plan, value->second);
}

/// A scenario of an imported file, and no other of it.
std::string import_of(const plan::Plan& plan, const plan::Scenario& scenario, const std::string& name) {
  std::error_code ignored;
  const std::string path = std::filesystem::absolute(plan.files[scenario.at.file], ignored).lexically_normal().string();
  return fmt::format("\nimport {} as {} only {}\nrun {}\n", *literal(plan, Value(path)), name, *literal(plan, Value(scenario.title)), name);
}

}  // namespace

std::string Schedules::fresh(std::string_view name) {
  for (unsigned i = 1;; ++i) {
    std::string out = fmt::format("{}_{}", name, i);
    bool taken = false;
    for (std::uint32_t file = 0; file < plan_.files.size() && !taken; ++file)
      if (const Unit* unit = units_.unit(file)) taken = unit->text.find(out) != std::string_view::npos;
    if (!taken) return out;
  }
}

Result<std::string> Schedules::text(const run::ScenarioResult& result, Form form) {
  const plan::Scenario& scenario = plan_.scenarios[result.scenario];
  const Unit* unit = units_.unit(0);
  if (!unit) return Error{fmt::format("`{}` is not at hand", plan_.files.front())};
  std::vector<const run::ScenarioResult*> around;
  for (const run::ScenarioResult& one : around_) around.push_back(&one);
  const Taken taken(result, around);
  if (taken.cut()) return Error{fmt::format("it chose more than {} times, or reached more than {} statements", run::kMostChoices, run::kMostReached)};
  const Draws draws(plan_, result);
  BodyWriter body(units_, plan_, taken, draws, form);
  // Workloads of used files, which choose, are copied under names of their own.
  struct Copied { const Unit* unit; const ast::Declaration* declaration; const ast::Workload* tree; std::string name; };
  std::vector<Copied> copied;
  for (std::uint32_t file = 1; file < plan_.files.size(); ++file) {
    const Unit* other = units_.unit(file);
    if (!other) continue;
    for (const ast::Declaration& declaration : other->tree.declarations)
      if (const auto* tree = std::get_if<ast::Workload>(&declaration.node); tree && body.chooses(*tree)) {
        copied.push_back({other, &declaration, tree, fresh(tree->name.text)});
        body.give_name(tree->name.text, copied.back().name);
      }
  }
  Edits edits;
  file_names(*unit, edits);
  const bool imported = scenario.at.file != 0;
  bool found = imported;
  for (const ast::Declaration& declaration : unit->tree.declarations) {
    const auto drop = [&] { edits.replace(unit->with_comments(declaration.span), ""); };
    if (const auto* use = std::get_if<ast::Use>(&declaration.node)) {
      if (use->file) edits.replace(declaration.span, "use " + unit->whole_path(*use->file));
    } else if (std::holds_alternative<ast::Import>(declaration.node) || std::holds_alternative<ast::RunSpec>(declaration.node) || std::holds_alternative<ast::Matrix>(declaration.node)) {
      drop();
    } else if (const auto* param = std::get_if<ast::Param>(&declaration.node)) {
      const auto text = value_of(plan_, *param, scenario);
      if (text && param->initial) edits.replace(param->initial->span, *text);
      else if (text) edits.replace({declaration.span.end, declaration.span.end}, " = " + *text);
    } else if (const auto* hook = std::get_if<ast::Hook>(&declaration.node); hook && hook->body) {
      const plan::Body& done = hook->kind == ast::HookKind::setup     ? plan_.setup.front().body
                               : hook->kind == ast::HookKind::cleanup ? plan_.cleanup.front().body
                                                                      : scenario.body;
      edits.replace({hook->body->span.begin + 1, hook->body->span.end - 1}, body.scenario(*unit, *hook->body, done));
    } else if (const auto* workload = std::get_if<ast::Workload>(&declaration.node)) {
      body.workload(*unit, *workload, edits);
    } else if (const auto* tree = std::get_if<ast::Scenario>(&declaration.node)) {
      if (imported || tree->title != title_of(scenario)) {
        drop();
        continue;
      }
      found = true;
      if (tree->matrix && !scenario.base.empty()) {
        const bool own = units_.matrix(tree->matrix->text).first == unit;  // another file's name is taken
        const std::string name = own ? std::string(tree->matrix->text) : fresh(tree->matrix->text);
        edits.replace(tree->matrix->span, name);
        const auto text = matrix_text(plan_, name, scenario);
        if (!text) return Error{"a value of its matrix cannot be written"};
        edits.replace({declaration.span.begin, declaration.span.begin}, *text + "\n");
      }
      std::string text = body.scenario(*unit, *tree->body, scenario.body);
      if (form == Form::claiming && !scenario.clusters.empty()) {
        const NodeRef first{plan_.clusters[scenario.clusters.front()].first_node};
        text += fmt::format("expect {}.dir != \"\" because \"nothing that it claims was reached\"\n", *literal(plan_, Value(first)));
      }
      edits.replace({tree->body->span.begin + 1, tree->body->span.end - 1}, text);
    }
  }
  if (!found) return Error{fmt::format("`{}` holds no scenario \"{}\" any more", unit->path, scenario.title)};
  std::string whole = edits.applied(unit->text, {0, static_cast<std::uint32_t>(unit->text.size())}) + body.steps();
  if (body.too_long()) return Error{fmt::format("it would be more than {} MiB of text", BodyWriter::kMostWritten >> 20)};
  for (const Copied& one : copied) {
    if (whole.find(one.name) == std::string::npos) continue;
    Edits inside;
    inside.replace(one.tree->name.span, one.name);
    body.workload(*one.unit, *one.tree, inside);
    whole += "\n" + inside.applied(one.unit->text, one.declaration->span) + "\n";
  }
  if (imported) whole += import_of(plan_, scenario, fresh("imported"));
  const Pruned rest = pruned(whole);
  std::string head = fmt::format("# What `{}` chose, {}. {}oles that conditions ask for are questions.\n", scenario.id, origin_, rest.left > 0 ? "R" : "It chooses nothing itself; r");
  if (form != Form::as_nodes) head += "# Nodes are `opaque` to proofs: what is certain of this one run would else be a mistake to `failc check`.\n";
  if (rest.left > 0) head += fmt::format("# Choices that stand as they were written: {}.\n", rest.left);
  if (result.drawn.size() >= run::kMostDrawn) head += fmt::format("# Of its workloads' choices these are the first {}; invocations beyond have what the last one of them had.\n", run::kMostDrawn);
  for (char& c : head)
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n') c = ' ';
  return formatted(head + "\n" + rest.text);
}

}  // namespace failc::resolve
