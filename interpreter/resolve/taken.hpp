#pragma once
// What a scenario reached and chose, by the plan's statements and by places.
#include <cstdint>
#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "interpreter/plan/plan.hpp"
#include "interpreter/run/run.hpp"

namespace failc::resolve {

/// The plan's nodes that a statement of the text became.
using Nodes = std::vector<const plan::BodyNode*>;

class Taken {
 public:
  /// `around`: what the file's setup and cleanup did. All outlive it.
  Taken(const run::ScenarioResult& result, const std::vector<const run::ScenarioResult*>& around);

  /// Whether any of `nodes` was begun in that iteration.
  bool reached(const Nodes& nodes, std::uint64_t path) const;
  /// How many rounds of a loop were begun.
  std::size_t rounds(const plan::Scope& loop, std::uint64_t path) const;
  struct Came {
    Value value;                     // undefined where it came to nothing, or to several things: for the elements of a list, or in the uses of a definition
    bool several = false;
    std::vector<eval::Drawn> drawn;  // how it was picked, once for each size of its set
  };
  /// What stands at `at`, in a condition where it is `asked`, came to there and then. Null where it was not looked at.
  const Came* came(const Nodes& nodes, std::uint64_t path, const plan::Source& at, bool asked = false) const;
  /// Whether more was reached or chosen than is kept of a scenario.
  bool cut() const { return cut_; }

 private:
  void add(const run::ScenarioResult& result);

  std::set<std::pair<const plan::BodyNode*, std::uint64_t>> reached_;
  std::map<std::tuple<const plan::BodyNode*, std::uint64_t, plan::Source, bool>, Came> came_;
  bool cut_ = false;
};

/// A set or node that the plan has at `at` in one of `nodes`: what was picked before anything ran. Null where there is none.
const Value* constant(const Nodes& nodes, const plan::Source& at);

}  // namespace failc::resolve
