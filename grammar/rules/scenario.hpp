#pragma once
// `scenario` and the hooks around scenarios.
#include "grammar/rules/capture.hpp"

namespace failc::rules {

struct clause : sor<once<&ast::Scenario::tags, tok<Kind::kTags>, expr<&ast::Scenario::tags, Reading{Want::list}>>,
                    once<&ast::Scenario::timeout, tok<Kind::kTimeout>, expr<&ast::Scenario::timeout, Reading{Want::duration}>>,
                    once<&ast::Scenario::requires_, tok<Kind::kRequires>, expr<&ast::Scenario::requires_, Reading{Want::condition}>>,
                    once<&ast::Scenario::skip, tok<Kind::kSkip>, string<&ast::Scenario::skip>>,
                    once<&ast::Scenario::matrix, tok<Kind::kMatrix>, name<&ast::Scenario::matrix>>,
                    once<&ast::Scenario::expect_fails, tok<Kind::kExpect>, tok<Kind::kFails>, set<&ast::Scenario::expect_fails, true>>> {};

struct scenario : seq<tok<Kind::kScenario>, string<&ast::Scenario::title>, span_of_previous<&ast::Scenario::title_span>, star<clause>,
                      block<&ast::Scenario::body>> {};

using hook_within = opt<tok<Kind::kWithin>, expr<&ast::Hook::within, Reading{Want::duration}>>;
struct hook : seq<sor<seq<tok<Kind::kSetup>, set<&ast::Hook::kind, ast::HookKind::setup>>,
                      seq<tok<Kind::kCleanup>, set<&ast::Hook::kind, ast::HookKind::cleanup>, hook_within>,
                      seq<tok<Kind::kBefore>, tok<Kind::kEach>, set<&ast::Hook::kind, ast::HookKind::before_each>>,
                      seq<tok<Kind::kAfter>, tok<Kind::kEach>, set<&ast::Hook::kind, ast::HookKind::after_each>>>,
                  block<&ast::Hook::body>> {};

}  // namespace failc::rules
