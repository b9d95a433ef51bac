#include "interpreter/resolve/body.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "interpreter/resolve/literal.hpp"

namespace failc::resolve {
namespace {

Span between_braces(const ast::Block& block) { return {block.span.begin + 1, block.span.end - 1}; }

std::string_view text_of(const Unit& unit, Span span) { return unit.text.substr(span.begin, span.end - span.begin); }

void for_each_body(const plan::BodyNode& node, const std::function<void(const plan::Body&)>& visit) {
  const auto* scope = std::get_if<plan::Scope>(&node.node);
  if (!scope) return;
  visit(scope->body);
  visit(scope->otherwise);
}

const plan::Scope* scope_of(const Nodes& nodes, plan::ScopeKind kind, const plan::BodyNode** which = nullptr) {
  for (const plan::BodyNode* node : nodes) {
    const auto* scope = std::get_if<plan::Scope>(&node->node);
    if (!scope || scope->kind != kind) continue;
    if (which) *which = node;
    return scope;
  }
  return nullptr;
}

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == ']' || c == ')'; }

bool of_nodes(const Value& value) {
  const auto* list = value.as<List>();
  return value.is<NodeRef>() || (list && !list->empty() && std::all_of(list->begin(), list->end(), [](const Value& item) { return item.is<NodeRef>(); }));
}

bool names_any(const ast::Expr& expr, const std::set<std::string_view>& names) {
  const auto* ref = std::get_if<ast::Ref>(&expr.node);
  bool found = ref && names.contains(ref->name.text);
  for_each_part(expr, [&](const ast::Expr& part) { found = found || names_any(part, names); });
  return found;
}

/// How long the statement waits for what it needs.
Nanos settle_of(const Nodes& nodes) {
  for (const plan::BodyNode* node : nodes) {
    if (const auto* step = std::get_if<plan::Step>(&node->node); step && step->settle > Nanos{}) return step->settle;
    if (const auto* scope = std::get_if<plan::Scope>(&node->node); scope && scope->settle > Nanos{}) return scope->settle;
  }
  return {};
}

bool is_choice(const ast::Expr& expr, Stands stands) { return std::holds_alternative<ast::Pick>(expr.node) || (stands == Stands::decides && std::holds_alternative<ast::RoleOf>(expr.node)); }

}  // namespace

Span with_brackets(std::string_view text, Span span) {
  while (span.begin > 0 && span.end < text.size() && text[span.begin - 1] == '(' && text[span.end] == ')' && (span.begin < 2 || !letter(text[span.begin - 2]))) {
    --span.begin;
    ++span.end;
  }
  return span;
}

void BodyWriter::add(Index& index, const plan::Body& body) {
  for (const plan::BodyNode& node : body) {
    index[place(node.at)].push_back(&node);
    for_each_body(node, [&](const plan::Body& inner) { add(index, inner); });
  }
}

const Nodes& BodyWriter::nodes_of(const Around& around, Span span) const {
  static const Nodes none;
  const auto found = around.index.find(place(around.unit.places.source(span)));
  return found == around.index.end() ? none : found->second;
}

std::string BodyWriter::scenario(const Unit& unit, const ast::Block& block, const plan::Body& body) {
  Index index;
  add(index, body);
  return inner({unit, index, 0, names_}, block);
}

void BodyWriter::workload(const Unit& unit, const ast::Workload& tree, Edits& edits) {
  const Index none;
  Around in{unit, none, 0, names_};
  in.workload = &tree;
  for_each_argument(tree, [&](const ast::Expr& argument) { parts(in, {}, argument, Stands::decides, edits); });
}

bool BodyWriter::chooses(const ast::Workload& tree) const {
  bool found = false;
  for_each_argument(tree, [&](const ast::Expr& argument) { found = found || has_choice(argument, Stands::decides); });
  return found;
}

bool BodyWriter::idle(const ast::During& tree) const {
  return std::any_of(tree.workloads.begin(), tree.workloads.end(), [&](const ast::Name& name) {
    const ast::Workload* workload = units_.workload(name.text).second;
    return workload && !draws_.drew(name.text) && chooses(*workload);
  });
}

std::string BodyWriter::inner(const Around& around, const ast::Block& block) {
  Edits edits;
  statements(around, block, edits);
  std::string out = edits.applied(around.unit.text, between_braces(block));
  written_ += out.size();
  return out;
}

