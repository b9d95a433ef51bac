#pragma once
// Bytes to tokens to a tree. Both report to the sink and always return; nothing throws.
#include "grammar/ast/ast.hpp"
#include "grammar/diag/diagnostic.hpp"

namespace failc::parse {

/// Deepest nesting of brackets and blocks that is accepted.
inline constexpr unsigned kMaxNesting = 64;

/// Cuts `sources[file]` into tokens, matches brackets, checks UTF-8. Characters that begin no token become `Kind::invalid`
/// (reported by `file` below, or by whoever reads the tokens).
ast::Tokens lex(const SourceMap& sources, FileId file, diag::Sink& sink);

/// The tree. Each mistake is reported once, at its place; the statement that holds it becomes Broken, the rest goes on.
ast::File file(const SourceMap& sources, FileId file, const ast::Tokens& tokens, diag::Sink& sink);

}  // namespace failc::parse
