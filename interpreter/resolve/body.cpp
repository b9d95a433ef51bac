#include "interpreter/resolve/body.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "interpreter/resolve/literal.hpp"

namespace failc::resolve {
namespace {

constexpr std::size_t kMostWritten = 1 << 20;  // bytes of what is written out

Span between_braces(const ast::Block& block) { return {block.span.begin + 1, block.span.end - 1}; }

std::string_view text_of(const Unit& unit, Span span) { return unit.text.substr(span.begin, span.end - span.begin); }

void for_each_body(const plan::BodyNode& node, const std::function<void(const plan::Body&)>& visit) {
  const auto* scope = std::get_if<plan::Scope>(&node.node);
  if (!scope) return;
  visit(scope->body);
  visit(scope->otherwise);
}

const plan::Scope* scope_of(const std::vector<const plan::BodyNode*>& nodes, plan::ScopeKind kind, const plan::BodyNode** which = nullptr) {
  for (const plan::BodyNode* node : nodes) {
    const auto* scope = std::get_if<plan::Scope>(&node->node);
    if (!scope || scope->kind != kind) continue;
    if (which) *which = node;
    return scope;
  }
  return nullptr;
}

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == ']' || c == ')'; }

const Value* find_literal(const plan::Expr& expr, const plan::Source& at) {
  if (expr.op == plan::Op::literal && expr.at.file == at.file && expr.at.line == at.line && expr.at.column == at.column && expr.at.length == at.length) return &expr.literal;
  for (const plan::Expr& part : expr.args)
    if (const Value* found = find_literal(part, at)) return found;
  return nullptr;
}

/// "random 2 of [kv[0], kv[1]]"
std::optional<std::string> pick_of_all(const plan::Plan& plan, const Value& value) {
  const auto* list = value.as<List>();
  if (!list || list->empty() || !std::all_of(list->begin(), list->end(), [](const Value& item) { return item.is<NodeRef>(); })) return std::nullopt;
  const auto nodes = literal(plan, value);
  return nodes ? std::optional(fmt::format("random {} of {}", list->size(), *nodes)) : std::nullopt;
}

}  // namespace

Span with_brackets(std::string_view text, Span span) {
  while (span.begin > 0 && span.end < text.size() && text[span.begin - 1] == '(' && text[span.end] == ')' && (span.begin < 2 || !letter(text[span.begin - 2]))) {
    --span.begin;
    ++span.end;
  }
  return span;
}

BodyWriter::BodyWriter(Units& units, const plan::Plan& plan, const run::ScenarioResult& result, const std::vector<run::Choice>& around, Form form)
    : units_(units), plan_(plan), form_(form) {
  for (const auto* choices : {&around, &result.choices})
    for (const run::Choice& choice : *choices)
      choices_.insert_or_assign({choice.statement, choice.path, choice.at.file, choice.at.line, choice.at.column, choice.at.length}, choice.value);
}

void BodyWriter::add(Index& index, const plan::Body& body) {
  for (const plan::BodyNode& node : body) {
    index[place(node.at)].push_back(&node);
    for_each_body(node, [&](const plan::Body& inner) { add(index, inner); });
  }
}

std::string BodyWriter::scenario(const Unit& unit, const ast::Block& block, const plan::Body& body) {
  Index index;
  add(index, body);
  return inner({unit, index}, block);
}

std::string BodyWriter::inner(const Around& around, const ast::Block& block) {
  Edits edits;
  statements(around, block, edits);
  return edits.applied(around.unit.text, between_braces(block));
}

void BodyWriter::statements(const Around& around, const ast::Block& block, Edits& edits) {
  for (const ast::Statement& one : block.statements) statement(around, one, edits);
}

