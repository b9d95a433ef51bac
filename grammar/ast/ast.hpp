#pragma once
// The tree of a `.fail` file, as written: names are not resolved, units are converted, places are kept. Text points into
// the SourceMap's file, which outlives the tree. See docs/language.md section 2 for the grammar.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "grammar/ast/token.hpp"
#include "grammar/base/span.hpp"

namespace failc::ast {

struct Name {
  std::string_view text;
  Span span;
};

// ---------------------------------------------------------------- expressions

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;  // never null where the grammar requires an expression and the statement parsed

struct Null {};
struct Bool { bool value; };
struct Integer { std::int64_t value; };
struct Decimal { double value; };  // its text may also be a version: see Expr::span
struct Version {};                 // text at Expr::span
struct Duration { std::int64_t nanoseconds; };
struct Size { std::int64_t bytes; };
struct Percent { double value; };  // 50% is 50
struct String { std::string value; };  // escapes resolved
struct Regex { std::string pattern; };
struct List { std::vector<ExprPtr> items; };
/// [for x in xs if c: e]
struct ListFor { Name variable; ExprPtr in; ExprPtr condition /* may be null */; ExprPtr body; };
struct DocEntry { std::string key; Span key_span; ExprPtr value; };
struct Doc { std::vector<DocEntry> entries; };
struct Ref { Name name; };
struct Member { ExprPtr object; Name name; };
struct Index { ExprPtr object; ExprPtr index; };
struct Call { Name callee; std::vector<ExprPtr> arguments; };
enum class UnaryOp : std::uint8_t { negate, logical_not };
struct Unary { UnaryOp op; ExprPtr operand; };
enum class BinaryOp : std::uint8_t {
  logical_or, logical_and, eq, ne, lt, le, gt, ge, in, not_in, matches, then, range, tolerance, add, subtract, multiply, divide, since
};
struct Binary { BinaryOp op; ExprPtr left; ExprPtr right; Span op_span; };
/// `x is healthy`, `all xs are healthy` (then `subject` is an All).
struct Is { ExprPtr subject; Name state; bool negated = false; };
/// `leader of kv`; `others of kv` is the role named `others`.
struct RoleOf { Name role; ExprPtr set; };
/// `2 of kv`, `50% of kv`, `random 1 of kv`: `amount` is an Integer or a Percent.
struct Pick { ExprPtr amount; bool random; ExprPtr set; };
struct All { ExprPtr set; };
enum class Quantifier : std::uint8_t { every, any };
struct Quantified { Quantifier quantifier; Name variable; ExprPtr in; ExprPtr condition; };

struct Expr {
  Span span;
  std::variant<Null, Bool, Integer, Decimal, Version, Duration, Size, Percent, String, Regex, List, ListFor, Doc, Ref, Member,
               Index, Call, Unary, Binary, Is, RoleOf, Pick, All, Quantified>
      node;
};

// ---------------------------------------------------------------- statements

struct Statement;
struct Block {
  Span span;  // with its braces
  std::vector<Statement> statements;
  bool broken = false;  // some statement in it (not in deeper blocks) did not parse
};
using BlockPtr = std::unique_ptr<Block>;  // null where the optional block is absent

struct Labelled { Kind label; Span label_span; ExprPtr value; };

struct Let { Name name; ExprPtr value; };
enum class NodeAction : std::uint8_t { start, stop, kill, restart };
struct NodeStep { NodeAction action; ExprPtr nodes; };
enum class FaultKind : std::uint8_t { pause, resume, isolate, partition, slow, drop };
/// `pause A`, `isolate A`, `partition A | B`, `slow A by B`, `drop B of A`; `length` is the `for`.
struct Fault { FaultKind kind; ExprPtr a; ExprPtr b; ExprPtr length; BlockPtr block; };
struct Failpoint {
  ExprPtr name; ExprPtr on; ExprPtr times; bool always = false; ExprPtr skip; ExprPtr hits; bool hits_any = false; ExprPtr with; BlockPtr block;
};
struct ExecStep { ExprPtr on; ExprPtr argv; ExprPtr with; ExprPtr within; std::optional<Name> as; ExprPtr expect; };
/// A verb that a component or a `step` declares: an operation with its arguments and labels.
struct VerbStep {
  Name verb; std::vector<ExprPtr> arguments; std::vector<Labelled> labels; ExprPtr with; ExprPtr within; std::optional<Name> as; ExprPtr expect; BlockPtr block;
};
struct Sleep { ExprPtr duration; std::optional<std::string> because; };
struct If { ExprPtr condition; BlockPtr then; BlockPtr otherwise; };  // `else if` is a block of one If
struct For { Name variable; ExprPtr in; BlockPtr body; };
struct Repeat { ExprPtr times; BlockPtr body; };
struct Actor { Span span; Name name; BlockPtr body; };
/// `barrier ready of 2`: opens when so many of the actors have come to it.
struct Barrier { Span span; Name name; ExprPtr of; };
struct Parallel { std::vector<Barrier> barriers; std::vector<Actor> actors; };
struct During { std::vector<Name> workloads; BlockPtr body; };
struct Group { std::string title; BlockPtr body; };
struct Cleanup { ExprPtr within; BlockPtr body; };
struct Log { std::vector<ExprPtr> values; };
struct Expect { ExprPtr condition; std::optional<std::string> because; };
/// `await c within d` and `eventually within d: c`.
struct Wait { bool eventually; ExprPtr condition; ExprPtr within; ExprPtr every; };
struct Always { ExprPtr every; ExprPtr condition; };
struct Never { ExprPtr condition; ExprPtr during; ExprPtr every; };
struct Sometimes { std::string title; ExprPtr condition; };
struct RunImport { Name name; ExprPtr on; ExprPtr with; };
/// A statement that did not parse; it was reported. It may have declared any name and done anything.
struct Broken {};

struct Statement {
  Span span;
  Span head;  // its first word: what a diagnostic about the whole statement points to
  std::variant<Broken, Let, NodeStep, Fault, Failpoint, ExecStep, VerbStep, Sleep, If, For, Repeat, Parallel, During, Group, Cleanup, Log,
               Expect, Wait, Always, Never, Sometimes, RunImport>
      node;
};

// ---------------------------------------------------------------- declarations

struct Use { std::vector<Name> path; std::optional<std::string> file; };  // `use std.kvdb` or `use "lib/x.fail"`
struct Import { std::string pattern; Name name; std::optional<std::string> only; };
struct Param { Name name; Name type; ExprPtr initial; };
struct GroupDecl { std::optional<Name> name; Name component; ExprPtr count; ExprPtr with; Span span; };
struct Cluster {
  Name name; std::optional<Name> backend; std::optional<Name> source; ExprPtr source_value; std::optional<std::int64_t> max_nodes; ExprPtr with;
  std::vector<GroupDecl> groups; bool broken = false;
};
struct Workload { Name name; Name verb; std::vector<ExprPtr> arguments; std::vector<Labelled> labels; ExprPtr within; ExprPtr every; ExprPtr with; };
struct Client { Name name; ExprPtr target; std::optional<Name> observer; ExprPtr with; };
struct Parameter { std::optional<Kind> label; Name name; std::optional<Name> type; };  // unlabelled ones come first
/// Of a scoped one `body` is what stands behind `do`.
struct StepDef {
  Name name; std::vector<Parameter> parameters; bool scoped = false; BlockPtr body; BlockPtr undo; ExprPtr undo_within; ExprPtr evidence; bool broken = false;
};
/// A `check`, which is a condition, or a `define`, which is any value.
struct CheckDef { Name name; std::vector<Parameter> parameters; ExprPtr body; bool condition = true; };
struct Axis { std::optional<Name> name; ExprPtr values; ExprPtr exclude; std::optional<std::string> because; std::optional<std::int64_t> limit; };
struct Matrix { Name name; std::vector<Axis> axes; bool broken = false; };
struct Scenario {
  std::string title; Span title_span; ExprPtr tags; ExprPtr timeout; ExprPtr requires_; std::optional<std::string> skip; std::optional<Name> matrix; bool expect_fails = false;
  BlockPtr body;
};
enum class HookKind : std::uint8_t { setup, cleanup, before_each, after_each };
struct Hook { HookKind kind; ExprPtr within; BlockPtr body; };
struct RunSpec { Name name; ExprPtr on; ExprPtr with; };

// Items of a component.
struct PortItem { Name name; ExprPtr fixed; };
struct LetItem { Name name; ExprPtr value; };
struct ObserverItem { Name name; Name model; ExprPtr options; };
struct SourceItem { Name source; Name node; ExprPtr settings; };
struct FileItem { ExprPtr path; ExprPtr content; };
struct RunItem { ExprPtr argv; ExprPtr environment; };
struct VersionItem { ExprPtr argv; ExprPtr pattern; };
struct ReadyItem { ExprPtr within; ExprPtr condition; };
struct StopItem { std::optional<Name> signal; ExprPtr within; };
struct SettleItem { ExprPtr within; };
struct StateItem { Name name; ExprPtr condition; };
struct RoleItem { Name name; std::optional<Name> plural; ExprPtr condition; ExprPtr term; };
struct HttpRequest { Name method; ExprPtr url; ExprPtr body; };
struct ExecRequest { ExprPtr argv; ExprPtr environment; };
struct TcpRequest { ExprPtr address; ExprPtr send; ExprPtr until; };
struct DriverRequest { ExprPtr argv; ExprPtr send; };
enum class ClauseKind : std::uint8_t { ok, unknown, result };
struct ReplyClause { ClauseKind kind; ExprPtr value; };
struct QuorumClause {};
struct RequestItem { Span span; Span head; std::variant<Broken, HttpRequest, ExecRequest, TcpRequest, DriverRequest, ReplyClause, QuorumClause> node; };
struct OperationItem { bool query; Name name; std::vector<Parameter> parameters; ExprPtr within; std::vector<RequestItem> items; };
struct ComponentItem {
  Span span;
  Span head;
  std::variant<Broken, Param, PortItem, LetItem, ObserverItem, SourceItem, FileItem, RunItem, VersionItem, ReadyItem, StopItem, SettleItem, StateItem, RoleItem, OperationItem> node;
};
struct Component { Name name; std::vector<ComponentItem> items; };

struct Declaration {
  Span span;
  Span head;
  std::variant<Broken, Use, Import, Param, Component, Cluster, Workload, Client, StepDef, CheckDef, Matrix, Scenario, Hook, RunSpec> node;
};

struct File {
  FileId id;
  std::vector<Declaration> declarations;
  bool broken = false;  // some declaration's head did not parse: any name may be missing
};

}  // namespace failc::ast
