#pragma once
// The changes of texts that diagnostics carry.
#include <map>
#include <string>

#include "grammar/diag/diagnostic.hpp"

namespace failc::tools {

/// The new text of each file that some fix changes, by path. Of fixes that overlap the first counts; files of the library are left alone.
std::map<std::string, std::string> fixed(const diag::Sink& sink, const SourceMap& sources);

}  // namespace failc::tools
