#include "interpreter/systems/mongodb/sdam/extended_json.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace failc::sdam {
namespace {

using Json = nlohmann::json;

/// The value of `{"$name": "…"}`, where `value` is that and nothing else.
const std::string* wrapped(const DocumentView& value, const char* name) {
  const auto found = value.is_object() && value.size() == 1 ? value.find(name) : std::nullopt;
  return found ? found->text() : nullptr;
}

std::optional<double> double_of(const std::string& text) {
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  double out = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (code != std::errc() || end != text.data() + text.size() || !std::isfinite(out)) return std::nullopt;
  return out;
}

template <class Integer>
std::optional<Integer> whole_of(std::string_view text) {
  Integer out = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

/// `2024-02-29T12:34:56[.789](Z|+hh:mm|-hh:mm)`, to the millisecond.
std::optional<std::chrono::milliseconds> iso_date_of(std::string_view text) {
  const auto part = [&](std::size_t at, std::size_t length) -> int {
    if (text.size() < at + length) return -1;
    const std::string_view digits = text.substr(at, length);
    if (!std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; })) return -1;
    return whole_of<int>(digits).value_or(-1);
  };
  const auto has = [&](std::size_t at, char c) { return text.size() > at && text[at] == c; };
  const int year = part(0, 4), month = part(5, 2), day = part(8, 2), hour = part(11, 2), minute = part(14, 2), second = part(17, 2);
  if (year < 0 || !has(4, '-') || !has(7, '-') || !has(10, 'T') || !has(13, ':') || !has(16, ':')) return std::nullopt;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60 || month < 0 || day < 0) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  std::chrono::milliseconds out = std::chrono::sys_days(date).time_since_epoch();
  out += std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second);
  std::size_t at = 19;
  if (has(at, '.')) {
    int scale = 100;
    const std::size_t first = ++at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10)
      out += std::chrono::milliseconds(scale * (text[at] - '0'));
    if (at == first) return std::nullopt;
  }
  if (text.substr(at) == "Z") return out;
  if (!(has(at, '+') || has(at, '-')) || text.size() < at + 5) return std::nullopt;
  const bool colon = has(at + 3, ':');
  const int hours = part(at + 1, 2), minutes = part(at + (colon ? 4 : 3), 2);
  if (hours < 0 || minutes < 0 || text.size() != at + (colon ? 6 : 5)) return std::nullopt;
  const std::chrono::minutes offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
  return text[at] == '+' ? out - offset : out + offset;
}

}  // namespace

std::optional<std::int64_t> integer_of(const DocumentView& value) {
  if (const std::optional<std::int64_t> number = value.integer()) return number;
  if (const std::string* text = wrapped(value, "$numberDouble")) {
    const std::optional<double> real = double_of(*text);
    return real ? whole_number(*real) : std::nullopt;
  }
  if (const std::string* text = wrapped(value, "$numberInt")) return whole_of<std::int32_t>(*text);
  if (const std::string* text = wrapped(value, "$numberLong")) return whole_of<std::int64_t>(*text);
  return std::nullopt;
}

std::optional<double> number_of(const DocumentView& value) {
  if (const std::optional<double> number = value.number()) return number;
  if (const std::string* text = wrapped(value, "$numberDouble")) return double_of(*text);
  if (const std::optional<std::int64_t> whole = integer_of(value)) return static_cast<double>(*whole);
  return std::nullopt;
}

Fields::Fields(DocumentView document, std::string where) : where_(std::move(where)) {
  if (document.is_object()) document_ = document;
  else error_ = Error{where_ + " is " + std::string(document.kind()) + ", expected an object"};
}

std::optional<DocumentView> Fields::find(const char* name) const {
  if (!document_ || error_) return std::nullopt;
  std::optional<DocumentView> found = document_->find(name);
  return found && !found->is_null() ? found : std::nullopt;
}

bool Fields::has(const char* name) const { return document_ && document_->find(name); }

void Fields::adopt(const Fields& part) {
  if (error_ || !part.error()) return;
  error_ = part.error();
  failed_key_ = part.failed_key();
  known_keys_ = part.known_keys();
}

void Fields::fail(const std::string& name, const std::string& why) {
  if (error_) return;
  error_ = Error{"`" + name + "` of " + where_ + " is " + why};
  failed_key_ = name;
}

void Fields::only(std::initializer_list<std::string_view> known) {
  if (!document_ || error_) return;
  document_->each([&](const std::string& key, const DocumentView&) {
    if (error_ || std::find(known.begin(), known.end(), key) != known.end()) return;
    known_keys_ = known;
    fail(key, "not a known key");
  });
}

