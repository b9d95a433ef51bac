// A matrix: its axes, and the combinations of their values that are left when it has excluded some.
#include <algorithm>
#include <set>

#include "interpreter/check/checker.hpp"

namespace failc::check {
namespace {

constexpr std::uint64_t kMostCombinations = 65'536;  // before any is excluded
constexpr std::int64_t kDefaultLimit = 256;

bool plain(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::string_view("_-.:/+%").find(c) != std::string_view::npos; }

/// As it stands in an id: text without its quotes where it can do without them.
std::string id_text(const Value& value) {
  const auto* text = value.as<std::string>();
  if (text != nullptr && !text->empty() && std::all_of(text->begin(), text->end(), plain)) return *text;
  return show(value, {}, 200);
}

/// Nodes are no values of an axis: which there are may depend on it.
bool can_be_axis(Kind kind) {
  switch (kind) {
    case Kind::null:
    case Kind::boolean:
    case Kind::integer:
    case Kind::decimal:
    case Kind::string:
    case Kind::duration:
    case Kind::size:
    case Kind::percent:
    case Kind::version:
    case Kind::path:
    case Kind::regex:
    case Kind::list:
    case Kind::document: return true;
    case Kind::error:
    case Kind::any:
    case Kind::node:
    case Kind::nodes:
    case Kind::range:
    case Kind::workload:
    case Kind::barrier:
    case Kind::ports:
    case Kind::settings:
    case Kind::failure:
    case Kind::reply:
    case Kind::outcome: return false;
  }
  return false;
}

}  // namespace

std::optional<Value> Checker::axis_value(MatrixInfo& info, const AxisInfo& axis, const ast::Expr& tree, Term term) {
  if (term.error()) {
    info.good = false;
    return std::nullopt;
  }
  if (axis.param != kNone && !params_[axis.param].type.error() && !convert(term, tree, params_[axis.param].type.kind)) {
    info.good = false;
    return std::nullopt;
  }
  if (term.known == Known::deferred) {
    info.open = true;
    return std::nullopt;
  }
  info.good = info.good && term.constant() && can_be_axis(term.type.kind);
  if (!term.constant()) report(diag::Code::not_constant, tree.span, {"the value of an axis"});
  else if (!can_be_axis(term.type.kind)) report(diag::Code::wrong_type, tree.span, {"a value of an axis", snippet(tree.span), noun(term.type.kind), ""});
  else if (const auto* text = term.value().as<std::string>(); text != nullptr && axis.param != kNone && params_[axis.param].type.is(Kind::path))
    return Value(resolve_path(params_[axis.param].file, *text));
  else return term.value();
  return std::nullopt;
}

void Checker::axis(MatrixInfo& info, const ast::Axis& tree) {
  AxisInfo axis;
  axis.name = *tree.name;
  for (const AxisInfo& before : info.axes)
    if (before.name.text == tree.name->text) {
      report(diag::Code::duplicate_name, tree.name->span, {tree.name->text}).notes.push_back({Place{here().id, before.name.span}, "the first one is here"});
      info.good = false;
      return;
    }
  if (const Symbol* symbol = find(tree.name->text); symbol != nullptr) {
    if (symbol->kind == SymbolKind::param) axis.param = symbol->index;
    if (symbol->kind == SymbolKind::cluster || symbol->kind == SymbolKind::workload || symbol->kind == SymbolKind::client) {
      report(diag::Code::shadowed_name, tree.name->span, {tree.name->text, noun(symbol->kind)});
      info.good = false;
    }
  }
  std::set<std::string> seen;
  const auto add = [&](std::optional<Value> value, Span span) {
    if (!value) return;
    std::string text = id_text(*value);
    if (!seen.insert(text).second) {
      report(diag::Code::duplicate_value, span, {tree.name->text, text});
      info.good = false;
      return;
    }
    axis.texts.push_back(std::move(text));
    axis.values.push_back(std::move(*value));
  };
  const std::size_t errors = sink_.errors();
  if (const auto* written = std::get_if<ast::List>(&tree.values->node)) {
    for (const ast::ExprPtr& item : written->items) add(axis_value(info, axis, *item, expr(*item)), item->span);
  } else {
    Term all = expr(*tree.values);
    if (all.known == Known::deferred) info.open = true;
    else if (!all.error() && !all.constant()) report(diag::Code::not_constant, tree.values->span, {"the values of an axis"});
    else if (const auto* range = all.value().as<Range>(); range != nullptr && range->ends[0].is<std::int64_t>()) {
      const std::int64_t low = *range->ends[0].as<std::int64_t>(), high = *range->ends[1].as<std::int64_t>();
      if (high >= low && static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) >= kMostCombinations)
        report(diag::Code::too_many_instances, tree.values->span, {info.tree->name.text, "more than " + std::to_string(kMostCombinations), std::to_string(kMostCombinations)});
      else
        for (std::int64_t i = low; i <= high; ++i) add(axis_value(info, axis, *tree.values, literal(Value(i), of(Kind::integer), tree.values->span)), tree.values->span);
    } else if (const auto* list = all.value().as<List>(); list != nullptr && all.type.is(Kind::list)) {
      for (const Value& item : *list) add(axis_value(info, axis, *tree.values, literal(item, type_of(item), tree.values->span)), tree.values->span);
    } else if (!all.error()) {
      report(diag::Code::wrong_type, tree.values->span, {"the values of an axis", snippet(tree.values->span), noun(all.type.kind), "write a list, `[1, 2]`, or a range of integers, `1..3`"});
    }
  }
  if (sink_.errors() != errors) info.good = false;
  if (axis.values.empty() && info.good && !info.open) {
    report(diag::Code::empty_axis, tree.values->span, {tree.name->text});
    info.good = false;
  }
  info.axes.push_back(std::move(axis));
}

