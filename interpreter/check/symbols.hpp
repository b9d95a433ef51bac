#pragma once
// What files declare, resolved once and looked up by name.
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "grammar/ast/ast.hpp"
#include "grammar/ast/token.hpp"
#include "interpreter/check/places.hpp"
#include "interpreter/check/term.hpp"

namespace failc::check {

enum class SymbolKind : std::uint8_t { param, component, cluster, workload, client, step, check, definition, import, matrix };
std::string_view noun(SymbolKind kind);

/// "there is `a`, `b`"; empty where there is none.
std::string listed(std::string_view lead, const std::vector<std::string_view>& names);

struct Symbol {
  SymbolKind kind;
  std::uint32_t index;  // into the checker's list of that kind
  std::uint32_t file;
  Span span;
};

using Symbols = std::unordered_map<std::string_view, Symbol>;

struct OperationRef {
  std::uint32_t component, operation;
};

struct LoadedFile {
  FileId id;
  std::string folder;  // of relative paths in it
  ast::File tree;
  std::unique_ptr<Places> places;
  std::vector<std::pair<std::uint32_t, Span>> uses;
  bool broken = false;  // it or a file that it uses has a declaration that did not parse
  Symbols names;       // of values, steps and checks
  Symbols components;  // they stand where no value can: a parameter may have the same name
  std::unordered_map<std::string_view, std::vector<OperationRef>> requests;  // operations and queries by name
};

/// How far something that is elaborated when first needed has come.
enum class Progress : std::uint8_t { untouched, busy, ready };

/// Spec files that are named.
struct ImportInfo {
  const ast::Import* tree = nullptr;
  std::uint32_t file = 0;
  Span span;
  bool run = false;
};

struct ParamInfo {
  const ast::Param* tree = nullptr;
  std::uint32_t file = 0;
  Type type;
  Known known = Known::constant;
  Value value;
  Progress progress = Progress::untouched;
};

/// A parameter of an operation, a query, a step or a check. `type.kind == any` where none is written.
struct ParameterInfo {
  std::string_view name;
  std::optional<ast::Kind> label;
  Type type;
  Span span;
};

struct OperationInfo {
  const ast::OperationItem* tree = nullptr;
  Span span;
  std::vector<ParameterInfo> parameters;
  std::uint32_t node_parameter = 0;
  bool good = false;
  bool broken = false;  // an item did not parse
};

struct SettingInfo {
  const ast::Param* tree = nullptr;
  Type type;
  Known known = Known::runtime;  // of the default: constant or deferred; runtime: there is none
  Value value;
};

struct NodeLetInfo {
  const ast::LetItem* tree = nullptr;
  Type type;
  Progress progress = Progress::untouched;
};

/// The items of a component that others of it can use, as one number.
enum class ItemKind : std::uint8_t { let, request, state, role, ready };
constexpr std::uint32_t item_id(ItemKind kind, std::size_t index) {
  return static_cast<std::uint32_t>(kind) << 24 | static_cast<std::uint32_t>(index);
}

/// A component as the plan holds it for groups whose settings give the same bounds.
struct Instance {
  std::vector<Nanos> bounds;  // ready, stop, settle, then each operation's
  std::vector<std::string> version_argv;
  std::string version_pattern;
  std::uint32_t component = 0, first_operation = 0;  // of the plan
};

struct ComponentInfo {
  const ast::Component* tree = nullptr;
  std::uint32_t file = 0;
  bool broken = false;  // an item did not parse
  bool good = true;     // it has no mistakes
  bool hidden = false;  // of a valuation that is not at hand
  bool nodeless = false;  // nothing but requests that are put to no node
  std::vector<SettingInfo> settings;
  std::vector<NodeLetInfo> lets;
  std::vector<const ast::ObserverItem*> observers;
  std::vector<std::string_view> ports;
  std::vector<std::pair<std::string_view, const ast::StateItem*>> states;
  std::vector<const ast::RoleItem*> roles;
  std::vector<const ast::SourceItem*> sources;
  std::vector<OperationInfo> operations;

