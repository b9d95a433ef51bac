#pragma once
// Reads a journal back: for reports, recovery and the decision whether a folder may be used again.
#include <istream>
#include <string>
#include <vector>

#include "interpreter/journal/journal.hpp"

namespace failc::journal {

struct Contents {
  std::vector<nlohmann::ordered_json> records;
  bool torn = false;  // the last line had no newline and was ignored
};

/// Errors: unreadable, a line that is no record (with its number), a format that is newer than this program.
Result<Contents> read(const std::string& path);

/// The same of a text that is at hand; `name` is what errors call it.
Result<Contents> parse(std::istream& text, const std::string& name);
/// Whether its run left nodes running on purpose, and nobody has ended them since.
bool kept(const Contents& contents);

/// Whether nothing needs to be undone any more: the run ended by itself, or was recovered.
bool finished(const Contents& contents);

}  // namespace failc::journal
