#pragma once
// What the rules of one file share: its tokens, how far the current attempt got, and the blocks it has yet to read.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/ast/ast.hpp"
#include "grammar/diag/diagnostic.hpp"

namespace failc::rules {

/// Token indices [begin, end).
struct Range {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

/// What stands where an expression was wanted, for messages.
enum class Want : std::uint8_t { expression, condition, duration, nodes, list, number };

/// How an expression is read where the statement needs some of its operators itself. They are free again inside brackets.
struct Reading {
  Want want = Want::expression;
  bool no_in = false;          // `in` is the statement's label
  bool no_of = false;          // `of` is the statement's word
  bool no_comparison = false;  // `matches` is the item's word
};

/// A mistake that the grammar alone would describe badly: it is reported instead of what was expected.
struct Mistake {
  diag::Code code;
  std::uint32_t token = 0;
  std::string argument;
};

/// How far an attempt got, and what could have stood there.
struct Failure {
  std::uint32_t furthest = 0;
  std::vector<std::string_view> labels;
  bool name_declared = false;  // a name would have been declared there
  std::optional<Mistake> mistake;
};

/// A block that an attempt has passed over. It is read once its statement has parsed.
struct Pending {
  ast::Block* block;
  std::uint32_t open;
  unsigned depth;
};

class Context {
 public:
  Context(const ast::Tokens& tokens, FileId file, diag::Sink& sink);

  ast::Kind kind(std::uint32_t index) const { return static_cast<ast::Kind>(kinds_[index]); }
  const ast::Token& token(std::uint32_t index) const { return tokens_.tokens[index]; }
  std::string_view text(std::uint32_t index) const { return tokens_.of(index); }
  const ast::Tokens& tokens() const { return tokens_; }
  const char* data() const { return kinds_.data(); }
  std::uint32_t index(const char* at) const { return static_cast<std::uint32_t>(at - kinds_.data()); }
  ast::Name name(std::uint32_t index) const { return {text(index), token(index).span}; }
  Span span(Range range) const;
  FileId file() const { return file_; }
  diag::Sink& sink() { return sink_; }

  /// For trying another first word. Whoever changes a kind changes it back.
  void pretend(std::uint32_t index, ast::Kind kind) { kinds_[index] = static_cast<char>(kind); }

  /// Some token in the range is invalid or a bracket without its partner, so that a failure there needs no other report.
  bool tainted(Range range) const;

  void begin_attempt(Range range);
  void expect(std::uint32_t index, std::string_view label);
  void expect_declared(std::uint32_t index);
  void mistake(diag::Code code, std::uint32_t token, std::string argument = {});

  /// The range behind the newlines at `from` and up to the next newline outside brackets, at most `limit`. A `{` that is
  /// never closed takes all that is left.
  Range cut(std::uint32_t from, std::uint32_t limit) const;

  /// Where the statement's own braces (not a block of statements) stand, set by the rule `braces`.
  std::uint32_t braces = 0;
  Failure failure;
  std::vector<Pending> pending;
  unsigned depth = 0;                           // of the block that is being read
  std::vector<std::uint32_t> reported_invalid;  // tokens

  const std::vector<std::uint32_t>& bad_tokens() const { return bad_; }

 private:
  const ast::Tokens& tokens_;
  FileId file_;
  diag::Sink& sink_;
  std::vector<char> kinds_;
  std::vector<std::uint32_t> bad_;
};

/// The longest expression at `at`, which moves behind it. Null where there is none; the context then knows why.
ast::ExprPtr expression(Context& context, std::uint32_t& at, Reading reading);

/// A document at `at`, from `{` to `}`.
ast::ExprPtr document(Context& context, std::uint32_t& at);

/// The rule at the end of section 2 of the language: may the `{` at `open`, behind a verb, be a document?
bool begins_document(const Context& context, std::uint32_t open);

}  // namespace failc::rules
