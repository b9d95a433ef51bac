#include "interpreter/systems/mongodb/played/reading.hpp"

#include <algorithm>
#include <cmath>

#include "grammar/diag/diagnostic.hpp"
#include "interpreter/systems/mongodb/sdam/extended_json.hpp"

namespace failc::played {
namespace {

backend::DocumentPath deeper(const backend::DocumentPath& path, std::string_view key) {
  backend::DocumentPath out = path;
  out.emplace_back(key);
  return out;
}

std::string shown(const Value* value) { return value == nullptr ? "absent" : show(*value); }

}  // namespace

const Value* Reading::find(std::string_view key) const {
  const Value* found = document_.find(key);
  return found == nullptr || found->is<Null>() ? nullptr : found;
}

backend::DocumentPath Reading::at(std::string_view key) const { return deeper(path_, key); }

void Reading::wrong(std::string_view key, std::string message, std::string help) { problems_.push_back({at(key), std::move(message), std::move(help)}); }

void Reading::only(std::string_view what, std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : document_.entries) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const std::string_view near = diag::nearest(key, known);
    std::string help = near.empty() ? "it has" : "did you mean `" + std::string(near) + "`?";
    if (near.empty())
      for (const std::string_view each : known) help += (help.size() > 6 ? ", `" : " `") + std::string(each) + "`";
    wrong(key, "`" + key + "` is no key of " + std::string(what), help);
  }
}

void Reading::needs(std::string_view what, std::string_view key) {
  if (find(key) == nullptr) problems_.push_back({path_, std::string(what) + " has no `" + std::string(key) + "`", ""});
}

std::optional<bool> Reading::boolean(std::string_view key) {
  const Value* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (const auto* truth = value->as<bool>()) return *truth;
  wrong(key, "`" + std::string(key) + "` is true or false, and this is " + std::string(kind_of(*value)));
  return std::nullopt;
}

std::optional<std::int64_t> Reading::integer(std::string_view key) {
  const Value* value = find(key);
  if (value == nullptr) return std::nullopt;
  const std::optional<std::int64_t> out = sdam::integer_of(*value);
  if (!out) wrong(key, "`" + std::string(key) + "` is a whole number, and this is " + std::string(kind_of(*value)));
  return out;
}

std::optional<double> Reading::number(std::string_view key) {
  const Value* value = find(key);
  if (value == nullptr) return std::nullopt;
  const std::optional<double> out = sdam::number_of(*value);
  if (out && std::isfinite(*out)) return out;
  wrong(key, "`" + std::string(key) + "` is a number, and this is " + (out ? "none that counts" : std::string(kind_of(*value))));
  return std::nullopt;
}

std::optional<std::string> Reading::text(std::string_view key) {
  const Value* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (const auto* text = value->as<std::string>()) return *text;
  wrong(key, "`" + std::string(key) + "` is a string, and this is " + std::string(kind_of(*value)));
  return std::nullopt;
}

const Document* Reading::document(std::string_view key) {
  const Value* value = find(key);
  const auto* out = value == nullptr ? nullptr : value->as<Document>();
  if (value != nullptr && out == nullptr) wrong(key, "`" + std::string(key) + "` is a document, and this is " + std::string(kind_of(*value)));
  return out;
}

const List* Reading::list(std::string_view key) {
  const Value* value = find(key);
  const auto* out = value == nullptr ? nullptr : value->as<List>();
  if (value != nullptr && out == nullptr) wrong(key, "`" + std::string(key) + "` is a list, and this is " + std::string(kind_of(*value)));
  return out;
}

void compare_values(const Value& wanted, const Value* seen, backend::DocumentPath path, std::vector<backend::Difference>& out) {
  const auto differs = [&] { out.push_back({path, show(wanted), shown(seen)}); };
  if (seen == nullptr) return differs();
  const std::optional<double> number = sdam::number_of(wanted), is = sdam::number_of(*seen);
  if (number || is) {
    if (number != is) differs();
    return;
  }
  if (const auto* document = wanted.as<Document>()) {
    const auto* other = seen->as<Document>();
    if (other == nullptr) return differs();
    for (const auto& [key, value] : document->entries) compare_values(value, other->find(key), deeper(path, key), out);
    for (const auto& [key, value] : other->entries)
      if (document->find(key) == nullptr) out.push_back({deeper(path, key), "absent", show(value)});
    return;
  }
  if (const auto* list = wanted.as<List>()) {
    const auto* other = seen->as<List>();
    if (other == nullptr || other->size() != list->size()) return differs();
    for (std::size_t i = 0; i < list->size(); ++i) compare_values((*list)[i], &(*other)[i], deeper(path, std::to_string(i)), out);
    return;
  }
  if (wanted.is<Null>() ? !seen->is<Null>() : equal(wanted, *seen) != Truth::yes) differs();
}

}  // namespace failc::played