void BodyWriter::statement(const Around& around, const ast::Statement& tree, Edits& edits) {
  const auto found = around.index.find(place(around.unit.places.source(tree.span)));
  static const std::vector<const plan::BodyNode*> none;
  const std::vector<const plan::BodyNode*>& nodes = found == around.index.end() ? none : found->second;
  for_each_bound(tree, [&](const ast::Name& name) { bound(around, name, edits); });
  if (const auto* repeat = std::get_if<ast::Repeat>(&tree.node)) return loop(around, nodes, tree, *repeat->body, nullptr, edits);
  if (const auto* loop_tree = std::get_if<ast::For>(&tree.node)) return loop(around, nodes, tree, *loop_tree->body, &loop_tree->variable, edits);
  if (const auto* verb = std::get_if<ast::VerbStep>(&tree.node); verb && call(around, nodes, tree, *verb, edits)) return;
  for_each_expression(tree, [&](const ast::Expr& expr, Stands stands) { expression(around, nodes, expr, stands, edits); });
  if (const auto* parallel = std::get_if<ast::Parallel>(&tree.node)) return actors(around, nodes, *parallel, edits);
  for_each_block(tree, [&](const ast::Block& block) { statements(around, block, edits); });
}

void BodyWriter::actors(const Around& around, const std::vector<const plan::BodyNode*>& nodes, const ast::Parallel& tree, Edits& edits) {
  const plan::Scope* scope = scope_of(nodes, plan::ScopeKind::parallel);
  for (const ast::Actor& actor : tree.actors) {
    Around in = around;
    if (scope)
      for (const plan::BodyNode& node : scope->body)
        if (const auto* own = std::get_if<plan::Scope>(&node.node); own && own->title == actor.name.text) in.path = run::actor(around.path, *own);
    statements(in, *actor.body, edits);
  }
}

const Value* BodyWriter::chosen(const std::vector<const plan::BodyNode*>& nodes, std::uint64_t path, const plan::Source& at) const {
  for (const plan::BodyNode* node : nodes)
    if (const auto found = choices_.find({node, path, at.file, at.line, at.column, at.length}); found != choices_.end()) return &found->second;
  return nullptr;
}

const Value* BodyWriter::constant(const std::vector<const plan::BodyNode*>& nodes, const plan::Source& at) const {
  const Value* found = nullptr;
  const auto look = [&](const plan::Expr& expr) {
    if (!found) found = find_literal(expr, at);
  };
  for (const plan::BodyNode* node : nodes) {
    if (const auto* step = std::get_if<plan::Step>(&node->node)) {
      for (const plan::Expr& expr : step->args) look(expr);
      if (step->expect) look(*step->expect);
    } else if (const auto* scope = std::get_if<plan::Scope>(&node->node)) {
      if (scope->value) look(*scope->value);
    } else {
      look(std::get<plan::Condition>(node->node).condition);
    }
  }
  return found && (found->is<List>() || found->is<NodeRef>()) ? found : nullptr;  // the amount may stand there too
}

void BodyWriter::expression(const Around& around, const std::vector<const plan::BodyNode*>& nodes, const ast::Expr& expr, Stands stands, Edits& edits) {
  const bool pick = std::holds_alternative<ast::Pick>(expr.node);
  const bool role = std::holds_alternative<ast::RoleOf>(expr.node);
  if (pick || (role && stands == Stands::decides)) {
    const plan::Source at = around.unit.places.source(expr.span);
    const Value* value = chosen(nodes, around.path, at);
    if (!value && pick) value = constant(nodes, at);
    if (const auto text = value && pick && form_ == Form::as_picks ? pick_of_all(plan_, *value) : std::nullopt) return edits.replace(expr.span, *text);
    // A set of one is written as the node that it is: it may stand wherever the set may.
    const auto* list = value ? value->as<List>() : nullptr;
    const std::optional<std::string> text = !value ? std::nullopt : literal(plan_, list && list->size() == 1 ? list->front() : *value);
    if (text) return edits.replace(with_brackets(around.unit.text, expr.span), *text);
  }
  if (const auto* call = std::get_if<ast::Call>(&expr.node); call && call->callee.text == "text_file" && call->arguments.size() == 1) {
    const ast::Expr& argument = *call->arguments.front();
    if (const auto* path = std::get_if<ast::String>(&argument.node)) return edits.replace(argument.span, around.unit.whole_path(path->value));
  }
  if (const auto* ref = std::get_if<ast::Ref>(&expr.node)) {
    bound(around, ref->name, edits);
    return;
  }
  if (const auto* list = std::get_if<ast::ListFor>(&expr.node)) bound(around, list->variable, edits);
  if (const auto* quantified = std::get_if<ast::Quantified>(&expr.node)) bound(around, quantified->variable, edits);
  for_each_part(expr, [&](const ast::Expr& part) { expression(around, nodes, part, stands, edits); });
}

