#pragma once
// One style without options: two spaces a block, one blank line at most, comments kept.
#include <string>
#include <string_view>

#include "grammar/base/result.hpp"
#include "grammar/diag/diagnostic.hpp"

namespace failc::format {

/// The formatted text of a file that parses. A file with mistakes is not touched: its diagnostics are in `sink` and the error says so.
/// Before it returns, the output is read again and its tokens, comments and a second formatting are compared; a
/// difference is an error ("would lose …"), never a changed file.
Result<std::string> format(const SourceMap& sources, FileId file, diag::Sink& sink);

}  // namespace failc::format
