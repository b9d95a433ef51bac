#pragma once
// What is said about an attempt that failed, and what is read all the same.
#include <optional>
#include <string_view>
#include <vector>

#include "grammar/rules/context.hpp"

namespace failc::parse {

using rules::Context;
using rules::Range;

/// Reports the attempt over `range`: at the furthest place, with what was expected there. Where a token of `header` begins
/// nothing or is a bracket without its partner, that alone is wrong, and it is reported once in all.
void report_failure(Context& context, Range range, const std::vector<Range>& bodies = {});

/// Reports every token that begins nothing and was not reported so far, once for each run of them.
void report_rest(Context& context);

/// The range, without what lies in `bodies`, holds no token that is reported anyway.
bool clean(const Context& context, Range range, const std::vector<Range>& bodies = {});

/// The blocks of a statement whose head did not parse: its braces that are no documents, each with its braces.
std::vector<Range> bodies_of(const Context& context, Range range);

/// "did you mean `sleep`?" with its fix, where a word of `candidates` is near to the token's.
void suggest(Context& context, diag::Diagnostic& diagnostic, std::uint32_t token, const std::vector<std::string_view>& candidates);

}  // namespace failc::parse
