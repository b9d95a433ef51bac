#pragma once
// Spec files in the plan. Not for other folders but tools, which take `check_specs` from check.hpp.
#include "grammar/import/tree.hpp"
#include "interpreter/backend/player.hpp"
#include "interpreter/check/check.hpp"
#include "interpreter/check/places.hpp"

namespace failc::check {

/// Numbers, strings, lists and documents alike; what has no such value (an integer beyond 64 bits) is its nearest float.
Value value_of(const spec::Ref& ref);
/// The same as an expression whose parts keep their places.
plan::Expr expr_of(const spec::Ref& ref, const Places& places);
/// What the scenarios of a file are called: each by its title, the file's name where it has none, and with a number where two would be alike.
std::vector<std::string> titles_of(const std::vector<SpecPlay>& plays, const std::string& path);
/// Reads a file and appends its scenarios to `plan`, if its format is run. What is wrong is told to `sink`; the plan is not to be used then.
/// The file is counted in `out`, or named there.
void add_spec(FileId file, const Options& options, const SourceMap& sources, diag::Sink& sink, plan::Plan& plan, Specs& out);

}  // namespace failc::check
