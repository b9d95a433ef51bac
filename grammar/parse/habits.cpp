#include "grammar/parse/habits.hpp"

namespace failc::parse {
namespace {

using ast::Kind;
using rules::Context;

/// The first token of the line, or of the statement behind a `;`.
std::uint32_t head_of(const Context& context, std::uint32_t token) {
  while (token > 0 && context.kind(token - 1) != Kind::newline && context.kind(token - 1) != Kind::l_brace) --token;
  return token;
}

bool acts_on_nodes(Kind kind) {
  return kind == Kind::kStart || kind == Kind::kStop || kind == Kind::kKill || kind == Kind::kRestart || kind == Kind::kPause || kind == Kind::kResume;
}

/// `&&`, `||`, `//`: the same character again, without space.
bool doubled(const Context& context, std::uint32_t token) {
  const auto same = [&](std::uint32_t a, std::uint32_t b) { return context.kind(a) != Kind::end && context.text(a) == context.text(b) && context.token(b).touches; };
  return (context.kind(token) != Kind::end && same(token, token + 1)) || (token > 0 && same(token - 1, token));
}

}  // namespace

std::string habit(const Context& context, std::uint32_t token) {
  const Kind kind = context.kind(token);
  if (kind == Kind::end) return "";
  const std::string_view text = context.text(token);
  const std::uint32_t head = head_of(context, token);
  if (text == "\u00a0") return "this is a no-break space; put an ordinary one in its place";
  if (text == "&") return "conditions are joined with `and`";
  if (text == "!") return "a condition is turned round with `not`";
  if (text == "|" && doubled(context, token)) return "conditions are joined with `or`";
  if (text == "/" && doubled(context, token)) return "a comment begins with `#`";
  if (kind == Kind::kAnd || kind == Kind::kOr) return "a condition goes on behind `and` and `or`, not before them: leave the word at the end of the line above";
  if (kind == Kind::assign && token != head) return "values are compared with `==`";
  if (kind == Kind::l_brace && token == head && token > 0) return "the `{` of a block stands on the line of what it belongs to";
  if (kind == Kind::comma && acts_on_nodes(context.kind(head)))
    return "several nodes are a list: `" + std::string(context.text(head)) + " [a, b]`";
  if (kind == Kind::kWithin && context.kind(head) == Kind::kExpect) return "`expect` looks once; `eventually within 5s: …` waits";
  if (kind == Kind::l_paren && (context.kind(head) == Kind::kCheck || context.kind(head) == Kind::kDefine || context.kind(head) == Kind::kStep) && token == head + 2)
    return "parameters stand without parentheses: `" + std::string(context.text(head)) + " " + std::string(context.text(head + 1)) + " a: node, b: int …`";
  return habit_of_word(text);
}

std::string habit_of_word(std::string_view word) {
  if (word == "while" || word == "until" || word == "loop")
    return "every loop and every wait has a bound: `repeat 3 { … }`, `for x in … { … }`, `eventually within 5s: …`";
  if (word == "assert" || word == "require") return "conditions are stated with `expect`";
  if (word == "print" || word == "echo") return "the word is `log`";
  return "";
}

}  // namespace failc::parse
