#pragma once
// How the author's mistakes are printed, whichever subcommand found them.
#include <string>

#include "grammar/diag/diagnostic.hpp"
#include "tools/failc/arguments.hpp"

namespace failc::tools {

/// Adds `--format text|json|sarif|github`.
void add_format(Arguments& arguments, std::string& format);
/// Text goes to standard error; the machines' formats to standard output, as one document even where there is nothing to say.
/// What a file used by several others has wrong is said once.
void print(diag::Sink& sink, const SourceMap& sources, const std::string& format);
/// "2 errors, 1 warning".
std::string counted(const diag::Sink& sink);
/// "1 file", "3 files".
std::string plural(std::size_t count, const std::string& noun);

}  // namespace failc::tools
