#pragma once
// Tokens and comments laid out as text: the style, without any proof.
#include <string>

#include "grammar/ast/token.hpp"

namespace failc::format {

/// Lays out tokens whose brackets match. Line breaks of the source stay, but
/// - runs of blank lines become one, and none stands at an edge of brackets or of the file;
/// - braces with a line break of their own have one behind `{` and before `}`; empty brackets are closed at once;
/// - a `;` at the end of a line is dropped.
std::string lay_out(const ast::Tokens& tokens);

/// The comment as it is written: nothing behind it, a space between `#` and its text (`#!` and `##` stay).
std::string tidy_comment(std::string_view comment);

}  // namespace failc::format
