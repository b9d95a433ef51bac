#include "interpreter/systems/mongodb/bson/type.hpp"

#include <bson/bson.h>

#include <utility>

namespace failc::bson {
namespace {

constexpr std::pair<Type, std::string_view> kNames[] = {
    {Type::missing, "missing"}, {Type::double_, "double"}, {Type::string, "string"}, {Type::document, "object"}, {Type::array, "array"},
    {Type::binary, "binData"}, {Type::undefined, "undefined"}, {Type::object_id, "objectId"}, {Type::boolean, "bool"}, {Type::date, "date"},
    {Type::null, "null"}, {Type::regex, "regex"}, {Type::db_pointer, "dbPointer"}, {Type::code, "javascript"}, {Type::symbol, "symbol"},
    {Type::code_with_scope, "javascriptWithScope"}, {Type::int32, "int"}, {Type::timestamp, "timestamp"}, {Type::int64, "long"},
    {Type::decimal128, "decimal"}, {Type::max_key, "maxKey"}, {Type::min_key, "minKey"},
};

}  // namespace

std::string_view type_name(Type type) {
  for (const auto& [known, name] : kNames)
    if (known == type) return name;
  return "missing";
}

std::optional<Type> type_named(std::string_view alias) {
  for (const auto& [type, name] : kNames)
    if (name == alias && type != Type::missing) return type;
  return std::nullopt;
}

std::optional<Type> type_numbered(std::int64_t number) {
  if (number == -1) return Type::min_key;
  for (const auto& [type, name] : kNames)
    if (static_cast<std::int64_t>(type) == number && type != Type::missing && type != Type::min_key) return type;
  return std::nullopt;
}

bool is_number(Type type) { return type == Type::int32 || type == Type::int64 || type == Type::double_ || type == Type::decimal128; }

std::string ObjectId::hex() const {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t byte : bytes) {
    out.push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 15]);
  }
  return out;
}

std::string Decimal128::text() const {
  bson_decimal128_t raw;
  raw.low = low;
  raw.high = high;
  char buffer[BSON_DECIMAL128_STRING];
  bson_decimal128_to_string(&raw, buffer);
  return buffer;
}

std::optional<Decimal128> Decimal128::parse(std::string_view text) {
  bson_decimal128_t raw;
  if (!bson_decimal128_from_string_w_len(text.data(), static_cast<int>(text.size()), &raw)) return std::nullopt;
  return Decimal128{raw.low, raw.high};
}

}  // namespace failc::bson
