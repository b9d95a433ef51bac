// Values as JSON: tagged, for plans and journals; plain, for servers.
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "interpreter/value/utf8.hpp"
#include "interpreter/value/value.hpp"

namespace failc {
namespace {

using nlohmann::json;

constexpr int kDeepest = kDeepestJson;

std::string hexadecimal(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

std::optional<std::string> from_hexadecimal(std::string_view text) {
  const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = digit(text[i]), low = digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

json tag(const char* name, json value) {
  json out = json::object();
  out[name] = std::move(value);
  return out;
}

json text_json(const std::string& text) { return valid_utf8(text) ? json(text) : tag("$bytes", hexadecimal(text)); }

struct Tagged {
  json operator()(const Undefined& undefined) const { return tag("$undefined", text_json(undefined.reason)); }
  json operator()(const Null&) const { return nullptr; }
  json operator()(bool truth) const { return truth; }
  json operator()(std::int64_t number) const { return number; }
  json operator()(double number) const { return std::isfinite(number) ? json(number) : tag("$float", std::isnan(number) ? "nan" : number < 0 ? "-inf" : "inf"); }
  json operator()(const std::string& text) const { return text_json(text); }
  json operator()(Nanos duration) const { return tag("$duration", show(duration)); }
  json operator()(const Bytes& bytes) const { return tag("$size", bytes.count); }
  json operator()(const Percent& percent) const { return tag("$percent", percent.value); }
  json operator()(const Version& version) const { return tag("$version", fmt::format("{}", fmt::join(version.parts, "."))); }
  json operator()(const Regex& regex) const { return tag("$regex", text_json(regex.pattern)); }
  json operator()(const NodeRef& node) const { return tag("$node", node.index); }
  json operator()(const List& list) const {
    json out = json::array();
    for (const Value& value : list) out.push_back(to_json(value));
    return out;
  }
  json operator()(const Document& document) const {
    // JSON objects are sorted by key here; where that would lose the order, or a key could pass for a tag, pairs are written.
    bool plain = true;
    for (std::size_t i = 0; i < document.entries.size(); ++i) {
      const std::string& key = document.entries[i].first;
      plain = plain && (key.empty() || key[0] != '$') && valid_utf8(key) && (i == 0 || document.entries[i - 1].first < key);
    }
    json out = plain ? json::object() : json::array();
    for (const auto& [key, value] : document.entries) {
      if (plain) out[key] = to_json(value);
      else out.push_back(json::array({text_json(key), to_json(value)}));
    }
    return plain ? out : tag("$document", std::move(out));
  }
  json operator()(const Range& range) const {
    json ends = json::array();
    for (const Value& end : range.ends) ends.push_back(to_json(end));
    return tag("$range", std::move(ends));
  }
};

Value plain(const json& in, int depth) {
  if (depth > kDeepest) return Undefined{fmt::format("the JSON is nested more than {} deep", kDeepest)};
  switch (in.type()) {
    case json::value_t::null: return Null{};
    case json::value_t::boolean: return in.get<bool>();
    case json::value_t::number_integer: return in.get<std::int64_t>();
    case json::value_t::number_unsigned: {
      const auto number = in.get<std::uint64_t>();
      if (number <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return static_cast<std::int64_t>(number);
      return static_cast<double>(number);
    }
    case json::value_t::number_float: return in.get<double>();
    case json::value_t::string: return in.get_ref<const std::string&>();
    case json::value_t::array: {
      List out;
      out.reserve(in.size());
      for (const json& item : in) out.push_back(plain(item, depth + 1));
      return out;
    }
    case json::value_t::object: {
      Document out;
      for (const auto& [key, value] : in.items()) out.entries.emplace_back(key, plain(value, depth + 1));
      return out;
    }
    case json::value_t::binary:
    case json::value_t::discarded: return Undefined{"not JSON"};
  }
  return Undefined{"not JSON"};
}

Result<Value> tagged(const json& in, int depth);

Result<std::string> tagged_text(const json& in) {
  if (in.is_string()) return in.get<std::string>();
  if (in.is_object() && in.size() == 1 && in.begin().key() == "$bytes" && in.begin()->is_string())
    if (auto bytes = from_hexadecimal(in.begin()->get_ref<const std::string&>())) return *bytes;
  return Error{"a text is expected"};
}

Result<Value> document_of_pairs(const json& in, int depth) {
  Document out;
  if (!in.is_array()) return Error{"`$document` takes a list of pairs"};
  for (const json& pair : in) {
    if (!pair.is_array() || pair.size() != 2) return Error{"`$document` takes a list of pairs"};
    auto key = tagged_text(pair[0]);
    if (!key) return key.error();
    auto value = tagged(pair[1], depth + 1);
    if (!value) return value;
    out.entries.emplace_back(std::move(*key), std::move(*value));
  }
  return Value(std::move(out));
}

Result<Value> by_tag(const std::string& name, const json& in, int depth) {
  const auto wrong = [&](const char* wanted) { return Error{fmt::format("`{}` takes {}", name, wanted)}; };
  if (name == "$document") return document_of_pairs(in, depth);
  if (name == "$range") {
    if (!in.is_array() || in.size() != 2) return wrong("two ends");
    auto low = tagged(in[0], depth + 1), high = tagged(in[1], depth + 1);
    if (!low) return low;
    if (!high) return high;
    return Value(Range{{std::move(*low), std::move(*high)}});
  }
  if (name == "$size") {
    if (!in.is_number_integer()) return wrong("an integer");
    return Value(Bytes{in.get<std::int64_t>()});
  }
  if (name == "$percent") {
    if (!in.is_number()) return wrong("a number");
    return Value(Percent{in.get<double>()});
  }
  if (name == "$node") {
    const bool natural = in.is_number_integer() && (in.is_number_unsigned() || in.get<std::int64_t>() >= 0);
    if (!natural || in.get<std::uint64_t>() > std::numeric_limits<std::uint32_t>::max()) return wrong("an index");
    return Value(NodeRef{in.get<std::uint32_t>()});
  }
  if (name == "$bytes") {
    const auto bytes = in.is_string() ? from_hexadecimal(in.get_ref<const std::string&>()) : std::nullopt;
    return bytes ? Result<Value>(Value(*bytes)) : Result<Value>(wrong("hexadecimal digits"));
  }
  auto text = tagged_text(in);
  if (!text) return wrong("a text");
  if (name == "$undefined") return Value(Undefined{std::move(*text)});
  if (name == "$regex") {
    auto regex = compile_regex(std::move(*text));
    if (!regex) return regex.error();
    return Value(std::move(*regex));
  }
  if (name == "$duration") {
    const auto duration = parse_duration(*text);
    return duration ? Result<Value>(Value(*duration)) : Result<Value>(wrong("a duration like `5s`"));
  }
  if (name == "$version") {
    auto version = parse_version(*text);
    return version ? Result<Value>(Value(std::move(*version))) : Result<Value>(wrong("a version like `4.2.1`"));
  }
  if (name == "$float") {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (*text == "inf") return Value(infinity);
    if (*text == "-inf") return Value(-infinity);
    if (*text == "nan") return Value(std::numeric_limits<double>::quiet_NaN());
    return wrong("`inf`, `-inf` or `nan`");
  }
  return Error{fmt::format("unknown tag `{}`", name)};
}

Result<Value> tagged(const json& in, int depth) {
  if (depth > kDeepest) return Error{fmt::format("nested more than {} deep", kDeepest)};
  if (in.is_array()) {
    List out;
    for (const json& item : in) {
      auto value = tagged(item, depth + 1);
      if (!value) return value;
      out.push_back(std::move(*value));
    }
    return Value(std::move(out));
  }
  if (!in.is_object()) return plain(in, depth);
  if (in.size() == 1 && !in.begin().key().empty() && in.begin().key()[0] == '$') return by_tag(in.begin().key(), *in.begin(), depth);
  Document out;
  for (const auto& [key, item] : in.items()) {
    auto value = tagged(item, depth + 1);
    if (!value) return value;
    out.entries.emplace_back(key, std::move(*value));
  }
  return Value(std::move(out));
}

// Makes an ordered_json; `problem` is set where there is none.
struct Plain {
  using Out = nlohmann::ordered_json;
  const std::vector<std::string>& names;
  std::string& problem;

  Out text(const std::string& in) const {
    if (!valid_utf8(in)) problem = "a text in it is not UTF-8, which JSON cannot hold";
    return problem.empty() ? Out(in) : Out();
  }
  Out operator()(const Undefined& undefined) const {
    problem = "a value in it is undefined (" + undefined.reason + ")";
    return nullptr;
  }
  Out operator()(const Null&) const { return nullptr; }
  Out operator()(bool truth) const { return truth; }
  Out operator()(std::int64_t number) const { return number; }
  Out operator()(double number) const {
    if (!std::isfinite(number)) problem = "JSON has no " + show(Value(number));
    return number;
  }
  Out operator()(const std::string& in) const { return text(in); }
  Out operator()(Nanos duration) const { return show(duration); }
  Out operator()(const Bytes& bytes) const { return bytes.count; }
  Out operator()(const Percent& percent) const { return percent.value; }
  Out operator()(const Version& version) const { return show(Value(version)); }
  Out operator()(const Regex& regex) const { return text(regex.pattern); }
  Out operator()(const NodeRef& node) const { return show(Value(node), names); }
  Out operator()(const List& list) const {
    Out out = Out::array();
    for (const Value& value : list) out.push_back(std::visit(*this, value.data));
    return out;
  }
  Out operator()(const Document& document) const {
    Out out = Out::object();
    for (const auto& [key, value] : document.entries) {
      text(key);
      out[key] = std::visit(*this, value.data);
    }
    return out;
  }
  Out operator()(const Range& range) const { return (*this)(range.ends); }
};

}  // namespace

bool deeper_than(std::string_view json, int most) {
  int depth = 0;
  bool inside_text = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (inside_text) {
      if (c == '\\') ++i;
      else if (c == '"') inside_text = false;
    } else if (c == '"') {
      inside_text = true;
    } else if (c == '[' || c == '{') {
      if (++depth > most) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

nlohmann::json to_json(const Value& value) { return std::visit(Tagged{}, value.data); }

Value from_json(const nlohmann::json& json) { return plain(json, 0); }

Result<Value> read_tagged_json(const nlohmann::json& json) { return tagged(json, 0); }

Value from_tagged_json(const nlohmann::json& json) {
  auto value = tagged(json, 0);
  return value ? std::move(*value) : Value(Undefined{value.error().message});
}

Result<std::string> to_plain_json(const Value& value, const std::vector<std::string>& names) {
  std::string problem;
  const nlohmann::ordered_json out = std::visit(Plain{names, problem}, value.data);
  if (!problem.empty()) return Error{problem};
  return out.dump();
}

}  // namespace failc
