#pragma once
// Finds the partner of each bracket.
#include "grammar/ast/token.hpp"
#include "grammar/diag/diagnostic.hpp"

namespace failc::parse {

/// Sets `match` of every bracket, and `brackets_match`. A bracket that is unclosed, stray or nested too deep is reported and
/// becomes its own partner; too deep is said once a file.
void match_brackets(ast::Tokens& tokens, FileId file, diag::Sink& sink);

}  // namespace failc::parse
