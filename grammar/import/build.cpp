#include "grammar/import/build.hpp"

#include <algorithm>
#include <unordered_map>

#include "grammar/base/utf8.hpp"

namespace failc::spec {

namespace {

/// The first byte from `at` that is not plain text: a control character, or none of ASCII.
/// Without branches, and so are its callers: the compiler looks at many bytes at once.
constexpr bool odd(char one) {
  const auto byte = static_cast<unsigned char>(one);
  return (byte >= 0x7f) | ((byte < ' ') & (byte != '\n') & (byte != '\r') & (byte != '\t'));
}

const char* first_odd(const char* at, const char* end) {
  constexpr std::ptrdiff_t kBlock = 64;
  const auto any_odd = [](const char* block) {
    unsigned char out = 0;
    for (std::ptrdiff_t i = 0; i < kBlock; ++i) out |= odd(block[i]);
    return out != 0;
  };
  while (end - at >= kBlock && !any_odd(at)) at += kBlock;
  while (at != end && !odd(*at)) ++at;
  return at;
}

std::string hexadecimal(unsigned char byte) {
  constexpr const char* kDigits = "0123456789ABCDEF";
  return std::string("0x") + kDigits[byte >> 4] + kDigits[byte & 15];
}

}  // namespace

Builder::Builder(FileId file, std::string_view source, diag::Sink& sink) : sink_(sink) {
  tree_.file = file;
  tree_.source = source;
  tree_.nodes.reserve(64 + std::min<std::size_t>(source.size(), kMostBytes) / 16);
  tree_.nodes.emplace_back();
  open_.reserve(32);
}

bool Builder::fail(diag::Code code, Span span, std::initializer_list<std::string_view> arguments) {
  sink_.report(code, {tree_.file, span}, arguments);
  return false;
}

bool Builder::beyond(Span span, std::string_view what, std::size_t limit) {
  return fail(diag::Code::beyond_limit, span, {what, std::to_string(limit)});
}

bool Builder::check_text() {
  const std::string_view source = tree_.source;
  if (source.size() > kMostBytes) return beyond({0, 0}, "this file has more bytes", kMostBytes);
  const char* const begin = source.data();
  const char* const end = begin + source.size();
  for (const char* at = first_odd(begin, end); at != end; at = first_odd(at, end)) {
    const auto offset = static_cast<std::uint32_t>(at - begin);
    const auto byte = static_cast<unsigned char>(*at);
    if (byte < 0x80) return fail(diag::Code::control_character, {offset, offset + 1}, {hexadecimal(byte)});
    const std::size_t length = utf8::length(at, end);
    if (length == 0) return fail(diag::Code::invalid_utf8, {offset, offset + 1}, {hexadecimal(byte)});
    at += length;
  }
  return true;
}

std::string_view Builder::text_of(NodeIndex scalar) const {
  const Node& node = tree_.nodes[resolved(scalar)];
  if (node.kind == Kind::null) return {};
  return (node.copied ? std::string_view(tree_.copied) : tree_.source).substr(node.first, node.count);
}

bool Builder::add(Node node) {
  // A value of an empty text behind an anchor or a tag can be said to begin where the file has ended.
  node.span.end = std::min(node.span.end, static_cast<std::uint32_t>(tree_.source.size()));
  node.span.begin = std::min(node.span.begin, node.span.end);
  last_span_ = node.span;
  const auto index = static_cast<NodeIndex>(tree_.nodes.size());
  if (open_.empty()) {
    tree_.root = index;
  } else {
    Open& open = open_.back();
    if (at_key() && (node.kind == Kind::list || node.kind == Kind::document))
      return fail(diag::Code::import_syntax, node.span, {"a key of a document is a scalar, this is " + std::string(noun(node.kind))});
    (open.last == 0 ? tree_.nodes[open.node].first : tree_.nodes[open.last].next) = index;
    open.last = index;
    ++open.count;
  }
  tree_.nodes.push_back(node);
  return true;
}

bool Builder::scalar(Kind kind, Span span, std::string_view text, bool is_key_of_merge) {
  if (text.size() > kLongestScalar) return beyond(span, "this scalar has more bytes", kLongestScalar);
  if (is_key_of_merge) open_.back().merges = true;
  Node node{.kind = kind, .span = span};
  node.count = static_cast<std::uint32_t>(text.size());
  if (text.data() >= tree_.source.data() && text.data() + text.size() <= tree_.source.data() + tree_.source.size()) {
    node.first = static_cast<std::uint32_t>(text.data() - tree_.source.data());
  } else {
    node.copied = true;
    node.first = static_cast<std::uint32_t>(tree_.copied.size());
    tree_.copied += text;
  }
  return add(node);
}

bool Builder::begin(Kind kind, Span span) {
  if (open_.size() == kDeepest) return beyond(span, "lists and documents nest deeper", kDeepest);
  if (!add({.kind = kind, .span = span})) return false;
  open_.push_back({.node = last(), .document = kind == Kind::document});
  return true;
}

bool Builder::alias(Span span, NodeIndex target) {
  const Node& of = tree_.nodes[target];
  return add({.kind = of.kind, .alias = true, .depth = of.depth, .span = span, .first = target, .count = of.count, .values = of.values});
}

bool Builder::is_open(NodeIndex node) const {
  return std::any_of(open_.begin(), open_.end(), [&](const Open& open) { return open.node == node; });
}

bool Builder::end(std::uint32_t end) {
  const Open closed = open_.back();
  open_.pop_back();
  Node& node = tree_.nodes[closed.node];
  node.count = closed.count;
  if (end == 0) end = std::max(node.span.end, last_span_.end);
  node.span.end = end;
  last_span_ = {end > 0 ? end - 1 : 0, end};
  if (closed.document && !(check_keys(closed) && (!closed.merges || merge(closed)))) return false;
  return weigh(closed.node);
}

bool Builder::weigh(NodeIndex container) {
  std::size_t values = 1, depth = 0;
  for (NodeIndex at = tree_.nodes[container].first; at != 0; at = tree_.nodes[at].next) {
    values += tree_.nodes[at].values;
    depth = std::max<std::size_t>(depth, tree_.nodes[at].depth);
  }
  Node& node = tree_.nodes[container];
  if (values > kMostValues) return beyond(node.span, "its aliases followed, this stands for more values", kMostValues);
  if (++depth > kDeepest) return beyond(node.span, "its aliases followed, this nests deeper", kDeepest);
  node.values = static_cast<std::uint32_t>(values);
  node.depth = static_cast<std::uint16_t>(depth);
  return true;
}

bool Builder::check_keys(const Open& document) {
  const auto twice = [&](NodeIndex key, NodeIndex before) {
    sink_.report(diag::Code::duplicate_key, {tree_.file, tree_.nodes[key].span}, {text_of(key)}).notes.push_back({Place{tree_.file, tree_.nodes[before].span}, "the first one is here"});
    return false;
  };
  const auto after = [&](NodeIndex key) { return tree_.nodes[tree_.nodes[key].next].next; };
  const NodeIndex first = tree_.nodes[document.node].first;
  constexpr std::uint32_t kFew = 24;
  if (document.count <= kFew) {
    for (NodeIndex key = first; key != 0; key = after(key))
      for (NodeIndex before = first; before != key; before = after(before))
        if (text_of(before) == text_of(key)) return twice(key, before);
    return true;
  }
  std::unordered_map<std::string_view, NodeIndex> seen;
  for (NodeIndex key = first; key != 0; key = after(key)) {
    const auto [entry, fresh] = seen.try_emplace(text_of(key), key);
    if (!fresh) return twice(key, entry->second);
  }
  return true;
}

bool Builder::merged_entries(NodeIndex value, std::vector<std::pair<NodeIndex, NodeIndex>>& out) {
  const Span here = tree_.nodes[value].span;
  const NodeIndex from = resolved(value);
  if (tree_.nodes[from].kind == Kind::list) {
    std::vector<NodeIndex> parts;
    for (NodeIndex at = tree_.nodes[from].first; at != 0; at = tree_.nodes[at].next) parts.push_back(at);
    for (auto at = parts.rbegin(); at != parts.rend(); ++at) {
      if (tree_.nodes[*at].kind != Kind::document) return fail(diag::Code::bad_merge, tree_.nodes[*at].span, {noun(tree_.nodes[*at].kind)});
      if (!merged_entries(*at, out)) return false;
    }
    return true;
  }
  if (tree_.nodes[from].kind != Kind::document) return fail(diag::Code::bad_merge, here, {noun(tree_.nodes[from].kind)});
  const auto by_way_of = [&](NodeIndex node) {
    const NodeIndex target = resolved(node);
    const Node& of = tree_.nodes[target];
    tree_.nodes.push_back({.kind = of.kind, .alias = true, .depth = of.depth, .span = here, .first = target, .count = of.count, .values = of.values});
    return static_cast<NodeIndex>(tree_.nodes.size() - 1);
  };
  for (NodeIndex key = tree_.nodes[from].first; key != 0;) {
    if (tree_.nodes.size() > 2 * kMostValues) return beyond(here, "merging makes more values", kMostValues);
    const NodeIndex of = tree_.nodes[key].next, next = tree_.nodes[of].next;
    const NodeIndex new_key = by_way_of(key);
    out.emplace_back(new_key, by_way_of(of));
    key = next;
  }
  return true;
}

bool Builder::merge(const Open& document) {
  std::vector<std::pair<NodeIndex, NodeIndex>> own, all;
  for (NodeIndex key = tree_.nodes[document.node].first; key != 0; key = tree_.nodes[tree_.nodes[key].next].next) {
    const NodeIndex value = tree_.nodes[key].next;
    const bool merges = tree_.nodes[key].kind == Kind::text && !tree_.nodes[key].alias && text_of(key) == "<<" && tree_.source[tree_.nodes[key].span.begin] == '<';
    if (!merges)
      own.emplace_back(key, value);
    else if (!merged_entries(value, all))
      return false;
  }
  all.insert(all.end(), own.begin(), own.end());
  // A key stands where it was first, with the value that it had last.
  std::unordered_map<std::string_view, std::size_t> positions;
  std::vector<std::pair<NodeIndex, NodeIndex>> kept;
  for (const auto& entry : all) {
    const auto [found, fresh] = positions.try_emplace(text_of(entry.first), kept.size());
    if (fresh) kept.push_back(entry);
    else kept[found->second] = entry;
  }
  NodeIndex before = 0;
  for (const auto& [key, value] : kept) {
    (before == 0 ? tree_.nodes[document.node].first : tree_.nodes[before].next) = key;
    tree_.nodes[key].next = value;
    before = value;
  }
  if (before == 0) tree_.nodes[document.node].first = 0;
  else tree_.nodes[before].next = 0;
  tree_.nodes[document.node].count = static_cast<std::uint32_t>(2 * kept.size());
  return true;
}

Kind kind_of_plain(std::string_view text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return Kind::null;
  const char first = text.front();
  if (first == 't' || first == 'T') return text == "true" || text == "True" || text == "TRUE" ? Kind::boolean : Kind::text;
  if (first == 'f' || first == 'F') return text == "false" || text == "False" || text == "FALSE" ? Kind::boolean : Kind::text;
  const auto digits = [](std::string_view part, std::string_view of) { return !part.empty() && part.find_first_not_of(of) == std::string_view::npos; };
  constexpr std::string_view kDecimal = "0123456789";
  if (text.starts_with("0x") && digits(text.substr(2), "0123456789abcdefABCDEF")) return Kind::integer;
  if (text.starts_with("0o") && digits(text.substr(2), "01234567")) return Kind::integer;
  std::string_view rest = text;
  if (first == '-' || first == '+') rest.remove_prefix(1);
  if (rest.empty() || (rest.front() != '.' && (rest.front() < '0' || rest.front() > '9'))) return Kind::text;
  if (digits(rest, kDecimal)) return Kind::integer;
  if (rest == ".inf" || rest == ".Inf" || rest == ".INF") return Kind::real;
  if (text == ".nan" || text == ".NaN" || text == ".NAN") return Kind::real;
  const std::size_t exponent = rest.find_first_of("eE");
  if (exponent != std::string_view::npos) {
    std::string_view power = rest.substr(exponent + 1);
    if (!power.empty() && (power.front() == '-' || power.front() == '+')) power.remove_prefix(1);
    if (!digits(power, kDecimal)) return Kind::text;
    rest = rest.substr(0, exponent);
  }
  const std::size_t point = rest.find('.');
  const std::string_view whole = rest.substr(0, point), part = point == std::string_view::npos ? "" : rest.substr(point + 1);
  const bool good = (digits(whole, kDecimal) && (part.empty() || digits(part, kDecimal))) || (whole.empty() && digits(part, kDecimal));
  return good ? Kind::real : Kind::text;
}

}  // namespace failc::spec
