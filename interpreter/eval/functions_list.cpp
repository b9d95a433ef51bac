// Built-in functions over lists and documents: count min max sum sort distinct keys_of has get_or merge missing.
#include <algorithm>
#include <cmath>
#include <unordered_set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "interpreter/eval/evaluator.hpp"

namespace failc::eval {
namespace {

Value extreme(const List& items, const std::string& name, Order wanted) {
  if (items.empty()) return Undefined{fmt::format("`{}` of nothing", name)};
  const Value* best = &items.front();
  for (const Value& item : items) {
    const Order order = compare(item, *best);
    if (order == Order::unordered) return Undefined{fmt::format("{} and {} cannot be compared", kind_of(item), kind_of(*best))};
    if (order == wanted) best = &item;
  }
  return *best;
}

Value sum(const List& items) {
  if (items.empty()) return std::int64_t{0};
  const Value& first = items.front();
  const bool summable = first.is<std::int64_t>() || first.is<double>() || first.is<Nanos>() || first.is<Bytes>() || first.is<Percent>();
  if (!summable) return Undefined{fmt::format("`sum` takes numbers, durations or sizes, not {}", kind_of(first))};
  Value total = first;
  for (std::size_t i = 1; i < items.size() && !total.undefined(); ++i) total = binary(plan::Op::add, total, items[i]);
  return total;
}

Value sort(List items) {
  // A list that mixes versions and strings is one of versions.
  if (std::any_of(items.begin(), items.end(), [](const Value& item) { return item.is<Version>(); })) {
    for (Value& item : items) {
      const auto* text = item.as<std::string>();
      if (!text) continue;
      std::optional<Version> version = parse_version(*text);
      if (!version) return Undefined{fmt::format("{} is no version, and cannot be sorted among versions", show(item, {}, 60))};
      item = std::move(*version);
    }
  }
  // An order exists only among values of one kind.
  for (const Value& item : items)
    if (compare(item, items.front()) == Order::unordered)
      return Undefined{fmt::format("{} and {} cannot be sorted", kind_of(items.front()), kind_of(item))};
  std::stable_sort(items.begin(), items.end(), [](const Value& a, const Value& b) { return compare(a, b) == Order::less; });
  return items;
}

Value distinct(List items) {
  std::unordered_set<std::string> seen;
  List out;
  for (Value& item : items)
    if (seen.insert(hash_key(item)).second) out.push_back(std::move(item));
  return out;
}

Value missing(const List& from, const List& in) {
  if (from.empty()) return Undefined{"nothing in the first list: nothing was proven"};
  std::unordered_set<std::string> there;
  there.reserve(in.size());
  for (const Value& item : in) there.insert(hash_key(item));
  List out;
  for (const Value& item : from)
    if (there.count(hash_key(item)) == 0) out.push_back(item);
  return out;
}

/// The keys of both; where both have one, the second's value.
Value merge(Document into, const Document& over) {
  for (const auto& [key, value] : over.entries) {
    const auto found = std::find_if(into.entries.begin(), into.entries.end(), [&name = key](const auto& entry) { return entry.first == name; });
    if (found != into.entries.end()) found->second = value;
    else into.entries.emplace_back(key, value);
  }
  return into;
}

Value keys_of(const Document& document) {
  List out;
  for (const auto& [key, value] : document.entries) out.emplace_back(key);
  return out;
}

void append_key(std::string& out, const Value& value);

struct KeyWriter {
  std::string& out;
  void text(const std::string& in) const { out += fmt::format("\"{}:", in.size()) + in; }
  void operator()(const Undefined& undefined) const {
    out += "?";
    text(undefined.reason);
  }
  void operator()(const Null&) const { out += 'n'; }
  void operator()(bool truth) const { out += truth ? 't' : 'f'; }
  void operator()(std::int64_t number) const { out += fmt::format("#{}", number); }
  void operator()(double number) const {
    if (number == std::floor(number) && number >= -9223372036854775808.0 && number < 9223372036854775808.0) (*this)(static_cast<std::int64_t>(number));
    else out += fmt::format("#{}", number);
  }
  void operator()(const std::string& in) const { text(in); }
  void operator()(Nanos duration) const { out += fmt::format("d{}", duration.count()); }
  void operator()(const Bytes& bytes) const { out += fmt::format("b{}", bytes.count); }
  void operator()(const Percent& percent) const { out += fmt::format("%{}", percent.value); }
  void operator()(const Version& version) const {
    auto parts = version.parts;
    while (!parts.empty() && parts.back() == 0) parts.pop_back();
    out += fmt::format("v{}", fmt::join(parts, "."));
  }
  void operator()(const Regex& regex) const {
    out += 'r';
    text(regex.pattern);
  }
  void operator()(const NodeRef& node) const { out += fmt::format("@{}", node.index); }
  void operator()(const List& list) const {
    out += '[';
    for (const Value& item : list) {
      append_key(out, item);
      out += ',';
    }
    out += ']';
  }
  void operator()(const Document& document) const {
    std::vector<const std::pair<std::string, Value>*> entries;
    for (const auto& entry : document.entries) entries.push_back(&entry);
    std::sort(entries.begin(), entries.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
    out += '{';
    for (const auto* entry : entries) {
      text(entry->first);
      append_key(out, entry->second);
      out += ',';
    }
    out += '}';
  }
  void operator()(const Range& range) const {
    out += '~';
    (*this)(range.ends);
  }
};

void append_key(std::string& out, const Value& value) { std::visit(KeyWriter{out}, value.data); }

}  // namespace

std::string hash_key(const Value& value) {
  std::string out;
  append_key(out, value);
  return out;
}

Maybe call_list(const plan::Plan&, const std::string& name, const Values& arguments) {
  const Value& first = *arguments[0];
  const auto wrong = [&](const char* wanted, const Value& value) { return Undefined{fmt::format("`{}` takes {}, not {}", name, wanted, kind_of(value))}; };
  if (name == "keys_of" || name == "has" || name == "get_or") {
    const auto* document = first.as<Document>();
    if (!document) return wrong("a document", first);
    if (name == "keys_of") return keys_of(*document);
    const auto* key = arguments[1]->as<std::string>();
    if (!key) return wrong("a key", *arguments[1]);
    const Value* found = document->find(*key);
    if (name == "has") return Value(found != nullptr);
    return found ? *found : *arguments[2];
  }
  if (name == "merge") {
    const auto* over = arguments[1]->as<Document>();
    if (!first.is<Document>() || !over) return wrong("two documents", first.is<Document>() ? *arguments[1] : first);
    return merge(*first.as<Document>(), *over);
  }
  const bool ours = name == "count" || name == "min" || name == "max" || name == "sum" || name == "sort" || name == "distinct" || name == "missing";
  if (!ours) return std::nullopt;
  const List one = first.is<NodeRef>() ? List{first} : List{};
  const auto* items = first.is<NodeRef>() ? &one : first.as<List>();  // a node is a set of one
  if (!items) return wrong("a list", first);
  if (name == "count") return Value(static_cast<std::int64_t>(items->size()));
  if (name == "min") return extreme(*items, name, Order::less);
  if (name == "max") return extreme(*items, name, Order::greater);
  if (name == "sum") return sum(*items);
  if (name == "sort") return sort(*items);
  if (name == "distinct") return distinct(*items);
  const auto* others = arguments[1]->as<List>();
  return others ? missing(*items, *others) : Value(wrong("two lists", *arguments[1]));
}

}  // namespace failc::eval
