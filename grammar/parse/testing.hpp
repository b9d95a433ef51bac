#pragma once
// For tests: a text parsed, and expressions as prefix notation.
#include <string>

#include "grammar/parse/parse.hpp"

namespace failc::parse {

struct Parsed {
  explicit Parsed(std::string text) : file(sources.add("t.fail", std::move(text))), tokens(lex(sources, file, sink)) {
    tree = parse::file(sources, file, tokens, sink);
    sink.finish();
  }
  /// "F0101@12 F0102@40": codes and offsets.
  std::string said() const {
    std::string out;
    for (const diag::Diagnostic& item : sink.all()) {
      if (!out.empty()) out += ' ';
      out += std::string(diag::row(item.code).code) + "@" + std::to_string(item.place.span.begin);
    }
    return out;
  }
  std::string rendered() const { return diag::render(sink.all(), sources, diag::Format::text, false); }

  SourceMap sources;
  diag::Sink sink;
  FileId file;
  ast::Tokens tokens;
  ast::File tree;
};

/// `(or a (and b c))`
std::string show(const ast::Expr& expr);

}  // namespace failc::parse