void BodyWriter::bound(const Around& around, const ast::Name& name, Edits& edits) const {
  if (const auto renamed = around.names.find(name.text); renamed != around.names.end()) edits.replace(name.span, renamed->second);
}

void BodyWriter::rename(const ast::Block& block, std::map<std::string_view, std::string>& names) const {
  for (const ast::Statement& tree : block.statements) {
    for_each_bound(tree, [&](const ast::Name& name) { names[name.text] = fmt::format("{}_{}", name.text, calls_); });
    for_each_expression(tree, [&](const ast::Expr& expr, Stands) { rename(expr, names); });
    for_each_block(tree, [&](const ast::Block& inner) { rename(inner, names); });
    if (const auto* repeat = std::get_if<ast::Repeat>(&tree.node)) rename(*repeat->body, names);
    if (const auto* loop = std::get_if<ast::For>(&tree.node)) rename(*loop->body, names);
  }
}

void BodyWriter::rename(const ast::Expr& expr, std::map<std::string_view, std::string>& names) const {
  const auto give = [&](const ast::Name& name) { names[name.text] = fmt::format("{}_{}", name.text, calls_); };
  if (const auto* list = std::get_if<ast::ListFor>(&expr.node)) give(list->variable);
  if (const auto* quantified = std::get_if<ast::Quantified>(&expr.node)) give(quantified->variable);
  for_each_part(expr, [&](const ast::Expr& part) { rename(part, names); });
}

bool BodyWriter::spend(std::size_t size) {
  if (written_ + size > kMostWritten) {
    ++given_up_;
    return false;
  }
  written_ += size;
  return true;
}

void BodyWriter::loop(const Around& around, const std::vector<const plan::BodyNode*>& nodes, const ast::Statement& whole, const ast::Block& body, const ast::Name* variable,
                      Edits& edits) {
  const plan::BodyNode* node = nullptr;
  const plan::Scope* scope = scope_of(nodes, variable ? plan::ScopeKind::loop : plan::ScopeKind::repeat, &node);
  const auto* items = scope && variable ? chosen({node}, around.path, scope->value->at) : nullptr;
  const auto* list = items ? items->as<List>() : nullptr;
  const std::size_t times = variable ? (list ? list->size() : 0) : scope ? scope->times : 0;
  Around in = around;
  in.path = run::iteration(around.path, 0);
  const std::string first = inner(in, body);
  std::set<std::string_view> seen;
  std::vector<std::string> all{first};
  bool alike = true, fits = true;
  const std::size_t differing = has_choice(body, seen) ? times : 1;
  for (std::size_t i = 1; i < differing && fits; ++i) {
    in.path = run::iteration(around.path, i);
    all.push_back(inner(in, body));
    alike = alike && all.back() == first;
    fits = spend(all.back().size());
  }
  std::vector<std::string> texts;
  for (std::size_t i = 0; variable && list && !alike && fits && i < all.size(); ++i) {
    const std::optional<std::string> text = literal(plan_, (*list)[i]);
    fits = text.has_value();
    if (text) texts.push_back(*text);
  }
  if (alike || !fits) {
    for_each_expression(whole, [&](const ast::Expr& expr, Stands stands) { expression(around, nodes, expr, stands, edits); });
    if (alike) edits.replace(between_braces(body), first);
    return;
  }
  std::string out;
  for (std::size_t i = 0; i < all.size(); ++i) {
    out += fmt::format("step \"{} {} of {}\" {{\n", variable ? "for" : "repeat", i + 1, all.size());
    const auto renamed = variable ? around.names.find(variable->text) : around.names.end();
    if (variable) out += fmt::format("let {} = {}\n", renamed == around.names.end() ? std::string(variable->text) : renamed->second, texts[i]);
    out += all[i] + "\n}\n";
  }
  edits.replace(whole.span, out);
}

