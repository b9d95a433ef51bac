#include <iterator>

#include "grammar/base/bug.hpp"
#include "grammar/diag/diagnostic.hpp"

namespace failc::diag {

namespace {

constexpr Row kRows[] = {
#define FAILC_DIAGNOSTIC(code, severity, name, message, help) {#code, Severity::severity, #name, message, help},
#include "grammar/diag/catalogue.def"
#undef FAILC_DIAGNOSTIC
};

}  // namespace

const Row& row(Code code) {
  const auto index = static_cast<std::size_t>(code);
  FAILC_ASSERT(index < std::size(kRows));
  return kRows[index];
}

std::size_t row_count() { return std::size(kRows); }

}  // namespace failc::diag
