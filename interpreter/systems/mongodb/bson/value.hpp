#pragma once
// One BSON value: a type and its bytes as they stand in a document. `ValueView` refers to bytes of someone else's, `Value` owns them.
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "interpreter/systems/mongodb/bson/type.hpp"

namespace failc::bson {

class View;
class Document;
class Value;

/// The bytes are well-formed for the type: they come from this library or were validated. The `as_` functions want their own type.
class ValueView {
 public:
  constexpr ValueView() = default;
  constexpr ValueView(Type type, std::string_view bytes) : type_(type), bytes_(bytes) {}
  Type type() const { return type_; }
  std::string_view bytes() const { return bytes_; }
  bool exists() const { return type_ != Type::missing; }
  bool is(Type type) const { return type_ == type; }
  bool is_number() const { return bson::is_number(type_); }
  /// Null, undefined or missing: what most operators treat alike.
  bool is_nullish() const { return type_ == Type::missing || type_ == Type::null || type_ == Type::undefined; }

  double as_double() const;
  std::int32_t as_int32() const;
  std::int64_t as_int64() const;
  bool as_bool() const;
  std::string_view as_string() const;  // also of code and symbol
  View as_document() const;            // also of an array
  ObjectId as_object_id() const;
  Date as_date() const;
  Timestamp as_timestamp() const;
  Decimal128 as_decimal() const;
  BinaryView as_binary() const;
  RegexView as_regex() const;

  /// Any number as a double; nothing for other types.
  std::optional<double> number() const;
  /// A number without a fraction that fits; nothing for anything else.
  std::optional<std::int64_t> integer() const;
  std::optional<std::string_view> string() const;
  std::optional<View> document() const;
  std::optional<View> array() const;
  /// As `ok`-like flags and expressions take it: false, null, undefined, missing and zero are false.
  bool truthy() const;

 private:
  Type type_ = Type::missing;
  std::string_view bytes_;
};

// Each appends the bytes of a value and says which type they are.
Type encode(std::string& out, double value);
Type encode(std::string& out, std::int32_t value);
Type encode(std::string& out, std::int64_t value);
Type encode(std::string& out, bool value);
Type encode(std::string& out, std::string_view value);
Type encode(std::string& out, const View& value);
Type encode(std::string& out, const ObjectId& value);
Type encode(std::string& out, Date value);
Type encode(std::string& out, Timestamp value);
Type encode(std::string& out, Decimal128 value);
Type encode(std::string& out, BinaryView value);
Type encode(std::string& out, RegexView value);
Type encode(std::string& out, Code value);
Type encode(std::string& out, Symbol value);
Type encode(std::string& out, Null);
Type encode(std::string& out, Undefined);
Type encode(std::string& out, MinKey);
Type encode(std::string& out, MaxKey);
Type encode(std::string& out, ValueView value);
Type encode(std::string& out, const Value& value);
Type encode(std::string& out, const Document& value);
inline Type encode(std::string& out, const char* value) { return encode(out, std::string_view(value)); }
inline Type encode(std::string& out, const std::string& value) { return encode(out, std::string_view(value)); }
/// Whole numbers of other widths: int32 where every value of the type fits, else int64.
template <std::integral T>
  requires(!std::same_as<T, bool> && !std::same_as<T, std::int32_t> && !std::same_as<T, std::int64_t>)
Type encode(std::string& out, T value) {
  if constexpr (sizeof(T) < 4)
    return encode(out, static_cast<std::int32_t>(value));
  else
    return encode(out, static_cast<std::int64_t>(value));
}

template <class T, class... Ts>
concept OneOf = (std::same_as<T, Ts> || ...);
/// What becomes a value by itself.
template <class T>
concept Encodable = std::integral<T> || std::convertible_to<const T&, std::string_view> ||
                    OneOf<T, double, View, Document, ObjectId, Date, Timestamp, Decimal128, BinaryView, RegexView, Code, Symbol, Null, Undefined,
                          MinKey, MaxKey, ValueView>;

class Value {
 public:
  Value() = default;  // missing
  Value(Type type, std::string bytes) : type_(type), bytes_(std::move(bytes)) {}
  template <Encodable T>
  Value(const T& value) { type_ = encode(bytes_, value); }

  ValueView view() const { return {type_, bytes_}; }
  operator ValueView() const { return view(); }
  Type type() const { return type_; }
  bool exists() const { return type_ != Type::missing; }
  bool is(Type type) const { return type_ == type; }
  bool is_nullish() const { return view().is_nullish(); }
  const std::string& bytes() const { return bytes_; }

 private:
  Type type_ = Type::missing;
  std::string bytes_;
};

}  // namespace failc::bson
