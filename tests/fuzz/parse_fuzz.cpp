// Any bytes become tokens and a tree, with diagnostics inside the file, and nothing worse.
#include <cstdint>

#include "grammar/base/bug.hpp"
#include "grammar/parse/parse.hpp"

using namespace failc;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  SourceMap sources;
  const FileId file = sources.add("fuzz.fail", std::string(reinterpret_cast<const char*>(data), size));
  diag::Sink sink;
  const ast::Tokens tokens = parse::lex(sources, file, sink);
  FAILC_ASSERT(tokens.tokens.size() == tokens.kinds.size());
  FAILC_ASSERT(tokens.tokens.back().kind == ast::Kind::end);
  std::uint32_t end = 0;
  bool invalid = !tokens.brackets_match;
  for (const ast::Token& token : tokens.tokens) {
    FAILC_ASSERT(token.span.begin >= end && token.span.end <= size);
    end = token.span.end;
    invalid = invalid || token.kind == ast::Kind::invalid;
  }
  const ast::File tree = parse::file(sources, file, tokens, sink);
  FAILC_ASSERT(!invalid || sink.has_errors());
  FAILC_ASSERT(!tree.broken || sink.has_errors());
  for (const diag::Diagnostic& item : sink.all()) FAILC_ASSERT(item.place.span.begin <= item.place.span.end && item.place.span.end <= size);
  return 0;
}