void BodyWriter::statements(const Around& around, const ast::Block& block, Edits& edits) {
  Around in = around;
  for (const ast::Statement& one : block.statements) {
    if (too_long()) return;
    if (const auto text = in_place_of(in, one)) {
      edits.replace(one.span, *text);
      for_each_bound(one, [&](const ast::Name& name) { in.gone.insert(name.text); });
    } else {
      statement(in, one, edits);
    }
  }
}

std::string BodyWriter::where(const Around& around, const ast::Statement& tree) const {
  const plan::Source at = around.unit.places.source(tree.span);
  return at.file == 0 ? fmt::format("line {}", at.line) : fmt::format("{}:{}", around.unit.path, at.line);
}

std::optional<std::string> BodyWriter::in_place_of(const Around& around, const ast::Statement& tree) {
  const Nodes& nodes = nodes_of(around, tree.span);
  const bool reached = taken_.reached(nodes, around.path);
  bool gone = false, incomplete = false;
  const ast::Expr* missing = nullptr;
  for_each_expression(tree, [&](const ast::Expr& expr, Stands stands) {
    gone = gone || names_any(expr, around.gone);
    Edits ignored;
    bool known = expression(around, nodes, expr, stands, ignored);
    // Whoever runs over nothing fails, and a list that is written as empty is a mistake of the file.
    if (std::holds_alternative<ast::For>(tree.node) && has_choice(expr, stands))
      if (const Value* value = chosen(around, nodes, expr)) known = known && !(value->is<List>() && value->as<List>()->empty());
    incomplete = incomplete || !known;
    if (!known && !missing && stands == Stands::decides) missing = &expr;
  });
  if (const auto* during = std::get_if<ast::During>(&tree.node)) incomplete = incomplete || idle(*during);
  if (const auto* verb = std::get_if<ast::VerbStep>(&tree.node); verb && !reached)
    if (const auto [unit, step] = units_.step(verb->verb.text); step) incomplete = incomplete || has_choice(*step->body) || (step->undo && has_choice(*step->undo));
  if (gone || (!reached && incomplete)) return fmt::format("log {}", *literal(plan_, Value(where(around, tree) + " was not reached")));
  if (!missing) return std::nullopt;
  const Nanos settle = settle_of(nodes);
  const std::string form = settle > Nanos{} ? fmt::format("eventually within {}:", *literal(plan_, Value(settle))) : "expect";
  return fmt::format("# {} found nothing to choose\n{} {}", where(around, tree), form, question(around, nodes, *missing));
}

std::string BodyWriter::question(const Around& around, const Nodes& nodes, const ast::Expr& expr) {
  const ast::Expr* choice = unknown(around, nodes, expr);
  if (!choice) {
    Edits inside;
    parts(around, nodes, expr, Stands::asks, inside);
    return fmt::format("count({}) >= 1", inside.applied(around.unit.text, expr.span));
  }
  const auto* pick = std::get_if<ast::Pick>(&choice->node);
  const auto* amount = pick ? std::get_if<ast::Integer>(&pick->amount->node) : nullptr;
  const ast::Expr& set = pick ? *pick->set : *choice;
  Edits inside;
  for_each_part(set, [&](const ast::Expr& part) { parts(around, nodes, part, Stands::decides, inside); });
  if (std::holds_alternative<ast::Ref>(set.node)) parts(around, nodes, set, Stands::decides, inside);
  return fmt::format("count({}) >= {}", inside.applied(around.unit.text, set.span), amount ? amount->value : 1);
}

const ast::Expr* BodyWriter::unknown(const Around& around, const Nodes& nodes, const ast::Expr& expr) const {
  const ast::Expr* found = nullptr;
  for_each_part(expr, [&](const ast::Expr& part) {
    if (!found) found = unknown(around, nodes, part);
  });
  return found || !is_choice(expr, Stands::decides) || written(chosen(around, nodes, expr)) ? found : &expr;
}

