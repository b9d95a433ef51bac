// Bytes to tokens, by a dispatch on each token's first byte.
#include "grammar/base/utf8.hpp"
#include "grammar/parse/brackets.hpp"
#include "grammar/parse/characters.hpp"
#include "grammar/parse/literal.hpp"
#include "grammar/parse/parse.hpp"
#include "grammar/parse/words.hpp"

namespace failc::parse {
namespace {

using ast::Kind;

class Lexer {
 public:
  Lexer(std::string_view text, FileId file, diag::Sink& sink)
      : file_(file), sink_(sink), begin_(text.data()), end_(begin_ + text.size()), at_(begin_) {
    out_.text = text;
    out_.tokens.reserve(text.size() / 3 + 8);
    out_.kinds.reserve(text.size() / 3 + 8);
    if (text.substr(0, 3) == "\xEF\xBB\xBF") at_ += 3;
  }

  ast::Tokens run() {
    while (at_ != end_) next();
    push(Kind::end, at_);
    return std::move(out_);
  }

 private:
  void next() {
    const char* const start = at_;
    switch (byte_class(*at_)) {
      case ByteClass::space:
        ++at_;
        touches_ = false;
        return;
      case ByteClass::line_end:
        return line_end();
      case ByteClass::hash:
        return comment();
      case ByteClass::letter:
        if (*at_ == 'r' && at_ + 1 != end_ && at_[1] == '"') return quoted(Kind::regex, start + 2);
        do ++at_;
        while (at_ != end_ && is_word_byte(*at_));
        return push(kWordTable.find({start, static_cast<std::size_t>(at_ - start)}), start);
      case ByteClass::digit:
        return number();
      case ByteClass::quote:
        return quoted(Kind::string, start + 1);
      case ByteClass::punctuation:
        return punctuation();
      case ByteClass::other:
        return invalid();
    }
  }

  void line_end() {
    const char* const start = at_;
    if (*at_ == '\r') {
      if (at_ + 1 == end_ || at_[1] != '\n') return invalid();
      ++at_;
    }
    ++at_;
    touches_ = false;
    const bool semicolon = *start == ';';
    if (!semicolon) own_line_ = true;
    if (out_.tokens.empty() || out_.tokens.back().kind != Kind::newline) return push(Kind::newline, start);
    ast::Token& run = out_.tokens.back();
    if (semicolon || *(begin_ + run.span.begin) != ';') return;
    // A run that holds a line end counts as one; a comment between the two stands before it.
    run.span = span(start);
    const auto index = static_cast<std::uint32_t>(out_.tokens.size() - 1);
    for (std::size_t i = out_.comments.size(); i > 0 && out_.comments[i - 1].token > index; --i) out_.comments[i - 1].token = index;
  }

  void comment() {
    const char* const start = at_;
    const void* line_feed = std::memchr(at_, '\n', static_cast<std::size_t>(end_ - at_));
    const char* const stop = line_feed ? static_cast<const char*>(line_feed) : end_;
    at_ = stop != start && stop != end_ && stop[-1] == '\r' ? stop - 1 : stop;
    out_.comments.push_back({span(start), static_cast<std::uint32_t>(out_.tokens.size()), own_line_});
    touches_ = false;
  }

  void number() {
    const char* const start = at_;
    const Number number = scan_number(at_, end_);
    at_ = number.end;
    if (number.kind == Kind::invalid) {
      const std::string_view unit(number.unit, static_cast<std::size_t>(number.end - number.unit));
      const Span place = span(start);
      diag::Diagnostic& said = sink_.report(diag::Code::unknown_unit, {file_, place}, {unit});
      if (std::string_view meant = nearest_unit(unit); !meant.empty()) {
        const std::string mended(start, number.unit);
        said.help = "did you mean `" + mended + std::string(meant) + "`?";
        said.fix = diag::Fix{{file_, place}, mended + std::string(meant)};
      }
    }
    push(number.kind, start);
  }

  void quoted(Kind kind, const char* content) {
    const char* const start = at_;
    at_ = content;
    bool escapes = false;
    while (at_ != end_ && *at_ != '"' && *at_ != '\n') {
      if (*at_ == '\\') {
        escapes = true;
        if (at_ + 1 != end_ && at_[1] != '\n') ++at_;
      }
      ++at_;
    }
    if (at_ == end_ || *at_ != '"') return unterminated(start);
    ++at_;
    if (escapes && kind == Kind::string) check_escapes(content);
    push(kind, start);
  }

  /// The token ends with its line, but leaves a last `{` on it: a block's brace should not be lost as well.
  void unterminated(const char* start) {
    const char* last = at_;
    while (last - start > 1 && (byte_class(last[-1]) == ByteClass::space || last[-1] == '\r')) --last;
    if (last - start > 1 && last[-1] == '{') --last;
    while (last - start > 1 && byte_class(last[-1]) == ByteClass::space) --last;
    at_ = last;
    sink_.report(diag::Code::unterminated_string, {file_, span(start)});
    push(Kind::invalid, start);
  }

