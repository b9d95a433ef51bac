#pragma once
// What the four formats share.
#include <string>
#include <vector>

#include "grammar/diag/diagnostic.hpp"

namespace failc::diag {

std::string render_text(const std::vector<Diagnostic>& items, const SourceMap& sources, bool colour);
std::string render_json(const std::vector<Diagnostic>& items, const SourceMap& sources);
std::string render_sarif(const std::vector<Diagnostic>& items, const SourceMap& sources);
std::string render_github(const std::vector<Diagnostic>& items, const SourceMap& sources);

const char* severity_name(Severity severity);

/// First and last place of a span; `end` is the place behind its last character.
struct Region {
  LineColumn begin;
  LineColumn end;
};
Region region(const SourceMap& sources, Place place);

}  // namespace failc::diag
