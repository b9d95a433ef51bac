#pragma once
// `exec`, verbs, `run`.
#include "grammar/rules/capture.hpp"

namespace failc::rules {

/// `with doc`, `within expr`, `as name`, `expect expr` in any order.
template <class Node>
struct call_tail : star<sor<once<&Node::with, tok<Kind::kWith>, doc<&Node::with>>,
                            once<&Node::within, tok<Kind::kWithin>, expr<&Node::within, Reading{Want::duration}>>,
                            once<&Node::as, tok<Kind::kAs>, declared<&Node::as>>,
                            once<&Node::expect, tok<Kind::kExpect>, expr<&Node::expect, Reading{Want::condition}>>>> {};

struct exec_step : seq<tok<Kind::kExec>, tok<Kind::kOn>, expr<&ast::ExecStep::on, Reading{Want::nodes}>,
                       expr<&ast::ExecStep::argv, Reading{Want::list}>, call_tail<ast::ExecStep>> {};

struct verb_step
    : seq<name<&ast::VerbStep::verb>, verb_operands<ast::VerbStep>, call_tail<ast::VerbStep>, opt<block<&ast::VerbStep::block>>> {};

struct run_import : seq<tok<Kind::kRun>, name<&ast::RunImport::name>, tok<Kind::kOn>, expr<&ast::RunImport::on, Reading{Want::nodes}>,
                        opt<tok<Kind::kWith>, doc<&ast::RunImport::with>>> {};

}  // namespace failc::rules
