// A plan as text: one node a line, its bound behind it. For people and for golden tests.
#include <fmt/format.h>

#include "grammar/base/bug.hpp"
#include "interpreter/plan/fields.hpp"
#include "interpreter/plan/print_expr.hpp"

namespace failc::plan {
namespace {

class Text {
 public:
  explicit Text(const Plan& plan) : plan_(plan) {}

  std::string whole() {
    line(0, fmt::format("plan format {}", plan_.format));
    for (const std::string& file : plan_.files) line(0, "file " + file);
    for (const auto& [name, value] : plan_.params) line(0, fmt::format("param {} = {}", name, print(plan_, value)));
    for (std::size_t i = 0; i < plan_.components.size(); ++i) component(static_cast<std::uint32_t>(i));
    for (const Cluster& one : plan_.clusters) cluster(one);
    for (const Workload& one : plan_.workloads) workload(one);
    for (const Scenario& one : plan_.setup) scenario(one, "setup", "brings up ");
    for (const Scenario& one : plan_.scenarios) scenario(one, fmt::format("scenario \"{}\"", one.title));
    for (const Scenario& one : plan_.cleanup) scenario(one, "cleanup", "takes down ");
    return std::move(out_);
  }

 private:
  void line(int depth, const std::string& text) {
    out_.append(static_cast<std::size_t>(depth) * 2, ' ');
    out_ += text;
    out_ += '\n';
  }
  std::string expr(const Expr& value) const { return print(plan_, value); }
  std::string optional(const char* before, const OptionalExpr& value) const { return value ? before + expr(*value) : ""; }
  std::string list(const std::vector<Expr>& values) const {
    std::string out;
    for (std::size_t i = 0; i < values.size(); ++i) out += (i > 0 ? ", " : "") + expr(values[i]);
    return out;
  }
  static std::string duration(const char* before, Nanos value) { return value == Nanos() ? "" : before + show(value); }

  void component(std::uint32_t index) {
    const Component& one = plan_.components[index];
    line(0, "component " + one.name);
    for (const Setting& setting : one.settings) line(1, fmt::format("param {}: {}", setting.name, setting.type));
    for (const Port& port : one.ports) line(1, "port " + port.name + optional(" = ", port.fixed));
    for (std::size_t i = 0; i < one.observers.size(); ++i)
      line(1, fmt::format("observer{} {} = {} with {}", i, one.observers[i].name, one.observers[i].model, expr(one.observers[i].options)));
    for (std::size_t i = 0; i < one.lets.size(); ++i) line(1, fmt::format("let{} {} = {}", i, one.lets[i].name, expr(one.lets[i].value)));
    for (const FileToWrite& file : one.files) line(1, fmt::format("file {} from {}", expr(file.path), expr(file.content)));
    line(1, "run " + expr(one.argv) + optional(" with ", one.environment));
    if (!one.version_argv.empty()) {
      List argv;
      for (const std::string& word : one.version_argv) argv.emplace_back(word);
      line(1, fmt::format("version {} matches {}", show(Value(argv), {}, 10'000), show(Value(Regex{one.version_pattern, nullptr}), {}, 10'000)));
    }
    line(1, fmt::format("ready within {}{}", show(one.ready_within), optional(": ", one.ready)));
    line(1, fmt::format("stop by {} within {}", one.stop_signal, show(one.stop_within)));
    line(1, "settle " + show(one.settle));
    for (const State& state : one.states) line(1, fmt::format("state {} = {}", state.name, expr(state.holds)));
    for (const Role& role : one.roles)
      line(1, fmt::format("role {}{} = {}{}", role.name, role.plural.empty() ? "" : ", " + role.plural, expr(role.holds), optional(" term ", role.term)));
    for (const Operation& operation : plan_.operations)
      if (operation.component == index) this->operation(operation);
  }

