// The items of a component, lowered.
#include <algorithm>
#include <array>

#include "interpreter/check/checker.hpp"
#include "interpreter/check/visit.hpp"

namespace failc::check {
namespace {

const std::vector<std::string_view> kSignals{"TERM", "INT", "QUIT", "HUP", "KILL", "ABRT", "USR1", "USR2"};

}  // namespace

void Checker::component_item(std::uint32_t index, const ast::ComponentItem& item) {
  ComponentInfo& info = *components_[index];
  plan::Component& out = info.lowered;
  Frame frame{out.slots};
  Env env = component_env(index, &frame, kNone);
  EnvScope scope(*this, env);
  // What must be known before the node runs: it may use the node's own facts, but ask nobody.
  const auto before_it_runs = [&](const ast::Expr& tree, Kind want, std::string_view what) {
    const std::uint64_t asks = asks_;
    Term term = expr(tree);
    convert(term, tree, want);
    if (!term.error() && asks_ != asks) report(diag::Code::cannot_ask, tree.span, {what});
    return std::move(term.expr);
  };
  std::visit(Visitor{
                 [](const ast::Broken&) {},
                 [](const ast::Param&) {},
                 [](const ast::LetItem&) {},
                 [](const ast::OperationItem&) {},
                 [&](const ast::SourceItem& tree) { source_item(tree); },
                 [&](const ast::PortItem& tree) {
                   plan::Port port{std::string(tree.name.text), nullptr};
                   if (tree.fixed) {
                     Term fixed = expr(*tree.fixed);
                     if (convert(fixed, *tree.fixed, Kind::integer)) {
                       const auto* number = fixed.constant() ? fixed.value().as<std::int64_t>() : nullptr;
                       if (fixed.known > Known::setting) report(diag::Code::not_constant, tree.fixed->span, {"a fixed port"});
                       if (number != nullptr && (*number < 0 || *number > 65535))
                         report(diag::Code::out_of_range, tree.fixed->span, {"this port", "it is from 1 to 65535, or 0 for any that is free"});
                     }
                     port.fixed = owned(std::move(fixed.expr));
                   }
                   out.ports.push_back(std::move(port));
                 },
                 [&](const ast::ObserverItem& tree) {
                   if (out.observers.size() >= info.observers.size() || info.observers[out.observers.size()] != &tree) return;
                   const std::vector<std::string_view> models(options_.observers.begin(), options_.observers.end());
                   if (std::find(models.begin(), models.end(), tree.model.text) == models.end())
                     report_unknown(diag::Code::unknown_word, tree.model.span, {tree.model.text, "an observer"}, tree.model.text, models, listed("there is", models));
                   out.observers.push_back(
                       {std::string(tree.name.text), std::string(tree.model.text), before_it_runs(*tree.options, Kind::document, "what an observer is told")});
                 },
                 [&](const ast::FileItem& tree) {
                   plan::Expr path = before_it_runs(*tree.path, Kind::string, "the path of a file");
                   if (const auto* text = path.literal.as<std::string>(); text != nullptr && path.op == plan::Op::literal) {
                     const bool outside = text->empty() || text->front() == '/' || *text == ".." || text->rfind("../", 0) == 0 || text->find("/../") != std::string::npos ||
                                          (text->size() > 3 && text->compare(text->size() - 3, 3, "/..") == 0);
                     if (outside) report(diag::Code::out_of_range, tree.path->span, {"this path", "files lie in the node's folder: a relative path without `..`"});
                   }
                   out.files.push_back({std::move(path), before_it_runs(*tree.content, Kind::string, "the content of a file")});
                 },
                 [&](const ast::RunItem& tree) {
                   out.argv = before_it_runs(*tree.argv, Kind::list, "what a node runs");
                   if (out.argv.op == plan::Op::list && out.argv.args.empty()) report(diag::Code::out_of_range, tree.argv->span, {"this list", "its first item is the program"});
                   if (const auto* list = out.argv.literal.as<List>(); list != nullptr && list->empty() && out.argv.op == plan::Op::literal)
                     report(diag::Code::out_of_range, tree.argv->span, {"this list", "its first item is the program"});
                   if (tree.environment) out.environment = owned(before_it_runs(*tree.environment, Kind::document, "the environment"));
                 },
                 [&](const ast::VersionItem& tree) {
                   Term argv = expr(*tree.argv);
                   if (convert(argv, *tree.argv, Kind::list)) {
                     if (argv.known > Known::setting) report(diag::Code::not_constant, tree.argv->span, {"the command that tells the version"});
                     else info.version_argv = std::move(argv.expr);
                   }
                   Term pattern = expr(*tree.pattern);
                   if (convert(pattern, *tree.pattern, Kind::regex)) {
                     if (pattern.known > Known::setting) report(diag::Code::not_constant, tree.pattern->span, {"the pattern of a version"});
                     else info.version_pattern = std::move(pattern.expr);
                   }
                 },
                 [&](const ast::ReadyItem& tree) {
                   info.ready_within = component_bound(*tree.within, "the time of `ready within`");
                   env.item = item_id(ItemKind::ready, 0);
                   out.ready = owned(bool_term(*tree.condition, "a condition").expr);
                 },
                 [&](const ast::StopItem& tree) {
                   info.stop_within = component_bound(*tree.within, "the time of `stop within`");
                   if (!tree.signal) return;
                   std::string name(tree.signal->text);
                   if (name.rfind("SIG", 0) == 0) name.erase(0, 3);
                   if (std::find(kSignals.begin(), kSignals.end(), name) == kSignals.end())
                     report_unknown(diag::Code::unknown_word, tree.signal->span, {tree.signal->text, "a signal"}, tree.signal->text, kSignals,
                                    "signals are TERM, INT, QUIT, HUP, KILL, ABRT, USR1 and USR2");
                   out.stop_signal = name;
                 },
                 [&](const ast::SettleItem& tree) { info.settle = component_bound(*tree.within, "the time of `settle`"); },
                 [&](const ast::StateItem& tree) {
                   env.item = item_id(ItemKind::state, out.states.size());
                   if (out.states.size() >= info.states.size() || info.states[out.states.size()].second != &tree) return;
                   out.states.push_back({std::string(tree.name.text), bool_term(*tree.condition, "a condition").expr});
                 },
                 [&](const ast::RoleItem& tree) {
                   if (out.roles.size() >= info.roles.size() || info.roles[out.roles.size()] != &tree) return;
                   env.item = item_id(ItemKind::role, out.roles.size());
                   plan::Role role{std::string(tree.name.text), tree.plural ? std::string(tree.plural->text) : std::string(), {}, nullptr};
                   role.holds = bool_term(*tree.condition, "a condition").expr;
                   if (tree.term) {
                     Term term = expr(*tree.term);
                     if (!term.error() && !ordered(term.type.kind)) {
                       report(diag::Code::wrong_type, tree.term->span, {"a number or something else with an order", snippet(tree.term->span), noun(term.type.kind), ""});
                     }
                     role.term = owned(std::move(term.expr));
                   }
                   out.roles.push_back(std::move(role));
                 },
             },
             item.node);
  out.slots = std::max(out.slots, frame.next);
}

}  // namespace failc::check
