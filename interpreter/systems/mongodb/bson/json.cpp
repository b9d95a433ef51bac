#include "interpreter/systems/mongodb/bson/json.hpp"

#include <bson/bson.h>

#include <charconv>
#include <cmath>

namespace failc::bson {
namespace {

std::string json(View document, char* (*writer)(const bson_t*, std::size_t*)) {
  bson_t raw;
  if (!bson_init_static(&raw, reinterpret_cast<const std::uint8_t*>(document.bytes().data()), document.size())) return show(document);
  std::size_t length = 0;
  char* text = writer(&raw, &length);
  if (!text) return show(document);  // libbson is stricter than the format in places
  std::string out(text, length);
  bson_free(text);
  return out;
}

std::string hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char byte : bytes) {
    out.push_back(kDigits[static_cast<std::uint8_t>(byte) >> 4]);
    out.push_back(kDigits[static_cast<std::uint8_t>(byte) & 15]);
  }
  return out;
}

std::string show_double(double value) {
  if (std::isnan(value)) return "nan.0";
  if (std::isinf(value)) return value > 0 ? "inf.0" : "-inf.0";
  char buffer[40];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
  std::string out(buffer, end);
  if (out.find_first_of(".e") == std::string::npos) out += ".0";
  return out;
}

std::string list(View elements, bool keys) {
  std::string out;
  for (const Element& element : elements) {
    out += out.empty() ? " " : ", ";
    out += keys ? show(element) : show(element.value);
  }
  return out.empty() ? "" : out + " ";
}

}  // namespace

std::string canonical_json(View document) { return json(document, bson_as_canonical_extended_json); }
std::string relaxed_json(View document) { return json(document, bson_as_relaxed_extended_json); }

Result<Document> from_json(std::string_view text) {
  bson_error_t error{};
  bson_t* raw = bson_new_from_json(reinterpret_cast<const std::uint8_t*>(text.data()), static_cast<ssize_t>(text.size()), &error);
  if (!raw) return Error{std::string("the text is no Extended JSON: ") + error.message};
  std::string bytes(reinterpret_cast<const char*>(bson_get_data(raw)), raw->len);
  bson_destroy(raw);
  return Document::from_bytes(std::move(bytes));
}

std::string show(const Element& element) { return std::string(element.key) + ": " + show(element.value); }
std::string show(View document) { return "{" + list(document, true) + "}"; }

std::string show(ValueView value) {
  switch (value.type()) {
    case Type::missing: return "EOO";
    case Type::double_: return show_double(value.as_double());
    case Type::string: case Type::symbol: return "\"" + std::string(value.as_string()) + "\"";
    case Type::document: return show(value.as_document());
    case Type::array: return "[" + list(value.as_document(), false) + "]";
    case Type::binary: {
      const BinaryView binary = value.as_binary();
      return "BinData(" + std::to_string(binary.subtype) + ", " + hex(binary.bytes) + ")";
    }
    case Type::undefined: return "undefined";
    case Type::object_id: return "ObjectId('" + value.as_object_id().hex() + "')";
    case Type::boolean: return value.as_bool() ? "true" : "false";
    case Type::date: return "new Date(" + std::to_string(value.as_date().since_epoch.count()) + ")";
    case Type::null: return "null";
    case Type::regex: return "/" + std::string(value.as_regex().pattern) + "/" + std::string(value.as_regex().options);
    case Type::db_pointer: return "DBRef";
    case Type::code: return std::string(value.as_string());
    case Type::code_with_scope: return "CodeWScope";
    case Type::int32: return std::to_string(value.as_int32());
    case Type::timestamp: {
      const Timestamp time = value.as_timestamp();
      return "Timestamp(" + std::to_string(time.seconds) + ", " + std::to_string(time.increment) + ")";
    }
    case Type::int64: return std::to_string(value.as_int64());
    case Type::decimal128: return value.as_decimal().text();
    case Type::max_key: return "MaxKey";
    case Type::min_key: return "MinKey";
  }
  return "";
}

}  // namespace failc::bson
