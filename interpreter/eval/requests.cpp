// Operations and queries as requests to a node.
#include <algorithm>

#include <fmt/format.h>

#include "grammar/base/bug.hpp"
#include "interpreter/eval/evaluator.hpp"

namespace failc::eval {

using plan::Operation;

namespace {

/// The expressions of one request, with its arguments in scope.
class Scope {
 public:
  Scope(const plan::Plan& plan, const Operation& operation, const std::vector<Value>& arguments, const Facts& facts)
      : plan_(plan), operation_(operation), facts_(facts), frame_(std::max<std::size_t>(operation.slots, arguments.size() + 1)) {
    std::copy(arguments.begin(), arguments.end(), frame_.begin());
  }

  Result<Value> value(const plan::Expr& expr, const char* what) {
    Evaluator evaluator(plan_, facts_);
    Maybe value = evaluator.evaluate(expr, frame_);
    if (!value) return Error{fmt::format("`{}`: {} cannot ask a node itself", operation_.name, what)};
    if (const auto* undefined = value->as<Undefined>()) return Error{fmt::format("`{}`: {} is undefined: {}", operation_.name, what, undefined->reason)};
    return std::move(*value);
  }

  Result<std::string> text(const plan::Expr& expr, const char* what) {
    auto out = value(expr, what);
    if (!out) return out.error();
    if (auto* text = std::get_if<std::string>(&out->data)) return std::move(*text);
    return Error{fmt::format("`{}`: {} is {}, and a string is wanted", operation_.name, what, kind_of(*out))};
  }