  void operation(const Operation& one) {
    std::string parameters;
    for (const Parameter& parameter : one.parameters)
      parameters += fmt::format("{}{}{}: {}", parameters.empty() ? " " : ", ", parameter.label.empty() ? "" : parameter.label + " ", parameter.name, parameter.type);
    line(1, fmt::format("{} {}{} within {}", one.query ? "query" : "operation", one.name, parameters, show(one.timeout)));
    const Request& request = one.request;
    switch (request.kind) {
      case RequestKind::http: line(2, fmt::format("http {}{}{}", request.method, optional(" ", request.a), optional(" with ", request.b))); break;
      case RequestKind::exec: line(2, fmt::format("exec{}{}", optional(" ", request.a), optional(" with ", request.b))); break;
      case RequestKind::tcp: line(2, fmt::format("tcp{}{}{}", optional(" ", request.a), optional(" send ", request.b), optional(" until ", request.c))); break;
      case RequestKind::driver: line(2, fmt::format("driver{}{}", optional(" ", request.a), optional(" send ", request.b))); break;
    }
    if (one.ok) line(2, "ok when " + expr(*one.ok));
    if (one.unknown) line(2, "unknown when " + expr(*one.unknown));
    if (one.result) line(2, "result " + expr(*one.result));
  }

  void cluster(const Cluster& one) {
    line(0, fmt::format("cluster {} on {}: up {}, down {}, settle {}", one.name, one.backend, show(one.up), show(one.down), show(one.settle)));
    for (const std::uint32_t index : one.groups) {
      if (index >= plan_.groups.size()) continue;
      const Group& group = plan_.groups[index];
      const Component* component = group.component < plan_.components.size() ? &plan_.components[group.component] : nullptr;
      line(1, fmt::format("{} = {}[{}]", group.name, component ? component->name : "?", group.count));
      for (std::size_t i = 0; component && i < group.settings.size() && i < component->settings.size(); ++i)
        line(2, fmt::format("{} = {}", component->settings[i].name, print(plan_, group.settings[i])));
    }
  }

  void workload(const Workload& one) {
    const std::string operation = one.operation < plan_.operations.size() ? plan_.operations[one.operation].name : "?";
    line(0, fmt::format("workload {} = {} {} every {} within {}, at most {} at once, counter ${}", one.name, operation, list(one.args), show(one.every), show(one.timeout),
                        one.concurrency, one.counter_slot));
  }

  void scenario(const Scenario& one, const std::string& head, const char* around = nullptr) {
    line(0, head);
    for (const auto& [name, value] : one.axes) line(1, fmt::format("axis {} = {}", name, print(plan_, value)));
    for (std::size_t i = 0; i < one.players.size(); ++i) line(1, fmt::format("player #{} = {}", i, one.players[i]));
    for (const std::string& tag : one.tags) line(1, "tag " + tag);
    if (!one.skip.empty()) line(1, "skipped: " + one.skip);
    if (one.expect_fails) line(1, "expected to fail");
    if (!one.requirements.empty()) line(1, "requires");
    body(one.requirements, 2);
    for (const std::uint32_t index : one.clusters)
      if (index < plan_.clusters.size()) line(1, std::string(around ? around : shared(plan_, index) ? "shares " : "brings up ") + plan_.clusters[index].name);
    line(1, fmt::format("worst case {} = up {} + body {} + cleanups {} + down {}{}", show(one.worst_case()), show(one.up), show(one.body_bound), show(one.cleanup_bound),
                        show(one.down), one.timeout ? ", timeout " + show(*one.timeout) : ""));
    body(one.body, 1);
  }

  void body(const Body& nodes, int depth) {
    for (const BodyNode& one : nodes) {
      const std::string place = one.at.line > 0 ? fmt::format(", line {}", one.at.line) : "";
      const std::string words = std::visit([&](const auto& kind) { return describe(kind); }, one.node);
      line(depth, fmt::format("{}  [bound {}{}]", words, show(one.bound), place));
      const auto* scope = std::get_if<Scope>(&one.node);
      if (!scope) continue;
      body(scope->body, depth + 1);
      if (scope->otherwise.empty()) continue;
      line(depth, "else");
      body(scope->otherwise, depth + 1);
    }
  }

