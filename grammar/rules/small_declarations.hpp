#pragma once
// Declarations of one line: `use`, `import`, `param`, `workload`, `client`, `run`.
#include "grammar/rules/capture.hpp"

namespace failc::rules {

struct use : seq<tok<Kind::kUse>,
                 sor<string<&ast::Use::file>, seq<append_name<&ast::Use::path>, star<tok<Kind::dot>, append_word<&ast::Use::path>>>>> {};

struct import_ : seq<tok<Kind::kImport>, string<&ast::Import::pattern>, tok<Kind::kAs>, declared<&ast::Import::name>,
                     opt<tok<Kind::kOnly>, string<&ast::Import::only>>> {};

struct param : seq<tok<Kind::kParam>, declared<&ast::Param::name>, tok<Kind::colon>, name<&ast::Param::type>,
                   opt<tok<Kind::assign>, expr<&ast::Param::initial>>> {};

struct workload
    : seq<tok<Kind::kWorkload>, declared<&ast::Workload::name>, tok<Kind::assign>, name<&ast::Workload::verb>,
          verb_operands<ast::Workload, ahead<Kind::kEvery>>, opt<tok<Kind::kWithin>, expr<&ast::Workload::within, Reading{Want::duration}>>,
          tok<Kind::kEvery>, expr<&ast::Workload::every, Reading{Want::duration}>, opt<tok<Kind::kWith>, doc<&ast::Workload::with>>> {};

struct client : seq<tok<Kind::kClient>, declared<&ast::Client::name>, tok<Kind::assign>, tok<Kind::kConnect>, expr<&ast::Client::target>,
                    opt<tok<Kind::kObserving>, name<&ast::Client::observer>>, opt<tok<Kind::kWith>, doc<&ast::Client::with>>> {};

struct run_spec : seq<tok<Kind::kRun>, name<&ast::RunSpec::name>, opt<tok<Kind::kOn>, expr<&ast::RunSpec::on, Reading{Want::nodes}>>,
                      opt<tok<Kind::kWith>, doc<&ast::RunSpec::with>>> {};

}  // namespace failc::rules
