#pragma once
// Extended JSON (v2), both ways, and the text of values in messages.
#include <string>
#include <string_view>

#include "grammar/base/result.hpp"
#include "interpreter/systems/mongodb/bson/document.hpp"

namespace failc::bson {

std::string canonical_json(View document);
std::string relaxed_json(View document);
/// An object, or an array at the top (then its elements have the keys 0, 1 …). Both forms of Extended JSON. The reader is libbson's: it
/// takes `{"$regex": …}` for a regular expression and `{"$type": 2}` for a broken binary, so that operators of these names need their
/// other spelling.
Result<Document> from_json(std::string_view json);

/// As messages of servers show values: `{ x: 1, y: "a" }`, `ObjectId('…')`, `[ 1, 2 ]`.
std::string show(ValueView value);
std::string show(View document);
/// `x: 1`.
std::string show(const Element& element);

}  // namespace failc::bson
