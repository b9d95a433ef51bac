#pragma once
// `expect`, `await`, `eventually`, `always`, `never`, `sometimes`.
#include "grammar/rules/capture.hpp"

namespace failc::rules {

inline constexpr Reading kCondition{Want::condition};
inline constexpr Reading kDuration{Want::duration};

template <auto Member>
struct every : opt<tok<Kind::kEvery>, expr<Member, kDuration>> {};

struct expect
    : seq<tok<Kind::kExpect>, expr<&ast::Expect::condition, kCondition>, opt<tok<Kind::kBecause>, string<&ast::Expect::because>>> {};

struct await : seq<tok<Kind::kAwait>, set<&ast::Wait::eventually, false>, expr<&ast::Wait::condition, kCondition>, tok<Kind::kWithin>,
                   expr<&ast::Wait::within, kDuration>, every<&ast::Wait::every>> {};

struct eventually : seq<tok<Kind::kEventually>, set<&ast::Wait::eventually, true>, tok<Kind::kWithin>, expr<&ast::Wait::within, kDuration>,
                        every<&ast::Wait::every>, tok<Kind::colon>, expr<&ast::Wait::condition, kCondition>> {};

struct always : seq<tok<Kind::kAlways>, every<&ast::Always::every>, tok<Kind::colon>, expr<&ast::Always::condition, kCondition>> {};

struct never : seq<tok<Kind::kNever>, expr<&ast::Never::condition, kCondition>, tok<Kind::kDuring>, expr<&ast::Never::during, kDuration>,
                   every<&ast::Never::every>> {};

struct sometimes
    : seq<tok<Kind::kSometimes>, string<&ast::Sometimes::title>, tok<Kind::colon>, expr<&ast::Sometimes::condition, kCondition>> {};

}  // namespace failc::rules