  void check_escapes(const char* content) {
    for (const char* at = content; at != at_ - 1;) {
      if (*at != '\\') {
        ++at;
        continue;
      }
      const Escape escape = scan_escape(at, at_ - 1);
      if (!escape.good) {
        const Place place{file_, {offset(at), offset(escape.end)}};
        sink_.report(diag::Code::bad_escape, place, {std::string_view(at, static_cast<std::size_t>(escape.end - at))});
      }
      at = escape.end;
    }
  }

  bool follows(char c) const { return at_ + 1 != end_ && at_[1] == c; }

  void punctuation() {
    const char* const start = at_;
    auto one = [&](Kind kind) {
      ++at_;
      push(kind, start);
    };
    auto two = [&](Kind kind) {
      at_ += 2;
      push(kind, start);
    };
    switch (*at_) {
      case '{':
        return one(Kind::l_brace);
      case '}':
        return one(Kind::r_brace);
      case '(':
        return one(Kind::l_paren);
      case ')':
        return one(Kind::r_paren);
      case '[':
        return one(Kind::l_bracket);
      case ']':
        return one(Kind::r_bracket);
      case ',':
        return one(Kind::comma);
      case ':':
        return one(Kind::colon);
      case '|':
        return one(Kind::bar);
      case '*':
        return one(Kind::star);
      case '/':
        return one(Kind::slash);
      case '-':
        return one(Kind::minus);
      case '.':
        return follows('.') ? two(Kind::range) : one(Kind::dot);
      case '+':
        return follows('-') ? two(Kind::tolerance) : one(Kind::plus);
      case '=':
        return follows('=') ? two(Kind::eq) : one(Kind::assign);
      case '<':
        return follows('=') ? two(Kind::le) : one(Kind::lt);
      case '>':
        return follows('=') ? two(Kind::ge) : one(Kind::gt);
      default:
        return follows('=') ? two(Kind::ne) : one(Kind::invalid);
    }
  }

  // Looked through once for every opener: a line of nothing else must not take for ever.
  static constexpr std::size_t kMostForeign = 1000;

  /// What closes a string that begins with `opener` elsewhere: 'x', ‘x’, “x”. Nothing where none begins there.
  static std::string_view foreign_closer(std::string_view opener) {
    if (opener == "'") return "'";
    if (opener == "\u2018") return "\u2019";
    if (opener == "\u201c" || opener == "\u201d" || opener == "\u201e") return "\u201d";
    return {};
  }

  /// A whole string in other quotes is one mistake.
  bool foreign_string(std::size_t size) {
    const std::string_view closer = foreign_closer({at_, size});
    if (closer.empty()) return false;
    const std::string_view rest = std::string_view(at_, static_cast<std::size_t>(end_ - at_)).substr(size, kMostForeign);
    const std::size_t content = rest.substr(0, rest.find('\n')).find(closer);
    if (content == std::string_view::npos) return false;
    const char* const start = at_;
    at_ += size + content + closer.size();
    diag::Diagnostic& said = sink_.report(diag::Code::foreign_quotes, {file_, span(start)});
    const std::string_view inside = rest.substr(0, content);
    if (inside.find_first_of("\"\\") == std::string_view::npos) {
      const std::string mended = '"' + std::string(inside) + '"';
      said.help = "write `" + mended + "`";
      said.fix = diag::Fix{{file_, span(start)}, mended};
    }
    push(Kind::invalid, start);
    return true;
  }

  /// One code point, or one byte where there is none.
  void invalid() {
    const char* const start = at_;
    const std::size_t size = utf8::length(at_, end_);
    if (foreign_string(size)) return;
    at_ += size == 0 ? 1 : size;
    push(Kind::invalid, start);
  }

  std::uint32_t offset(const char* at) const { return static_cast<std::uint32_t>(at - begin_); }
  Span span(const char* start) const { return {offset(start), offset(at_)}; }

  void push(Kind kind, const char* start) {
    out_.tokens.push_back({kind, touches_, span(start), 0});
    out_.kinds.push_back(static_cast<char>(kind));
    touches_ = kind != Kind::newline;
    if (kind != Kind::newline) own_line_ = false;
  }

  FileId file_;
  diag::Sink& sink_;
  const char* begin_;
  const char* end_;
  const char* at_;
  bool touches_ = false;
  bool own_line_ = true;
  ast::Tokens out_;
};

}  // namespace

ast::Tokens lex(const SourceMap& sources, FileId file, diag::Sink& sink) {
  const std::string_view text = sources[file].text;
  check_characters(text, file, sink);
  ast::Tokens tokens = Lexer(text, file, sink).run();
  match_brackets(tokens, file, sink);
  return tokens;
}

}  // namespace failc::parse
