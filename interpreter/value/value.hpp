#pragma once
// What expressions evaluate to, at check time and at run time.
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "grammar/base/result.hpp"

namespace re2 { class RE2; }

namespace failc {

using Nanos = std::chrono::nanoseconds;

struct Value;
using List = std::vector<Value>;

/// No value, and why: one clause like "no node of kv holds `leader`".
struct Undefined { std::string reason; };
struct Null {};
struct Bytes { std::int64_t count; };
struct Percent { double value; };  // 50% is 50
struct Version { std::vector<std::uint32_t> parts; };
struct Regex { std::string pattern; std::shared_ptr<const re2::RE2> compiled; };  // shared by all copies of one literal
struct NodeRef { std::uint32_t index; };      // into Plan::nodes
struct Document { std::vector<std::pair<std::string, Value>> entries; const Value* find(std::string_view key) const; };
struct Range { std::vector<Value> ends; };    // two of one type, low then high

struct Value {
  std::variant<Undefined, Null, bool, std::int64_t, double, std::string, Nanos, Bytes, Percent, Version, Regex, NodeRef, List, Document, Range> data;

  Value() : data(Null{}) {}
  template <class T, class = std::enable_if_t<!std::is_same_v<std::decay_t<T>, Value>>>
  Value(T&& v) : data(std::forward<T>(v)) {}
  template <class T> const T* as() const { return std::get_if<T>(&data); }
  template <class T> bool is() const { return std::holds_alternative<T>(data); }
  bool undefined() const { return is<Undefined>(); }
};

/// True, false or undefined.
enum class Truth : std::uint8_t { no, yes, undefined };

/// Equality and order over values of one kind (int and double mix). Undefined where they cannot be compared.
Truth equal(const Value& a, const Value& b);
enum class Order : std::uint8_t { less, equal, greater, unordered };
Order compare(const Value& a, const Value& b);

/// As a user would write it: `5s`, `"text"`, `[1, 2]`, `undefined (no node holds …)`. At most `limit` bytes, cut with `…`.
/// Nodes are printed by `node_name(index)` of the printer's plan through `names` (may be empty: `node 3`).
std::string show(const Value& value, const std::vector<std::string>& names = {}, std::size_t limit = 400);
/// `1.5s`, `250ms`, `2m10s`.
std::string show(Nanos duration);
/// The noun for messages: "a duration", "a list".
std::string_view kind_of(const Value& value);

/// Replies that are nested deeper would overflow the stack of whatever walks them.
inline constexpr int kDeepestJson = 200;
/// Whether brackets of a JSON text stand more than `most` deep inside each other, whatever else may be wrong with it.
bool deeper_than(std::string_view json, int most);
nlohmann::json to_json(const Value& value);          // tagged where JSON has no such type: {"$duration": "5s"}, {"$node": 3}
Value from_json(const nlohmann::json& json);         // plain JSON of servers: untagged
Value from_tagged_json(const nlohmann::json& json);  // inverse of to_json; undefined where the tags make no sense
/// The same, with the mistake as an error.
Result<Value> read_tagged_json(const nlohmann::json& json);
/// JSON for servers: untagged, keys in the document's order. A duration or a version becomes its text, a size its bytes, a node its name.
/// Errors: an undefined value in it, text that is not UTF-8.
Result<std::string> to_plain_json(const Value& value, const std::vector<std::string>& names = {});

std::optional<Version> parse_version(std::string_view text);
/// Inverse of show(Nanos).
std::optional<Nanos> parse_duration(std::string_view text);
/// Errors name what is wrong with the pattern.
Result<Regex> compile_regex(std::string pattern);
/// The first group of what `regex` matches in `text`, else the whole match. Errors: there is none, or the group is not in it.
Result<std::string> extract(std::string_view text, const Regex& regex);

}  // namespace failc
