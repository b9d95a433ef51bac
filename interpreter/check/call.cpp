// Calls: built-in functions, queries of components, checks.
#include <filesystem>

#include "grammar/base/bug.hpp"
#include "interpreter/check/checker.hpp"
#include "interpreter/eval/eval.hpp"

namespace failc::check {
namespace {

Kind kind_of_parameter(std::string_view name) { return type_of_name(name).value_or(Kind::any); }

std::string builtin_signature(const eval::Builtin& builtin) {
  std::string out = std::string(builtin.name) + "(";
  for (std::size_t i = 0; i < builtin.parameters.size(); ++i) out += (i == 0 ? "" : ", ") + std::string(builtin.parameters[i]);
  return out + ")";
}

std::string counted(std::size_t count) { return std::to_string(count) + (count == 1 ? " argument" : " arguments"); }

std::size_t size_of(const plan::Expr& expr) {
  std::size_t size = 1;
  for (const plan::Expr& argument : expr.args) size += size_of(argument);
  return size;
}

}  // namespace

Term Checker::call(const ast::Call& tree, Span span) {
  const std::string_view name = tree.callee.text;
  const std::vector<eval::Builtin>& table = eval::builtins();
  for (std::size_t i = 0; i < table.size(); ++i)
    if (table[i].name == name) return builtin_call(tree, i, span);
  if (env_->component != kNone) {
    const std::uint32_t own = components_[env_->component]->operation(name);
    if (own != kNone) return query_call(tree, {OperationRef{env_->component, own}}, span);
  }
  const Symbol* found = find(name);
  if (found != nullptr && found->kind == SymbolKind::definition) return check_call(tree, found->index, span);
  if (found != nullptr && found->kind == SymbolKind::check) {
    if (env_->component == kNone) return check_call(tree, found->index, span);
    report(diag::Code::wrong_name, tree.callee.span, {name, "a check, which a component cannot see", "a function, or a query of this component"});
    return nothing(span);
  }
  const auto& requests = files_[env_->file]->requests;
  if (const auto query = requests.find(name); query != requests.end() && env_->component == kNone) return query_call(tree, query->second, span);
  // The arguments are looked at all the same: they may have mistakes of their own.
  for (const ast::ExprPtr& argument : tree.arguments) (void)expr(*argument);
  if (silent() || (env_->component != kNone && components_[env_->component]->broken)) return nothing(span);
  std::vector<std::string_view> all;
  for (const eval::Builtin& builtin : table) all.push_back(builtin.name);
  for (const auto& [known, refs] : requests) {
    const OperationRef& ref = refs.front();
    if (components_[ref.component]->operations[ref.operation].tree->query) all.push_back(known);
  }
  for (const auto& [known, symbol] : files_[env_->file]->names)
    if (symbol.kind == SymbolKind::check || symbol.kind == SymbolKind::definition) all.push_back(known);
  report_unknown(diag::Code::unknown_function, tree.callee.span, {name}, name, all);
  return nothing(span);
}

Term Checker::builtin_call(const ast::Call& tree, std::size_t which, Span span) {
  const eval::Builtin& builtin = eval::builtins()[which];
  if (tree.arguments.size() != builtin.parameters.size()) {
    report(diag::Code::argument_count, span,
           {builtin.name, counted(builtin.parameters.size()), std::to_string(tree.arguments.size()), builtin_signature(builtin)});
    return nothing(span);
  }
  if (builtin.name == "text_file") return text_file(tree, span);
  if (builtin.name == "find_program") return find_program(tree, span);
  std::vector<Term> arguments;
  arguments.reserve(tree.arguments.size());
  bool good = true;
  for (std::size_t i = 0; i < tree.arguments.size(); ++i) {
    Term term = expr(*tree.arguments[i]);
    good = convert(term, *tree.arguments[i], kind_of_parameter(builtin.parameters[i])) && good && !term.error();
    if (good && term.type.no_value()) {
      report(diag::Code::wrong_type, tree.arguments[i]->span, {"a value", snippet(tree.arguments[i]->span), noun(term.type.kind), ""});
      good = false;
    }
    arguments.push_back(std::move(term));
  }
  if (!good) return nothing(span);
  Type type = of(kind_of_parameter(builtin.result));
  const Type first = arguments.front().type;
  if (builtin.name == "log_lines" || builtin.name == "node_file") {
    if (builtin.name == "node_file") ++asks_;
    arguments.front().known = Known::runtime;
    if (type.is(Kind::list)) type.item = Kind::string;
    return make(builtin.name == "log_lines" ? plan::Op::log_lines : plan::Op::node_file, type, span, std::move(arguments));
  }
  if (builtin.name == "min" || builtin.name == "max") {
    type = item_of(first);
    if (!ordered(type.kind)) {
      report(diag::Code::wrong_type, tree.arguments.front()->span, {"a list of what has an order", snippet(tree.arguments.front()->span), "one of what has none", ""});
      return nothing(span);
    }
  } else if (builtin.name == "sum") {
    type = item_of(first);
    if (!type.any() && !type.number() && !type.is(Kind::duration) && !type.is(Kind::size) && !type.is(Kind::percent)) {
      report(diag::Code::wrong_type, tree.arguments.front()->span, {"a list of numbers", snippet(tree.arguments.front()->span), "a list of something else", ""});
      return nothing(span);
    }
  } else if (builtin.name == "sort" || builtin.name == "distinct" || builtin.name == "missing") {
    type = first.is(Kind::list) || first.is(Kind::nodes) ? first : of(Kind::list);
    type.whole = false;
  } else if (builtin.name == "split" || builtin.name == "lines" || builtin.name == "keys_of") {
    type.item = Kind::string;
  }
  if (builtin.name == "opaque") {
    type = first;
    arguments.front().known = Known::runtime;  // else the constant would stand in its place
  }
  if (builtin.name == "choose" && arguments[1].type.kind == arguments[2].type.kind) type = of(arguments[1].type.kind);
  return make(plan::Op::call, type, span, std::move(arguments), std::string(builtin.name));
}

Term Checker::text_file(const ast::Call& tree, Span span) {
  Term path = expr(*tree.arguments.front());
  if (!convert(path, *tree.arguments.front(), Kind::path)) return nothing(span);
  if (path.known == Known::deferred) {
    Term term = literal(Value(std::string()), of(Kind::string), span);
    term.known = Known::deferred;
    return term;
  }
  const auto* name = path.constant() ? path.value().as<std::string>() : nullptr;
  if (name == nullptr) {
    report(diag::Code::not_constant, tree.arguments.front()->span, {"the path of `text_file`"});
    return nothing(span);
  }
  const std::string whole = (std::filesystem::path(files_[env_->file]->folder) / *name).lexically_normal().string();
  Result<std::string> text = read_file(whole);
  if (!text) {
    report(diag::Code::unreadable_file, tree.arguments.front()->span, {whole, text.error().message});
    return nothing(span);
  }
  return literal(Value(std::move(*text)), of(Kind::string), span);
}

Term Checker::find_program(const ast::Call& tree, Span span) {
  Term names = expr(*tree.arguments.front());
  if (!convert(names, *tree.arguments.front(), Kind::list)) return nothing(span);
  const auto* list = names.constant() ? names.value().as<List>() : nullptr;
  if (list == nullptr || list->empty()) {
    report(diag::Code::not_constant, tree.arguments.front()->span, {"the names of `find_program`"});
    return nothing(span);
  }
  std::string found;
  for (const Value& each : *list) {
    const auto* name = each.as<std::string>();
    if (name == nullptr) {
      report(diag::Code::wrong_type, tree.arguments.front()->span, {"a list of names", snippet(tree.arguments.front()->span), "a list of something else", ""});
      return nothing(span);
    }
    const std::optional<std::string> path = options_.find_program ? options_.find_program(*name) : std::nullopt;
    if (path) return literal(Value(*path), of(Kind::string), span);
    found = *name;
  }
  // Whoever runs it says that it is missing.
  return literal(Value(std::move(found)), of(Kind::string), span);
}

const OperationRef* Checker::resolve(const std::vector<OperationRef>& found, std::string_view name, Span span,
                                     const std::function<const Term*(const OperationInfo&)>& node_of) {
  if (found.size() == 1) return &found.front();
  std::vector<std::uint32_t> named;
  for (const OperationRef& ref : found) {
    const OperationInfo& info = components_[ref.component]->operations[ref.operation];
    if (!info.good) return nullptr;
    if (info.node_parameter == plan::kNoNode) {
      named.push_back(ref.component);
      continue;
    }
    named.push_back(ref.component);
    const Term* node = node_of(info);
    if (node == nullptr) continue;
    if (node->error()) return nullptr;
    if (node->type.component == ref.component) return &ref;
  }
  if (dry_) return nullptr;
  // A cluster or an unknown node: what is deployed may decide.
  const OperationRef* only = nullptr;
  for (const OperationRef& ref : found) {
    if (components_[ref.component]->instances.empty()) continue;
    if (only != nullptr) {
      report(diag::Code::ambiguous_name, span,
             {name, "the one of `" + std::string(components_[named[0]]->tree->name.text) + "`", "the one of `" + std::string(components_[named[1]]->tree->name.text) + "`",
              "name a node of one group, so that its component is known"});
      return nullptr;
    }
    only = &ref;
  }
  return only != nullptr ? only : &found.front();
}

const OperationRef* Checker::resolve(const std::vector<OperationRef>& found, const ast::Name& name, const std::vector<ast::ExprPtr>& arguments,
                                     const std::vector<ast::Labelled>& labels) {
  std::unordered_map<const ast::Expr*, Term> known;
  return resolve(found, name.text, name.span, [&](const OperationInfo& info) -> const Term* {
    const ParameterInfo& parameter = info.parameters[info.node_parameter];
    const ast::Expr* argument = nullptr;
    if (parameter.label) {
      for (const ast::Labelled& each : labels)
        if (each.label == *parameter.label) argument = each.value.get();
    } else if (info.node_parameter < arguments.size()) {
      argument = arguments[info.node_parameter].get();
    }
    if (argument == nullptr) return nullptr;
    const auto entry = known.find(argument);
    return entry != known.end() ? &entry->second : &known.emplace(argument, expr(*argument)).first->second;
  });
}

Term Checker::query_call(const ast::Call& tree, const std::vector<OperationRef>& found, Span span) {
  // Once, whatever has to be found out with them: queries nest.
  std::vector<Term> arguments;
  arguments.reserve(tree.arguments.size());
  for (const ast::ExprPtr& argument : tree.arguments) arguments.push_back(expr(*argument));
  const OperationRef* ref = resolve(found, tree.callee.text, tree.callee.span, [&](const OperationInfo& info) {
    return info.node_parameter < arguments.size() ? &arguments[info.node_parameter] : nullptr;
  });
  if (ref == nullptr) {
    doubtful_ = true;
    return nothing(span);
  }
  const ComponentInfo& component = *components_[ref->component];
  const OperationInfo& info = component.operations[ref->operation];
  if (!info.good) {
    doubtful_ = true;
    return nothing(span);
  }
  if (!info.tree->query) {
    report(diag::Code::wrong_name, tree.callee.span, {tree.callee.text, "an operation: it changes something and is a statement", "a query"});
    return nothing(span);
  }
  std::string shown = std::string(tree.callee.text) + "(";
  for (std::size_t i = 0; i < info.parameters.size(); ++i) shown += (i == 0 ? "" : ", ") + std::string(info.parameters[i].name);
  shown += ")";
  if (arguments.size() != info.parameters.size()) {
    report(diag::Code::argument_count, span, {tree.callee.text, counted(info.parameters.size()), std::to_string(arguments.size()), shown});
    return nothing(span);
  }
  bool good = true;
  Type node;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    Term& term = arguments[i];
    good = convert(term, *tree.arguments[i], info.parameters[i].type) && good && !term.error();
    if (i == info.node_parameter) node = term.type;
    if (i == info.node_parameter || info.node_parameter == plan::kNoNode) term.known = Known::runtime;
  }
  if (!good) return nothing(span);
  ++asks_;
  std::uint32_t index = ref->operation;
  if (env_->component == ref->component) {
    need(ref->component, item_id(ItemKind::request, ref->operation));
  } else if (complete()) {
    const Instance* instance = pick_instance(ref->component, node, tree.callee.span);
    if (instance == nullptr) return nothing(span);
    index += instance->first_operation;
  }
  return make(plan::Op::query, of(Kind::any), span, std::move(arguments), {}, index);
}

