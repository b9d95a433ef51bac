// The table of built-in functions.
#include "grammar/base/bug.hpp"
#include "interpreter/eval/evaluator.hpp"

namespace failc::eval {

const std::vector<Builtin>& builtins() {
  static const std::vector<Builtin> table = {
      {"count", {"list"}, "int"},
      {"len", {"string"}, "int"},
      {"bytes", {"string"}, "int"},
      {"string", {"any"}, "string"},
      {"number", {"any"}, "float"},
      {"join", {"list", "string"}, "string"},
      {"split", {"string", "string"}, "list"},
      {"lines", {"string"}, "list"},
      {"json", {"string"}, "any"},
      {"base64", {"string"}, "string"},
      {"unbase64", {"string"}, "string"},
      {"min", {"list"}, "any"},
      {"max", {"list"}, "any"},
      {"sum", {"list"}, "any"},
      {"sort", {"list"}, "list"},
      {"distinct", {"list"}, "list"},
      {"keys_of", {"doc"}, "list"},
      {"has", {"doc", "string"}, "bool"},
      {"get_or", {"doc", "string", "any"}, "any"},
      {"merge", {"doc", "doc"}, "doc"},
      {"missing", {"list", "list"}, "list"},
      {"extract", {"string", "regex"}, "string"},
      {"choose", {"bool", "any", "any"}, "any"},
      {"opaque", {"any"}, "any"},
      {"type_of", {"any"}, "string"},
      {"text_file", {"path"}, "string"},
      {"find_program", {"list"}, "string"},
      {"log_lines", {"node", "regex"}, "list"},
      {"node_file", {"node", "path"}, "string"},
  };
  return table;
}

Value call(const plan::Plan& plan, const std::string& name, const Values& arguments) {
  for (const Builtin& builtin : builtins()) {
    if (builtin.name != name) continue;
    if (builtin.parameters.size() != arguments.size()) return Undefined{"`" + name + "` was given the wrong number of arguments"};
    if (name == "opaque") return *arguments.front();
    if (auto value = call_text(plan, name, arguments)) return std::move(*value);
    if (auto value = call_list(plan, name, arguments)) return std::move(*value);
  }
  return Undefined{"no function is called `" + name + "`"};
}

}  // namespace failc::eval
