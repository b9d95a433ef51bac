#include <re2/re2.h>

#include <algorithm>

#include "interpreter/value/value.hpp"

namespace failc {

Result<Regex> compile_regex(std::string pattern) {
  RE2::Options options;
  options.set_log_errors(false);
  auto compiled = std::make_shared<const RE2>(pattern, options);
  if (!compiled->ok()) return Error{"the regular expression is not valid: " + compiled->error()};
  return Regex{std::move(pattern), std::move(compiled)};
}

Result<std::string> extract(std::string_view text, const Regex& regex) {
  if (!regex.compiled) return Error{"a regular expression that was not compiled"};
  re2::StringPiece groups[2];
  const int wanted = std::min(regex.compiled->NumberOfCapturingGroups(), 1) + 1;
  const re2::StringPiece whole(text.data(), text.size());
  if (!regex.compiled->Match(whole, 0, whole.size(), re2::RE2::UNANCHORED, groups, wanted)) return Error{"nothing matches " + show(Value(regex), {}, 80)};
  // The second of `a|(b)` may have matched nothing at all.
  const re2::StringPiece& found = groups[wanted - 1];
  if (!found.data()) return Error{"the group of " + show(Value(regex), {}, 80) + " matched nothing"};
  return std::string(found.data(), found.size());
}

}  // namespace failc
