// What stands behind a `.`, and in `[ ]`.
#include <array>

#include "interpreter/check/checker.hpp"

namespace failc::check {
namespace {

constexpr std::array<std::pair<std::string_view, Kind>, 6> kNodeFields{{
    {"name", Kind::string}, {"index", Kind::integer}, {"dir", Kind::string}, {"address", Kind::string}, {"pid", Kind::integer}, {"version", Kind::version},
}};

constexpr std::array<std::pair<std::string_view, Kind>, 5> kFailureFields{{
    {"kind", Kind::string}, {"code", Kind::any}, {"codeName", Kind::any}, {"labels", Kind::any}, {"message", Kind::string},
}};

constexpr std::array<std::pair<std::string_view, Kind>, 13> kStatistics{{
    {"ok", Kind::integer}, {"failed", Kind::integer}, {"unknown", Kind::integer}, {"errors", Kind::integer}, {"total", Kind::integer},
    {"missed", Kind::integer}, {"acknowledged", Kind::list}, {"unacknowledged", Kind::list}, {"rate", Kind::decimal}, {"p50", Kind::duration},
    {"p90", Kind::duration}, {"p99", Kind::duration}, {"max", Kind::duration},
}};

template <std::size_t N>
std::vector<std::string_view> names_of(const std::array<std::pair<std::string_view, Kind>, N>& table) {
  std::vector<std::string_view> out;
  for (const auto& [name, kind] : table) out.push_back(name);
  return out;
}

/// The keys of a reply, by the kind of its request.
std::vector<std::pair<std::string_view, Kind>> reply_fields(std::uint32_t kind) {
  switch (static_cast<plan::RequestKind>(kind)) {
    case plan::RequestKind::http:
      return {{"status", Kind::integer}, {"text", Kind::string}, {"json", Kind::any}, {"headers", Kind::document}};
    case plan::RequestKind::exec:
      return {{"code", Kind::integer}, {"stdout", Kind::string}, {"stderr", Kind::string}};
    case plan::RequestKind::tcp:
      return {{"text", Kind::string}};
    case plan::RequestKind::driver:
      return {{"json", Kind::any}, {"text", Kind::string}, {"error", Kind::any}};
  }
  return {};
}

}  // namespace

Term Checker::member(const ast::Member& tree, Span span) {
  Term object = expr(*tree.object);
  const ast::Name& name = tree.name;
  switch (object.type.kind) {
    case Kind::error:
      return nothing(span);
    case Kind::any:
    case Kind::document:
      if (object.type.handle != 0) return handle(std::move(object), literal(Value(std::string(name.text)), of(Kind::string), name.span), span);
      return make(plan::Op::member, of(Kind::any), span, {&object}, std::string(name.text));
    case Kind::failure:
      for (const auto& [field, kind] : kFailureFields)
        if (field == name.text) return make(plan::Op::member, of(kind), span, {&object}, std::string(name.text));
      report_unknown(diag::Code::unknown_member, name.span, {"an error", name.text}, name.text, names_of(kFailureFields), listed("it has", names_of(kFailureFields)));
      return nothing(span);
    case Kind::reply:
      return reply_member(std::move(object), name, span);
    case Kind::workload:
      return statistic(std::move(object), name, span);
    case Kind::node:
      return node_member(std::move(object), name, span);
    case Kind::nodes:
      if (object.type.whole) {
        const ClusterInfo& info = clusters_[object.type.cluster];
        std::vector<std::string_view> groups;
        for (const GroupInfo& group : info.groups) {
          groups.push_back(group.name);
          if (group.name != name.text) continue;
          return group_term(object.type.cluster, group, span);
        }
        if (required_ != nullptr && name.text == "version") return version_of_each(std::move(object), name, span);
        report_unknown(diag::Code::unknown_member, name.span, {"cluster `" + std::string(info.tree->name.text) + "`", name.text}, name.text, groups,
                       listed("its groups are", groups));
        return nothing(span);
      }
      if (object.type.most == 1 && convert(object, *tree.object, Kind::node)) return node_member(std::move(object), name, span);
      if (required_ != nullptr && name.text == "version" && object.constant()) return version_of_each(std::move(object), name, span);
      break;
    case Kind::ports: {
      object.expr.op = plan::Op::node_port;
      object.expr.name = std::string(name.text);
      object.expr.at = at(span);
      object.span = span;
      bool found = false, doubtful = false;
      std::vector<std::string_view> all;
      const std::vector<std::uint32_t> owners = candidates(object.type);
      for (std::uint32_t each : owners) {
        doubtful = doubtful || components_[each]->broken;
        for (std::string_view port : components_[each]->ports) {
          all.push_back(port);
          found = found || port == name.text;
        }
      }
      if (!found) {
        if (!doubtful && !silent())
          report_unknown(diag::Code::unknown_member, name.span, {describe(owners), "port " + std::string(name.text)}, name.text, all, listed("there are", all));
        return nothing(span);
      }
      object.type = of(Kind::integer);
      return object;
    }
    case Kind::settings: {
      const std::vector<std::uint32_t> owners = candidates(object.type);
      bool doubtful = false;
      std::vector<std::string_view> all;
      Type type = of(Kind::error);
      for (std::uint32_t each : owners) {
        doubtful = doubtful || components_[each]->broken;
        for (const SettingInfo& setting : components_[each]->settings) {
          all.push_back(setting.tree->name.text);
          if (setting.tree->name.text == name.text) type = setting.type;
        }
      }
      if (type.error()) {
        if (!doubtful && !silent()) report_unknown(diag::Code::unknown_setting, name.span, {describe(owners), name.text}, name.text, all, listed("there are", all));
        return nothing(span);
      }
      object.expr.op = plan::Op::setting;
      object.expr.name = std::string(name.text);
      object.expr.at = at(span);
      object.type = type;
      object.span = span;
      object.known = Known::runtime;
      return object;
    }
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
    case Kind::range:
    case Kind::outcome:
    case Kind::barrier:
      break;
  }
  report(diag::Code::no_members, name.span, {noun(object.type.kind), name.text});
  return nothing(span);
}

Term Checker::node_member(Term node, const ast::Name& name, Span span) {
  if (name.text == "ports" || name.text == "settings") {
    Term term;
    term.type = node.type;
    term.type.kind = name.text == "ports" ? Kind::ports : Kind::settings;
    term.known = Known::runtime;
    term.span = span;
    term.expr.args.push_back(std::move(node.expr));
    return term;
  }
  for (const auto& [field, kind] : kNodeFields) {
    if (field != name.text) continue;
    if (node.constant() && (field == "name" || field == "index")) {
      const plan::Node& known = plan_->nodes[node.value().as<NodeRef>()->index];
      if (field == "name") return literal(Value(known.name), of(Kind::string), span);
      return literal(Value(static_cast<std::int64_t>(known.index)), of(Kind::integer), span);
    }
    node.known = Known::runtime;
    return make(plan::Op::node_field, of(kind), span, {&node}, std::string(name.text));
  }
  const std::vector<std::uint32_t> owners = candidates(node.type);
  std::uint32_t owner = kNone, index = kNone;
  bool doubtful = false, observer = false, ambiguous = false;
  std::vector<std::string_view> all = names_of(kNodeFields);
  all.push_back("ports");
  all.push_back("settings");
  for (std::uint32_t each : owners) {
    const ComponentInfo& component = *components_[each];
    doubtful = doubtful || component.broken;
    for (const NodeLetInfo& let : component.lets) all.push_back(let.tree->name.text);
    for (const ast::ObserverItem* one : component.observers) all.push_back(one->name.text);
    const std::uint32_t let = component.let(name.text);
    const std::uint32_t here = let != kNone ? let : component.observer(name.text);
    if (here == kNone) continue;
    if (owner != kNone && (index != here || observer != (let == kNone)) && !dry_ && !ambiguous) {
      report(diag::Code::ambiguous_name, name.span,
             {name.text, "what `" + std::string(components_[owner]->tree->name.text) + "` calls so", "what `" + std::string(component.tree->name.text) + "` does",
              "say which component the node is of: `n: node` cannot tell"});
      ambiguous = true;
    }
    owner = each;
    index = here;
    observer = let == kNone;
  }
  if (ambiguous) return nothing(span);
  if (owner == kNone) {
    if (!doubtful && !silent()) report_unknown(diag::Code::unknown_member, name.span, {describe(owners), name.text}, name.text, all);
    return nothing(span);
  }
  node.known = Known::runtime;
  if (observer) {
    ++asks_;
    return make(plan::Op::observed, of(Kind::any), span, {&node}, {}, index);
  }
  node_let(owner, index);
  if (env_->component == owner) need(owner, item_id(ItemKind::let, index));
  const Type type = components_[owner]->lets[index].type;
  if (type.error()) return nothing(span);
  return make(plan::Op::node_let, type, span, {&node}, {}, index);
}

Term Checker::reply_member(Term reply, const ast::Name& name, Span span) {
  std::vector<std::string_view> all;
  for (const auto& [field, kind] : reply_fields(reply.type.ref)) {
    if (field == name.text) return make(plan::Op::member, of(kind), span, {&reply}, std::string(name.text));
    all.push_back(field);
  }
  report_unknown(diag::Code::unknown_member, name.span, {"this reply", name.text}, name.text, all, listed("it has", all));
  return nothing(span);
}

Term Checker::statistic(Term workload, const ast::Name& name, Span span) {
  for (const auto& [field, kind] : kStatistics) {
    if (field != name.text) continue;
    Term term;
    term.expr.op = plan::Op::statistic;
    term.expr.index = workloads_[workload.type.ref].index;
    term.expr.name = std::string(name.text);
    term.expr.at = at(span);
    term.type = of(kind);
    term.span = span;
    return term;
  }
  report_unknown(diag::Code::unknown_member, name.span, {"a workload", name.text}, name.text, names_of(kStatistics), listed("it has", names_of(kStatistics)));
  return nothing(span);
}

Term Checker::index(const ast::Index& tree, Span span) {
  Term object = expr(*tree.object);
  Term key = expr(*tree.index);
  if (object.error() || key.error()) return nothing(span);
  Type type = of(Kind::any);
  switch (object.type.kind) {
    case Kind::any:
      break;
    case Kind::document:
      if (!convert(key, *tree.index, Kind::string)) return nothing(span);
      if (object.type.handle != 0) return handle(std::move(object), std::move(key), span);
      break;
    case Kind::nodes:
    case Kind::list: {
      if (!convert(key, *tree.index, Kind::integer)) return nothing(span);
      if (object.type.whole && clusters_[object.type.cluster].groups.size() > 1) {
        const ClusterInfo& info = clusters_[object.type.cluster];
        std::string which;
        for (const GroupInfo& group : info.groups)
          which += (which.empty() ? "`" : ", `") + std::string(info.tree->name.text) + "." + std::string(group.name) + "[" + snippet(tree.index->span) + "]`";
        report(diag::Code::several_groups, span, {info.tree->name.text, std::to_string(info.groups.size()), which});
        return nothing(span);
      }
      type = item_of(object.type);
      const auto* number = key.constant() ? key.value().as<std::int64_t>() : nullptr;
      if (number != nullptr && *number < 0) {
        report(diag::Code::out_of_range, tree.index->span, {"this index", "counting begins at 0"});
        return nothing(span);
      }
      const auto* items = object.constant() ? object.value().as<List>() : nullptr;
      if (number != nullptr && items != nullptr && static_cast<std::uint64_t>(*number) >= items->size()) {
        const std::string size = std::to_string(items->size());
        report(diag::Code::out_of_range, tree.index->span, {"this index", "there are " + size + ", the last one is " + (items->empty() ? "none" : std::to_string(items->size() - 1))});
        return nothing(span);
      }
      break;
    }
    case Kind::error:
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
    case Kind::node:
    case Kind::range:
    case Kind::workload:
    case Kind::ports:
    case Kind::settings:
    case Kind::failure:
    case Kind::reply:
    case Kind::outcome:
    case Kind::barrier:
      report(diag::Code::wrong_type, tree.object->span, {"a list, a document or a set of nodes", snippet(tree.object->span), noun(object.type.kind), ""});
      return nothing(span);
  }
  return make(plan::Op::index, type, span, {&object, &key});
}

}  // namespace failc::check
