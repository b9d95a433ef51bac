#include "interpreter/systems/mongodb/mongod/fields.hpp"

#include <algorithm>

#include "interpreter/systems/mongodb/mongod/failure.hpp"

namespace failc::mongod {
namespace {

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

}  // namespace

void Field::wrong_type(std::string_view expected) const {
  refuse(code::kTypeMismatch, "BSON field '" + std::string(command) + "." + std::string(name) + "' is the wrong type '" +
                                  std::string(bson::type_name(value.type())) + "', expected type " + quoted(expected));
}

bool Field::flag() const {
  if (value.is(bson::Type::boolean)) return value.as_bool();
  if (value.is_number()) return *value.number() != 0;
  wrong_type("bool");
}

std::int64_t Field::integer() const {
  if (const std::optional<std::int64_t> whole = value.integer()) return *whole;
  if (!value.is_number()) wrong_type("long");
  const double number = *value.number();
  if (!(number >= -9.2e18 && number <= 9.2e18))
    refuse(code::kFailedToParse, "BSON field '" + std::string(command) + "." + std::string(name) + "' is out of range");
  return static_cast<std::int64_t>(number);
}

std::int64_t Field::not_negative() const {
  const std::int64_t number = integer();
  if (number < 0) {
    refuse(51024, "BSON field '" + std::string(name) + "' value must be >= 0, actual value '" + std::to_string(number) + "'");
  }
  return number;
}

std::string_view Field::text() const {
  if (!value.is(bson::Type::string)) wrong_type("string");
  return value.as_string();
}

bson::View Field::document() const {
  if (!value.is(bson::Type::document)) wrong_type("object");
  return value.as_document();
}

bson::View Field::array() const {
  if (!value.is(bson::Type::array)) wrong_type("array");
  return value.as_document();
}

bool flag_or(bson::View from, std::string_view command, std::string_view name, bool otherwise) {
  const Field found = field(from, command, name);
  return found.value.is_nullish() ? otherwise : found.flag();
}

std::int64_t integer_or(bson::View from, std::string_view command, std::string_view name, std::int64_t otherwise) {
  const Field found = field(from, command, name);
  return found.value.is_nullish() ? otherwise : found.integer();
}

std::string_view text_or(bson::View from, std::string_view command, std::string_view name, std::string_view otherwise) {
  const Field found = field(from, command, name);
  return found.value.is_nullish() ? otherwise : found.text();
}

bson::View document_or_empty(bson::View from, std::string_view command, std::string_view name) {
  const Field found = field(from, command, name);
  return found.value.is_nullish() ? bson::View() : found.document();
}

void only_fields(bson::View from, std::string_view command, std::initializer_list<std::string_view> known) {
  std::vector<bool> seen(known.size());
  for (const bson::Element& element : from) {
    const auto full = [&] { return "BSON field '" + std::string(command) + "." + std::string(element.key) + "'"; };
    const std::size_t place = static_cast<std::size_t>(std::find(known.begin(), known.end(), element.key) - known.begin());
    if (place == known.size()) refuse(code::kUnknownField, full() + " is an unknown field.");
    if (seen[place]) refuse(code::kDuplicateField, full() + " is a duplicate field");
    seen[place] = true;
  }
}

void check_database_name(std::string_view name) {
  if (name == "$external") return;  // of users that are kept elsewhere
  if (name.empty() || name.size() > 63 || name.find_first_of(std::string_view("/\\. \"$\0", 7)) != std::string_view::npos)
    refuse(code::kInvalidNamespace, "Invalid database name: " + quoted(name));
}

std::string collection_name(std::string_view database, bson::ValueView name, std::string_view command) {
  if (!name.is(bson::Type::string)) {
    if (name.is_nullish() || !name.exists())
      refuse(code::kInvalidNamespace, "collection name has invalid type " + std::string(bson::type_name(name.type())));
    refuse(code::kInvalidNamespace,
           "collection name has invalid type " + std::string(bson::type_name(name.type())) + " in command " + std::string(command));
  }
  const std::string_view text = name.as_string();
  const std::string whole = std::string(database) + "." + std::string(text);
  if (text.empty() || text.front() == '.' || text.find('\0') != std::string_view::npos || text.find('$') != std::string_view::npos ||
      whole.size() > 255)
    refuse(code::kInvalidNamespace, "Invalid namespace specified " + quoted(whole));
  return std::string(text);
}

}  // namespace failc::mongod
