#pragma once
// A spec file as text in failc's own language, which runs to the same result.
#include <optional>
#include <string>

#include "interpreter/check/check.hpp"

namespace failc::check {

/// Not yet in the one style. Nothing where something was reported: mistakes, a format that is not run, a number that the language cannot write.
std::optional<std::string> to_fail(FileId file, const Options& options, const SourceMap& sources, diag::Sink& sink);

}  // namespace failc::check
