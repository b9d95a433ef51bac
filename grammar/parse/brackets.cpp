#include "grammar/parse/brackets.hpp"

#include <fmt/format.h>

#include "grammar/parse/parse.hpp"

namespace failc::parse {
namespace {

using ast::Kind;

Kind closer_of(Kind opener) {
  if (opener == Kind::l_brace) return Kind::r_brace;
  if (opener == Kind::l_paren) return Kind::r_paren;
  return Kind::r_bracket;
}

class Matcher {
 public:
  Matcher(ast::Tokens& tokens, FileId file, diag::Sink& sink) : tokens_(tokens), file_(file), sink_(sink) {}

  void open(std::uint32_t index) {
    tokens_.tokens[index].match = index;
    open_.push_back(index);
    if (open_.size() <= kMaxNesting) return;
    tokens_.brackets_match = false;
    if (too_deep_) return;
    too_deep_ = true;
    sink_.report(diag::Code::nesting_too_deep, place(index), {std::to_string(kMaxNesting)});
  }

  void close(std::uint32_t index) {
    tokens_.tokens[index].match = index;
    std::size_t depth = open_.size();
    while (depth > 0 && closer(open_[depth - 1]) != kind(index)) --depth;
    if (depth == 0) {
      tokens_.brackets_match = false;
      sink_.report(diag::Code::stray_bracket, place(index), {ast::spelling(kind(index))});
      return;
    }
    while (open_.size() > depth) unclosed();
    if (depth <= kMaxNesting) {
      tokens_.tokens[open_.back()].match = index;
      tokens_.tokens[index].match = open_.back();
    }
    open_.pop_back();
  }

  /// What is still open when the file ends.
  void finish() {
    while (!open_.empty()) unclosed();
  }

 private:
  void unclosed() {
    const std::uint32_t index = open_.back();
    tokens_.brackets_match = false;
    if (open_.size() <= kMaxNesting)
      sink_.report(diag::Code::unclosed_bracket, place(index), {ast::spelling(kind(index)), ast::spelling(closer(index))});
    open_.pop_back();
  }
  Kind kind(std::uint32_t index) const { return tokens_.tokens[index].kind; }
  Kind closer(std::uint32_t index) const { return closer_of(kind(index)); }
  Place place(std::uint32_t index) const { return {file_, tokens_.tokens[index].span}; }

  ast::Tokens& tokens_;
  FileId file_;
  diag::Sink& sink_;
  std::vector<std::uint32_t> open_;
  bool too_deep_ = false;
};

}  // namespace

void match_brackets(ast::Tokens& tokens, FileId file, diag::Sink& sink) {
  Matcher matcher(tokens, file, sink);
  for (std::uint32_t i = 0; i < tokens.kinds.size(); ++i) {
    const auto kind = static_cast<Kind>(tokens.kinds[i]);
    if (kind < Kind::l_brace || kind > Kind::r_bracket) continue;
    if (kind == Kind::l_brace || kind == Kind::l_paren || kind == Kind::l_bracket)
      matcher.open(i);
    else
      matcher.close(i);
  }
  matcher.finish();
}

}  // namespace failc::parse
