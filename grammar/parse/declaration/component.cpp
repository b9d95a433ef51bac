#include "grammar/rules/component.hpp"

#include "grammar/parse/block.hpp"
#include "grammar/parse/declaration/declaration.hpp"
#include "grammar/parse/recover.hpp"
#include "grammar/rules/match.hpp"
#include "grammar/rules/small_declarations.hpp"

namespace failc::parse {
namespace {

using ast::Kind;

const std::vector<std::string_view>& item_words() {
  static const std::vector<std::string_view> words = {"param", "port",   "let",   "observer", "source", "file",      "run",  "version",
                                                      "ready", "stop",   "settle", "state",   "role",      "operation", "query"};
  return words;
}

bool is_item_word(Kind kind) {
  if (!ast::is_word(kind) || kind == Kind::name) return false;
  for (std::string_view word : item_words())
    if (word == ast::spelling(kind)) return true;
  return false;
}

bool attempt_item(Context& context, Range range, ast::ComponentItem& item) {
  auto& node = item.node;
  switch (context.kind(range.begin)) {
    case Kind::kParam:
      return rules::match_into<rules::param, ast::Param>(context, range, node);
    case Kind::kPort:
      return rules::match_into<rules::port_item, ast::PortItem>(context, range, node);
    case Kind::kLet:
      return rules::match_into<rules::let_item, ast::LetItem>(context, range, node);
    case Kind::kObserver:
      return rules::match_into<rules::observer_item, ast::ObserverItem>(context, range, node);
    case Kind::kSource:
      return rules::match_into<rules::source_item, ast::SourceItem>(context, range, node);
    case Kind::kFile:
      return rules::match_into<rules::file_item, ast::FileItem>(context, range, node);
    case Kind::kRun:
      return rules::match_into<rules::run_item, ast::RunItem>(context, range, node);
    case Kind::kVersion:
      return rules::match_into<rules::version_item, ast::VersionItem>(context, range, node);
    case Kind::kReady:
      return rules::match_into<rules::ready_item, ast::ReadyItem>(context, range, node);
    case Kind::kStop:
      return rules::match_into<rules::stop_item, ast::StopItem>(context, range, node);
    case Kind::kSettle:
      return rules::match_into<rules::settle_item, ast::SettleItem>(context, range, node);
    case Kind::kState:
      return rules::match_into<rules::state_item, ast::StateItem>(context, range, node);
    case Kind::kRole:
      return rules::match_into<rules::role_item, ast::RoleItem>(context, range, node);
    case Kind::kOperation:
    case Kind::kQuery:
      return attempt_operation(context, range, item);
    default:
      context.expect(range.begin, "an item of a component like `port` or `run`");
      return false;
  }
}

void recover_item(Context& context, Range range) {
  const Kind head = context.kind(range.begin);
  const bool operation = head == Kind::kOperation || head == Kind::kQuery;
  const std::vector<Range> bodies = operation ? bodies_of(context, range) : std::vector<Range>();
  const std::size_t before = context.sink().all().size();
  const bool unknown = ast::is_word(head) && !is_item_word(head) && clean(context, range);
  report_failure(context, range, bodies);
  if (unknown && context.sink().all().size() > before) suggest(context, context.sink().all().back(), range.begin, item_words());
  for (const Range body : bodies) {
    ast::OperationItem scratch;
    read_request(context, body.begin, scratch);
  }
}

}  // namespace

bool attempt_component(Context& context, Range range, ast::Declaration& declaration) {
  auto& component = declaration.node.emplace<ast::Component>();
  if (!rules::match_all<rules::component>(context, range, component)) return false;
  read_items(context, context.braces, component);
  return true;
}

void read_items(Context& context, std::uint32_t open, ast::Component& component) {
  for_each_item(context, open, [&](Range range) {
    ast::ComponentItem& item = component.items.emplace_back();
    item.span = context.span(range);
    item.head = context.token(range.begin).span;
    context.begin_attempt(range);
    if (attempt_item(context, range, item)) return;
    item.node.emplace<ast::Broken>();
    recover_item(context, range);
  });
}

}  // namespace failc::parse
