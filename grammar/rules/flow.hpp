#pragma once
// Statements that hold blocks: `if`, `for`, `repeat`, `parallel`, `during`, `step`, `cleanup`.
#include "grammar/rules/capture.hpp"

namespace failc::rules {

/// One `if` with its block. What `else` brings is read in a loop.
struct if_then : seq<tok<Kind::kIf>, expr<&ast::If::condition, Reading{Want::condition}>, block<&ast::If::then>> {};
struct if_else : seq<tok<Kind::kElse>> {};
struct otherwise : seq<block<&ast::If::otherwise>> {};

struct for_each : seq<tok<Kind::kFor>, declared<&ast::For::variable>, tok<Kind::kIn>, expr<&ast::For::in, Reading{Want::nodes}>,
                      block<&ast::For::body>> {};

struct repeat
    : seq<tok<Kind::kRepeat>, expr<&ast::Repeat::times, Reading{Want::number}>, opt<tok<Kind::kTimes>>, block<&ast::Repeat::body>> {};

struct parallel : seq<tok<Kind::kParallel>, braces> {};
struct barrier : seq<tok<Kind::kBarrier>, declared<&ast::Barrier::name>, tok<Kind::kOf>, expr<&ast::Barrier::of, Reading{Want::number}>> {};
struct actor : seq<tok<Kind::kActor>, declared<&ast::Actor::name>, block<&ast::Actor::body>> {};

struct during : seq<tok<Kind::kDuring>, append_name<&ast::During::workloads>, star<tok<Kind::comma>, append_name<&ast::During::workloads>>,
                    block<&ast::During::body>> {};

struct group : seq<tok<Kind::kStep>, string<&ast::Group::title>, block<&ast::Group::body>> {};

struct cleanup
    : seq<tok<Kind::kCleanup>, opt<tok<Kind::kWithin>, expr<&ast::Cleanup::within, Reading{Want::duration}>>, block<&ast::Cleanup::body>> {
};

}  // namespace failc::rules