void BodyWriter::statement(const Around& around, const ast::Statement& tree, Edits& edits) {
  const Nodes& nodes = nodes_of(around, tree.span);
  for_each_bound(tree, [&](const ast::Name& name) { bound(around, name, edits); });
  if (const auto* during = std::get_if<ast::During>(&tree.node))
    for (const ast::Name& name : during->workloads) bound(around, name, edits);
  if (const auto* repeat = std::get_if<ast::Repeat>(&tree.node)) return loop(around, nodes, tree, *repeat->body, nullptr, edits);
  if (const auto* loop_tree = std::get_if<ast::For>(&tree.node)) return loop(around, nodes, tree, *loop_tree->body, &loop_tree->variable, edits);
  if (const auto* verb = std::get_if<ast::VerbStep>(&tree.node); verb && call(around, nodes, tree, *verb, edits)) return;
  for_each_expression(tree, [&](const ast::Expr& expr, Stands stands) { expression(around, nodes, expr, stands, edits); });
  if (const auto* parallel = std::get_if<ast::Parallel>(&tree.node)) return actors(around, nodes, *parallel, edits);
  for_each_block(tree, [&](const ast::Block& block) { statements(around, block, edits); });
}

void BodyWriter::actors(const Around& around, const Nodes& nodes, const ast::Parallel& tree, Edits& edits) {
  const plan::Scope* scope = scope_of(nodes, plan::ScopeKind::parallel);
  for (const ast::Actor& actor : tree.actors) {
    Around in = around;
    if (scope)
      for (const plan::BodyNode& node : scope->body)
        if (const auto* own = std::get_if<plan::Scope>(&node.node); own && own->title == actor.name.text) in.path = run::actor(around.path, *own);
    statements(in, *actor.body, edits);
  }
}

const Taken::Came* BodyWriter::came(const Around& around, const Nodes& nodes, const ast::Expr& expr, Stands stands) const {
  return taken_.came(nodes, around.path, around.unit.places.source(expr.span), stands == Stands::asks);
}

const Value* BodyWriter::chosen(const Around& around, const Nodes& nodes, const ast::Expr& expr, Stands stands) const {
  if (const Taken::Came* found = came(around, nodes, expr, stands)) return &found->value;
  return std::holds_alternative<ast::Pick>(expr.node) ? constant(nodes, around.unit.places.source(expr.span)) : nullptr;
}

std::string BodyWriter::by_place(const Around& around, const Nodes& nodes, const ast::Pick& pick, const std::vector<eval::Drawn>& drawn) {
  Edits inside;
  parts(around, nodes, *pick.set, Stands::asks, inside);
  std::string set = inside.applied(around.unit.text, pick.set->span);
  const eval::Drawn& last = drawn.back();  // stands for sets that were not met
  const auto differ = [&](const auto& differs) { return std::any_of(drawn.begin(), drawn.end(), differs); };
  if (differ([](const eval::Drawn& one) { return one.node; })) set = fmt::format("[for it_{0} in {1}: it_{0}]", ++calls_, set);
  else if (!std::holds_alternative<ast::Ref>(pick.set->node) && !std::holds_alternative<ast::List>(pick.set->node)) set = fmt::format("({})", set);
  if (!differ([&](const eval::Drawn& one) { return one.which != last.which; })) {
    std::string members;
    for (const std::uint32_t at : last.which) members += fmt::format("{}{}[{}]", members.empty() ? "" : ", ", set, at);
    written_ += members.size();
    return "[" + members + "]";
  }
  std::string places = fmt::format("[{}]", fmt::join(last.which, ", "));
  for (auto one = drawn.rbegin() + 1; one != drawn.rend() && !too_long(); ++one) {
    places = fmt::format("choose(count({}) == {}, [{}], {})", set, one->of, fmt::join(one->which, ", "), places);
    written_ += set.size();
  }
  const unsigned name = ++calls_;
  return fmt::format("[for place_{} in {}: {}[place_{}]]", name, places, set, name);
}

std::optional<std::string> BodyWriter::written(const Value* value) const {
  if (!value) return std::nullopt;
  // A set of one is written as the node that it is: it may stand wherever the set may.
  const auto* list = value->as<List>();
  return in_form(list && list->size() == 1 ? list->front() : *value);
}

std::optional<std::string> BodyWriter::in_form(const Value& value) const {
  auto text = literal(plan_, value);
  return text && form_ != Form::as_nodes && of_nodes(value) ? fmt::format("opaque({})", *text) : std::move(text);
}

