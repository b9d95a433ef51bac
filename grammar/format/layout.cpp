#include "grammar/format/layout.hpp"

#include <vector>

#include "grammar/format/spacing.hpp"

namespace failc::format {

namespace {

using ast::Kind;
using ast::Token;

constexpr std::string_view kBlanks = " \t\r";

/// Line ends and `;` of a stretch of text without tokens and comments.
struct Separators {
  unsigned line_ends = 0;
  bool semicolon = false;
  void read(std::string_view text) {
    for (const char c : text) {
      if (c == '\n') ++line_ends;
      if (c == ';') semicolon = true;
    }
  }
};

class Layout {
 public:
  explicit Layout(const ast::Tokens& tokens) : tokens_(tokens), text_(tokens.text) {}

  std::string run() {
    find_broken_braces();
    out_.reserve(text_.size() + text_.size() / 8 + 16);
    for (std::uint32_t i = 0; i < tokens_.tokens.size(); ++i) {
      const Token& token = tokens_.tokens[i];
      if (token.kind == Kind::newline) continue;
      gap(token, i);
      if (token.kind == Kind::end) break;
      write(token, i);
    }
    if (!out_.empty()) out_ += '\n';
    return std::move(out_);
  }

 private:
  struct Open {
    std::uint32_t index;
    unsigned base;  // indentation of what stands behind its closing bracket
  };

  /// `}` of braces with a line break directly inside must stand on a line of its own, and `{` end one.
  void find_broken_braces() {
    broken_.assign(tokens_.tokens.size(), 0);
    std::vector<std::uint32_t> open;
    for (std::uint32_t i = 0; i < tokens_.kinds.size(); ++i) {
      const auto kind = static_cast<Kind>(tokens_.kinds[i]);
      // A run of line ends and `;` begins with a line end if there is one in it.
      if (kind == Kind::newline && !open.empty() && text_[tokens_.tokens[i].span.begin] != ';') broken_[open.back()] = 1;
      if (closes(kind) && !open.empty()) open.pop_back();
      if (opens(kind)) open.push_back(i);
    }
  }

  /// Everything between the last token and this one: comments, line ends, spaces.
  void gap(const Token& token, std::uint32_t index) {
    const bool closing = closes(token.kind);
    const bool from_opening = opens(before_.kind);
    if (!closing && !from_opening && follows_plainly(token)) {
      seen_ = see(token, before_, false);
      if (space_before(token, index)) out_ += ' ';
      return;
    }
    edge_ = from_opening || out_.empty();
    Separators found;
    bool commented = false;
    for (; comment_ < tokens_.comments.size() && tokens_.comments[comment_].span.begin < token.span.begin; ++comment_) {
      const Span span = tokens_.comments[comment_].span;
      found.read(text_.substr(end_, span.begin - end_));
      write_comment(text_.substr(span.begin, span.end - span.begin), found.line_ends);
      found = {};
      end_ = span.end;
      commented = true;
    }
    found.read(text_.substr(end_, token.span.begin - end_));
    if (token.kind == Kind::end) return;

    const bool braces = (closing && before_open().kind == Kind::l_brace && broken_[stack_.back().index]) ||
                        (before_.kind == Kind::l_brace && broken_[stack_.back().index]);
    const bool empty = closing && from_opening && !commented;
    const bool breaks = !empty && !out_.empty() && (found.line_ends > 0 || braces || commented);
    const bool head = out_.empty() || before_.kind == Kind::l_brace || ((breaks || found.semicolon) && in_statements());
    seen_ = see(token, before_, head);
    if (breaks) {
      end_line(found.line_ends > 1 && !edge_ && !closing);
      indent(closing ? stack_.back().base : inner());
    } else if (!empty && !out_.empty()) {
      if (found.semicolon && !from_opening && !closing) {
        out_ += "; ";
      } else if (space_before(token, index)) {
        out_ += ' ';
      }
    }
  }

  /// Nothing or one space stands before it, as before most tokens.
  bool follows_plainly(const Token& token) const {
    if (end_ == 0 || token.kind == Kind::end) return false;
    return token.touches || (token.span.begin - end_ == 1 && text_[end_] == ' ');
  }

  void write(const Token& token, std::uint32_t index) {
    if (closes(token.kind) && !stack_.empty()) {
      base_ = std::min(base_, stack_.back().base);
      stack_.pop_back();
    }
    if (opens(token.kind)) stack_.push_back({index, base_});
    out_.append(text_, token.span.begin, token.span.end - token.span.begin);
    before_ = seen_;
    end_ = token.span.end;
    range_tight_ = token.kind == Kind::range && tight_range(tokens_, index);
  }

  void write_comment(std::string_view comment, unsigned line_ends) {
    if (line_ends > 0 || out_.empty()) {
      if (!out_.empty()) end_line(line_ends > 1 && !edge_);
      indent(inner());
      edge_ = false;
    } else {
      out_ += "  ";
    }
    out_ += tidy_comment(comment);
  }

  bool space_before(const Token& token, std::uint32_t index) const {
    if (token.kind == Kind::range) return !tight_range(tokens_, index);
    if (before_.kind == Kind::range) return !range_tight_;
    return spaced(before_, token, seen_);
  }

  Token before_open() const { return stack_.empty() ? Token{} : tokens_.tokens[stack_.back().index]; }
  bool in_statements() const { return stack_.empty() || before_open().kind == Kind::l_brace; }
  unsigned inner() const { return stack_.empty() ? 0 : stack_.back().base + 1; }

  void end_line(bool blank) { out_ += blank ? "\n\n" : "\n"; }

  void indent(unsigned depth) {
    out_.append(2 * static_cast<std::size_t>(depth), ' ');
    base_ = depth;
  }

  const ast::Tokens& tokens_;
  std::string_view text_;
  std::string out_;
  std::vector<char> broken_;  // by the index of an opening bracket
  std::vector<Open> stack_;   // brackets that are open
  std::size_t comment_ = 0;   // the next one
  std::uint32_t end_ = 0;     // of the last token or comment
  unsigned base_ = 0;         // indentation that a bracket opened here comes back to
  Seen before_;               // the last token
  Seen seen_;                 // this token
  bool edge_ = true;          // no blank line may follow: an opening bracket or the file's beginning was last
  bool range_tight_ = false;  // the last token is a `..` that touches its neighbours
};

}  // namespace

std::string lay_out(const ast::Tokens& tokens) { return Layout(tokens).run(); }

std::string tidy_comment(std::string_view comment) {
  const std::size_t last = comment.find_last_not_of(kBlanks);
  comment = comment.substr(0, last + 1);
  if (comment.size() < 2 || std::string_view(" \t!#").find(comment[1]) != std::string_view::npos) return std::string(comment);
  return "# " + std::string(comment.substr(1));
}

}  // namespace failc::format
