// Parameters: of a file, as declared and as given by `--param`.
#include <charconv>
#include <filesystem>

#include <nlohmann/json.hpp>
#include <re2/re2.h>

#include "grammar/parse/parse.hpp"
#include "interpreter/check/checker.hpp"

namespace failc::check {
namespace {

template <class Number>
bool read_number(std::string_view text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

/// The literal that a text is, read by the language's own lexer and parser.
const ast::Expr* read_literal(SourceMap& sources, std::string_view text, ast::File& holder) {
  diag::Sink ignored;
  const FileId id = sources.add("--param", "param p: any = " + std::string(text) + "\n");
  const ast::Tokens tokens = parse::lex(sources, id, ignored);
  holder = parse::file(sources, id, tokens, ignored);
  if (ignored.has_errors() || holder.declarations.size() != 1) return nullptr;
  const auto* param = std::get_if<ast::Param>(&holder.declarations.front().node);
  return param != nullptr ? param->initial.get() : nullptr;
}

}  // namespace

std::string Checker::resolve_path(std::uint32_t file, const std::string& path) const {
  const std::filesystem::path given(path);
  if (given.is_absolute()) return given.lexically_normal().string();
  std::error_code ignored;
  const std::filesystem::path whole = std::filesystem::absolute(std::filesystem::path(files_[file]->folder) / given, ignored);
  return whole.lexically_normal().string();
}

bool Checker::parse_parameter(std::string_view text, Kind kind, std::uint32_t file, Value& out) {
  ast::File holder;
  switch (kind) {
    case Kind::boolean:
      out = Value(text == "true");
      return text == "true" || text == "false";
    case Kind::integer: {
      std::int64_t number = 0;
      if (!read_number(text, number)) return false;
      out = Value(number);
      return true;
    }
    case Kind::decimal: {
      double number = 0;
      if (!read_number(text, number)) return false;
      out = Value(number);
      return true;
    }
    case Kind::any:
    case Kind::string:
      out = Value(std::string(text));
      return true;
    case Kind::path:
      out = Value(resolve_path(file, std::string(text)));
      return true;
    case Kind::version: {
      std::optional<Version> version = parse_version(text);
      if (version) out = Value(*version);
      return version.has_value();
    }
    case Kind::regex: {
      RE2::Options quiet;
      quiet.set_log_errors(false);
      // Owners: every copy of this value.
      auto compiled = std::make_shared<const RE2>(re2::StringPiece(text.data(), text.size()), quiet);
      if (!compiled->ok()) return false;
      out = Value(Regex{std::string(text), std::move(compiled)});
      return true;
    }
    case Kind::duration: {
      const ast::Expr* tree = read_literal(sources_, text, holder);
      const auto* literal = tree != nullptr ? std::get_if<ast::Duration>(&tree->node) : nullptr;
      if (literal != nullptr) out = Value(Nanos(literal->nanoseconds));
      return literal != nullptr;
    }
    case Kind::size: {
      const ast::Expr* tree = read_literal(sources_, text, holder);
      const auto* literal = tree != nullptr ? std::get_if<ast::Size>(&tree->node) : nullptr;
      if (literal != nullptr) out = Value(Bytes{literal->bytes});
      return literal != nullptr;
    }
    case Kind::percent: {
      const ast::Expr* tree = read_literal(sources_, text, holder);
      const auto* literal = tree != nullptr ? std::get_if<ast::Percent>(&tree->node) : nullptr;
      if (literal != nullptr) out = Value(Percent{literal->value});
      return literal != nullptr;
    }
    case Kind::list:
    case Kind::document: {
      const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
      if (json.is_discarded() || (kind == Kind::list ? !json.is_array() : !json.is_object())) return false;
      out = from_json(json);
      return true;
    }
    case Kind::error:
    case Kind::null:
    case Kind::node:
    case Kind::nodes:
    case Kind::range:
    case Kind::workload:
    case Kind::ports:
    case Kind::settings:
    case Kind::failure:
    case Kind::reply:
    case Kind::outcome:
    case Kind::barrier:
      return false;
  }
  return false;
}

void Checker::params() {
  for (std::uint32_t i = 0; i < params_.size(); ++i) param(i);
  for (const auto& [name, value] : options_.params) {
    bool found = false;
    std::vector<std::string_view> all;
    for (const ParamInfo& each : params_) {
      found = found || each.tree->name.text == name;
      all.push_back(each.tree->name.text);
    }
    if (!found && !silent()) {
      std::string known;
      for (std::string_view each : all) known += (known.empty() ? "there are `" : ", `") + std::string(each) + "`";
      report_unknown(diag::Code::unknown_parameter, {}, {name}, name, all, known.empty() ? "this file has none" : known);
    }
  }
}

void Checker::param(std::uint32_t index) {
  if (params_[index].progress == Progress::ready) return;
  const ast::Param& tree = *params_[index].tree;
  Env env;
  Frame frame;
  env.file = params_[index].file;
  env.frame = &frame;
  EnvScope scope(*this, env);
  if (params_[index].progress == Progress::busy) {
    report(diag::Code::recursion, tree.name.span, {"parameter `" + std::string(tree.name.text) + "`", "give it a literal"});
    params_[index].type = of(Kind::error);
    return;
  }
  params_[index].progress = Progress::busy;
  Type type;
  check_type_name(tree.type, type);
  if (type.is(Kind::node) || type.is(Kind::nodes)) {
    report(diag::Code::wrong_name, tree.type.span, {tree.type.text, "a type of what runs", "a type whose values can be written"});
    type = of(Kind::error);
  }
  Known known = Known::constant;
  Value value;
  const auto given = options_.params.find(std::string(tree.name.text));
  if (tree.initial) {
    Term initial = expr(*tree.initial);
    if (!type.error() && convert(initial, *tree.initial, type.kind) && initial.known > Known::deferred) {
      report(diag::Code::not_constant, tree.initial->span, {"the default of a parameter"});
      initial = nothing(tree.initial->span);
    }
    if (initial.error()) type = of(Kind::error);
    if (type.any()) type = initial.type;
    known = initial.known;
    value = initial.value();
    if (type.is(Kind::path) && initial.constant())
      if (const auto* text = value.as<std::string>()) value = Value(resolve_path(env.file, *text));
    if (type.is(Kind::list)) type = type_of(value);
  }
  if (given != options_.params.end() && !type.error()) {
    if (!parse_parameter(given->second, type.kind, env.file, value))
      report(diag::Code::bad_parameter, tree.name.span, {tree.name.text, given->second, noun(type.kind)});
    known = Known::constant;
    if (type.is(Kind::list)) type = type_of(value);
  } else if (!tree.initial && !type.error()) {
    if (options_.final) report(diag::Code::missing_parameter, tree.name.span, {tree.name.text});
    known = Known::deferred;
    incomplete_ = true;
  }
  ParamInfo& info = params_[index];
  info.progress = Progress::ready;
  info.type = type;
  info.known = known;
  info.value = std::move(value);
  if (known == Known::constant && !type.error() && instance_.empty()) plan_->params.emplace_back(std::string(tree.name.text), info.value);
}

}  // namespace failc::check
