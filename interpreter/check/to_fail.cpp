#include "interpreter/check/to_fail.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>

#include "grammar/base/bug.hpp"
#include "grammar/import/keys.hpp"
#include "grammar/import/read.hpp"
#include "interpreter/check/spec.hpp"

namespace failc::check {
namespace {

using spec::Entry;
using spec::Kind;
using spec::Ref;

constexpr std::size_t kWidth = 120;

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        else out += c;
    }
  }
  return out + "\"";
}

std::string key_of(std::string_view key) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const bool word = !key.empty() && letter(key.front()) && std::all_of(key.begin(), key.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
  return word ? std::string(key) : in_quotes(key);
}

class Writer {
 public:
  explicit Writer(diag::Sink& sink) : sink_(sink) {}

  std::string scalar(const Ref& ref) {
    if (ref.is(Kind::null)) return "null";
    if (ref.is(Kind::boolean)) return ref.boolean() ? "true" : "false";
    if (ref.is(Kind::text)) return in_quotes(ref.text());
    if (const auto whole = ref.integer(); whole && *whole > INT64_MIN) return std::to_string(*whole);
    const std::optional<double> real = ref.real();
    if (real && std::isfinite(*real)) {
      std::string text = fmt::format("{:f}", *real);
      if (std::stod(text) == *real) {
        while (text.back() == '0' && text[text.size() - 2] != '.') text.pop_back();
        return text;
      }
    }
    spec::note_alias(sink_.report(diag::Code::wrong_spec_value, ref.place(), {"a number that the language can write", "a value", "`" + std::string(ref.text()) + "`"}), ref);
    return "0";
  }

  /// A document of what stands apart.
  std::string entries(const SpecPlay::Parts& parts, std::size_t column, std::size_t indent) {
    std::string line;
    for (const SpecPlay::Part& part : parts) line += (line.empty() ? "{ " : ", ") + key_of(part.key) + ": " + flat(part.value);
    if (line.empty()) return "{}";
    if (column + line.size() + 2 <= kWidth) return line + " }";
    std::string out = "{\n";
    for (const SpecPlay::Part& part : parts) {
      const std::string key = key_of(part.key) + ": ";
      out += std::string(indent + 2, ' ') + key + value(part.value, indent + 3 + key.size(), indent + 2) + ",\n";
    }
    return out + std::string(indent, ' ') + "}";
  }

  /// On one line where it fits; `column` is where it begins, `indent` what its lines behind the first have before them.
  std::string value(const Ref& ref, std::size_t column, std::size_t indent) {
    if (!ref.is(Kind::list) && !ref.is(Kind::document)) return scalar(ref);
    std::string line = flat(ref);
    if (column + line.size() <= kWidth || ref.size() == 0) return line;
    const bool document = ref.is(Kind::document);
    const std::string inner(indent + 2, ' ');
    std::string out = document ? "{\n" : "[\n";
    for (const Ref item : ref.items()) out += inner + value(item, indent + 3, indent + 2) + ",\n";
    for (const Entry entry : ref.entries()) {
      const std::string key = key_of(entry.key.text()) + ": ";
      out += inner + key + value(entry.value, indent + 3 + key.size(), indent + 2) + ",\n";
    }
    return out + std::string(indent, ' ') + (document ? "}" : "]");
  }

 private:
  std::string flat(const Ref& ref) {
    std::string out;
    for (const Ref item : ref.items()) out += (out.empty() ? "" : ", ") + flat(item);
    for (const Entry entry : ref.entries()) out += (out.empty() ? "" : ", ") + key_of(entry.key.text()) + ": " + flat(entry.value);
    if (ref.is(Kind::list)) return "[" + out + "]";
    if (ref.is(Kind::document)) return out.empty() ? "{}" : "{ " + out + " }";
    return scalar(ref);
  }

  diag::Sink& sink_;
};

std::string step(const SpecPlay::Parts& parts, std::string before, std::size_t indent, Writer& writer) {
  std::string out = std::string(indent, ' ') + std::move(before) + " with {";
  for (const SpecPlay::Part& part : parts) {
    out += (out.back() == '{' ? " " : ", ") + key_of(part.key) + ": ";
    const std::size_t line = out.rfind('\n');
    out += writer.value(part.value, out.size() - (line == std::string::npos ? 0 : line + 1) + 2, indent);
  }
  return out + " }";
}

std::string scenario(const SpecPlay& play, const std::string& title, Writer& writer) {
  std::string out = fmt::format("\nscenario {}{} {{\n", in_quotes(title), play.skip.empty() ? "" : " skip " + in_quotes(play.skip));
  out += step(play.options, "play " + play.model, 2, writer) + " as c\n";
  for (const SpecPlay::Group& group : play.groups) {
    const std::size_t indent = group.title.empty() ? 2 : 4;
    const std::string before(indent, ' ');
    if (!group.title.empty()) out += "  step " + in_quotes(group.title) + " {\n";
    for (const SpecPlay::Parts& each : group.steps) out += step(each, "play c", indent, writer) + "\n";
    out += before + "expect c matches " + (group.whole ? writer.value(group.whole, 17 + indent, indent) : writer.entries(group.wanted, 17 + indent, indent)) + "\n";
    if (!group.title.empty()) out += "  }\n";
  }
  return out + "}\n";
}

}  // namespace

std::optional<std::string> to_fail(FileId file, const Options& options, const SourceMap& sources, diag::Sink& sink) {
  const std::size_t before = sink.errors();
  const std::optional<spec::Tree> tree = spec::read(sources, file, sink);
  if (!tree) return std::nullopt;
  const Ref root(*tree);
  const auto format = std::find_if(options.formats.begin(), options.formats.end(), [&](const SpecFormat& one) { return one.has_shape(root); });
  if (format == options.formats.end() || format->read == nullptr) {
    const bool known = format != options.formats.end();
    sink.report(diag::Code::not_run, root.place(), {sources[file].path, known ? format->name : "no test format", known ? format->reason : "its shape is that of no format that failc knows"});
    return std::nullopt;
  }
  const std::optional<std::vector<SpecPlay>> plays = format->read(root, sink);
  if (!plays) return std::nullopt;
  Writer writer(sink);
  std::string out = fmt::format("# Made by `failc import` from {}.\n", std::filesystem::path(sources[file].path).filename().string());
  const std::vector<std::string> titles = titles_of(*plays, sources[file].path);
  for (std::size_t i = 0; i < plays->size(); ++i) out += scenario((*plays)[i], titles[i], writer);
  if (sink.errors() > before) return std::nullopt;
  return out;
}

}  // namespace failc::check
