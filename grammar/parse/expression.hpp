#pragma once
// The reader of expressions: precedence climbing over tokens. Newlines inside brackets are passed over.
#include <set>

#include "grammar/base/bug.hpp"
#include "grammar/rules/context.hpp"

namespace failc::parse {

using ast::ExprPtr;
using ast::Kind;
using rules::Context;
using rules::Reading;
using rules::Want;

/// Tallest tree of one expression. Brackets have their own limit; this one is for chains like `- - - x` and `a + b + …`.
inline constexpr unsigned kMaxExpressionHeight = 256;
/// Longest chain of prefixes or of postfixes at one operand.
inline constexpr unsigned kMaxChain = 64;

// How tight an operator binds, loosest first.
enum class Level : std::uint8_t { any, logical_or, logical_and, logical_not, comparison, then, range, sum, product, since, prefix };

class ExpressionReader {
 public:
  ExpressionReader(Context& context, std::uint32_t at, Reading reading) : context_(context), at_(at), reading_(reading) {}

  // Each returns null where there is no such thing at the place; the context then knows why.
  ExprPtr read();      // a whole expression
  ExprPtr document();  // `{ key: value }`

  std::uint32_t at() const { return at_; }

 private:
  // expression.cpp: operators
  ExprPtr binary(Level loosest);
  ExprPtr prefixed(Level loosest);
  ExprPtr infix(ExprPtr left, std::uint32_t start);
  ExprPtr is_state(ExprPtr subject, std::uint32_t start);

  // operand.cpp: selectors, postfixes, names
  ExprPtr selector();
  ExprPtr pick(bool random);
  ExprPtr quantified(ast::Quantifier quantifier);
  ExprPtr postfixes(ExprPtr object, std::uint32_t start);
  ExprPtr primary();
  ExprPtr call(std::uint32_t start);

  // literal_operand.cpp
  ExprPtr literal();

  // collection.cpp: what has brackets
  ExprPtr parenthesised();
  ExprPtr list();
  ExprPtr list_for(std::uint32_t start);
  bool items(Kind closer, std::vector<ExprPtr>& out, bool trailing_comma);
  bool entry(ast::Doc& doc, std::set<std::string>& seen);

  /// A whole expression inside brackets or behind a word, with every operator free.
  ExprPtr inner();
  /// The kind of the next token; inside brackets that of the next one that is no line end.
  Kind peek();
  Kind peek_behind(std::uint32_t count) const;
  void advance() { ++at_; }
  bool take(Kind kind, std::string_view label);
  void want_operand();
  ast::Name take_name();

  template <class Node>
  ExprPtr make(std::uint32_t start, Node node) {
    auto out = std::make_unique<ast::Expr>();
    out->span = cover(context_.token(start).span, context_.token(at_ - 1).span);
    out->node = std::move(node);
    return out;
  }
  /// The tree that is being made is one higher than its highest part so far. False (and a mistake) where it is too high.
  bool grow(std::uint32_t token);
  ExprPtr too_deep(std::uint32_t token, unsigned limit);

  /// While it lives, newlines mean nothing and all operators are free.
  class Bracket;

  Context& context_;
  std::uint32_t at_;
  Reading reading_;
  unsigned brackets_ = 0;
  unsigned depth_ = 0;   // of calls of `binary` and `selector`
  unsigned height_ = 0;  // of the tree that was returned last
};

class ExpressionReader::Bracket {
 public:
  explicit Bracket(ExpressionReader& reader) : reader_(reader), saved_(reader.reading_) {
    ++reader_.brackets_;
    reader_.reading_ = {};
  }
  ~Bracket() {
    --reader_.brackets_;
    reader_.reading_ = saved_;
  }
  Bracket(const Bracket&) = delete;
  Bracket& operator=(const Bracket&) = delete;

 private:
  ExpressionReader& reader_;
  Reading saved_;
};

}  // namespace failc::parse