void Checker::exclude(MatrixInfo& info, const ast::Axis& tree, std::vector<Combination>& left) {
  if (!tree.because || tree.because->empty()) report(diag::Code::empty_text, tree.exclude->span, {"the reason of `exclude`"});
  const auto* document = std::get_if<ast::Doc>(&tree.exclude->node);
  if (document == nullptr) {
    report(diag::Code::wrong_type, tree.exclude->span, {"a document that is written out", snippet(tree.exclude->span), "something else", "write `exclude { axis: value } because \"why\"`"});
    return;
  }
  std::vector<std::pair<std::size_t, std::string>> wanted;
  bool open = false;
  for (const ast::DocEntry& entry : document->entries) {
    const auto found = std::find_if(info.axes.begin(), info.axes.end(), [&](const AxisInfo& axis) { return axis.name.text == entry.key; });
    if (found == info.axes.end()) {
      std::vector<std::string_view> all;
      for (const AxisInfo& axis : info.axes) all.push_back(axis.name.text);
      if (info.good) report_unknown(diag::Code::unknown_axis, entry.key_span, {info.tree->name.text, entry.key}, entry.key, all, listed("it has", all));
      return;
    }
    const bool was_open = std::exchange(info.open, false);
    const std::optional<Value> value = axis_value(info, *found, *entry.value, expr(*entry.value));
    open = open || info.open;
    info.open = was_open || info.open;
    if (!value && !open) return;
    if (value) wanted.emplace_back(found - info.axes.begin(), id_text(*value));
  }
  if (open || info.open || !info.good) return;
  const auto excluded = [&](const Combination& one) {
    return std::all_of(wanted.begin(), wanted.end(), [&](const auto& each) { return info.axes[each.first].texts[one[each.first]] == each.second; });
  };
  const std::size_t before = left.size();
  std::erase_if(left, excluded);
  if (left.size() == before) report(diag::Code::excludes_nothing, tree.exclude->span, {info.tree->name.text});
}

