#pragma once
// How errors travel inside this folder: thrown where they are seen, deep in expressions, and caught by `guarded` in every public function.
#include <string>
#include <utility>

#include "interpreter/systems/mongodb/query/error.hpp"

namespace failc::query {

struct Failure { QueryError error; };

[[noreturn]] inline void fail(int code, std::string message) { throw Failure{query_error(code, std::move(message))}; }
[[noreturn]] inline void fail(QueryError error) { throw Failure{std::move(error)}; }

template <class Work>
auto guarded(Work&& work) -> Outcome<decltype(work())> {
  try {
    return work();
  } catch (Failure& failure) {
    return std::move(failure.error);
  }
}

/// What `outcome` holds; its error goes on.
template <class T>
T need(Outcome<T> outcome) {
  if (!outcome) throw Failure{outcome.error()};
  return std::move(*outcome);
}

}  // namespace failc::query
