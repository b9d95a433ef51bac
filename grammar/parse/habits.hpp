#pragma once
// What people write who come from other languages, and how it is said here.
#include <string>

#include "grammar/rules/context.hpp"

namespace failc::parse {

/// The help for a token that is wrong where it stands, or "" where it tells nothing of what was meant.
std::string habit(const rules::Context& context, std::uint32_t token);

/// The same for a word alone, where one of a verb or a function stands.
std::string habit_of_word(std::string_view word);

}  // namespace failc::parse
