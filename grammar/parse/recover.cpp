#include "grammar/parse/recover.hpp"

#include <algorithm>

#include "grammar/base/utf8.hpp"
#include "grammar/parse/characters.hpp"
#include "grammar/parse/habits.hpp"
#include "grammar/parse/literal.hpp"

namespace failc::parse {
namespace {

using ast::Kind;

constexpr std::size_t kMostLabels = 6;
constexpr std::size_t kMostRestReports = 1000;

/// The lexer has said what is wrong with this token: it is no single character of text.
bool said_by_lexer(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  return text.size() > 4 || is_digit(text[0]) || first == '"' || (first == '\'' && text.size() > 1) || first == 'r' || is_control(first) ||
         utf8::length(text.data(), text.data() + text.size()) == 0;
}

Range run_at(const Context& context, std::uint32_t token) {
  Range run{token, token + 1};
  while (run.begin > 0 && context.kind(run.begin - 1) == Kind::invalid) --run.begin;
  while (context.kind(run.end) == Kind::invalid) ++run.end;
  return run;
}

bool run_is_said(const Context& context, Range run) {
  for (std::uint32_t i = run.begin; i < run.end; ++i)
    if (said_by_lexer(context.text(i))) return true;
  return false;
}

std::string quoted(std::string_view text) {
  constexpr std::size_t kMost = 40;
  if (text.size() <= kMost) return "`" + std::string(text) + "`";
  std::size_t end = kMost;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return "`" + std::string(text.substr(0, end)) + "…`";
}

std::string found(const Context& context, std::uint32_t token) {
  const Kind kind = context.kind(token);
  if (kind == Kind::end) return "the end of the file";
  if (kind == Kind::newline && context.text(token) != ";") return "the end of the line";
  return quoted(context.text(token));
}

std::string expected(const std::vector<std::string_view>& labels) {
  std::vector<std::string> parts;
  for (std::string_view label : labels) {
    std::string part = label.find(' ') == std::string_view::npos ? quoted(label) : std::string(label);
    if (std::find(parts.begin(), parts.end(), part) == parts.end()) parts.push_back(std::move(part));
  }
  if (parts.empty()) return "something else";
  const bool cut = parts.size() > kMostLabels;
  if (cut) {
    parts.resize(kMostLabels - 1);
    parts.emplace_back("something else");
  }
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out += i + 1 == parts.size() ? " or " : ", ";
    out += parts[i];
  }
  return out;
}

/// Where the statement ends too early the place is the end of its last word, not what follows on another line.
Span place_of(const Context& context, std::uint32_t token) {
  const Kind kind = context.kind(token);
  if ((kind != Kind::newline && kind != Kind::end) || token == 0) return context.token(token).span;
  const std::uint32_t end = context.token(token - 1).span.end;
  return {end, end};
}

bool is_unit(std::string_view text) {
  const std::string number = "1" + std::string(text);
  const Kind kind = scan_number(number.data(), number.data() + number.size()).kind;
  return kind == Kind::duration || kind == Kind::size;
}

/// `5 s`: the unit touches its number.
bool report_loose_unit(Context& context, std::uint32_t at) {
  if (at == 0 || context.kind(at) != Kind::name || context.token(at).touches) return false;
  const Kind before = context.kind(at - 1);
  if ((before != Kind::integer && before != Kind::decimal) || !is_unit(context.text(at))) return false;
  const Place place{context.file(), context.token(at).span};
  diag::Diagnostic& said = context.sink().report(diag::Code::syntax, place, {expected(context.failure.labels), found(context, at)});
  const std::string mended = std::string(context.text(at - 1)) + std::string(context.text(at));
  said.help = "a unit touches its number: `" + mended + "`";
  said.fix = diag::Fix{{context.file(), cover(context.token(at - 1).span, context.token(at).span)}, mended};
  return true;
}

/// What stands before the braces of a document, or asks for an operand that may be one.
bool wants_operand(Kind kind) {
  switch (kind) {
    case Kind::kWith:
    case Kind::comma:
    case Kind::assign:
    case Kind::colon:
    case Kind::eq:
    case Kind::ne:
    case Kind::lt:
    case Kind::le:
    case Kind::gt:
    case Kind::ge:
    case Kind::plus:
    case Kind::minus:
    case Kind::star:
    case Kind::slash:
    case Kind::bar:
    case Kind::range:
    case Kind::tolerance:
    case Kind::kIn:
    case Kind::kInto:
    case Kind::kOn:
    case Kind::kAt:
    case Kind::kTo:
    case Kind::kFrom:
    case Kind::kBy:
    case Kind::kOf:
    case Kind::kAnd:
    case Kind::kOr:
    case Kind::kNot:
    case Kind::kMatches:
    case Kind::kThen:
    case Kind::kSince:
    case Kind::kWithin:
    case Kind::kExpect:
    case Kind::kAll:
      return true;
    default:
      return false;
  }
}

bool is_body(const Context& context, Range range, std::uint32_t open) {
  if (open == range.begin) return false;
  if (context.kind(range.begin) == Kind::kMatrix) return true;  // axes look like the entries of a document
  if (wants_operand(context.kind(open - 1))) return false;
  // `always: …` is the only statement that begins like a document.
  return !rules::begins_document(context, open) || context.kind(open + 1) == Kind::kAlways || context.kind(open + 2) == Kind::kAlways;
}

/// An `else` stands behind a block, or what may have been one.
bool is_else(const Context& context, std::uint32_t at) {
  const Kind behind = context.kind(at) == Kind::end ? Kind::end : context.kind(at + 1);
  return context.kind(at) == Kind::kElse || (context.kind(at) == Kind::invalid && (behind == Kind::l_brace || behind == Kind::kIf));
}

}  // namespace

