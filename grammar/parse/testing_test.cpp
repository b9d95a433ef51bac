#include "grammar/parse/testing.hpp"

namespace failc::parse {
namespace {

using namespace ast;

const char* kOperators[] = {"or",      "and",  "==", "!=", "<", "<=", ">", ">=", "in",   "not-in",
                            "matches", "then", "..", "+-", "+", "-",  "*", "/",  "since"};

std::string text(std::string_view view) { return std::string(view); }
std::string all_of(const std::vector<ExprPtr>& items) {
  std::string out;
  for (const ExprPtr& item : items) out += " " + show(*item);
  return out;
}

struct Shower {
  std::string operator()(const Null&) const { return "null"; }
  std::string operator()(const Bool& e) const { return e.value ? "true" : "false"; }
  std::string operator()(const Integer& e) const { return std::to_string(e.value); }
  std::string operator()(const Decimal& e) const { return "d" + std::to_string(e.value); }
  std::string operator()(const Version&) const { return "version"; }
  std::string operator()(const Duration& e) const { return std::to_string(e.nanoseconds) + "ns"; }
  std::string operator()(const Size& e) const { return std::to_string(e.bytes) + "B"; }
  std::string operator()(const Percent& e) const { return std::to_string(static_cast<int>(e.value)) + "%"; }
  std::string operator()(const String& e) const { return "'" + e.value + "'"; }
  std::string operator()(const Regex& e) const { return "/" + e.pattern + "/"; }
  std::string operator()(const List& e) const { return "[" + all_of(e.items) + " ]"; }
  std::string operator()(const ListFor& e) const {
    return "(list-for " + text(e.variable.text) + " " + show(*e.in) + (e.condition ? " if " + show(*e.condition) : "") + " " +
           show(*e.body) + ")";
  }
  std::string operator()(const Doc& e) const {
    std::string out = "{";
    for (const DocEntry& entry : e.entries) out += " " + entry.key + ": " + show(*entry.value);
    return out + " }";
  }
  std::string operator()(const Ref& e) const { return text(e.name.text); }
  std::string operator()(const Member& e) const { return "(. " + show(*e.object) + " " + text(e.name.text) + ")"; }
  std::string operator()(const Index& e) const { return "(index " + show(*e.object) + " " + show(*e.index) + ")"; }
  std::string operator()(const Call& e) const { return "(call " + text(e.callee.text) + all_of(e.arguments) + ")"; }
  std::string operator()(const Unary& e) const { return std::string(e.op == UnaryOp::negate ? "(neg " : "(not ") + show(*e.operand) + ")"; }
  std::string operator()(const Binary& e) const {
    return std::string("(") + kOperators[static_cast<int>(e.op)] + " " + show(*e.left) + " " + show(*e.right) + ")";
  }
  std::string operator()(const Is& e) const {
    return std::string(e.negated ? "(is-not " : "(is ") + show(*e.subject) + " " + text(e.state.text) + ")";
  }
  std::string operator()(const RoleOf& e) const { return "(role " + text(e.role.text) + " " + show(*e.set) + ")"; }
  std::string operator()(const Pick& e) const {
    return std::string(e.random ? "(random " : "(pick ") + show(*e.amount) + " " + show(*e.set) + ")";
  }
  std::string operator()(const All& e) const { return "(all " + show(*e.set) + ")"; }
  std::string operator()(const Quantified& e) const {
    return std::string(e.quantifier == Quantifier::every ? "(every " : "(any ") + text(e.variable.text) + " " + show(*e.in) + " " +
           show(*e.condition) + ")";
  }
};

}  // namespace

std::string show(const Expr& expr) { return std::visit(Shower{}, expr.node); }

}  // namespace failc::parse
