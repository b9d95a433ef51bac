#pragma once
// Aggregation expressions: parsed once, evaluated against documents. For this folder: parsing and evaluation throw `Failure`.
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "interpreter/systems/mongodb/bson/builder.hpp"

namespace failc::query {

/// What the caller gives to the whole of a command: the time it runs at, and the values of its `let`.
struct Constants {
  bson::Date now;
  bson::Timestamp cluster_time;
  bson::Document let;
};

/// What an expression sees: the document and the variables around it, innermost first.
struct Scope {
  struct Binding { std::string_view name; bson::ValueView value; const Binding* outer; };
  bson::View root;
  const Constants* constants = nullptr;
  const Binding* bindings = nullptr;
};

class Expression;
using Expressions = std::vector<Expression>;

/// An operator: parsed with `least` to `most` arguments, evaluated by itself so that it may leave some alone.
struct Operator {
  std::string_view name;
  std::size_t least, most;
  bson::Value (*evaluate)(const Expressions& arguments, const Scope& scope);
};

class Expression {
 public:
  struct Constant { bson::Value value; };
  /// `$a.b` has no variable, `$$x.a` has x; `$$ROOT` and `$$CURRENT` are the document.
  struct Path { std::string variable; std::vector<std::string> parts; };
  struct Object { std::vector<std::pair<std::string, Expression>> fields; };
  struct Array { Expressions elements; };
  struct Call { const Operator* function; Expressions arguments; };
  struct Let { std::vector<std::pair<std::string, Expression>> variables; Expressions in; };
  enum class Each : std::uint8_t { map, filter, reduce };
  /// $map {input, in}, $filter {input, cond, limit?}, $reduce {input, initialValue, in}.
  struct Loop { Each each; std::string variable; Expressions parts; };
  struct Switch { std::vector<std::pair<Expression, Expression>> branches; Expressions otherwise; };
  using Node = std::variant<Constant, Path, Object, Array, Call, Let, Loop, Switch>;

  explicit Expression(Node node) : node_(std::make_unique<Node>(std::move(node))) {}
  Expression(Expression&&) = default;
  Expression& operator=(Expression&&) = default;

  /// May be missing.
  bson::Value evaluate(const Scope& scope) const;
  const Node& node() const { return *node_; }

 private:
  std::unique_ptr<Node> node_;
};

/// Names of variables that are bound where the expression stands, beside those the system has.
using Names = std::vector<std::string>;
Names names_of(const Constants& constants);

Expression parse_expression(bson::ValueView value, const Names& names);
/// Of an object literal or of `{$operator: arguments}`.
Expression parse_object(bson::View object, const Names& names);

/// Null where no operator has the name; `name` with its dollar.
const Operator* find_operator(std::string_view name);

/// An error for a value under construction of more bytes than any reply could hold.
void check_size(std::size_t bytes);

/// Along keys, spreading over arrays of documents; missing where there is nothing.
bson::Value value_at(bson::ValueView value, const std::vector<std::string>& parts, std::size_t from = 0);

}  // namespace failc::query
