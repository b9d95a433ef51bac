// The only includer of yaml-cpp. It gives each event where its node begins (before an anchor or a tag), and no ends.
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <istream>
#include <streambuf>

#include "grammar/import/build.hpp"
#include "grammar/import/read.hpp"

namespace failc::spec {
namespace {

/// What the handler had to say was reported; there is no other way out of the parser.
struct Stop {};

class TextBuffer : public std::streambuf {
 public:
  explicit TextBuffer(std::string_view text) {
    char* const begin = const_cast<char*>(text.data());  // nobody writes to it
    setg(begin, begin, begin + text.size());
  }
};

class Handler : public YAML::EventHandler {
 public:
  Handler(std::string_view text, std::uint32_t before, Builder& out) : text_(text), before_(before), out_(out) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) keep(out_.fail(diag::Code::import_syntax, letter(offset(mark)), {"a second document begins here: a file holds one"}));
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const std::uint32_t at = content(offset(mark));
    Span span = out_.last_span();  // an empty one has no place of its own: that of its key
    for (const std::string_view word : {"~", "null", "Null", "NULL"})
      if (text_.substr(at, word.size()) == word) span = {at, at + static_cast<std::uint32_t>(word.size())};
    keep(out_.scalar(Kind::null, span, {}));
    name(anchor);
  }

  /// Before the event of the value that it names.
  void OnAnchor(const YAML::Mark& mark, const std::string& name) override {
    const std::size_t at = text_.find("&" + name, offset(mark));
    const auto begin = static_cast<std::uint32_t>(at == std::string_view::npos ? offset(mark) : at);
    written_.push_back({{begin, begin + 1 + static_cast<std::uint32_t>(name.size())}, false});
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    written_[places_.at(anchor)].used = true;
    const std::uint32_t begin = offset(mark);
    const Span span{begin, word_end(begin)};
    const NodeIndex target = anchors_.at(anchor);
    if (out_.is_open(target)) keep(out_.fail(diag::Code::import_syntax, span, {"this alias stands inside of what it stands for"}));
    keep(out_.alias(span, target));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override {
    const std::uint32_t begin = content(offset(mark));
    check_tag(tag, begin);
    const char first = begin < text_.size() ? text_[begin] : '\0';
    const bool plain = tag == "?";
    const bool quoted = first == '"' || first == '\'';
    const std::uint32_t from = quoted ? begin + 1 : begin;
    const auto length = static_cast<std::uint32_t>(value.size());
    const bool as_written = text_.substr(from, length) == value && (!quoted || text_.substr(from + length, 1)[0] == first);
    const std::uint32_t end = as_written ? from + length + (quoted ? 1 : 0) : quoted ? quote_end(begin) : line_end(begin);
    const Kind kind = plain ? kind_of_plain(value) : Kind::text;
    keep(out_.scalar(kind, {begin, std::max(end, begin + 1)}, as_written ? text_.substr(from, length) : std::string_view(value), plain && value == "<<" && out_.at_key()));
    name(anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override { begin(Kind::list, mark, tag, anchor); }
  void OnSequenceEnd() override { keep(out_.end()); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override { begin(Kind::document, mark, tag, anchor); }
  void OnMapEnd() override { keep(out_.end()); }

  std::size_t documents() const { return documents_; }
  std::vector<Anchor> anchors() { return std::move(written_); }
  Span letter(std::uint32_t at) const {
    const auto size = static_cast<std::uint32_t>(text_.size());
    return {std::min(at, size), std::min(at + 1, size)};
  }
  std::uint32_t offset(const YAML::Mark& mark) const { return std::min(before_ + static_cast<std::uint32_t>(mark.pos), static_cast<std::uint32_t>(text_.size())); }

 private:
  static void keep(bool good) {
    if (!good) throw Stop{};
  }
  void begin(Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    const std::uint32_t at = content(offset(mark));
    check_tag(tag, at);
    keep(out_.begin(kind, letter(at)));
    name(anchor);
  }
  void check_tag(const std::string& tag, std::uint32_t at) {
    if (tag.empty() || tag == "?" || tag == "!" || tag == "tag:yaml.org,2002:str") return;
    keep(out_.fail(diag::Code::import_syntax, letter(at), {"tags are not read: `" + tag + "`"}));
  }
  void name(YAML::anchor_t anchor) {
    if (anchor == YAML::NullAnchor) return;
    if (anchors_.size() <= anchor) anchors_.resize(anchor + 1);
    anchors_[anchor] = out_.last();
    places_.resize(anchors_.size());
    places_[anchor] = written_.size() - 1;
  }

  bool at_space(std::uint32_t at) const { return at >= text_.size() || text_[at] == ' ' || text_[at] == '\n' || text_[at] == '\r' || text_[at] == '\t'; }
  std::uint32_t word_end(std::uint32_t at) const {
    while (!at_space(at) && std::string_view(",[]{}").find(text_[at]) == std::string_view::npos) ++at;
    return at;
  }
  std::uint32_t line_end(std::uint32_t at) const {
    const std::size_t end = text_.find_first_of("\r\n", at);
    return static_cast<std::uint32_t>(end == std::string_view::npos ? text_.size() : end);
  }
  std::uint32_t quote_end(std::uint32_t at) const {
    const char quote = text_[at++];
    for (; at < text_.size(); ++at) {
      if (text_[at] == '\\' && quote == '"') ++at;
      else if (text_[at] == quote && quote == '\'' && at + 1 < text_.size() && text_[at + 1] == quote) ++at;
      else if (text_[at] == quote) return at + 1;
    }
    return static_cast<std::uint32_t>(text_.size());
  }
  /// Behind an anchor, a tag, and what may stand between them and a value.
  std::uint32_t content(std::uint32_t at) const {
    bool named = false;
    while (at < text_.size()) {
      const char c = text_[at];
      if (c == '&' || c == '!') at = std::max(word_end(at), at + 1), named = true;
      else if (named && at_space(at)) ++at;
      else if (named && c == '#') at = line_end(at);
      else break;
    }
    return at;
  }

  std::string_view text_;
  std::uint32_t before_;
  Builder& out_;
  std::vector<NodeIndex> anchors_;
  std::vector<Anchor> written_;
  std::vector<std::size_t> places_;  // in `written_`, as `anchors_`
  std::size_t documents_ = 0;
};

}  // namespace

std::optional<Tree> read_yaml(const SourceMap& sources, FileId file, diag::Sink& sink) {
  const std::string_view text = sources[file].text;
  Builder builder(file, text, sink);
  if (!builder.check_text()) return std::nullopt;
  const std::uint32_t mark = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;  // what it begins with counts for nothing
  Handler handler(text, mark, builder);
  try {
    TextBuffer buffer(text);
    std::istream in(&buffer);
    YAML::Parser parser(in);
    while (parser.HandleNextDocument(handler)) {
    }
  } catch (const Stop&) {
    return std::nullopt;
  } catch (const YAML::ParserException& wrong) {
    builder.fail(diag::Code::import_syntax, handler.letter(handler.offset(wrong.mark)), {"this is not YAML: " + wrong.msg});
    return std::nullopt;
  } catch (const YAML::Exception& wrong) {
    builder.fail(diag::Code::import_syntax, handler.letter(0), {"this is not YAML: " + wrong.msg});
    return std::nullopt;
  }
  Tree tree = builder.take();
  tree.anchors = handler.anchors();
  if (tree.root != 0) return tree;
  builder.fail(diag::Code::import_syntax, handler.letter(0), {"this file is empty: it holds no document"});
  return std::nullopt;
}

}  // namespace failc::spec
