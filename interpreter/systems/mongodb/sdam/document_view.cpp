#include "interpreter/systems/mongodb/sdam/document_view.hpp"

#include <cmath>
#include <limits>

namespace failc::sdam {

using Json = nlohmann::json;

std::optional<std::int64_t> whole_number(double real) {
  // 2^63 itself is no int64; the comparisons are false for NaN.
  if (!(real >= -9223372036854775808.0 && real < 9223372036854775808.0) || std::trunc(real) != real) return std::nullopt;
  return static_cast<std::int64_t>(real);
}

std::optional<bool> DocumentView::boolean() const {
  const bool* found = json_ ? json_->get_ptr<const bool*>() : value_ ? value_->as<bool>() : nullptr;
  return found ? std::optional(*found) : std::nullopt;
}

std::optional<std::int64_t> DocumentView::integer() const {
  if (json_ && json_->is_number_unsigned()) {
    const auto number = json_->get<std::uint64_t>();
    return number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) ? std::nullopt : std::optional(static_cast<std::int64_t>(number));
  }
  if (json_ && json_->is_number_integer()) return json_->get<std::int64_t>();
  if (const auto* found = value_ ? value_->as<std::int64_t>() : nullptr) return *found;
  const std::optional<double> real = number();
  return real ? whole_number(*real) : std::nullopt;
}

std::optional<double> DocumentView::number() const {
  if (json_) return json_->is_number() ? std::optional(json_->get<double>()) : std::nullopt;
  if (const auto* found = value_ ? value_->as<std::int64_t>() : nullptr) return static_cast<double>(*found);
  const auto* found = value_ ? value_->as<double>() : nullptr;
  return found ? std::optional(*found) : std::nullopt;
}

std::string_view DocumentView::kind() const {
  if (json_) return json_->type_name();
  if (document_) return "object";
  if (list()) return "array";
  if (text()) return "string";
  if (boolean()) return "boolean";
  return number() ? "number" : is_null() ? "null" : kind_of(*value_);
}

std::size_t DocumentView::size() const {
  if (json_) return is_object() || is_array() ? json_->size() : 0;
  return document_ ? document_->entries.size() : list() ? list()->size() : 0;
}

std::optional<DocumentView> DocumentView::find(std::string_view key) const {
  if (json_) {
    const auto found = json_->find(key);
    return found == json_->end() ? std::nullopt : std::optional(DocumentView(*found));
  }
  const Value* found = document_ ? document_->find(key) : nullptr;
  return found ? std::optional(DocumentView(*found)) : std::nullopt;
}

nlohmann::json DocumentView::json() const {
  if (json_) return *json_;
  if (is_object()) {
    Json::object_t out;
    each([&](const std::string& key, const DocumentView& item) { out.insert_or_assign(key, item.json()); });
    return out;
  }
  if (is_array()) {
    Json out = Json::array();
    for (std::size_t i = 0; i < size(); ++i) out.push_back((*this)[i].json());
    return out;
  }
  if (is_null()) return nullptr;
  if (const std::string* found = text()) return *found;
  if (const auto found = boolean()) return *found;
  if (const auto* found = value_->as<std::int64_t>()) return *found;
  if (const auto found = number()) return *found;
  return Json(Json::value_t::discarded);
}

}  // namespace failc::sdam