void Checker::matrix(std::uint32_t index) {
  MatrixInfo& info = matrices_[index];
  const ast::Matrix& tree = *info.tree;
  Env env;
  Frame frame;
  env.file = info.file;
  env.frame = &frame;
  EnvScope scope(*this, env);
  info.good = !tree.broken;
  const std::size_t errors = sink_.errors();
  std::optional<std::int64_t> limit;
  for (const ast::Axis& each : tree.axes) {
    if (each.name && each.values) axis(info, each);
    if (!each.limit) continue;
    if (limit) report(diag::Code::duplicate_name, tree.name.span, {"limit"}).help = "a matrix has one limit: remove the others";
    limit = each.limit;
  }
  std::uint64_t product = 1;
  for (const AxisInfo& each : info.axes) product = std::min<std::uint64_t>(product * std::max<std::size_t>(each.values.size(), 1), kMostCombinations + 1);
  const std::string most = std::to_string(limit.value_or(kDefaultLimit));
  if (product > kMostCombinations) {
    report(diag::Code::too_many_instances, tree.name.span, {tree.name.text, "more than " + std::to_string(kMostCombinations), most});
    info.good = false;
    return;
  }
  std::vector<Combination> left{{}};
  for (const AxisInfo& each : info.axes) {
    std::vector<Combination> longer;
    for (const Combination& one : left)
      for (std::uint32_t i = 0; i < each.values.size(); ++i) {
        longer.push_back(one);
        longer.back().push_back(i);
      }
    left = std::move(longer);
  }
  for (const ast::Axis& each : tree.axes)
    if (each.exclude) exclude(info, each, left);
  if (info.good && !info.open && sink_.errors() == errors) {
    const auto count = static_cast<std::int64_t>(left.size());
    if (info.axes.empty() || left.empty()) report(diag::Code::empty_matrix, tree.name.span, {tree.name.text});
    else if (count > limit.value_or(kDefaultLimit)) report(diag::Code::too_many_instances, tree.name.span, {tree.name.text, std::to_string(count), most});
  }
  info.good = info.good && sink_.errors() == errors;
  info.combinations = std::move(left);
}

MatrixInfo* Checker::find_matrix(const ast::Name& name) {
  const Symbol* symbol = find(name.text);
  if (symbol != nullptr && symbol->kind == SymbolKind::matrix) return &matrices_[symbol->index];
  std::vector<std::string_view> known;
  for (const auto& [text, each] : here().names)
    if (each.kind == SymbolKind::matrix) known.push_back(text);
  if (symbol != nullptr) report(diag::Code::wrong_name, name.span, {name.text, noun(symbol->kind), "a matrix"});
  else if (!silent()) report_unknown(diag::Code::unknown_name, name.span, {name.text}, name.text, known, "declare it: `matrix " + std::string(name.text) + " { axis: [1, 2] }`");
  return nullptr;
}

std::string axes_text(const MatrixInfo& info, const Combination& one, std::string_view equals, std::string_view between) {
  std::string out;
  for (std::size_t i = 0; i < one.size(); ++i)
    out += (i == 0 ? std::string() : std::string(between)) + std::string(info.axes[i].name.text) + std::string(equals) + info.axes[i].texts[one[i]];
  return out;
}

void Checker::instances(const ast::Scenario& tree, std::unordered_map<std::string, Span>& titles) {
  MatrixInfo* info = find_matrix(*tree.matrix);
  if (info == nullptr || !info->good || info->open) {
    scenario(tree, info, nullptr);
    return;
  }
  for (const Combination& one : info->combinations) {
    instance_ = axes_text(*info, one, " = ", ", ");
    const std::string title = tree.title + "[" + axes_text(*info, one, "=", ",") + "]";
    if (!titles.try_emplace(title, tree.title_span).second) report(diag::Code::duplicate_title, tree.title_span, {title});
    ValuationScope scope(*this, valuation(*info, one));
    scenario(tree, info, &one);
    instance_.clear();
  }
}

}  // namespace failc::check
