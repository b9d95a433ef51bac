#include "interpreter/systems/mongodb/wire/document.hpp"

#include <cstdint>
#include <cstring>
#include <string>

#include "interpreter/systems/mongodb/bson/document.hpp"

namespace failc::wire {

Result<std::string_view> first_document(std::string_view bytes) {
  if (bytes.size() < 5) return Error{"a document of " + std::to_string(bytes.size()) + " bytes, where the shortest takes 5"};
  std::int32_t length;
  std::memcpy(&length, bytes.data(), sizeof length);
  if (length < 5 || static_cast<std::size_t>(length) > bytes.size())
    return Error{"a document says it is " + std::to_string(length) + " bytes long, and " + std::to_string(bytes.size()) + " are there"};
  const std::string_view document = bytes.substr(0, static_cast<std::size_t>(length));
  if (const std::optional<std::string> why = bson::invalid(document, kMaxDepth)) return Error{"a document is not well-formed BSON: " + *why};
  return document;
}

bool has_field(std::string_view document, std::string_view name) { return bson::View(document).has(name); }

}  // namespace failc::wire
