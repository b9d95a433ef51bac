#pragma once
// The one order of all BSON values: first by bracket (all numbers are one), then by value.
#include <compare>
#include <string>

#include "interpreter/systems/mongodb/bson/document.hpp"

namespace failc::bson {

/// Types of one bracket compare by value: numbers; string and symbol; missing and undefined. Ascending in the order.
int bracket(Type type);

/// Numbers by value across their types (NaN is the least and equals itself), strings and keys by bytes, documents by their elements in
/// order, binaries by length first.
std::weak_ordering compare(ValueView a, ValueView b);
std::weak_ordering compare(View a, View b);
inline bool equal(ValueView a, ValueView b) { return compare(a, b) == 0; }
std::weak_ordering compare_numbers(ValueView a, ValueView b);

/// Appends bytes that are the same for two values exactly where `compare` calls them equal, and no prefix of another value's.
void append_equality_key(std::string& out, ValueView value);

}  // namespace failc::bson
