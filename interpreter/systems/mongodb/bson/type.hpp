#pragma once
// The types of BSON and the scalars C++ has no word for. Numbers are those of bsonspec.org.
#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace failc::bson {

enum class Type : std::uint8_t {
  missing = 0x00,  // no value at all; never inside a document
  double_ = 0x01,
  string = 0x02,
  document = 0x03,
  array = 0x04,
  binary = 0x05,
  undefined = 0x06,
  object_id = 0x07,
  boolean = 0x08,
  date = 0x09,
  null = 0x0A,
  regex = 0x0B,
  db_pointer = 0x0C,
  code = 0x0D,
  symbol = 0x0E,
  code_with_scope = 0x0F,
  int32 = 0x10,
  timestamp = 0x11,
  int64 = 0x12,
  decimal128 = 0x13,
  max_key = 0x7F,
  min_key = 0xFF,
};

/// The alias that `$type` takes and gives: `int`, `string`, `objectId`; `missing`.
std::string_view type_name(Type type);
/// By alias; nothing for an unknown one. (`number` is no type.)
std::optional<Type> type_named(std::string_view alias);
/// By number as `$type` takes it (-1 is min_key); nothing for one that is no type.
std::optional<Type> type_numbered(std::int64_t number);
bool is_number(Type type);

struct ObjectId {
  std::array<std::uint8_t, 12> bytes{};
  auto operator<=>(const ObjectId&) const = default;
  std::string hex() const;
};

/// Since the Unix epoch, in UTC.
struct Date {
  std::chrono::milliseconds since_epoch{};
  auto operator<=>(const Date&) const = default;
};

/// The server's own kind of time: seconds since the epoch, and a counter inside the second.
struct Timestamp {
  std::uint32_t seconds = 0;
  std::uint32_t increment = 0;
  auto operator<=>(const Timestamp&) const = default;
};

/// IEEE 754-2008 decimal, binary integer encoding.
struct Decimal128 {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  std::string text() const;
  static std::optional<Decimal128> parse(std::string_view text);
};

struct BinaryView { std::uint8_t subtype = 0; std::string_view bytes; };
struct RegexView { std::string_view pattern; std::string_view options; };
struct Code { std::string_view text; };
struct Symbol { std::string_view text; };
struct Null {};
struct Undefined {};
struct MinKey {};
struct MaxKey {};

}  // namespace failc::bson
