#pragma once
// BSON documents as bytes that a stranger sent.
#include <cstddef>
#include <string_view>

#include "grammar/base/result.hpp"

namespace failc::wire {

/// Documents, arrays and scopes of code that may stand inside each other; everything behind this may recurse that deep.
inline constexpr int kMaxDepth = 180;

/// The document that `bytes` begins with, its last byte included; checked whole (bson::invalid): lengths, types, ends, and that keys and
/// strings are UTF-8 (zero bytes are). The real server takes other bytes in strings; the libraries behind this do not. More bytes may follow it.
Result<std::string_view> first_document(std::string_view bytes);

/// Whether a well-formed document has a field of that name at its top.
bool has_field(std::string_view document, std::string_view name);

}  // namespace failc::wire
