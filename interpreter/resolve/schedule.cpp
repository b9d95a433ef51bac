#include "interpreter/resolve/schedule.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "grammar/format/format.hpp"
#include "grammar/parse/parse.hpp"
#include "interpreter/resolve/body.hpp"
#include "interpreter/resolve/literal.hpp"

namespace failc::resolve {
namespace {

/// A declaration, with its line's end and the comments that stand right above it.
Span with_comments(const Unit& unit, Span span) {
  std::uint32_t begin = span.begin;
  for (auto comment = unit.tokens.comments.rbegin(); comment != unit.tokens.comments.rend(); ++comment) {
    if (!comment->own_line || comment->span.end > begin) continue;
    const std::string_view gap = unit.text.substr(comment->span.end, begin - comment->span.end);
    if (std::count(gap.begin(), gap.end(), '\n') != 1 || gap.find_first_not_of(" \t\r\n") != std::string_view::npos) break;
    begin = comment->span.begin;
  }
  const std::size_t newline = unit.text.find('\n', span.end);
  return {begin, newline == std::string_view::npos ? span.end : static_cast<std::uint32_t>(newline + 1)};
}

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

/// What each invocation of a workload drew, for the expressions that drew.
class Workloads {
 public:
  Workloads(const plan::Plan& plan, const run::ScenarioResult& result) : plan_(plan) {
    for (const run::WorkloadChoice& drawn : result.drawn)
      drawn_[{drawn.workload, drawn.at.line, drawn.at.column, drawn.at.length}].emplace(drawn.counter, &drawn.value);
  }

  void write(const Unit& unit, const ast::Workload& tree, Edits& edits) const {
    // An instance of a matrix may have one of its own; no scenario runs two of them.
    for (std::uint32_t index = 0; index < plan_.workloads.size(); ++index) {
      if (written_name(plan_.workloads[index].name) != tree.name.text || !has_drawn(index)) continue;
      for (const ast::ExprPtr& argument : tree.arguments) expression(unit, index, *argument, edits);
      for (const ast::Labelled& labelled : tree.labels) expression(unit, index, *labelled.value, edits);
      return;
    }
  }

 private:
  bool has_drawn(std::uint32_t index) const {
    const auto first = drawn_.lower_bound({index, 0, 0, 0});
    return first != drawn_.end() && std::get<0>(first->first) == index;
  }

  void expression(const Unit& unit, std::uint32_t index, const ast::Expr& expr, Edits& edits) const {
    if (std::holds_alternative<ast::Pick>(expr.node) || std::holds_alternative<ast::RoleOf>(expr.node)) {
      const plan::Source at = unit.places.source(expr.span);
      const auto found = drawn_.find({index, at.line, at.column, at.length});
      if (found != drawn_.end())
        if (const auto text = by_counter(found->second)) return edits.replace(with_brackets(unit.text, expr.span), *text);
    }
    for_each_part(expr, [&](const ast::Expr& part) { expression(unit, index, part, edits); });
  }

  /// The invocation's node from a list; the last one for those that there were not. One that drew nothing has the node of the one before.
  std::optional<std::string> by_counter(const std::map<std::int64_t, const Value*>& values) const {
    std::vector<std::string> texts;
    for (const auto& [counter, value] : values) {
      const auto* list = value->as<List>();
      if (list && list->size() != 1) return std::nullopt;
      std::optional<std::string> text = literal(plan_, list ? list->front() : *value);
      if (!text) return std::nullopt;
      while (texts.size() + 1 < static_cast<std::size_t>(counter)) texts.push_back(texts.empty() ? *text : texts.back());
      texts.push_back(std::move(*text));
    }
    if (std::all_of(texts.begin(), texts.end(), [&](const std::string& text) { return text == texts.front(); })) return texts.front();
    return fmt::format("[{}][min([counter, {}]) - 1]", fmt::join(texts, ", "), texts.size());
  }