Term Checker::body_of(const ast::CheckDef& tree) { return tree.condition ? bool_term(*tree.body, "a condition") : expr(*tree.body); }

Term Checker::check_call(const ast::Call& tree, std::uint32_t which, Span span) {
  Definition& definition = definitions_[which];
  std::vector<Term> arguments;
  arguments.reserve(tree.arguments.size());
  bool good = true;
  for (const ast::ExprPtr& argument : tree.arguments) {
    arguments.push_back(expr(*argument));
    good = good && !arguments.back().error();
  }
  if (definition.progress == Progress::untouched) this->definition(definition);
  if (definition.progress == Progress::busy) {
    report(diag::Code::recursion, tree.callee.span, {std::string(definition.check->condition ? "check" : "definition") + " `" + std::string(tree.callee.text) + "`", "it is written out where it is used"});
    return nothing(span);
  }
  std::string shown = std::string(tree.callee.text) + "(";
  for (std::size_t i = 0; i < definition.parameters.size(); ++i) shown += (i == 0 ? "" : ", ") + std::string(definition.parameters[i].name);
  shown += ")";
  if (arguments.size() != definition.parameters.size()) {
    report(diag::Code::argument_count, span, {tree.callee.text, counted(definition.parameters.size()), std::to_string(arguments.size()), shown});
    return nothing(span);
  }
  if (!definition.good || !good) {
    doubtful_ = true;
    return nothing(span);
  }
  if (too_large_) return nothing(span);
  if (dry_) {
    for (std::size_t i = 0; i < arguments.size(); ++i)
      if (!convert(arguments[i], *tree.arguments[i], definition.parameters[i].type)) return nothing(span);
    Term term;
    term.type = definition.type;
    term.span = span;
    return term;
  }
  Env env;
  env.file = definition.file;
  env.frame = env_->frame;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const ParameterInfo& parameter = definition.parameters[i];
    if (!convert(arguments[i], *tree.arguments[i], parameter.type)) return nothing(span);
    copied_ += size_of(arguments[i].expr);
    env.locals.push_back({parameter.name, parameter.span, arguments[i].type, arguments[i].known, std::move(arguments[i].expr), arguments[i].depth});
  }
  Term term;
  {
    const std::uint64_t before = copied_;
    ++expanding_;
    EnvScope scope(*this, env);
    term = body_of(*definition.check);
    --expanding_;
    copied_ = before + size_of(term.expr);
  }
  if (copied_ > kMostExpressions) {
    too_large("its checks and definitions, written out, have more than " + std::to_string(kMostExpressions) + " parts");
    return nothing(span);
  }
  if (term.error()) {
    doubtful_ = true;
    return nothing(span);
  }
  term.span = span;
  return term;
}

}  // namespace failc::check
