// Expressions in brackets: `(…)`, lists, documents, arguments.
#include <algorithm>
#include <set>

#include "grammar/parse/expression.hpp"
#include "grammar/parse/literal.hpp"

namespace failc::parse {
namespace {

/// Whether the last key of `doc` stands in it already. Short documents are searched in place, long ones by `seen`.
bool stands_before(const ast::Doc& doc, std::set<std::string>& seen) {
  constexpr std::ptrdiff_t kShort = 16;
  const auto last = doc.entries.end() - 1;
  if (last - doc.entries.begin() < kShort)
    return std::any_of(doc.entries.begin(), last, [last](const auto& entry) { return entry.key == last->key; });
  if (seen.empty())
    for (auto entry = doc.entries.begin(); entry != last; ++entry) seen.insert(entry->key);
  return !seen.insert(last->key).second;
}

}  // namespace

ExprPtr ExpressionReader::parenthesised() {
  if (context_.token(at_).match == at_) {
    want_operand();
    return nullptr;
  }
  Bracket bracket(*this);
  advance();
  ExprPtr out = inner();
  if (!out || !take(Kind::r_paren, ")")) return nullptr;
  return out;
}

/// Behind the opener: expressions with commas between, and the closer.
bool ExpressionReader::items(Kind closer, std::vector<ExprPtr>& out, bool trailing_comma) {
  Bracket bracket(*this);
  unsigned height = 0;
  bool after_comma = false;
  while (peek() != closer || (after_comma && !trailing_comma)) {
    ExprPtr item = inner();
    if (!item) return false;
    height = std::max(height, height_);
    out.push_back(std::move(item));
    after_comma = false;
    if (peek() == closer) break;
    context_.expect(at_, ast::spelling(closer));
    if (!take(Kind::comma, ",")) return false;
    after_comma = true;
  }
  advance();
  height_ = height;
  return true;
}

ExprPtr ExpressionReader::list() {
  const std::uint32_t start = at_;
  if (context_.token(start).match == start) {
    want_operand();
    return nullptr;
  }
  advance();
  {
    Bracket bracket(*this);
    if (peek() == Kind::kFor) return list_for(start);
  }
  ast::List out;
  if (!items(Kind::r_bracket, out.items, true) || !grow(start)) return nullptr;
  return make(start, std::move(out));
}

/// Behind the bracket: `for x in xs if condition: body ]`
ExprPtr ExpressionReader::list_for(std::uint32_t start) {
  Bracket bracket(*this);
  advance();
  if (!ast::may_be_name(peek())) {
    context_.expect_declared(at_);
    return nullptr;
  }
  ast::ListFor out;
  unsigned height = 0;
  auto part = [&](ExprPtr& into) {
    into = inner();
    height = std::max(height, height_);
    return into != nullptr;
  };
  out.variable = take_name();
  if (!take(Kind::kIn, "in") || !part(out.in)) return nullptr;
  if (peek() == Kind::kIf) {
    advance();
    if (!part(out.condition)) return nullptr;
  } else {
    context_.expect(at_, "if");
  }
  if (!take(Kind::colon, ":") || !part(out.body) || !take(Kind::r_bracket, "]")) return nullptr;
  height_ = height;
  if (!grow(start)) return nullptr;
  return make(start, std::move(out));
}

ExprPtr ExpressionReader::document() {
  peek();
  const std::uint32_t start = at_;
  if (context_.kind(start) != Kind::l_brace || context_.token(start).match == start) {
    context_.expect(start, "a document `{ key: value }`");
    return nullptr;
  }
  Bracket bracket(*this);
  advance();
  ast::Doc out;
  std::set<std::string> seen;
  unsigned height = 0;
  while (peek() != Kind::r_brace) {
    if (!entry(out, seen)) return nullptr;
    height = std::max(height, height_);
    if (peek() == Kind::r_brace) break;
    context_.expect(at_, "}");
    if (!take(Kind::comma, ",")) return nullptr;
  }
  advance();
  height_ = height;
  if (!grow(start)) return nullptr;
  return make(start, std::move(out));
}

bool ExpressionReader::entry(ast::Doc& doc, std::set<std::string>& seen) {
  const Kind kind = peek();
  if (kind != Kind::string && !ast::is_word(kind)) {
    context_.expect(at_, "a key");
    return false;
  }
  ast::DocEntry out;
  const std::uint32_t key = at_;
  out.key = kind == Kind::string ? string_value(context_.text(key)) : std::string(context_.text(key));
  out.key_span = context_.token(key).span;
  advance();
  if (!take(Kind::colon, ":")) return false;
  out.value = inner();
  if (!out.value) return false;
  doc.entries.push_back(std::move(out));
  const std::string& added = doc.entries.back().key;
  const bool twice = stands_before(doc, seen);
  if (twice) context_.mistake(diag::Code::duplicate_key, key, added);
  return !twice;
}

}  // namespace failc::parse

namespace failc::rules {

bool begins_document(const Context& context, std::uint32_t open) {
  if (context.token(open).match == open) return false;
  auto next = [&context](std::uint32_t at) {
    ++at;
    while (context.kind(at) == ast::Kind::newline) ++at;
    return at;
  };
  const std::uint32_t first = next(open);
  const ast::Kind key = context.kind(first);
  if (key == ast::Kind::r_brace) {
    const ast::Kind behind = context.kind(first + 1);
    return behind != ast::Kind::newline && behind != ast::Kind::r_brace && behind != ast::Kind::end;
  }
  // A character that begins no token counts as what it may have been, so that it is reported alone.
  const ast::Kind colon = context.kind(next(first));
  if (key == ast::Kind::invalid) return colon == ast::Kind::colon;
  return (key == ast::Kind::string || ast::is_word(key)) && (colon == ast::Kind::colon || colon == ast::Kind::invalid);
}

}  // namespace failc::rules
