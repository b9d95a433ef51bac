#include "grammar/format/proof.hpp"

#include <fmt/format.h>

#include "grammar/format/layout.hpp"
#include "grammar/format/spacing.hpp"
#include "grammar/parse/parse.hpp"

namespace failc::format {

namespace {

using ast::Kind;
using ast::Token;

constexpr std::size_t kQuoted = 60;  // characters of a token or comment that a message repeats

/// The tokens without those of kind newline, and whether there was one.
class Reader {
 public:
  explicit Reader(const ast::Tokens& tokens) : tokens_(tokens) {}

  const Token& next() {
    ended_ = false;
    while (tokens_.tokens[index_].kind == Kind::newline) {
      ended_ = true;
      ++index_;
    }
    return tokens_.tokens[index_++];
  }
  bool ended() const { return ended_; }
  std::string_view text() const { return tokens_.of(static_cast<std::uint32_t>(index_ - 1)); }

  /// Whether the comment `index` stands before the token that was read last.
  bool comment_before(std::size_t index, const Token& token) const {
    return index < tokens_.comments.size() && tokens_.comments[index].span.begin < token.span.begin;
  }
  std::string comment(std::size_t index) const {
    const Span span = tokens_.comments[index].span;
    return tidy_comment(tokens_.text.substr(span.begin, span.end - span.begin));
  }
  bool own_line(std::size_t index) const { return tokens_.comments[index].own_line; }

 private:
  const ast::Tokens& tokens_;
  std::size_t index_ = 0;
  bool ended_ = false;
};

std::string quoted(const char* what, std::string_view text) {
  if (text.size() <= kQuoted) return fmt::format("{} `{}`", what, text);
  std::size_t length = kQuoted;
  while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) --length;
  return fmt::format("{} `{}…`", what, text.substr(0, length));
}

}  // namespace

std::optional<std::string> difference(const ast::Tokens& before, const ast::Tokens& after) {
  Reader old(before);
  Reader fresh(after);
  Seen last;
  std::size_t comment = 0;
  for (bool first = true;; first = false) {
    const Token& token = old.next();
    const Token& other = fresh.next();
    for (; old.comment_before(comment, token); ++comment) {
      if (!fresh.comment_before(comment, other) || old.comment(comment) != fresh.comment(comment) ||
          old.own_line(comment) != fresh.own_line(comment)) {
        return quoted("the comment", old.comment(comment));
      }
    }
    if (fresh.comment_before(comment, other)) return quoted("the place of the comment", fresh.comment(comment));
    if (token.kind != other.kind) return token.kind == Kind::end ? quoted("the end before", fresh.text()) : quoted("the token", old.text());
    if (token.kind == Kind::end) return std::nullopt;
    if (old.text() != fresh.text()) return quoted("the token", old.text());
    const bool edge = first || opens(last.kind) || closes(token.kind);
    if (!edge && old.ended() != fresh.ended()) return quoted("the end of the statement before", old.text());
    const bool calls = last.operand && (token.kind == Kind::l_paren || token.kind == Kind::l_bracket);
    if (calls && token.touches != other.touches) return quoted("what touches", old.text());
    last = see(token, last, false);
  }
}

Result<std::string> proven(const ast::Tokens& before, std::string output, const std::string& path) {
  const auto refused = [&](const std::string& what) {
    return Error{fmt::format("formatting `{}` would lose {}: file left as it is; please report it", path, what)};
  };
  if (output.size() > kMaxFileBytes)
    return Error{fmt::format("`{}` would be larger than {} MiB when formatted: file left as it is", path, kMaxFileBytes >> 20)};
  SourceMap sources;
  const FileId file = sources.add(path, std::move(output));
  diag::Sink sink;
  const ast::Tokens after = parse::lex(sources, file, sink);
  if (sink.has_errors() || !after.brackets_match) return refused("its own sense");
  if (const auto lost = difference(before, after)) return refused(*lost);
  if (lay_out(after) != sources[file].text) return refused("its form when formatted again");
  return sources[file].text;
}

}  // namespace failc::format