  std::string describe(const Step& step) const {
    const std::string limits = duration(" settle ", step.settle) + duration(" within ", step.timeout);
    const std::string result = (step.binds ? fmt::format(" as ${}", step.slot) : "") + optional(fmt::format(" with results ${} expect ", step.result_slot).c_str(), step.expect);
    switch (step.kind) {
      case StepKind::let: return fmt::format("let ${} = {}{}", step.slot, list(step.args), limits);
      case StepKind::operation:
        return fmt::format("{} {}{}{}", step.operation < plan_.operations.size() ? plan_.operations[step.operation].name : "?", list(step.args), limits, result);
      case StepKind::meet: return fmt::format("meet ${} {}{}", step.slot, list(step.args), limits);
      case StepKind::fault: return fmt::format("fault ${} {}{}", step.slot, step.takes_back ? "reverted" : step.fault.empty() ? "installed " : "begins: " + step.fault, list(step.args));
      case StepKind::start:
      case StepKind::stop:
      case StepKind::kill:
      case StepKind::restart:
      case StepKind::pause:
      case StepKind::resume:
      case StepKind::exec:
      case StepKind::sleep:
      case StepKind::log: return fmt::format("{} {}{}{}", name_of(step.kind), list(step.args), limits, result);
      case StepKind::play: return fmt::format("play {}#{} with {}", step.binds ? "new " : "", step.player, list(step.args));
    }
    FAILC_BUG("a kind of step that does not exist");
  }

  std::string describe(const Scope& scope) const {
    const std::string value = scope.value ? expr(*scope.value) : "";
    const std::string settle = duration(" settle ", scope.settle);
    switch (scope.kind) {
      case ScopeKind::group: return fmt::format("step \"{}\"", scope.title);
      case ScopeKind::branch: return "if " + value + settle;
      case ScopeKind::loop: return fmt::format("for ${} in {}{}, at most {}", scope.slot, value, settle, scope.most);
      case ScopeKind::repeat: return fmt::format("repeat {} times", scope.times);
      case ScopeKind::during: {
        std::string names;
        for (const std::uint32_t index : scope.workloads)
          names += (names.empty() ? "" : ", ") + (index < plan_.workloads.size() ? plan_.workloads[index].name : std::string("?"));
        return fmt::format("during {}{}", names, duration(" drain ", scope.drain));
      }
      case ScopeKind::parallel: return "parallel";
      case ScopeKind::actor: return "actor " + scope.title;
      case ScopeKind::cleanup: return "cleanup" + duration(" within ", scope.length);
      case ScopeKind::paused: return fmt::format("paused {}{}{}{}", value, duration(" for ", scope.length), settle, duration(" within ", scope.timeout));
    }
    FAILC_BUG("a kind of scope that does not exist");
  }

  std::string describe(const Condition& condition) const {
    const std::string within = condition.lower == Nanos() ? show(condition.upper) : show(condition.lower) + " .. " + show(condition.upper);
    const std::string every = duration(" every ", condition.every);
    const std::string because = condition.because.empty() ? "" : " because " + show(Value(condition.because));
    const std::string what = expr(condition.condition);
    switch (condition.kind) {
      case ConditionKind::expect: return "expect " + what + because;
      case ConditionKind::shows: return fmt::format("expect #{} matches {}{}", condition.player, what, because);
      case ConditionKind::await: return fmt::format("await {} within {}{}", what, within, every);
      case ConditionKind::eventually: return fmt::format("eventually within {}{}: {}", within, every, what);
      case ConditionKind::always: return fmt::format("always{}: {}", every, what);
      case ConditionKind::sometimes: return fmt::format("sometimes {}: {}", show(Value(condition.title)), what);
      case ConditionKind::never: return fmt::format("never {} during {}{}", what, within, every);
    }
    FAILC_BUG("a kind of condition that does not exist");
  }

  const Plan& plan_;
  std::string out_;
};

}  // namespace

std::string to_text(const Plan& plan) { return Text(plan).whole(); }

}  // namespace failc::plan
