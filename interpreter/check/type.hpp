#pragma once
// Static types. The ones that can be written are those of docs/language.md section 3; the others are what names and replies are.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "interpreter/value/value.hpp"

namespace failc::check {

enum class Kind : std::uint8_t {
  error,  // something that was reported: agrees with everything, silently
  any,    // known at run time only
  null,
  boolean,
  integer,
  decimal,
  string,
  duration,
  size,
  percent,
  version,
  path,
  regex,
  list,
  document,
  node,
  nodes,
  range,
  workload,   // Type::ref: its index
  ports,      // `node.ports`
  settings,   // `node.settings`
  failure,    // the `error` of an operation
  reply,      // Type::ref: the RequestKind
  outcome,    // "ok", "failed" or "unknown"
  barrier,    // Type::ref: into the barriers of the actors around
};

inline constexpr std::uint32_t kUnbounded = 0xffffffff;
inline constexpr std::uint32_t kNone = 0xffffffff;

struct Type {
  Kind kind = Kind::error;
  Kind item = Kind::any;             // list, range: what is in it
  std::uint32_t component = kNone;   // node, nodes and lists of them: the component, where it is one and known
  std::uint32_t cluster = kNone;     // node, nodes: likewise
  std::uint32_t most = kUnbounded;   // nodes, list: the most members it can have
  std::uint32_t ref = 0;
  bool whole = false;                // nodes: the name of a cluster, so that `.group` may follow
  std::uint8_t handle = 0;           // document: 1 a client, 2 one of its databases; `.name` leads to the next
  bool error() const { return kind == Kind::error; }
  bool any() const { return kind == Kind::any; }
  bool is(Kind k) const { return kind == k; }
  bool number() const { return kind == Kind::integer || kind == Kind::decimal; }
  /// What has members or a use of its own, and cannot be passed on.
  bool no_value() const { return kind == Kind::workload || kind == Kind::ports || kind == Kind::settings || kind == Kind::barrier; }
  bool many() const { return kind == Kind::nodes || kind == Kind::list; }
};

inline Type of(Kind kind) { return Type{.kind = kind}; }

/// "a number", "a list": for messages.
std::string_view noun(Kind kind);
/// The type that a name of section 3 means; nothing where it is none.
std::optional<Kind> type_of_name(std::string_view name);
const std::vector<std::string_view>& type_names();
/// The name that one would write: "duration".
std::string_view name_of(Kind kind);
/// The type of a value that is known.
Type type_of(const Value& value);
/// What one gets by going through a list, a set of nodes or a range.
Type item_of(const Type& type);
/// Values of the one can be held against those of the other with `==`.
bool comparable(Kind a, Kind b);
/// Kinds with an order: `<`, `..`, `min`.
bool ordered(Kind kind);

}  // namespace failc::check