bool BodyWriter::call(const Around& around, const std::vector<const plan::BodyNode*>& nodes, const ast::Statement& whole, const ast::VerbStep& tree, Edits& edits) {
  const plan::Scope* scope = scope_of(nodes, plan::ScopeKind::group);
  const auto [unit, step] = scope ? units_.step(tree.verb.text) : std::pair<const Unit*, const ast::StepDef*>{};
  if (!step) return false;
  Index index;
  add(index, scope->body);
  Around in{*unit, index, around.path};
  if (step->scoped) {
    scoped(in, *step, tree, edits);
    return false;
  }
  if (inner(in, *step->body) == text_of(*unit, between_braces(*step->body))) return false;
  // What it binds gets names of its own: what stands around the call may have taken them.
  ++calls_;
  rename(*step->body, in.names);
  std::string lets;
  std::size_t plain = 0;
  for (const ast::Parameter& parameter : step->parameters) {
    const ast::Expr* argument = nullptr;
    if (!parameter.label) argument = plain < tree.arguments.size() ? tree.arguments[plain++].get() : nullptr;
    for (const ast::Labelled& labelled : tree.labels)
      if (parameter.label && labelled.label == *parameter.label) argument = labelled.value.get();
    if (!argument) return false;
    Edits inside;
    expression(around, nodes, *argument, Stands::decides, inside);
    std::string& name = in.names[parameter.name.text];
    name = fmt::format("{}_{}", parameter.name.text, calls_);
    lets += fmt::format("let {} = {}\n", name, inside.applied(around.unit.text, with_brackets(around.unit.text, argument->span)));
  }
  const std::string body = inner(in, *step->body);
  if (!spend(body.size())) return false;
  const std::string title = *literal(plan_, Value(std::string(tree.verb.text)));
  edits.replace(whole.span, fmt::format("step {} {{\n{}{}\n}}", title, lets, body));
  return true;
}

void BodyWriter::scoped(const Around& in, const ast::StepDef& step, const ast::VerbStep& tree, Edits& edits) {
  if (step.broken) return;
  Edits inside;
  statements(in, *step.body, inside);
  statements(in, *step.undo, inside);
  const Span whole = in.unit.declaration_of(step);
  const std::string name = fmt::format("{}_{}", step.name.text, calls_ + 1);
  if (inside.applied(in.unit.text, whole) == text_of(in.unit, whole)) return;
  inside.replace(step.name.span, name);
  const std::string text = inside.applied(in.unit.text, whole);
  if (!spend(text.size())) return;
  ++calls_;
  steps_ += "\n" + text + "\n";
  edits.replace(tree.verb.span, name);
}

bool BodyWriter::has_choice(const ast::Expr& expr) const {
  bool found = std::holds_alternative<ast::Pick>(expr.node) || std::holds_alternative<ast::RoleOf>(expr.node);
  for_each_part(expr, [&](const ast::Expr& part) { found = found || has_choice(part); });
  return found;
}

bool BodyWriter::has_choice(const ast::Block& block, std::set<std::string_view>& seen) {
  bool found = false;
  for (const ast::Statement& tree : block.statements) {
    for_each_expression(tree, [&](const ast::Expr& expr, Stands) { found = found || has_choice(expr); });
    for_each_block(tree, [&](const ast::Block& inner) { found = found || has_choice(inner, seen); });
    if (const auto* repeat = std::get_if<ast::Repeat>(&tree.node)) found = found || has_choice(*repeat->body, seen);
    if (const auto* loop = std::get_if<ast::For>(&tree.node)) found = found || has_choice(*loop->body, seen);
    if (const auto* verb = std::get_if<ast::VerbStep>(&tree.node); verb && !found && seen.insert(verb->verb.text).second) {
      const auto [unit, step] = units_.step(verb->verb.text);
      found = step && (has_choice(*step->body, seen) || (step->undo && has_choice(*step->undo, seen)));
    }
    if (found) return true;
  }
  return false;
}

}  // namespace failc::resolve