std::optional<bool> Fields::boolean(const char* name) {
  const std::optional<DocumentView> value = find(name);
  if (!value) return std::nullopt;
  if (const std::optional<bool> truth = value->boolean()) return truth;
  if (const std::optional<double> number = number_of(*value)) return *number != 0;
  fail(name, "not a boolean");
  return std::nullopt;
}

std::optional<std::int64_t> Fields::integer(const char* name) {
  const std::optional<DocumentView> value = find(name);
  if (!value) return std::nullopt;
  const std::optional<std::int64_t> out = integer_of(*value);
  if (!out) fail(name, "not a whole number");
  return out;
}

std::optional<double> Fields::number(const char* name) {
  const std::optional<DocumentView> value = find(name);
  if (!value) return std::nullopt;
  const std::optional<double> out = number_of(*value);
  if (!out) fail(name, "not a number");
  return out;
}

std::optional<std::string> Fields::text(const char* name) {
  const std::optional<DocumentView> value = find(name);
  if (!value) return std::nullopt;
  if (const std::string* found = value->text()) return *found;
  fail(name, "not a string");
  return std::nullopt;
}

std::vector<std::string> Fields::texts(const char* name) {
  std::vector<std::string> out;
  const std::optional<DocumentView> value = array(name);
  if (!value) return out;
  for (std::size_t i = 0; i < value->size(); ++i) {
    const std::string* item = (*value)[i].text();
    if (!item) return fail(name, "not an array of strings"), std::vector<std::string>();
    out.push_back(*item);
  }
  return out;
}

std::optional<std::map<std::string, std::string>> Fields::text_map(const char* name) {
  const std::optional<DocumentView> value = object(name);
  if (!value) return std::nullopt;
  std::map<std::string, std::string> out;
  value->each([&](const std::string& key, const DocumentView& item) {
    if (const std::string* found = item.text()) out.emplace(key, *found);
    else fail(name, "not a document of strings");
  });
  if (error_) return std::nullopt;
  return out;
}

std::optional<ObjectId> Fields::object_id(const char* name) {
  const std::optional<DocumentView> value = find(name);
  if (!value) return std::nullopt;
  const std::string* digits = wrapped(*value, "$oid");
  const std::optional<ObjectId> out = digits == nullptr ? std::nullopt : object_id_of(*digits);
  if (!out) fail(name, "not an ObjectId (`{\"$oid\": …}` with 24 hexadecimal digits)");
  return out;
}

std::int32_t Fields::wire_version(const char* name) {
  const std::int64_t version = integer(name).value_or(0);
  if (version >= 0 && version <= std::numeric_limits<std::int32_t>::max()) return static_cast<std::int32_t>(version);
  fail(name, "no wire version");
  return 0;
}

std::optional<TopologyVersion> Fields::topology_version(const char* name) {
  const std::optional<DocumentView> value = object(name);
  if (!value) return std::nullopt;
  Fields fields(*value, "`" + std::string(name) + "` of " + where_);
  const std::optional<ObjectId> process_id = fields.object_id("processId");
  const std::optional<std::int64_t> counter = fields.integer("counter");
  if (!process_id) fields.fail("processId", "missing");
  if (!counter) fields.fail("counter", "missing");
  adopt(fields);
  if (error_) return std::nullopt;
  return TopologyVersion{*process_id, *counter};
}

std::optional<std::chrono::milliseconds> Fields::date(const char* name) {
  const std::optional<DocumentView> value = find(name);
  if (!value) return std::nullopt;
  const std::optional<DocumentView> inside = value->is_object() && value->size() == 1 ? value->find("$date") : std::nullopt;
  if (const std::optional<std::int64_t> number = integer_of(inside ? *inside : *value)) return std::chrono::milliseconds(*number);
  if (inside && inside->text())
    if (const std::optional<std::chrono::milliseconds> out = iso_date_of(*inside->text())) return out;
  fail(name, "not a date (`{\"$date\": …}`)");
  return std::nullopt;
}

std::optional<DocumentView> Fields::object(const char* name) {
  const std::optional<DocumentView> value = find(name);
  if (value && !value->is_object()) fail(name, "not an object");
  return error_ ? std::nullopt : value;
}

std::optional<DocumentView> Fields::array(const char* name) {
  const std::optional<DocumentView> value = find(name);
  if (value && !value->is_array()) fail(name, "not an array");
  return error_ ? std::nullopt : value;
}

bool is_ok(const DocumentView& reply) {
  const std::optional<DocumentView> found = reply.find("ok");
  if (!found) return false;
  return found->boolean().value_or(number_of(*found) == 1.0);
}

Json to_json(const ObjectId& id) { return Json{{"$oid", text_of(id)}}; }

Json to_json(const TopologyVersion& version) {
  return Json{{"processId", to_json(version.process_id)}, {"counter", Json{{"$numberLong", std::to_string(version.counter)}}}};
}

}  // namespace failc::sdam
