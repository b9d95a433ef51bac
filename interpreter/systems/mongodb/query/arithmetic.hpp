#pragma once
// Arithmetic over BSON numbers. The result's type is the wider of the two (int, long, double, decimal); what leaves int becomes long,
// what leaves long becomes double. Both arguments are numbers. For this folder: division by zero throws `Failure`.
#include "interpreter/systems/mongodb/bson/value.hpp"

namespace failc::query {

bson::Value add(bson::ValueView a, bson::ValueView b);
bson::Value subtract(bson::ValueView a, bson::ValueView b);
bson::Value multiply(bson::ValueView a, bson::ValueView b);
/// A double, or a decimal.
bson::Value divide(bson::ValueView a, bson::ValueView b);
bson::Value modulo(bson::ValueView a, bson::ValueView b);

}  // namespace failc::query
