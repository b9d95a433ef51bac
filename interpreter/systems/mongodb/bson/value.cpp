#include "interpreter/systems/mongodb/bson/value.hpp"

#include <bit>
#include <cmath>
#include <cstring>

#include "grammar/base/bug.hpp"
#include "interpreter/systems/mongodb/bson/document.hpp"

namespace failc::bson {
namespace {

static_assert(std::endian::native == std::endian::little, "BSON is little-endian and so is every machine this is built for");

template <class T>
T load(std::string_view bytes, std::size_t at = 0) {
  FAILC_ASSERT(bytes.size() >= at + sizeof(T));
  T out;
  std::memcpy(&out, bytes.data() + at, sizeof(T));
  return out;
}

template <class T>
void store(std::string& out, T value) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out.append(bytes, sizeof(T));
}

void store_text(std::string& out, std::string_view text) {
  store(out, static_cast<std::int32_t>(text.size() + 1));
  out.append(text);
  out.push_back('\0');
}

void store_c_string(std::string& out, std::string_view text) {
  out.append(text.substr(0, text.find('\0')));
  out.push_back('\0');
}

}  // namespace

double ValueView::as_double() const { return load<double>(bytes_); }
std::int32_t ValueView::as_int32() const { return load<std::int32_t>(bytes_); }
std::int64_t ValueView::as_int64() const { return load<std::int64_t>(bytes_); }
bool ValueView::as_bool() const { return load<char>(bytes_) != 0; }

std::string_view ValueView::as_string() const {
  FAILC_ASSERT(bytes_.size() >= 5);
  return bytes_.substr(4, bytes_.size() - 5);
}

View ValueView::as_document() const {
  FAILC_ASSERT(type_ == Type::document || type_ == Type::array);
  return View(bytes_);
}

ObjectId ValueView::as_object_id() const { return load<ObjectId>(bytes_); }
Date ValueView::as_date() const { return Date{std::chrono::milliseconds(load<std::int64_t>(bytes_))}; }
Timestamp ValueView::as_timestamp() const { return {load<std::uint32_t>(bytes_, 4), load<std::uint32_t>(bytes_, 0)}; }
Decimal128 ValueView::as_decimal() const { return {load<std::uint64_t>(bytes_, 0), load<std::uint64_t>(bytes_, 8)}; }

BinaryView ValueView::as_binary() const {
  FAILC_ASSERT(bytes_.size() >= 5);
  return {static_cast<std::uint8_t>(bytes_[4]), bytes_.substr(5)};
}

RegexView ValueView::as_regex() const {
  const std::size_t end = bytes_.find('\0');
  FAILC_ASSERT(end != std::string_view::npos && bytes_.size() >= end + 2);
  return {bytes_.substr(0, end), bytes_.substr(end + 1, bytes_.size() - end - 2)};
}

std::optional<double> ValueView::number() const {
  if (type_ == Type::double_) return as_double();
  if (type_ == Type::int32) return as_int32();
  if (type_ == Type::int64) return static_cast<double>(as_int64());
  if (type_ == Type::decimal128) return std::strtod(as_decimal().text().c_str(), nullptr);
  return std::nullopt;
}

std::optional<std::int64_t> ValueView::integer() const {
  if (type_ == Type::int32) return as_int32();
  if (type_ == Type::int64) return as_int64();
  const std::optional<double> value = number();
  // 2^63 itself is the first double that does not fit.
  if (!value || std::isnan(*value) || *value < -0x1p63 || *value >= 0x1p63 || std::trunc(*value) != *value) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

std::optional<std::string_view> ValueView::string() const {
  return type_ == Type::string ? std::optional(as_string()) : std::nullopt;
}
std::optional<View> ValueView::document() const { return type_ == Type::document ? std::optional(as_document()) : std::nullopt; }
std::optional<View> ValueView::array() const { return type_ == Type::array ? std::optional(as_document()) : std::nullopt; }

bool ValueView::truthy() const {
  if (is_nullish()) return false;
  if (type_ == Type::boolean) return as_bool();
  if (is_number()) return *number() != 0;
  return true;
}

Type encode(std::string& out, double value) { store(out, value); return Type::double_; }
Type encode(std::string& out, std::int32_t value) { store(out, value); return Type::int32; }
Type encode(std::string& out, std::int64_t value) { store(out, value); return Type::int64; }
Type encode(std::string& out, bool value) { out.push_back(value ? 1 : 0); return Type::boolean; }
Type encode(std::string& out, std::string_view value) { store_text(out, value); return Type::string; }
Type encode(std::string& out, const View& value) { out.append(value.bytes()); return Type::document; }
Type encode(std::string& out, const ObjectId& value) { store(out, value.bytes); return Type::object_id; }
Type encode(std::string& out, Date value) { store(out, static_cast<std::int64_t>(value.since_epoch.count())); return Type::date; }
Type encode(std::string& out, Timestamp value) { store(out, value.increment); store(out, value.seconds); return Type::timestamp; }
Type encode(std::string& out, Decimal128 value) { store(out, value.low); store(out, value.high); return Type::decimal128; }

Type encode(std::string& out, BinaryView value) {
  store(out, static_cast<std::int32_t>(value.bytes.size()));
  out.push_back(static_cast<char>(value.subtype));
  out.append(value.bytes);
  return Type::binary;
}

Type encode(std::string& out, RegexView value) {
  store_c_string(out, value.pattern);
  store_c_string(out, value.options);
  return Type::regex;
}

Type encode(std::string& out, Code value) { store_text(out, value.text); return Type::code; }
Type encode(std::string& out, Symbol value) { store_text(out, value.text); return Type::symbol; }
Type encode(std::string&, Null) { return Type::null; }
Type encode(std::string&, Undefined) { return Type::undefined; }
Type encode(std::string&, MinKey) { return Type::min_key; }
Type encode(std::string&, MaxKey) { return Type::max_key; }
Type encode(std::string& out, ValueView value) { out.append(value.bytes()); return value.type(); }
Type encode(std::string& out, const Value& value) { return encode(out, value.view()); }
Type encode(std::string& out, const Document& value) { out.append(value.bytes()); return Type::document; }

}  // namespace failc::bson
