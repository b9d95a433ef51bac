#include <string>

#include "grammar/base/utf8.hpp"
#include "grammar/import/build.hpp"
#include "grammar/import/read.hpp"

namespace failc::spec {
namespace {

class JsonReader {
 public:
  JsonReader(std::string_view text, Builder& out) : text_(text), out_(out) {}

  /// The whole file.
  bool file() {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    std::size_t depth = 0;  // the builder's; a loop, so that nothing nests on the stack
    std::string closers;
    bool wants_value = true;
    for (;;) {
      space();
      if (wants_value) {
        const char c = peek();
        if (c == '{' || c == '[') {
          if (!out_.begin(c == '{' ? Kind::document : Kind::list, here(1))) return false;
          ++at_, ++depth;
          closers.push_back(c == '{' ? '}' : ']');
          space();
          if (peek() == closers.back()) wants_value = false;
          else if (closers.back() == '}' && !key()) return false;
          if (wants_value) continue;
        } else if (!scalar()) {
          return false;
        }
        wants_value = false;
        continue;
      }
      if (depth == 0) break;
      const bool document = closers.back() == '}';
      if (peek() == closers.back()) {
        ++at_, --depth;
        closers.pop_back();
        if (!out_.end(static_cast<std::uint32_t>(at_))) return false;
      } else if (peek() == ',') {
        ++at_;
        space();
        if (document && !key()) return false;
        wants_value = true;
      } else {
        return wrong(document ? "`,` or `}`" : "`,` or `]`");
      }
    }
    if (at_ != text_.size()) return wrong("the end of the file");
    return true;
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  Span here(std::size_t length) const {
    return {static_cast<std::uint32_t>(at_), static_cast<std::uint32_t>(std::min(at_ + length, text_.size()))};
  }
  void space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) ++at_;
  }
  bool wrong(std::string_view wanted) {
    std::string found = "the end of the file";
    if (at_ < text_.size()) found = "`" + std::string(text_.substr(at_, std::max<std::size_t>(1, utf8::length(text_.data() + at_, text_.data() + text_.size())))) + "`";
    return out_.fail(diag::Code::import_syntax, here(1), {"this is not JSON: expected " + std::string(wanted) + ", found " + found});
  }

  bool key() {
    if (peek() != '"') return wrong("a key in double quotes");
    if (!string()) return false;
    space();
    if (peek() != ':') return wrong("`:`");
    ++at_;
    return true;
  }

  bool scalar() {
    const char c = peek();
    if (c == '"') return string();
    if (c == '-' || (c >= '0' && c <= '9')) return number();
    for (const std::string_view word : {"null", "true", "false"})
      if (text_.substr(at_, word.size()) == word) {
        const Span span = here(word.size());
        at_ += word.size();
        return out_.scalar(kind_of_plain(word), span, text_.substr(span.begin, word.size()));
      }
    return wrong("a value");
  }

  bool number() {
    const std::size_t begin = at_;
    const auto digits = [&] {
      const std::size_t first = at_;
      while (peek() >= '0' && peek() <= '9') ++at_;
      return at_ > first;
    };
    if (peek() == '-') ++at_;
    const bool zero = peek() == '0';
    const std::size_t first = at_;
    if (!digits()) return wrong("a digit");
    if (zero && at_ > first + 1) return at_ = first + 1, wrong("no digit behind a leading zero");
    bool real = false;
    if (peek() == '.') {
      ++at_, real = true;
      if (!digits()) return wrong("a digit");
    }
    if (peek() == 'e' || peek() == 'E') {
      ++at_, real = true;
      if (peek() == '-' || peek() == '+') ++at_;
      if (!digits()) return wrong("a digit");
    }
    const Span span{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(at_)};
    return out_.scalar(real ? Kind::real : Kind::integer, span, text_.substr(begin, at_ - begin));
  }

  bool string() {
    const std::size_t begin = at_++;
    bool escapes = false;
    std::string value;
    std::size_t piece = at_;
    for (;;) {
      while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' && text_[at_] != '\n' && text_[at_] != '\r' && text_[at_] != '\t') ++at_;
      if (at_ == text_.size()) return wrong("`\"`");
      if (text_[at_] == '"') break;
      if (text_[at_] != '\\') return wrong("an escape: a string has no control characters");
      value += text_.substr(piece, at_ - piece);
      escapes = true;
      if (!escape(value)) return false;
      piece = at_;
    }
    const std::string_view rest = text_.substr(piece, at_ - piece);
    ++at_;
    const Span span{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(at_)};
    if (!escapes) return out_.scalar(Kind::text, span, rest);
    value += rest;
    return out_.scalar(Kind::text, span, value);
  }

  /// Of four hexadecimal digits at `at_`.
  bool unit(std::uint32_t& out) {
    out = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const char c = peek();
      if (c >= '0' && c <= '9') out = out * 16 + static_cast<std::uint32_t>(c - '0');
      else if (c >= 'a' && c <= 'f') out = out * 16 + static_cast<std::uint32_t>(c - 'a' + 10);
      else if (c >= 'A' && c <= 'F') out = out * 16 + static_cast<std::uint32_t>(c - 'A' + 10);
      else return wrong("a hexadecimal digit");
    }
    return true;
  }

  bool escape(std::string& out) {
    ++at_;
    const std::string_view names = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
    const std::size_t known = at_ < text_.size() ? names.find(text_[at_]) : std::string_view::npos;
    if (known != std::string_view::npos) {
      ++at_;
      out += meanings[known];
      return true;
    }
    if (peek() != 'u') return wrong("an escape: one of `\"\\/bfnrtu`");
    ++at_;
    std::uint32_t point = 0;
    if (!unit(point)) return false;
    if (point >= 0xD800 && point < 0xDC00) {
      std::uint32_t low = 0;
      if (text_.substr(at_, 2) != "\\u") return wrong("the second half of a surrogate pair");
      at_ += 2;
      if (!unit(low)) return false;
      if (low < 0xDC00 || low > 0xDFFF) return wrong("the second half of a surrogate pair before this");
      point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
    } else if (point >= 0xDC00 && point < 0xE000) {
      return wrong("the first half of a surrogate pair before this");
    }
    utf8::append(out, point);
    return true;
  }

  std::string_view text_;
  Builder& out_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<Tree> read_json(const SourceMap& sources, FileId file, diag::Sink& sink) {
  Builder builder(file, sources[file].text, sink);
  if (!builder.check_text() || !JsonReader(sources[file].text, builder).file()) return std::nullopt;
  return builder.take();
}

bool is_spec(std::string_view path) { return path.ends_with(".yml") || path.ends_with(".yaml") || path.ends_with(".json"); }

std::optional<Tree> read(const SourceMap& sources, FileId file, diag::Sink& sink) {
  return sources[file].path.ends_with(".json") ? read_json(sources, file, sink) : read_yaml(sources, file, sink);
}

}  // namespace failc::spec
