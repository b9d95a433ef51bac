#pragma once
// What must be the same before and after formatting.
#include <optional>
#include <string>

#include "grammar/ast/token.hpp"
#include "grammar/base/result.hpp"

namespace failc::format {

/// The first thing of `before` that `after` does not have, in words; nothing if they say the same. Compared are
/// - tokens: kind, text, and whether a `(` or `[` touches the operand before it;
/// - ends of statements, but not at the inner edges of brackets, where they mean nothing;
/// - comments: text (tidied), order, the tokens around them, and whether they stand on a line of their own.
std::optional<std::string> difference(const ast::Tokens& before, const ast::Tokens& after);

/// `output` if it says what `before` says and is its own formatting; else an error that names what would be lost.
Result<std::string> proven(const ast::Tokens& before, std::string output, const std::string& path);

}  // namespace failc::format
