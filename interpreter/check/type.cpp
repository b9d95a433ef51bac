#include "interpreter/check/type.hpp"

#include <array>
#include <utility>

#include "interpreter/check/visit.hpp"

namespace failc::check {
namespace {

constexpr std::array<std::pair<std::string_view, Kind>, 16> kWritten{{
    {"bool", Kind::boolean},     {"int", Kind::integer},      {"float", Kind::decimal}, {"string", Kind::string},
    {"duration", Kind::duration}, {"size", Kind::size},        {"percent", Kind::percent}, {"version", Kind::version},
    {"path", Kind::path},        {"regex", Kind::regex},      {"list", Kind::list},     {"doc", Kind::document},
    {"node", Kind::node},        {"nodes", Kind::nodes},      {"any", Kind::any},       {"range", Kind::range},
}};

}  // namespace

std::string_view noun(Kind kind) {
  switch (kind) {
    case Kind::error: return "an error";
    case Kind::any: return "any value";
    case Kind::null: return "null";
    case Kind::boolean: return "a truth value";
    case Kind::integer: return "a whole number";
    case Kind::decimal: return "a number";
    case Kind::string: return "a string";
    case Kind::duration: return "a duration";
    case Kind::size: return "a size";
    case Kind::percent: return "a percentage";
    case Kind::version: return "a version";
    case Kind::path: return "a path";
    case Kind::regex: return "a regular expression";
    case Kind::list: return "a list";
    case Kind::document: return "a document";
    case Kind::node: return "a node";
    case Kind::nodes: return "a set of nodes";
    case Kind::range: return "a range";
    case Kind::workload: return "a workload";
    case Kind::ports: return "the ports of a node";
    case Kind::settings: return "the settings of a node";
    case Kind::failure: return "an error document";
    case Kind::reply: return "a reply";
    case Kind::outcome: return "an outcome";
    case Kind::barrier: return "a barrier";
  }
  return "";
}

std::optional<Kind> type_of_name(std::string_view name) {
  for (const auto& [text, kind] : kWritten)
    if (text == name && kind != Kind::range) return kind;
  return std::nullopt;
}

const std::vector<std::string_view>& type_names() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> out;
    for (const auto& [text, kind] : kWritten)
      if (kind != Kind::range) out.push_back(text);
    return out;
  }();
  return names;
}

std::string_view name_of(Kind kind) {
  for (const auto& [text, known] : kWritten)
    if (known == kind) return text;
  return "any";
}

Type type_of(const Value& value) {
  return std::visit(Visitor{
                        [](const Undefined&) { return of(Kind::any); },
                        [](const Null&) { return of(Kind::null); },
                        [](bool) { return of(Kind::boolean); },
                        [](std::int64_t) { return of(Kind::integer); },
                        [](double) { return of(Kind::decimal); },
                        [](const std::string&) { return of(Kind::string); },
                        [](const Nanos&) { return of(Kind::duration); },
                        [](const Bytes&) { return of(Kind::size); },
                        [](const Percent&) { return of(Kind::percent); },
                        [](const Version&) { return of(Kind::version); },
                        [](const Regex&) { return of(Kind::regex); },
                        [](const NodeRef&) { return of(Kind::node); },
                        [](const List& list) {
                          Type type = of(Kind::list);
                          type.most = static_cast<std::uint32_t>(list.size());
                          if (!list.empty()) {
                            type.item = type_of(list.front()).kind;
                            for (const Value& v : list)
                              if (type_of(v).kind != type.item) type.item = Kind::any;
                          }
                          return type;
                        },
                        [](const Document&) { return of(Kind::document); },
                        [](const Range& range) {
                          Type type = of(Kind::range);
                          if (!range.ends.empty()) type.item = type_of(range.ends.front()).kind;
                          return type;
                        },
                    },
                    value.data);
}

Type item_of(const Type& type) {
  Type item = of(Kind::any);
  if (type.error()) return of(Kind::error);
  if (type.kind == Kind::nodes || (type.kind == Kind::list && type.item == Kind::node)) {
    item = of(Kind::node);
    item.component = type.component;
    item.cluster = type.cluster;
    return item;
  }
  if (type.kind == Kind::list || type.kind == Kind::range) item.kind = type.item;
  return item;
}

bool comparable(Kind a, Kind b) {
  auto loose = [](Kind k) { return k == Kind::error || k == Kind::any || k == Kind::reply; };
  if (loose(a) || loose(b) || a == b) return true;
  auto either = [&](auto test) { return test(a, b) || test(b, a); };
  return either([](Kind x, Kind y) {
    if (x == Kind::integer && y == Kind::decimal) return true;
    if (x == Kind::path && y == Kind::string) return true;
    if (x == Kind::outcome && y == Kind::string) return true;
    if (x == Kind::version && y == Kind::string) return true;
    if (x == Kind::nodes && y == Kind::list) return true;
    if (x == Kind::failure && (y == Kind::document || y == Kind::null)) return true;
    return false;
  });
}

bool ordered(Kind kind) {
  switch (kind) {
    case Kind::error:
    case Kind::any:
    case Kind::integer:
    case Kind::decimal:
    case Kind::string:
    case Kind::duration:
    case Kind::size:
    case Kind::percent:
    case Kind::version:
    case Kind::path:
      return true;
    case Kind::null:
    case Kind::boolean:
    case Kind::regex:
    case Kind::list:
    case Kind::document:
    case Kind::node:
    case Kind::nodes:
    case Kind::range:
    case Kind::workload:
    case Kind::ports:
    case Kind::settings:
    case Kind::failure:
    case Kind::reply:
    case Kind::outcome:
    case Kind::barrier:
      return false;
  }
  return false;
}

}  // namespace failc::check