 private:
  const plan::Plan& plan_;
  const Operation& operation_;
  const Facts& facts_;
  std::vector<Value> frame_;
};

// Only what has one obvious spelling.
std::optional<std::string> word(const Value& value) {
  if (const auto* text = value.as<std::string>()) return *text;
  if (const auto* number = value.as<std::int64_t>()) return fmt::format("{}", *number);
  return std::nullopt;
}

Result<backend::Request> exec(const Operation& operation, Scope& scope, NodeIndex node) {
  backend::Exec out{node, {}, {}};
  if (!operation.request.a) return Error{fmt::format("`{}` has no program", operation.name)};
  auto argv = scope.value(*operation.request.a, "the program");
  if (!argv) return argv.error();
  auto words = exec_words(*argv);
  if (!words) return Error{fmt::format("`{}`: {}", operation.name, words.error().message)};
  out.argv = std::move(*words);
  if (!operation.request.b) return backend::Request(std::move(out));
  auto environment = scope.value(*operation.request.b, "the environment");
  if (!environment) return environment.error();
  auto pairs = exec_environment(*environment);
  if (!pairs) return Error{fmt::format("`{}`: {}", operation.name, pairs.error().message)};
  out.environment = std::move(*pairs);
  return backend::Request(std::move(out));
}

Result<backend::Request> http(const plan::Plan& plan, const Operation& operation, Scope& scope, NodeIndex node) {
  backend::Http out{node, operation.request.method, {}, std::nullopt, false};
  if (!operation.request.a) return Error{fmt::format("`{}` has no URL", operation.name)};
  auto url = scope.text(*operation.request.a, "the URL");
  if (!url) return url.error();
  out.url = std::move(*url);
  if (!operation.request.b) return backend::Request(std::move(out));
  auto body = scope.value(*operation.request.b, "the body");
  if (!body) return body.error();
  if (auto* text = std::get_if<std::string>(&body->data)) {
    out.body = std::move(*text);
  } else {
    auto json = to_plain_json(*body, node_names(plan));
    if (!json) return Error{fmt::format("`{}`: the body cannot be sent as JSON: {}", operation.name, json.error().message)};
    out.body = std::move(*json);
    out.json_body = true;
  }
  return backend::Request(std::move(out));
}

Result<backend::Request> tcp(const Operation& operation, Scope& scope, NodeIndex node) {
  backend::Tcp out{node, {}, {}, std::nullopt};
  if (!operation.request.a || !operation.request.b) return Error{fmt::format("`{}` has no address or nothing to send", operation.name)};
  auto address = scope.text(*operation.request.a, "the address");
  if (!address) return address.error();
  auto send = scope.text(*operation.request.b, "the text to send");
  if (!send) return send.error();
  out.address = std::move(*address);
  out.send = std::move(*send);
  if (operation.request.c) {
    auto until = scope.value(*operation.request.c, "`until`");
    if (!until) return until.error();
    auto* regex = std::get_if<Regex>(&until->data);
    if (!regex) return Error{fmt::format("`{}`: `until` is {}, and a regular expression is wanted", operation.name, kind_of(*until))};
    out.until = std::move(*regex);
  }
  return backend::Request(std::move(out));
}

Result<backend::Request> driver(const plan::Plan& plan, const Operation& operation, Scope& scope, NodeIndex node) {
  backend::Drive out{node, {}, {}};
  if (!operation.request.a || !operation.request.b) return Error{fmt::format("`{}` has no driver or nothing to ask it", operation.name)};
  auto argv = scope.value(*operation.request.a, "the driver");
  if (!argv) return argv.error();
  auto words = exec_words(*argv);
  if (!words) return Error{fmt::format("`{}`: {}", operation.name, words.error().message)};
  out.argv = std::move(*words);
  auto message = scope.value(*operation.request.b, "what the driver is asked");
  if (!message) return message.error();
  auto json = to_plain_json(*message, node_names(plan));
  if (!json) return Error{fmt::format("`{}`: the driver cannot be asked this as JSON: {}", operation.name, json.error().message)};
  out.message = std::move(*json);
  return backend::Request(std::move(out));
}

}  // namespace

Result<std::vector<std::string>> exec_words(const Value& argv) {
  if (const auto* undefined = argv.as<Undefined>()) return Error{"the argument list is undefined: " + undefined->reason};
  const auto* list = argv.as<List>();
  if (!list) return Error{fmt::format("a program is a list of strings, not {}", kind_of(argv))};
  std::vector<std::string> out;
  for (const Value& item : *list) {
    auto text = word(item);
    if (!text) return Error{fmt::format("argument {} of the program is {}, and a string is wanted", out.size(), kind_of(item))};
    if (text->find('\0') != std::string::npos) return Error{fmt::format("argument {} of the program holds a zero byte, which no program can be given", out.size())};
    out.push_back(std::move(*text));
  }
  if (out.empty() || out[0].empty()) return Error{"the argument list names no program"};
  return out;
}

Result<std::vector<std::pair<std::string, std::string>>> exec_environment(const Value& environment) {
  std::vector<std::pair<std::string, std::string>> out;
  if (const auto* undefined = environment.as<Undefined>()) return Error{"the environment is undefined: " + undefined->reason};
  const auto* document = environment.as<Document>();
  if (!document) return Error{fmt::format("an environment is a document, not {}", kind_of(environment))};
  for (const auto& [name, value] : document->entries) {
    auto text = word(value);
    if (!text) return Error{fmt::format("`{}` of the environment is {}, and a string is wanted", name, kind_of(value))};
    if (name.empty() || name.find_first_of(std::string_view("=\0", 2)) != std::string::npos || text->find('\0') != std::string::npos)
      return Error{fmt::format("`{}` cannot stand in an environment", name)};
    out.emplace_back(name, std::move(*text));
  }
  return out;
}

Result<backend::Request> make_request(const plan::Plan& plan, std::uint32_t index, const std::vector<Value>& given, const Facts& facts) {
  if (index >= plan.operations.size()) return Error{"the plan has no such operation"};
  const Operation& operation = plan.operations[index];
  const bool of_no_node = operation.node_parameter == plan::kNoNode;
  if (given.size() != operation.parameters.size() || (!of_no_node && operation.node_parameter >= given.size()))
    return Error{fmt::format("`{}` takes {} arguments and was given {}", operation.name, operation.parameters.size(), given.size())};
  for (std::size_t i = 0; i < given.size(); ++i)
    if (const auto* undefined = given[i].as<Undefined>())
      return Error{fmt::format("the argument `{}` of `{}` is undefined: {}", operation.parameters[i].name, operation.name, undefined->reason)};
  std::vector<Value> arguments = given;
  NodeIndex asked = plan::kNoNode;
  if (!of_no_node) {
    const auto node = one_node(given[operation.node_parameter]);
    if (!node) return Error{fmt::format("the argument `{}` of `{}`: {}", operation.parameters[operation.node_parameter].name, operation.name, node.error().message)};
    asked = *node;
    arguments[operation.node_parameter] = NodeRef{asked};
  }
  Scope scope(plan, operation, arguments, facts);
  switch (operation.request.kind) {
    case plan::RequestKind::http: return http(plan, operation, scope, asked);
    case plan::RequestKind::exec: return exec(operation, scope, asked);
    case plan::RequestKind::tcp: return tcp(operation, scope, asked);
    case plan::RequestKind::driver: return driver(plan, operation, scope, asked);
  }
  FAILC_BUG("a kind of request that does not exist");
}

Result<backend::Request> make_request(const plan::Plan& plan, const Ask& ask, const Facts& facts) {
  if (ask.kind == Ask::Kind::query) return make_request(plan, ask.operation, ask.arguments, facts);
  const auto* path = ask.arguments.empty() ? nullptr : ask.arguments[0].as<std::string>();
  if (!path) return Error{"`node_file` takes a path"};
  return backend::Request(backend::ReadNodeFile{ask.node, *path});
}

}  // namespace failc::eval
