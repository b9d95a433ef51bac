#pragma once
// The parts of an expression and of a statement.
#include <functional>

#include "grammar/ast/ast.hpp"

namespace failc::resolve {

/// The expressions that `expr` is made of, in the order of the text.
void for_each_part(const ast::Expr& expr, const std::function<void(const ast::Expr&)>& visit);

/// How an expression stands in its statement.
enum class Stands : std::uint8_t {
  decides,  // once, what the statement does
  asks,     // what is to hold: it may be asked again and again
};
/// The expressions of a statement itself, not of the blocks in it.
void for_each_expression(const ast::Statement& statement, const std::function<void(const ast::Expr&, Stands)>& visit);

/// The arguments of a workload's invocations.
void for_each_argument(const ast::Workload& workload, const std::function<void(const ast::Expr&)>& visit);

/// The names that a statement itself binds.
void for_each_bound(const ast::Statement& statement, const std::function<void(const ast::Name&)>& visit);

/// The blocks of a statement, but for loops' bodies, which run more than once.
void for_each_block(const ast::Statement& statement, const std::function<void(const ast::Block&)>& visit);

}  // namespace failc::resolve
