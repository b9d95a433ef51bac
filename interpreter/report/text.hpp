#pragma once
// Text of unknown origin, made fit for where it goes.
#include <string>
#include <string_view>

namespace failc::report {

/// For a terminal: control characters but newline and tab become `\xNN`, so that no server's log can move the cursor.
std::string printable(std::string_view text);
/// For XML 1.0, in attributes and content alike: markup escaped, what XML cannot hold left out, bytes that are not UTF-8 replaced by U+FFFD.
std::string xml_escaped(std::string_view text);
/// A word for a POSIX shell, quoted where it has to be.
std::string shell_quoted(std::string_view word);

}  // namespace failc::report
