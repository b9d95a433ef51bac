#pragma once
// A run as its journals tell it: what reports need, from nothing else.
#include <deque>
#include <string>

#include "interpreter/journal/reader.hpp"
#include "interpreter/report/report.hpp"

namespace failc::report {

/// Owns what the files of `run` point to: of a plan only what reports use, and the sources as they were.
struct Restored {
  Run run;
  std::deque<plan::Plan> plans;
  std::deque<SourceMap> sources;
};

/// Adds the session of one journal, `name` for messages. A journal without an end makes the scenario that was running an interrupted one, and its file's error says so.
/// Errors: not the journal of a run, one of a failc that wrote too little for reports, a record that does not hold what its kind has.
Status add_session(Restored& restored, const journal::Contents& contents, const std::string& name);

/// Several sessions of one file, added in the order in which they began, as one: all attempts of a scenario together, results in the file's order.
void join_sessions(Restored& restored);

}  // namespace failc::report
