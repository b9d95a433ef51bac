#pragma once
// What is read from MongoDB's documents, be they JSON or values of a scenario: where they lie, since a copy in the other's form costs more than reading it.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "interpreter/value/value.hpp"

namespace failc::sdam {

/// The whole number that `real` is, where it is one and fits.
std::optional<std::int64_t> whole_number(double real);

/// A value of a document, or a document; what it shows outlives it. A scenario's value that JSON has no kind for (a duration, something undefined) is of no kind here.
class DocumentView {
 public:
  DocumentView(const nlohmann::json& json) : json_(&json) {}
  DocumentView(const Value& value) : value_(&value), document_(value.as<Document>()) {}
  DocumentView(const Document& document) : document_(&document) {}
  // What would be converted to JSON first would not live long enough.
  template <class T>
  DocumentView(const T&) = delete;

  bool is_null() const { return json_ ? json_->is_null() : value_ && value_->is<Null>(); }
  bool is_object() const { return json_ ? json_->is_object() : document_ != nullptr; }
  bool is_array() const { return json_ ? json_->is_array() : list() != nullptr; }
  /// Null where it is no string.
  const std::string* text() const { return json_ ? json_->get_ptr<const std::string*>() : value_ ? value_->as<std::string>() : nullptr; }
  std::optional<bool> boolean() const;
  std::optional<std::int64_t> integer() const;  // a number without a fraction that fits
  std::optional<double> number() const;
  /// As JSON calls it: "object", "number".
  std::string_view kind() const;

  /// How many entries or elements it has; of anything else 0.
  std::size_t size() const;
  /// Of an object.
  std::optional<DocumentView> find(std::string_view key) const;
  /// Of an array, below its size.
  DocumentView operator[](std::size_t i) const { return json_ ? DocumentView((*json_)[i]) : DocumentView((*list())[i]); }
  /// `visit(key, view)` for each entry of an object.
  template <class Visit>
  void each(Visit&& visit) const {
    if (json_ && json_->is_object())
      for (const auto& [key, item] : json_->items()) visit(key, DocumentView(item));
    if (document_)
      for (const auto& [key, item] : document_->entries) visit(key, DocumentView(item));
  }
  /// A copy. What is of no kind is `discarded`, which no reader takes.
  nlohmann::json json() const;

 private:
  const List* list() const { return value_ ? value_->as<List>() : nullptr; }

  const nlohmann::json* json_ = nullptr;
  const Value* value_ = nullptr;
  const Document* document_ = nullptr;
};

}  // namespace failc::sdam
