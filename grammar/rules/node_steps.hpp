#pragma once
// `let`, `start`, `stop`, `kill`, `restart`, `sleep`, `log`.
#include "grammar/rules/capture.hpp"

namespace failc::rules {

struct let : seq<tok<Kind::kLet>, declared<&ast::Let::name>, tok<Kind::assign>, expr<&ast::Let::value>> {};

struct node_action : sor<seq<tok<Kind::kStart>, set<&ast::NodeStep::action, ast::NodeAction::start>>,
                         seq<tok<Kind::kStop>, set<&ast::NodeStep::action, ast::NodeAction::stop>>,
                         seq<tok<Kind::kKill>, set<&ast::NodeStep::action, ast::NodeAction::kill>>,
                         seq<tok<Kind::kRestart>, set<&ast::NodeStep::action, ast::NodeAction::restart>>> {};
struct node_step : seq<node_action, expr<&ast::NodeStep::nodes, Reading{Want::nodes}>> {};

struct sleep
    : seq<tok<Kind::kSleep>, expr<&ast::Sleep::duration, Reading{Want::duration}>, opt<tok<Kind::kBecause>, string<&ast::Sleep::because>>> {
};

struct log : seq<tok<Kind::kLog>, expr_list<&ast::Log::values>> {};

}  // namespace failc::rules
