// Values as a user writes them.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "interpreter/value/utf8.hpp"
#include "interpreter/value/value.hpp"

namespace failc {
namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_sequence(text, at);
    const char c = text[at];
    if (length == 0) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else if (length > 1) {
      out += text.substr(at, length);
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\0') {
      out += "\\0";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
    at += std::max<std::size_t>(length, 1);
  }
  return out + '"';
}

bool plain_key(std::string_view key) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !key.empty() && letter(key[0]) && std::all_of(key.begin(), key.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

std::string decimal(double number) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return number < 0 ? "-inf" : "inf";
  std::string text = fmt::format("{}", number);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string size_text(std::int64_t count) {
  struct Unit { std::int64_t bytes; const char* name; };
  static constexpr Unit units[] = {{1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}, {1'000'000'000, "GB"}, {1'000'000, "MB"}, {1'000, "KB"}};
  for (const Unit& unit : units)
    if (count != 0 && count % unit.bytes == 0) return fmt::format("{}{}", count / unit.bytes, unit.name);
  return fmt::format("{}B", count);
}

// Stops adding once `limit` is passed, so that a list of a million is not printed to be cut.
class Printer {
 public:
  Printer(const std::vector<std::string>& names, std::size_t limit) : names_(names), limit_(limit) {}

  void print(const Value& value) {
    if (full()) return;
    std::visit([this](const auto& alternative) { add(alternative); }, value.data);
  }
  std::string finish() {
    if (out.size() <= limit_) return std::move(out);
    static constexpr std::string_view dots = "…";
    return std::string(utf8_prefix(out, limit_ > dots.size() ? limit_ - dots.size() : 0)) + std::string(dots);
  }

 private:
  bool full() const { return out.size() > limit_; }

  void add(const Undefined& undefined) {
    out += "undefined";
    if (!undefined.reason.empty()) out += " (" + undefined.reason + ")";
  }
  void add(const Null&) { out += "null"; }
  void add(bool truth) { out += truth ? "true" : "false"; }
  void add(std::int64_t number) { out += fmt::format("{}", number); }
  void add(double number) { out += decimal(number); }
  void add(const std::string& text) { out += quoted(std::string_view(text).substr(0, limit_ + 1)); }
  void add(Nanos duration) { out += show(duration); }
  void add(const Bytes& bytes) { out += size_text(bytes.count); }
  void add(const Percent& percent) { out += fmt::format("{}%", percent.value); }
  void add(const Version& version) { out += fmt::format("{}", fmt::join(version.parts, ".")); }
  void add(const Regex& regex) {
    out += "r\"";
    for (const char c : regex.pattern) {
      if (c == '"') out += '\\';
      out += c;
    }
    out += '"';
  }
  void add(const NodeRef& node) { out += node.index < names_.size() ? names_[node.index] : fmt::format("node {}", node.index); }
  void add(const List& list) {
    out += '[';
    for (std::size_t i = 0; i < list.size() && !full(); ++i) {
      if (i > 0) out += ", ";
      print(list[i]);
    }
    out += ']';
  }
  void add(const Document& document) {
    out += '{';
    for (std::size_t i = 0; i < document.entries.size() && !full(); ++i) {
      const auto& [key, value] = document.entries[i];
      out += i > 0 ? ", " : " ";
      out += (plain_key(key) ? key : failc::quoted(key)) + ": ";
      print(value);
    }
    out += document.entries.empty() ? "}" : " }";
  }
  void add(const Range& range) {
    for (std::size_t i = 0; i < range.ends.size(); ++i) {
      if (i > 0) out += " .. ";
      print(range.ends[i]);
    }
  }

  const std::vector<std::string>& names_;
  std::size_t limit_;
  std::string out;
};

struct Kind {
  std::string_view operator()(const Undefined&) const { return "an undefined value"; }
  std::string_view operator()(const Null&) const { return "null"; }
  std::string_view operator()(bool) const { return "a bool"; }
  std::string_view operator()(std::int64_t) const { return "an int"; }
  std::string_view operator()(double) const { return "a float"; }
  std::string_view operator()(const std::string&) const { return "a string"; }
  std::string_view operator()(Nanos) const { return "a duration"; }
  std::string_view operator()(const Bytes&) const { return "a size"; }
  std::string_view operator()(const Percent&) const { return "a percentage"; }
  std::string_view operator()(const Version&) const { return "a version"; }
  std::string_view operator()(const Regex&) const { return "a regular expression"; }
  std::string_view operator()(const NodeRef&) const { return "a node"; }
  std::string_view operator()(const List&) const { return "a list"; }
  std::string_view operator()(const Document&) const { return "a document"; }
  std::string_view operator()(const Range&) const { return "a range"; }
};

}  // namespace

std::string show(const Value& value, const std::vector<std::string>& names, std::size_t limit) {
  Printer printer(names, limit);
  printer.print(value);
  return printer.finish();
}

std::string_view kind_of(const Value& value) { return std::visit(Kind{}, value.data); }

}  // namespace failc
