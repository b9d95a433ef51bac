#pragma once
// Rules that match tokens and store what they mean into the node being built. A failing rule consumes nothing and may
// leave its member set; a statement whose attempt fails throws its node away.
#include <array>
#include <memory>
#include <type_traits>

#include "grammar/parse/literal.hpp"
#include "grammar/rules/context.hpp"
#include "grammar/rules/pegtl.hpp"

namespace failc::rules {

using ast::Kind;

/// What these rules are to `pegtl::analyze`: they consume a token or more.
struct consuming {};
/// They may consume nothing.
struct optional_ {};

template <Kind K>
struct tok : pegtl::one<static_cast<char>(K)> {
  static std::string_view label() { return ast::spelling(K); }
};

/// Base of rules that look at one token and consume it.
template <class Self>
struct leaf {
  using rule_t = consuming;
  using subs_t = pegtl::type_list<>;

  template <pegtl::apply_mode, pegtl::rewind_mode, template <typename...> class, template <typename...> class, class Node>
  [[nodiscard]] static bool match(Input& in, Context& context, Node& node) {
    if (in.empty() || !Self::take(context, context.index(in.current()), node)) return false;
    in.bump(1);
    return true;
  }
};

template <auto Member>
struct name : leaf<name<Member>> {
  static std::string_view label() { return "a name"; }
  template <class Node>
  static bool take(Context& context, std::uint32_t at, Node& node) {
    if (!ast::may_be_name(context.kind(at))) return false;
    node.*Member = context.name(at);
    return true;
  }
};

template <auto Member>
struct any_word : leaf<any_word<Member>> {
  static std::string_view label() { return "a name"; }
  template <class Node>
  static bool take(Context& context, std::uint32_t at, Node& node) {
    if (!ast::is_word(context.kind(at))) return false;
    node.*Member = context.name(at);
    return true;
  }
};

/// A name that its statement declares: a reserved word there gets a message of its own.
template <auto Member>
struct declared : leaf<declared<Member>> {
  static void expected(Context& context, std::uint32_t at) { context.expect_declared(at); }
  template <class Node>
  static bool take(Context& context, std::uint32_t at, Node& node) {
    return name<Member>::take(context, at, node);
  }
};

/// A declared name, where this token follows it.
template <auto Member, Kind Next>
struct declared_before : leaf<declared_before<Member, Next>> {
  static void expected(Context& context, std::uint32_t at) { context.expect_declared(at); }
  template <class Node>
  static bool take(Context& context, std::uint32_t at, Node& node) {
    return context.kind(at) != Kind::end && context.kind(at + 1) == Next && name<Member>::take(context, at, node);
  }
};

template <auto Member>
struct append_name : leaf<append_name<Member>> {
  static std::string_view label() { return "a name"; }
  template <class Node>
  static bool take(Context& context, std::uint32_t at, Node& node) {
    if (!ast::may_be_name(context.kind(at))) return false;
    (node.*Member).push_back(context.name(at));
    return true;
  }
};

/// Behind a dot any word may stand.
template <auto Member>
struct append_word : leaf<append_word<Member>> {
  static std::string_view label() { return "a name"; }
  template <class Node>
  static bool take(Context& context, std::uint32_t at, Node& node) {
    if (!ast::is_word(context.kind(at))) return false;
    (node.*Member).push_back(context.name(at));
    return true;
  }
};

template <auto Member>
struct string : leaf<string<Member>> {
  static std::string_view label() { return ast::spelling(Kind::string); }
  template <class Node>
  static bool take(Context& context, std::uint32_t at, Node& node) {
    if (context.kind(at) != Kind::string) return false;
    node.*Member = parse::string_value(context.text(at));
    return true;
  }
};

template <auto Member>
struct span_of_previous {
  using rule_t = optional_;
  using subs_t = pegtl::type_list<>;
  template <pegtl::apply_mode, pegtl::rewind_mode, template <typename...> class, template <typename...> class, class Node>
  [[nodiscard]] static bool match(Input& in, Context& context, Node& node) {
    node.*Member = context.token(context.index(in.current()) - 1).span;
    return true;
  }
};

template <auto Member>
struct integer : leaf<integer<Member>> {
  static std::string_view label() { return ast::spelling(Kind::integer); }
  template <class Node>
  static bool take(Context& context, std::uint32_t at, Node& node) {
    if (context.kind(at) != Kind::integer) return false;
    node.*Member = parse::integer_value(context.text(at));
    if (!(node.*Member)) context.mistake(diag::Code::bad_number, at, std::string(context.text(at)));
    return (node.*Member).has_value();
  }
};

template <auto Member, auto Value>
struct set {
  using rule_t = optional_;
  using subs_t = pegtl::type_list<>;
  template <pegtl::apply_mode, pegtl::rewind_mode, template <typename...> class, template <typename...> class, class Node>
  [[nodiscard]] static bool match(Input&, Context&, Node& node) {
    node.*Member = Value;
    return true;
  }
};

/// Base of rules that hand over to a reader of many tokens, which reports by itself how far it got.
template <class Self>
struct reader {
  using rule_t = consuming;
  using subs_t = pegtl::type_list<>;
  template <pegtl::apply_mode, pegtl::rewind_mode, template <typename...> class, template <typename...> class, class Node>
  [[nodiscard]] static bool match(Input& in, Context& context, Node& node) {
    const std::uint32_t start = context.index(in.current());
    std::uint32_t at = start;
    if (!Self::read(context, at, node)) return false;
    in.bump(at - start);
    return true;
  }
};

template <auto Member, Reading How = Reading{}>
struct expr : reader<expr<Member, How>> {
  template <class Node>
  static bool read(Context& context, std::uint32_t& at, Node& node) {
    return (node.*Member = expression(context, at, How)) != nullptr;
  }
};

template <auto Member, Reading How = Reading{}>
struct append_expr : reader<append_expr<Member, How>> {
  template <class Node>
  static bool read(Context& context, std::uint32_t& at, Node& node) {
    ast::ExprPtr value = expression(context, at, How);
    if (!value) return false;
    (node.*Member).push_back(std::move(value));
    return true;
  }
};

template <auto Member, Reading How = Reading{}>
struct expr_list : pegtl::seq<append_expr<Member, How>, pegtl::star<tok<Kind::comma>, append_expr<Member, How>>> {};

template <auto Member>
struct doc : reader<doc<Member>> {
  template <class Node>
  static bool read(Context& context, std::uint32_t& at, Node& node) {
    return (node.*Member = document(context, at)) != nullptr;
  }
};

/// `[expr]` that touches the word before it.
template <auto Member>
struct touching_index : reader<touching_index<Member>> {
  template <class Node>
  static bool read(Context& context, std::uint32_t& at, Node& node) {
    if (context.kind(at) != Kind::l_bracket || !context.token(at).touches) {
      context.expect(at, "[");
      return false;
    }
    std::uint32_t inside = at + 1;
    node.*Member = expression(context, inside, {Want::number});
    if (!(node.*Member)) return false;
    if (context.kind(inside) != Kind::r_bracket) {
      context.expect(inside, "]");
      return false;
    }
    at = inside + 1;
    return true;
  }
};

/// Passes over `{ … }`. The context remembers where.
struct braces : reader<braces> {
  template <class Node>
  static bool read(Context& context, std::uint32_t& at, Node&) {
    if (context.kind(at) != Kind::l_brace || context.token(at).match == at) {
      context.expect(at, "{");
      return false;
    }
    context.braces = at;
    at = context.token(at).match + 1;
    return true;
  }
};

/// A block of statements, read when the whole statement has parsed.
template <auto Member>
struct block : reader<block<Member>> {
  template <class Node>
  static bool read(Context& context, std::uint32_t& at, Node& node) {
    const std::uint32_t open = at;
    if (context.kind(open) != Kind::l_brace || context.token(open).match == open) {
      context.expect(open, "a block `{`");
      return false;
    }
    node.*Member = std::make_unique<ast::Block>();
    context.pending.push_back({(node.*Member).get(), open, context.depth + 1});
    at = context.token(open).match + 1;
    return true;
  }
};

/// Matches `Rules` into a new last element of a member.
template <auto Member, class... Rules>
struct append {
  using rule_t = typename pegtl::seq<Rules...>::rule_t;
  using subs_t = pegtl::type_list<Rules...>;
  template <pegtl::apply_mode A, pegtl::rewind_mode, template <typename...> class Action, template <typename...> class Control, class Node>
  [[nodiscard]] static bool match(Input& in, Context& context, Node& node) {
    auto& list = node.*Member;
    list.emplace_back();
    if (pegtl::match<pegtl::seq<Rules...>, A, pegtl::rewind_mode::required, Action, Control>(in, context, list.back())) return true;
    list.pop_back();
    return false;
  }
};

/// What stands in any order, but once.
template <auto Member, class... Rules>
struct once {
  using rule_t = typename pegtl::seq<Rules...>::rule_t;
  using subs_t = pegtl::type_list<Rules...>;
  template <pegtl::apply_mode A, pegtl::rewind_mode M, template <typename...> class Action, template <typename...> class Control,
            class Node>
  [[nodiscard]] static bool match(Input& in, Context& context, Node& node) {
    if (node.*Member) return false;
    return pegtl::match<pegtl::seq<Rules...>, A, M, Action, Control>(in, context, node);
  }
};

constexpr bool is_label(Kind kind) {
  return kind == Kind::kOn || kind == Kind::kIn || kind == Kind::kInto || kind == Kind::kAt || kind == Kind::kTo || kind == Kind::kFrom ||
         kind == Kind::kBy || kind == Kind::kOf;
}

template <auto Member>
struct label_word : leaf<label_word<Member>> {
  static std::string_view label() { return "a label like `on`"; }
  template <class Node>
  static bool take(Context& context, std::uint32_t at, Node& node) {
    if (!is_label(context.kind(at))) return false;
    node.*Member = context.kind(at);
    return true;
  }
};

struct labelled : pegtl::seq<label_word<&ast::Labelled::label>, span_of_previous<&ast::Labelled::label_span>,
                             expr<&ast::Labelled::value, Reading{.no_in = true}>> {};

/// A `{` that a verb's block begins with.
struct at_block {
  using rule_t = consuming;
  using subs_t = pegtl::type_list<>;
  template <pegtl::apply_mode, pegtl::rewind_mode, template <typename...> class, template <typename...> class, class Node>
  [[nodiscard]] static bool match(Input& in, Context& context, Node&) {
    const std::uint32_t at = context.index(in.current());
    if (in.empty() || context.kind(at) != Kind::l_brace || begins_document(context, at)) return false;
    in.bump(1);
    return true;
  }
};

/// Arguments and labels of a verb: `"k", "v" on kv[0]`. A token of `NotBefore` begins no argument.
template <class Node, class... NotBefore>
struct verb_operands
    : pegtl::seq<pegtl::opt<pegtl::not_at<pegtl::sor<at_block, NotBefore...>>, expr_list<&Node::arguments, Reading{.no_in = true}>>,
                 pegtl::star<append<&Node::labels, labelled>>> {};

/// For looking ahead: a failure there is nothing that was expected.
template <Kind K>
using ahead = pegtl::one<static_cast<char>(K)>;

template <class... Rules>
using opt = pegtl::opt<Rules...>;
template <class... Rules>
using seq = pegtl::seq<Rules...>;
template <class... Rules>
using sor = pegtl::sor<Rules...>;
template <class... Rules>
using star = pegtl::star<Rules...>;

}  // namespace failc::rules

namespace tao::pegtl {
template <typename Name>
struct analyze_traits<Name, failc::rules::consuming> : analyze_any_traits<> {};
template <typename Name>
struct analyze_traits<Name, failc::rules::optional_> : analyze_opt_traits<> {};
}  // namespace tao::pegtl
