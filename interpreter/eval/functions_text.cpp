// Built-in functions over text: len bytes string number type_of join split lines json base64 unbase64 extract.
#include <array>
#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "interpreter/eval/evaluator.hpp"
#include "interpreter/value/utf8.hpp"

namespace failc::eval {
namespace {

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

Value wrong(const std::string& function, const char* wanted, const Value& value) {
  return Undefined{fmt::format("`{}` takes {}, not {}", function, wanted, kind_of(value))};
}

/// As a parameter's type is written.
std::string type_of(const Value& value) {
  static constexpr const char* kNames[] = {"undefined", "null", "bool", "int", "float", "string", "duration", "size", "percent", "version", "regex", "node", "list", "doc", "range"};
  static_assert(std::size(kNames) == std::variant_size_v<decltype(value.data)>);
  return kNames[value.data.index()];
}

// Code points; a byte that is none counts as one.
std::int64_t length(std::string_view text) {
  std::int64_t count = 0;
  for (std::size_t at = 0; at < text.size(); at += std::max<std::size_t>(utf8_sequence(text, at), 1)) ++count;
  return count;
}

Value to_number(const Value& value) {
  if (value.is<std::int64_t>() || value.is<double>()) return value;
  const auto* text = value.as<std::string>();
  if (!text) return wrong("number", "a text", value);
  std::string_view digits = *text;
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  while (!digits.empty() && blank(digits.front())) digits.remove_prefix(1);
  while (!digits.empty() && blank(digits.back())) digits.remove_suffix(1);
  const char* const end = digits.data() + digits.size();
  std::int64_t whole = 0;
  if (const auto [rest, problem] = std::from_chars(digits.data(), end, whole); problem == std::errc() && rest == end) return whole;
  double decimal = 0;
  const bool looks_like_one = digits.find_first_not_of("0123456789+-.eE") == std::string_view::npos;  // not `inf`, `nan`
  if (const auto [rest, problem] = std::from_chars(digits.data(), end, decimal); looks_like_one && problem == std::errc() && rest == end) return decimal;
  return Undefined{fmt::format("{} is no number", show(value, {}, 60))};
}

Value join(const plan::Plan& plan, const Value& items, const Value& separator) {
  const auto* list = items.as<List>();
  const auto* between = separator.as<std::string>();
  if (!list) return wrong("join", "a list", items);
  if (!between) return wrong("join", "a string between", separator);
  const auto names = node_names(plan);
  std::string out;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const Value text = to_text((*list)[i], names);
    if (text.undefined()) return text;
    if (i > 0) out += *between;
    out += *text.as<std::string>();
  }
  return out;
}

Value split(const std::string& text, const std::string& separator) {
  if (separator.empty()) return Undefined{"`split` by an empty string"};
  List out;
  std::size_t begin = 0;
  for (std::size_t end; (end = text.find(separator, begin)) != std::string::npos; begin = end + separator.size())
    out.emplace_back(text.substr(begin, end - begin));
  out.emplace_back(text.substr(begin));
  return out;
}

Value lines(const std::string& text) {
  List out;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::size_t next = end + 1;
    if (end > begin && text[end - 1] == '\r') --end;
    out.emplace_back(text.substr(begin, end - begin));
    begin = next;
  }
  return out;
}

std::string base64(std::string_view bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t k) { return i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u; };
    const unsigned bits = byte(0) << 16 | byte(1) << 8 | byte(2);
    const std::size_t digits = std::min<std::size_t>(bytes.size() - i, 3) + 1;
    for (std::size_t k = 0; k < 4; ++k) out += k < digits ? kDigits[bits >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

Value unbase64(std::string_view text) {
  const Value bad = Undefined{fmt::format("{} is not base64", show(Value(std::string(text)), {}, 60))};
  static const std::array<int, 256> values = [] {
    std::array<int, 256> table;
    table.fill(-1);
    for (std::size_t i = 0; i < kDigits.size(); ++i) table[static_cast<unsigned char>(kDigits[i])] = static_cast<int>(i);
    table['-'] = 62;  // the URL's alphabet
    table['_'] = 63;
    return table;
  }();
  for (int padding = 0; padding < 2 && !text.empty() && text.back() == '='; ++padding) text.remove_suffix(1);
  std::string out;
  unsigned bits = 0;
  int held = 0;
  for (const char c : text) {
    if (c == '\n' || c == '\r') continue;
    const int value = values[static_cast<unsigned char>(c)];
    if (value < 0) return bad;
    bits = (bits << 6 | static_cast<unsigned>(value)) & 0xFFFFFF;
    held += 6;
    if (held >= 8) {
      held -= 8;
      out += static_cast<char>(bits >> held & 0xFF);
    }
  }
  return held == 6 ? bad : Value(std::move(out));
}

Value parse_json(const std::string& text) {
  const auto parsed = nlohmann::json::parse(text, nullptr, false);
  if (parsed.is_discarded()) return Undefined{fmt::format("not JSON: {}", show(Value(text), {}, 60))};
  return from_json(parsed);
}

}  // namespace

Value to_text(const Value& value, const std::vector<std::string>& names) {
  if (value.undefined() || value.is<std::string>()) return value;
  if (const auto* number = value.as<double>()) return fmt::format("{}", *number);
  return show(value, names, std::string::npos - 8);
}

Maybe call_text(const plan::Plan& plan, const std::string& name, const Values& arguments) {
  const Value& first = *arguments[0];
  if (name == "string") return to_text(first, node_names(plan));
  if (name == "number") return to_number(first);
  if (name == "type_of") return Value(type_of(first));
  if (name == "join") return join(plan, first, *arguments[1]);
  const bool ours = name == "len" || name == "bytes" || name == "split" || name == "lines" || name == "json" || name == "base64" || name == "unbase64" || name == "extract";
  if (!ours) return std::nullopt;
  const auto* text = first.as<std::string>();
  if (!text) return wrong(name, "a string", first);
  if (name == "len") return Value(length(*text));
  if (name == "bytes") return Value(static_cast<std::int64_t>(text->size()));
  if (name == "lines") return lines(*text);
  if (name == "json") return parse_json(*text);
  if (name == "base64") return Value(base64(*text));
  if (name == "unbase64") return unbase64(*text);
  if (name == "split") {
    const auto* separator = arguments[1]->as<std::string>();
    return separator ? split(*text, *separator) : wrong(name, "a string to split by", *arguments[1]);
  }
  const auto* regex = arguments[1]->as<Regex>();
  if (!regex) return wrong(name, "a regular expression", *arguments[1]);
  Result<std::string> found = extract(*text, *regex);
  return found ? Value(std::move(*found)) : Value(Undefined{found.error().message});
}

}  // namespace failc::eval