bool BodyWriter::expression(const Around& around, const Nodes& nodes, const ast::Expr& expr, Stands stands, Edits& edits) {
  Edits inside;
  if (parts(around, nodes, expr, stands, inside)) {
    edits.append(std::move(inside));
    return true;
  }
  if (stands == Stands::asks) return false;
  const Taken::Came* whole = came(around, nodes, expr);
  const auto text = written(whole ? &whole->value : nullptr);
  if (text) edits.replace(with_brackets(around.unit.text, expr.span), *text);
  return text.has_value();
}

bool BodyWriter::parts(const Around& around, const Nodes& nodes, const ast::Expr& expr, Stands stands, Edits& edits) {
  bool known = true;
  if (around.workload && is_choice(expr, stands)) {
    edits.replace(with_brackets(around.unit.text, expr.span), draws_.text(around.workload->name.text, around.unit.places.source(expr.span)));
    return true;
  }
  if (is_choice(expr, stands)) {
    const auto* pick = std::get_if<ast::Pick>(&expr.node);
    const Taken::Came* found = stands == Stands::asks ? came(around, nodes, expr, stands) : nullptr;
    if (found && !found->drawn.empty() && (found->several || names_any(*pick->set, around.elements))) {
      edits.replace(with_brackets(around.unit.text, expr.span), by_place(around, nodes, *pick, found->drawn));
      return true;
    }
    if (const auto text = written(chosen(around, nodes, expr, stands))) {
      edits.replace(with_brackets(around.unit.text, expr.span), *text);
      return true;
    }
    if (stands == Stands::decides || !taken_.reached(nodes, around.path)) return false;
    // Asked of nobody: it is about the set.
    edits.replace({expr.span.begin, pick->set->span.begin}, "");
  }
  if (const auto* call = std::get_if<ast::Call>(&expr.node)) {
    const auto [unit, definition] = units_.definition(call->callee.text);
    if (definition && has_choice(*definition->body, stands)) {
      if (definition->parameters.size() != call->arguments.size()) return false;
      ++calls_;
      Around in{*unit, around.index, around.path, names_};
      in.workload = around.workload;
      rename(*definition->body, in.names);
      for (std::size_t i = 0; i < call->arguments.size(); ++i) {
        Edits inside;
        known = parts(around, nodes, *call->arguments[i], stands, inside) && known;
        if (names_any(*call->arguments[i], around.elements)) in.elements.insert(definition->parameters[i].name.text);
        in.names[definition->parameters[i].name.text] = "(" + inside.applied(around.unit.text, call->arguments[i]->span) + ")";
      }
      Edits inside;
      known = parts(in, nodes, *definition->body, stands, inside) && known;
      const std::string text = inside.applied(unit->text, definition->body->span);
      edits.replace(expr.span, is_choice(*definition->body, stands) ? text : "(" + text + ")");
      return known;
    }
    if (call->callee.text == "text_file" && call->arguments.size() == 1) {
      const ast::Expr& argument = *call->arguments.front();
      if (const auto* path = std::get_if<ast::String>(&argument.node)) edits.replace(argument.span, around.unit.whole_path(path->value));
      return true;
    }
  }
  if (const auto* ref = std::get_if<ast::Ref>(&expr.node)) bound(around, ref->name, edits);
  const auto* list = std::get_if<ast::ListFor>(&expr.node);
  const auto* quantified = std::get_if<ast::Quantified>(&expr.node);
  std::optional<Around> each;
  if (list || quantified) {
    const ast::Name& variable = list ? list->variable : quantified->variable;
    bound(around, variable, edits);
    each.emplace(around).elements.insert(variable.text);
  }
  for_each_part(expr, [&](const ast::Expr& part) { known = parts(each ? *each : around, nodes, part, stands, edits) && known; });
  return known;
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

void BodyWriter::loop(const Around& around, const Nodes& nodes, const ast::Statement& whole, const ast::Block& body, const ast::Name* variable, Edits& edits) {
  const plan::BodyNode* node = nullptr;
  const plan::Scope* scope = scope_of(nodes, variable ? plan::ScopeKind::loop : plan::ScopeKind::repeat, &node);
  const Taken::Came* items = scope && variable ? taken_.came({node}, around.path, scope->value->at) : nullptr;
  const auto* list = items ? items->value.as<List>() : nullptr;
  const std::size_t times = variable ? (list ? list->size() : 0) : scope ? scope->times : 0;
  const std::size_t begun = scope && has_choice(body) ? std::min(taken_.rounds(*scope, around.path), times) : 0;
  struct Alike { std::string text; std::size_t times; };
  std::vector<Alike> groups;
  // Those that were not begun are all alike.
  for (std::size_t i = 0; (i <= begun && i < times) || i == 0; ++i) {
    Around in = around;
    in.path = run::iteration(around.path, i);
    std::string text = inner(in, body);
    if (too_long()) return;
    const std::size_t count = i < begun ? 1 : std::max(times, i + 1) - i;
    if (!groups.empty() && groups.back().text == text) groups.back().times += count;
    else groups.push_back({std::move(text), count});
  }
  if (groups.size() == 1) {
    for_each_expression(whole, [&](const ast::Expr& expr, Stands stands) { expression(around, nodes, expr, stands, edits); });
    edits.replace(between_braces(body), groups.front().text);
    return;
  }
  const auto renamed = variable ? around.names.find(variable->text) : around.names.end();
  const std::string name = !variable ? "" : renamed == around.names.end() ? std::string(variable->text) : renamed->second;
  std::string out;
  std::size_t at = 0;
  for (const Alike& group : groups) {
    const Value over = variable ? Value(List(list->begin() + static_cast<std::ptrdiff_t>(at), list->begin() + static_cast<std::ptrdiff_t>(at + group.times))) : Value();
    if (group.times == 1 && form_ == Form::as_nodes) {
      out += fmt::format("step \"{} {} of {}\" {{\n", variable ? "for" : "repeat", at + 1, times);
      if (variable) out += fmt::format("let {} = {}\n", name, written(&(*list)[at]).value_or("null"));
    } else if (variable) {
      out += fmt::format("for {} in {} {{\n", name, in_form(over).value_or("[null]"));
    } else {
      // Proofs take a loop's rounds together, and so they do with one that runs once over what is no node.
      out += group.times == 1 ? fmt::format("for round_{} in [{}] {{\n", ++calls_, at + 1) : fmt::format("repeat {} {{\n", group.times);
    }
    out += group.text + "\n}\n";
    at += group.times;
  }
  edits.replace(whole.span, out);
}

bool BodyWriter::call(const Around& around, const Nodes& nodes, const ast::Statement& whole, const ast::VerbStep& tree, Edits& edits) {
  const plan::Scope* scope = scope_of(nodes, plan::ScopeKind::group);
  const auto [unit, step] = scope ? units_.step(tree.verb.text) : std::pair<const Unit*, const ast::StepDef*>{};
  if (!step) return false;
  Index index;
  add(index, scope->body);
  Around in{*unit, index, around.path, names_};
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
  written_ += text.size();
  ++calls_;
  steps_ += "\n" + text + "\n";
  edits.replace(tree.verb.span, name);
}

bool BodyWriter::has_choice(const ast::Expr& expr, Stands stands) const {
  bool found = is_choice(expr, stands);
  if (const auto* call = std::get_if<ast::Call>(&expr.node); call && !found)
    if (const auto [unit, definition] = units_.definition(call->callee.text); definition) found = has_choice(*definition->body, stands);
  for_each_part(expr, [&](const ast::Expr& part) { found = found || has_choice(part, stands); });
  return found;
}

bool BodyWriter::has_choice(const ast::Block& block, std::set<std::string_view>& seen) const {
  bool found = false;
  for (const ast::Statement& tree : block.statements) {
    for_each_expression(tree, [&](const ast::Expr& expr, Stands stands) { found = found || has_choice(expr, stands); });
    for_each_block(tree, [&](const ast::Block& inner) { found = found || has_choice(inner, seen); });
    if (const auto* repeat = std::get_if<ast::Repeat>(&tree.node)) found = found || has_choice(*repeat->body, seen);
    if (const auto* loop = std::get_if<ast::For>(&tree.node)) found = found || has_choice(*loop->body, seen);
    if (const auto* during = std::get_if<ast::During>(&tree.node)) found = found || idle(*during);
    if (const auto* verb = std::get_if<ast::VerbStep>(&tree.node); verb && !found && seen.insert(verb->verb.text).second) {
      const auto [unit, step] = units_.step(verb->verb.text);
      found = step && (has_choice(*step->body, seen) || (step->undo && has_choice(*step->undo, seen)));
    }
    if (found) return true;
  }
  return false;
}

}  // namespace failc::resolve
