#pragma once
// Signatures, and what has one at the top of a file: `step`, `check`, `define`.
#include "grammar/rules/capture.hpp"

namespace failc::rules {

/// The `scoped` of a step is no parameter's name.
struct scoped_ahead : pegtl::seq<ahead<Kind::kScoped>, ahead<Kind::l_brace>> {};

struct parameter : seq<pegtl::not_at<scoped_ahead>, declared<&ast::Parameter::name>, opt<tok<Kind::colon>, name<&ast::Parameter::type>>> {};

template <auto Member>
struct signature : seq<opt<append<Member, parameter>, star<tok<Kind::comma>, append<Member, parameter>>>,
                       star<append<Member, label_word<&ast::Parameter::label>, parameter>>> {};

struct step_def : seq<tok<Kind::kStep>, declared<&ast::StepDef::name>, signature<&ast::StepDef::parameters>,
                      sor<seq<tok<Kind::kScoped>, set<&ast::StepDef::scoped, true>, braces>, block<&ast::StepDef::body>>> {};
struct do_part : seq<tok<Kind::kDo>, block<&ast::StepDef::body>> {};
struct undo_part : seq<tok<Kind::kUndo>, opt<tok<Kind::kWithin>, expr<&ast::StepDef::undo_within, Reading{Want::duration}>>, block<&ast::StepDef::undo>> {};
struct evidence_part : seq<tok<Kind::kEvidence>, expr<&ast::StepDef::evidence, Reading{Want::condition}>> {};

struct check_def : seq<tok<Kind::kCheck>, declared<&ast::CheckDef::name>, signature<&ast::CheckDef::parameters>, tok<Kind::assign>,
                       expr<&ast::CheckDef::body, Reading{Want::condition}>> {};
struct define_def : seq<tok<Kind::kDefine>, set<&ast::CheckDef::condition, false>, declared<&ast::CheckDef::name>, signature<&ast::CheckDef::parameters>, tok<Kind::assign>,
                        expr<&ast::CheckDef::body>> {};

}  // namespace failc::rules
