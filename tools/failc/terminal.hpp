#pragma once
// What the standard streams are. The environment is read here and nowhere else.
#include <string_view>

namespace failc::tools {

bool is_terminal(int descriptor);
/// A terminal, and `NO_COLOR` unset or empty, and `TERM` not `dumb`.
bool wants_colour(int descriptor);
/// Columns; 80 where it cannot be told.
unsigned terminal_width();
/// Writes to standard output at once. A failure does not stop anything; `output_error` tells of it.
/// From now on what is said goes to standard error: standard output is a report's.
void keep_output_for_reports();
/// Where what is said goes.
int speech();
/// To standard output, whatever was kept for it.
void put(std::string_view text);
void say(std::string_view text);
/// Whether standard output takes more just now: a terminal that was stopped does not.
bool can_say();
/// The errno of the first failed write, or 0.
int output_error();

}  // namespace failc::tools
