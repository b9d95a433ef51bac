// Declarations that nothing names. What is used has its name in a second place, so names are counted among the tokens: nothing is said of a
// name that may be used.
#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

#include "grammar/parse/parse.hpp"
#include "interpreter/check/checker.hpp"
#include "interpreter/check/visit.hpp"

namespace failc::check {
namespace {

/// Where each word stands, in order.
class Mentions {
 public:
  explicit Mentions(const ast::Tokens& tokens) {
    bool uses = false;  // what is used has its name on that line too
    for (std::uint32_t i = 0; i < tokens.tokens.size(); ++i) {
      const ast::Kind kind = tokens.tokens[i].kind;
      uses = kind == ast::Kind::kUse || (uses && kind != ast::Kind::newline);
      if (!uses && ast::is_word(kind)) places_[tokens.of(i)].push_back(tokens.tokens[i].span.begin);
    }
  }
  bool any(std::string_view word) const { return places_.contains(word); }
  /// Whether it stands between `begin` and `end`, other than at `declared`.
  bool elsewhere(std::string_view word, Span declared, std::uint32_t begin, std::uint32_t end) const {
    const auto found = places_.find(word);
    if (found == places_.end()) return false;
    for (auto at = std::lower_bound(found->second.begin(), found->second.end(), begin); at != found->second.end() && *at < end; ++at)
      if (*at != declared.begin) return true;
    return false;
  }

 private:
  std::unordered_map<std::string_view, std::vector<std::uint32_t>> places_;
};

/// Calls `found` for each `let` and each `as` with the block that it is known in.
template <class Found>
void each_binding(const ast::Block& block, const Found& found) {
  const auto inside = [&](const ast::BlockPtr& inner) {
    if (inner) each_binding(*inner, found);
  };
  for (const ast::Statement& statement : block.statements) {
    std::visit(Visitor{
                   [&](const ast::Let& tree) { found(tree.name, block); },
                   [&](const ast::ExecStep& tree) {
                     if (tree.as) found(*tree.as, block);
                   },
                   [&](const ast::VerbStep& tree) {
                     if (tree.as) found(*tree.as, block);
                     inside(tree.block);
                   },
                   [&](const ast::Fault& tree) { inside(tree.block); },
                   [&](const ast::Failpoint& tree) { inside(tree.block); },
                   [&](const ast::If& tree) {
                     inside(tree.then);
                     inside(tree.otherwise);
                   },
                   [&](const ast::For& tree) { inside(tree.body); },
                   [&](const ast::Repeat& tree) { inside(tree.body); },
                   [&](const ast::During& tree) { inside(tree.body); },
                   [&](const ast::Group& tree) { inside(tree.body); },
                   [&](const ast::Cleanup& tree) { inside(tree.body); },
                   [&](const ast::Parallel& tree) {
                     for (const ast::Actor& actor : tree.actors) inside(actor.body);
                   },
                   [](const ast::Broken&) {},
                   [](const ast::NodeStep&) {},
                   [](const ast::Sleep&) {},
                   [](const ast::Log&) {},
                   [](const ast::Expect&) {},
                   [](const ast::Wait&) {},
                   [](const ast::Always&) {},
                   [](const ast::Never&) {},
                   [](const ast::Sometimes&) {},
                   [](const ast::RunImport&) {},
               },
               statement.node);
  }
}

}  // namespace

void Checker::unused() {
  const LoadedFile& file = *files_[0];
  const auto& declarations = file.tree.declarations;
  // A file without scenarios is there to be used: who uses what of it is not known.
  const bool runs = std::any_of(declarations.begin(), declarations.end(),
                                [](const auto& each) { return std::holds_alternative<ast::Scenario>(each.node); });
  if (!runs) return;
  diag::Sink said_before;
  const ast::Tokens tokens = parse::lex(sources_, file.id, said_before);
  const Mentions mentions(tokens);
  const auto everywhere = static_cast<std::uint32_t>(tokens.text.size());
  const auto judge = [&](std::string_view what, const ast::Name& name, std::uint32_t begin, std::uint32_t end) {
    if (!mentions.elsewhere(name.text, name.span, begin, end)) warn(diag::Code::unused, name.span, {what, name.text});
  };
  const auto top = [&](std::string_view what, const ast::Name& name) { judge(what, name, 0, everywhere); };
  const auto body = [&](const ast::BlockPtr& block) {
    if (block)
      each_binding(*block,
                   [&](const ast::Name& name, const ast::Block& around) { judge("name", name, around.span.begin, around.span.end); });
  };
  const bool from_source =
      std::any_of(clusters_.begin(), clusters_.end(), [](const ClusterInfo& each) { return each.tree->source.has_value(); });
  for (const ast::Declaration& declaration : declarations) {
    std::visit(Visitor{
                   [&](const ast::Param& tree) { top("parameter", tree.name); },
                   [&](const ast::Cluster& tree) { top("cluster", tree.name); },
                   [&](const ast::Workload& tree) { top("workload", tree.name); },
                   [&](const ast::Client& tree) { top("client", tree.name); },
                   [&](const ast::CheckDef& tree) { top(tree.condition ? "check" : "definition", tree.name); },
                   [&](const ast::StepDef& tree) {
                     top("step", tree.name);
                     if (!tree.scoped) return body(tree.body);
                     // What `do` binds is known in the other parts too.
                     for (const ast::BlockPtr* part : {&tree.body, &tree.undo})
                       if (*part)
                         each_binding(**part, [&](const ast::Name& name, const ast::Block&) {
                           judge("name", name, declaration.span.begin, declaration.span.end);
                         });
                   },
                   [&](const ast::Scenario& tree) { body(tree.body); },
                   [&](const ast::Hook& tree) { body(tree.body); },
                   [&](const ast::Component& tree) {
                     for (const ast::ComponentItem& item : tree.items)
                       if (const auto* parameter = std::get_if<ast::Param>(&item.node)) judge("parameter", parameter->name, 0, everywhere);
                   },
                   [](const ast::Broken&) {},
                   [](const ast::Use&) {},
                   [&](const ast::Import& tree) { top("import", tree.name); },
                   [&](const ast::Matrix& tree) { top("matrix", tree.name); },
                   [](const ast::RunSpec&) {},
               },
               declaration.node);
  }
  for (const auto& [used, span] : file.uses) {
    const LoadedFile& other = *files_[used];
    const auto named = [&](const auto& names) {
      return std::any_of(names.begin(), names.end(), [&](const auto& each) { return mentions.any(each.first); });
    };
    const bool needed = named(other.names) || named(other.components) || named(other.requests);
    // The components of a config's nodes are not named, and neither is what a file without any is used for.
    if (needed || from_source || other.names.empty() + other.components.empty() == 2) continue;
    if (!options_.lint) return;
    diag::Diagnostic& item = sink_.report(diag::Code::unused, {file.id, span}, {"file", snippet(span)});
    // With its line, where nothing else stands on it.
    Span line = span;
    while (line.begin > 0 && tokens.text[line.begin - 1] == ' ') --line.begin;
    if (line.end < tokens.text.size() && tokens.text[line.end] == '\n' && (line.begin == 0 || tokens.text[line.begin - 1] == '\n'))
      item.fix = diag::Fix{{file.id, {line.begin, line.end + 1}}, ""};
  }
}

}  // namespace failc::check