  plan::Component lowered;                  // without bounds
  std::vector<plan::Operation> requests;    // likewise; queries inside count from 0
  std::optional<plan::Expr> ready_within, stop_within, settle, version_argv, version_pattern;
  std::vector<plan::Expr> timeouts;         // of the operations
  std::map<std::uint32_t, std::vector<std::uint32_t>> needs;  // of each item: the items that it uses
  std::vector<Instance> instances;

  std::uint32_t setting(std::string_view name) const;
  std::uint32_t let(std::string_view name) const;
  std::uint32_t observer(std::string_view name) const;
  std::uint32_t operation(std::string_view name) const;
};

struct GroupInfo {
  std::string_view name;
  std::uint32_t component = kNone, group = 0, first = 0, count = 0, instance = 0;
};

struct ClusterInfo {
  const ast::Cluster* tree = nullptr;
  std::uint32_t file = 0;
  std::uint32_t base = kNone;   // the cluster that it is in place of, for a valuation
  std::string name;             // "kv", and of a valuation "kv#2"
  std::uint32_t index = kNone;  // of the plan; kNone: it has mistakes, and nothing is said about its uses
  std::string backend;
  std::vector<GroupInfo> groups;
  std::vector<std::uint32_t> needs;  // clusters whose nodes its settings name: they come up with it
  Progress progress = Progress::untouched;
};

struct WorkloadInfo {
  const ast::Workload* tree = nullptr;
  std::uint32_t file = 0;
  std::uint32_t index = kNone;
  std::vector<std::uint32_t> clusters;
};

struct ClientInfo {
  const ast::Client* tree = nullptr;
  std::uint32_t file = 0;
  Progress progress = Progress::untouched;
  plan::Expr value;                  // the document that drivers are given; good where progress is ready and component is not kNone
  std::uint32_t component = kNone;   // of the cluster's groups
  std::uint32_t cluster = kNone;
};

/// A declaration that has a name.
using Declared = std::pair<SymbolKind, std::uint32_t>;

/// What names lead to where some parameters have other values than the file gives them. While it is in place, it holds the file's own.
struct Valuation {
  struct Names {
    Symbols values, components;
    std::unordered_map<std::string_view, std::vector<OperationRef>> requests;
  };
  std::vector<Names> files;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> components;  // the file's own, and which is in its place
  bool in_place = false;
};

struct AxisInfo {
  ast::Name name;
  std::uint32_t param = kNone;  // which it gives a value to
  std::vector<Value> values;
  std::vector<std::string> texts;  // of the values, in ids; distinct
};
using Combination = std::vector<std::uint32_t>;  // which value of each axis

struct MatrixInfo {
  const ast::Matrix* tree = nullptr;
  std::uint32_t file = 0;
  bool good = false;
  bool open = false;  // a value hangs on a parameter without one
  std::vector<AxisInfo> axes;
  std::vector<Combination> combinations;
  std::map<std::string, std::unique_ptr<Valuation>> valuations;
};
/// "a=1,b=x"
std::string axes_text(const MatrixInfo& info, const Combination& one, std::string_view equals, std::string_view between);

/// Of a `parallel`, while its actors are elaborated.
struct BarrierInfo {
  const ast::Barrier* tree = nullptr;
  std::int64_t of = 0;                  // how many actors open it; 0: not known
  std::string_view actor;               // the one at hand
  std::vector<std::string_view> met_by;
};

/// A `step`, a `check` or a `define` at the top of a file.
struct Definition {
  const ast::StepDef* step = nullptr;
  const ast::CheckDef* check = nullptr;
  std::uint32_t file = 0;
  Span span;
  std::vector<ParameterInfo> parameters;
  Type type{};          // of a `check` or a `define`, once it is checked
  Progress progress = Progress::untouched;
  bool good = false;    // checked by itself without mistakes
};

}  // namespace failc::check