std::vector<Range> bodies_of(const Context& context, Range range) {
  std::vector<Range> out;
  for (std::uint32_t at = range.begin; at < range.end; ++at) {
    const Kind kind = context.kind(at);
    if (kind != Kind::l_brace && kind != Kind::l_paren && kind != Kind::l_bracket) continue;
    // Whose block the later ones are is not known.
    if (context.token(at).match == at) break;
    if (kind == Kind::l_brace && is_body(context, range, at)) {
      if (!out.empty() && !is_else(context, out.back().end)) break;
      out.push_back({at, context.token(at).match + 1});
      if (context.kind(range.begin) != Kind::kIf && context.kind(range.begin) != Kind::kElse) break;
    }
    at = context.token(at).match;
  }
  return out;
}

bool clean(const Context& context, Range range, const std::vector<Range>& bodies) {
  std::uint32_t from = range.begin;
  for (const Range body : bodies) {
    if (context.tainted({from, body.begin})) return false;
    from = body.end;
  }
  return !context.tainted({from, range.end});
}

void report_failure(Context& context, Range range, const std::vector<Range>& bodies) {
  const rules::Failure& failure = context.failure;
  const std::uint32_t at = failure.furthest;
  auto report = [&](diag::Code code, std::uint32_t token, std::initializer_list<std::string_view> arguments) {
    diag::Diagnostic& said = context.sink().report(code, {context.file(), place_of(context, token)}, arguments);
    if (std::string help = habit(context, token); !help.empty()) said.help = std::move(help);
  };
  if (!clean(context, range, bodies)) {
    if (context.kind(at) != Kind::invalid) return;
    const Range run = run_at(context, at);
    if (run.begin != at || run_is_said(context, run)) return;
    context.reported_invalid.push_back(at);
    return report(diag::Code::syntax, at, {expected(failure.labels), found(context, at)});
  }
  if (failure.mistake) return report(failure.mistake->code, failure.mistake->token, {failure.mistake->argument});
  if (failure.name_declared && ast::is_reserved(context.kind(at))) return report(diag::Code::reserved_word, at, {context.text(at)});
  if (report_loose_unit(context, at)) return;
  report(diag::Code::syntax, at, {expected(failure.labels), found(context, at)});
}

void report_rest(Context& context) {
  std::vector<std::uint32_t>& said = context.reported_invalid;
  std::sort(said.begin(), said.end());
  std::size_t reports = 0;
  std::uint32_t behind = 0;
  for (const std::uint32_t token : context.bad_tokens()) {
    if (token < behind || context.kind(token) != Kind::invalid) continue;
    const Range run = run_at(context, token);
    behind = run.end;
    if (run_is_said(context, run) || std::binary_search(said.begin(), said.end(), run.begin)) continue;
    if (++reports > kMostRestReports) return;
    context.sink().report(diag::Code::unexpected_character, {context.file(), context.token(token).span}, {found(context, token)}).help = habit(context, token);
  }
}

void suggest(Context& context, diag::Diagnostic& diagnostic, std::uint32_t token, const std::vector<std::string_view>& candidates) {
  if (std::string help = habit(context, token); !help.empty()) {
    diagnostic.help = std::move(help);
    return;
  }
  const std::string_view near = diag::nearest(context.text(token), candidates);
  if (near.empty()) return;
  diagnostic.help = "did you mean `" + std::string(near) + "`?";
  diagnostic.fix = diag::Fix{{context.file(), context.token(token).span}, std::string(near)};
}

}  // namespace failc::parse
