#pragma once
// Typed reading of a command's fields, with the errors that a server gives for wrong ones.
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "interpreter/systems/mongodb/bson/document.hpp"

namespace failc::mongod {

/// `insert.ordered` in messages.
struct Field {
  std::string_view command, name;
  bson::ValueView value;

  [[noreturn]] void wrong_type(std::string_view expected) const;
  bool given() const { return value.exists(); }
  /// Any number counts, zero is false.
  bool flag() const;
  std::int64_t integer() const;
  std::int64_t not_negative() const;
  std::string_view text() const;
  bson::View document() const;
  bson::View array() const;
};

inline Field field(bson::View from, std::string_view command, std::string_view name) { return {command, name, from.find(name)}; }

// Each takes the default when the field is missing (or null).
bool flag_or(bson::View from, std::string_view command, std::string_view name, bool otherwise);
std::int64_t integer_or(bson::View from, std::string_view command, std::string_view name, std::int64_t otherwise);
std::string_view text_or(bson::View from, std::string_view command, std::string_view name, std::string_view otherwise);
bson::View document_or_empty(bson::View from, std::string_view command, std::string_view name);

/// 40415 for the first field that is not one of `known`, 40413 for one that comes twice.
void only_fields(bson::View from, std::string_view command, std::initializer_list<std::string_view> known);

/// `test.c`, refused with 73 where it is none.
std::string collection_name(std::string_view database, bson::ValueView name, std::string_view command);
void check_database_name(std::string_view name);

}  // namespace failc::mongod
