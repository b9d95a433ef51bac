#include "grammar/parse/declaration/declaration.hpp"
#include "grammar/rules/match.hpp"
#include "grammar/rules/small_declarations.hpp"

namespace failc::parse {

using ast::Kind;

bool attempt_small_declaration(Context& context, Range range, ast::Declaration& declaration) {
  auto& node = declaration.node;
  switch (context.kind(range.begin)) {
    case Kind::kUse:
      return rules::match_into<rules::use, ast::Use>(context, range, node);
    case Kind::kImport:
      return rules::match_into<rules::import_, ast::Import>(context, range, node);
    case Kind::kParam:
      return rules::match_into<rules::param, ast::Param>(context, range, node);
    case Kind::kWorkload:
      return rules::match_into<rules::workload, ast::Workload>(context, range, node);
    case Kind::kClient:
      return rules::match_into<rules::client, ast::Client>(context, range, node);
    default:
      return rules::match_into<rules::run_spec, ast::RunSpec>(context, range, node);
  }
}

}  // namespace failc::parse
