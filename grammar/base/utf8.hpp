#pragma once
// UTF-8, one code point at a time.
#include <cstddef>
#include <cstdint>
#include <string>

namespace failc::utf8 {

/// The length of the well-formed sequence that begins at `at`, or 0. Overlong forms, surrogates and points above
/// U+10FFFF are not well-formed.
std::size_t length(const char* at, const char* end);

/// Appends `point`, which is at most U+10FFFF and no surrogate.
void append(std::string& out, std::uint32_t point);

}  // namespace failc::utf8
