#include "grammar/format/format.hpp"

#include <fmt/format.h>

#include "grammar/format/layout.hpp"
#include "grammar/format/proof.hpp"
#include "grammar/parse/parse.hpp"

namespace failc::format {

Result<std::string> format(const SourceMap& sources, FileId file, diag::Sink& sink) {
  const std::size_t errors = sink.errors();
  const ast::Tokens tokens = parse::lex(sources, file, sink);
  parse::file(sources, file, tokens, sink);
  if (sink.errors() > errors || !tokens.brackets_match) {
    return Error{fmt::format("`{}` has mistakes and was not formatted", sources[file].path)};
  }
  return proven(tokens, lay_out(tokens), sources[file].path);
}

}  // namespace failc::format
