#include <re2/re2.h>

#include "interpreter/value/value.hpp"

namespace failc {

Result<Regex> compile_regex(std::string pattern) {
  RE2::Options options;
  options.set_log_errors(false);
  auto compiled = std::make_shared<const RE2>(pattern, options);
  if (!compiled->ok()) return Error{"the regular expression is not valid: " + compiled->error()};
  return Regex{std::move(pattern), std::move(compiled)};
}

}  // namespace failc
