#pragma once
// Runs a rule over a range of tokens. Failing rules that have a label tell the context what they wanted and where.
#include "grammar/rules/capture.hpp"

namespace failc::rules {

template <class Rule>
struct control : pegtl::normal<Rule> {
  template <class Node>
  static void failure(const Input& in, Context& context, Node&) {
    if constexpr (requires { Rule::label(); })
      context.expect(context.index(in.current()), Rule::label());
    else if constexpr (requires { Rule::expected(context, 0u); })
      Rule::expected(context, context.index(in.current()));
  }
};

/// Matches a prefix of the range into `node` and moves `range.begin` behind it.
template <class Rule, class Node>
[[nodiscard]] bool match_prefix(Context& context, Range& range, Node& node) {
  Input in(context.data() + range.begin, context.data() + range.end, "");
  if (!pegtl::parse<Rule, pegtl::nothing, control>(in, context, node)) return false;
  range.begin = context.index(in.current());
  return true;
}

/// Matches the whole range into `node`. On failure the node is worth nothing.
template <class Rule, class Node>
[[nodiscard]] bool match_all(Context& context, Range range, Node& node) {
  if (!match_prefix<Rule>(context, range, node)) return false;
  if (range.begin == range.end) return true;
  context.expect(range.begin, "the end of the statement");
  return false;
}

/// Makes a `Node` in the variant and matches the whole range into it.
template <class Rule, class Node, class Variant>
[[nodiscard]] bool match_into(Context& context, Range range, Variant& variant) {
  return match_all<Rule>(context, range, variant.template emplace<Node>());
}

}  // namespace failc::rules
