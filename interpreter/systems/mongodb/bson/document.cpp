#include "interpreter/systems/mongodb/bson/document.hpp"

#include <charconv>
#include <cstring>

#include "grammar/base/bug.hpp"

namespace failc::bson {
namespace {

constexpr std::string_view kEmpty("\x05\0\0\0\0", 5);

std::size_t length_at(const char* at) {
  std::int32_t out;
  std::memcpy(&out, at, sizeof out);
  return static_cast<std::size_t>(out);
}

/// How many bytes the value at `at` has; the bytes are well-formed.
inline std::size_t value_size(Type type, const char* at) {
  switch (type) {
    case Type::double_: case Type::date: case Type::timestamp: case Type::int64: return 8;
    case Type::string: case Type::code: case Type::symbol: return 4 + length_at(at);
    case Type::document: case Type::array: case Type::code_with_scope: return length_at(at);
    case Type::binary: return 5 + length_at(at);
    case Type::undefined: case Type::null: case Type::min_key: case Type::max_key: case Type::missing: return 0;
    case Type::object_id: return 12;
    case Type::boolean: return 1;
    case Type::regex: {
      const std::size_t pattern = std::strlen(at) + 1;
      return pattern + std::strlen(at + pattern) + 1;
    }
    case Type::db_pointer: return 4 + length_at(at) + 12;
    case Type::int32: return 4;
    case Type::decimal128: return 16;
  }
  FAILC_BUG("a document was not validated");
}

}  // namespace

void View::Iterator::read() {
  const Type type = static_cast<Type>(*at_);
  if (type == Type::missing) return;
  const std::size_t key = std::strlen(at_ + 1);
  const char* value = at_ + 1 + key + 1;
  const std::size_t size = value_size(type, value);
  element_ = {{at_ + 1, key}, {type, {value, size}}};
  next_ = value + size;
}

View::View() : bytes_(kEmpty) {}

std::size_t View::count() const {
  std::size_t out = 0;
  for (Iterator at = begin(); at != end(); ++at) ++out;
  return out;
}

/// Keys are compared as they stand: half of what a server does with a small command is to look for fields, most of which are not there.
ValueView View::find(std::string_view key) const {
  const char* const end = bytes_.data() + bytes_.size() - 1;
  for (const char* at = bytes_.data() + 4; at != end;) {
    const Type type = static_cast<Type>(*at++);
    const std::size_t length = std::strlen(at);
    const bool found = length == key.size() && std::memcmp(at, key.data(), length) == 0;
    at += length + 1;
    const std::size_t size = value_size(type, at);
    if (found) return {type, {at, size}};
    at += size;
  }
  return {};
}

ValueView View::at(std::string_view path) const {
  View here = *this;
  for (;;) {
    const std::size_t dot = path.find('.');
    const ValueView value = here.find(path.substr(0, dot));
    if (dot == std::string_view::npos) return value;
    if (!value.is(Type::document) && !value.is(Type::array)) return {};
    here = value.as_document();
    path.remove_prefix(dot + 1);
  }
}

bool deeper_than(View document, int max_depth) {
  if (max_depth == 0) return true;
  for (const Element& element : document)
    if ((element.value.is(Type::document) || element.value.is(Type::array)) && deeper_than(element.value.as_document(), max_depth - 1)) return true;
  return false;
}

Document::Document() : bytes_(kEmpty) {}

Document Document::trusted(std::string bytes) {
  Document out;
  out.bytes_ = std::move(bytes);
  return out;
}

Result<Document> Document::from_bytes(std::string bytes, int max_depth) {
  if (std::optional<std::string> reason = invalid(bytes, max_depth)) return Error{"the bytes are no BSON document: " + *reason};
  return trusted(std::move(bytes));
}

}  // namespace failc::bson