  const plan::Plan& plan_;
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t>, std::map<std::int64_t, const Value*>> drawn_;
};

/// `random 2 of [kv[0], kv[1]]` is no choice.
bool takes_all(const ast::Pick& pick) {
  const auto* amount = pick.amount ? std::get_if<ast::Integer>(&pick.amount->node) : nullptr;
  const auto* set = pick.set ? std::get_if<ast::List>(&pick.set->node) : nullptr;
  return amount && set && amount->value == static_cast<std::int64_t>(set->items.size());
}

/// Picks that are still there, wherever.
std::size_t picks_in(const ast::Expr& expr) {
  const auto* pick = std::get_if<ast::Pick>(&expr.node);
  std::size_t count = pick && !takes_all(*pick);
  for_each_part(expr, [&](const ast::Expr& part) { count += picks_in(part); });
  return count;
}

std::size_t choices_in(const ast::Block& block) {
  const auto roles = [](const ast::Expr& expr, const auto& again) -> std::size_t {
    std::size_t count = std::holds_alternative<ast::RoleOf>(expr.node);
    for_each_part(expr, [&](const ast::Expr& part) { count += again(part, again); });
    return count;
  };
  std::size_t count = 0;
  for (const ast::Statement& tree : block.statements) {
    for_each_expression(tree, [&](const ast::Expr& expr, Stands stands) { count += picks_in(expr) + (stands == Stands::decides ? roles(expr, roles) : 0); });
    for_each_block(tree, [&](const ast::Block& inner) { count += choices_in(inner); });
    if (const auto* repeat = std::get_if<ast::Repeat>(&tree.node)) count += choices_in(*repeat->body);
    if (const auto* loop = std::get_if<ast::For>(&tree.node)) count += choices_in(*loop->body);
  }
  return count;
}

Result<std::string> formatted(const std::string& text) {
  SourceMap sources;
  diag::Sink sink;
  const FileId file = sources.add("the resolved schedule", text);
  Result<std::string> out = format::format(sources, file, sink);
  if (!out && !sink.all().empty()) return Error{sink.all().front().message};
  return out;
}

/// Choices that stand as they were written.
std::size_t choices_left(const std::string& text) {
  SourceMap sources;
  diag::Sink sink;
  const FileId file = sources.add("the resolved schedule", text);
  const ast::Tokens tokens = parse::lex(sources, file, sink);
  const ast::File tree = parse::file(sources, file, tokens, sink);
  std::size_t count = 0;
  for (const ast::Declaration& declaration : tree.declarations) {
    if (const auto* scenario = std::get_if<ast::Scenario>(&declaration.node); scenario && scenario->body) count += choices_in(*scenario->body);
    if (const auto* hook = std::get_if<ast::Hook>(&declaration.node); hook && hook->body) count += choices_in(*hook->body);
  }
  return count;
}

std::string_view title_of(const plan::Scenario& scenario) { return scenario.base.empty() ? scenario.title : scenario.base; }

/// The matrix that an instance is of; null where it is of another file.
const ast::Matrix* matrix_of(const Unit& unit, const plan::Scenario& scenario) {
  std::string_view name;
  for (const ast::Declaration& declaration : unit.tree.declarations)
    if (const auto* tree = std::get_if<ast::Scenario>(&declaration.node); tree && tree->title == title_of(scenario) && tree->matrix) name = tree->matrix->text;
  for (const ast::Declaration& declaration : unit.tree.declarations)
    if (const auto* matrix = std::get_if<ast::Matrix>(&declaration.node); matrix && !name.empty() && matrix->name.text == name) return matrix;
  return nullptr;
}

/// Its axes with the values that one instance has; nothing where a value cannot be written.
std::optional<std::string> matrix_text(const plan::Plan& plan, const ast::Matrix& matrix, const plan::Scenario& instance) {
  std::string out = fmt::format("matrix {} {{\n", matrix.name.text);
  for (const auto& [name, value] : instance.axes) {
    const auto text = literal(plan, value);
    if (!text) return std::nullopt;
    out += fmt::format("{}: [{}]\n", name, *text);
  }
  return out + "}";
}

}  // namespace

bool Schedules::can_tell(std::uint32_t index) {
  const plan::Scenario& scenario = plan_.scenarios[index];
  if (scenario.at.file != 0) return false;
  const Unit* unit = units_.unit(0);
  return !unit || scenario.base.empty() || matrix_of(*unit, scenario) != nullptr;
}

Result<std::string> Schedules::text(const run::ScenarioResult& result, Form form) {
  const plan::Scenario& scenario = plan_.scenarios[result.scenario];
  const Unit* unit = units_.unit(0);
  if (!unit) return Error{fmt::format("`{}` is not at hand", plan_.files.front())};
  Edits edits;
  file_names(*unit, edits);
  const Workloads workloads(plan_, result);
  BodyWriter body(units_, plan_, result, around_, form);
  bool found = false;
  const ast::Matrix* matrix = scenario.base.empty() ? nullptr : matrix_of(*unit, scenario);
  for (const ast::Declaration& declaration : unit->tree.declarations) {
    if (const auto* use = std::get_if<ast::Use>(&declaration.node); use && use->file) {
      edits.replace(declaration.span, "use " + unit->whole_path(*use->file));
    } else if (std::holds_alternative<ast::Import>(declaration.node) || std::holds_alternative<ast::RunSpec>(declaration.node)) {
      edits.replace(with_comments(*unit, declaration.span), "");
    } else if (const auto* param = std::get_if<ast::Param>(&declaration.node)) {
      // One that is an axis too has the instance's value: what rests on it is checked without the matrix as well.
      const auto named = [&](const auto& one) { return one.first == param->name.text; };
      const auto axis = std::find_if(scenario.axes.begin(), scenario.axes.end(), named);
      const auto value = std::find_if(plan_.params.begin(), plan_.params.end(), named);
      const auto text = axis != scenario.axes.end() ? literal(plan_, axis->second) : value == plan_.params.end() ? std::nullopt : literal(plan_, value->second);
      if (!text) continue;
      if (param->initial) edits.replace(param->initial->span, *text);
      else edits.replace({declaration.span.end, declaration.span.end}, " = " + *text);
    } else if (const auto* axes = std::get_if<ast::Matrix>(&declaration.node)) {
      const auto text = axes == matrix ? matrix_text(plan_, *axes, scenario) : std::nullopt;
      if (text) edits.replace(declaration.span, *text);
      else edits.replace(with_comments(*unit, declaration.span), "");
    } else if (const auto* hook = std::get_if<ast::Hook>(&declaration.node); hook && hook->body) {
      const plan::Body& done = hook->kind == ast::HookKind::setup     ? plan_.setup.front().body
                               : hook->kind == ast::HookKind::cleanup ? plan_.cleanup.front().body
                                                                      : scenario.body;
      edits.replace({hook->body->span.begin + 1, hook->body->span.end - 1}, body.scenario(*unit, *hook->body, done));
    } else if (const auto* workload = std::get_if<ast::Workload>(&declaration.node)) {
      workloads.write(*unit, *workload, edits);
    } else if (const auto* tree = std::get_if<ast::Scenario>(&declaration.node)) {
      if (tree->title != title_of(scenario)) {
        edits.replace(with_comments(*unit, declaration.span), "");
        continue;
      }
      found = true;
      edits.replace({tree->body->span.begin + 1, tree->body->span.end - 1}, body.scenario(*unit, *tree->body, scenario.body));
    }
  }
  if (!found) return Error{fmt::format("`{}` holds no scenario \"{}\" any more", unit->path, scenario.title)};
  const std::string whole_text = edits.applied(unit->text, {0, static_cast<std::uint32_t>(unit->text.size())}) + body.steps();
  std::string head = fmt::format("# What `{}` chose, {}. It chooses nothing itself; roles that conditions ask for are questions.\n", scenario.id, origin_);
  if (form == Form::as_picks) head += "# `random N of` a list of N is that list: what is certain of this one run would else be a mistake to `failc check`.\n";
  if (const std::size_t left = choices_left(whole_text); left > 0) head += fmt::format("# Choices that stand as they were written, since they were not reached or are too large to write out: {}.\n", left);
  for (char& c : head)
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n') c = ' ';
  return formatted(head + "\n" + whole_text);
}

}  // namespace failc::resolve
