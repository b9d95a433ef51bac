#pragma once
// Elaboration: one traversal that resolves names, finds types and lowers. Each concern has its own .cpp.
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "grammar/ast/ast.hpp"
#include "grammar/diag/diagnostic.hpp"
#include "interpreter/check/check.hpp"
#include "interpreter/check/symbols.hpp"
#include "interpreter/check/term.hpp"
#include "interpreter/plan/plan.hpp"

namespace failc::check {

inline constexpr std::uint32_t kMostNodes = 1000;          // of a group
inline constexpr std::uint32_t kMostStatements = 100'000;  // of a scenario, steps expanded
inline constexpr std::uint32_t kDeepestExpression = 250;  // checks expanded
inline constexpr std::uint32_t kDeepestBlocks = 150;      // steps expanded
inline constexpr std::uint32_t kMostExpressions = 200'000;  // that the expansion of checks may copy, in a scenario
inline constexpr Nanos kDefaultReady = std::chrono::seconds(10);
inline constexpr Nanos kDefaultStop = std::chrono::seconds(10);
inline constexpr Nanos kDefaultSettle = std::chrono::seconds(10);
inline constexpr Nanos kDefaultExec = std::chrono::seconds(30);
inline constexpr Nanos kDefaultCleanup = std::chrono::seconds(30);
inline constexpr Nanos kSignal = plan::kSignalTimeout;  // kill, pause, resume
inline constexpr Nanos kPoll = std::chrono::milliseconds(20);

/// A bound of a wait. `known` is false where it hangs on a parameter without a value (no mistake) or was reported.
struct Bound {
  bool known = false;
  Nanos lower{}, upper{};
};

/// What a capability is asked for.
enum class Ability : std::uint8_t { processes, pause, partition, shape };

class Checker {
 public:
  Checker(const Options& options, SourceMap& sources, diag::Sink& sink);
  std::unique_ptr<plan::Plan> run(FileId root);

 private:
  // ---- files and names (load.cpp, names.cpp)
  std::uint32_t load(FileId id, std::string folder);
  void use(std::uint32_t file, const ast::Use& use, Span span);
  void declare(std::uint32_t file);
  void declare(std::uint32_t file, const ast::Name& name, SymbolKind kind, std::uint32_t index);
  void collect_used(std::uint32_t file);
  void collect_used(std::uint32_t file, const Symbols& from, Symbols& into, Span span);
  void collect_requests(std::uint32_t file);
  /// A value, step or check of that name; where there is none, a component.
  const Symbol* find(std::string_view name) const;
  const Symbol* find_component(std::string_view name) const;
  LoadedFile& here() { return *files_[env_->file]; }
  const Places& places() const { return *files_[env_->file]->places; }
  bool silent() const { return env_->broken || files_[env_->file]->broken; }
  Local* local(std::string_view name);
  Local* bind(const ast::Name& name, Type type, Known known, plan::Expr expr);
  std::vector<std::string_view> names_in_sight() const;
  void check_type_name(const ast::Name& name, Type& type);

  // ---- messages (report.cpp)
  diag::Diagnostic& report(diag::Code code, Span span, std::initializer_list<std::string_view> arguments = {});
  /// With `did you mean` and a fix where a candidate is near, else `otherwise`. The hint is the last argument.
  void report_unknown(diag::Code code, Span span, std::vector<std::string_view> arguments, std::string_view word,
                      const std::vector<std::string_view>& candidates, std::string otherwise = {});
  void not_yet(Span span, std::string_view construct);
  std::string snippet(Span span) const;
  plan::Source at(Span span) const { return places().source(span); }
  /// Only where warnings are asked for.
  void warn(diag::Code code, Span span, std::initializer_list<std::string_view> arguments = {});

  // ---- what is certain of the finished plan, and what is not used (proofs.cpp, unused.cpp)
  void proofs();
  void unused();

  // ---- spec files (imports.cpp)
  void imports(std::uint32_t file);
  void import(ImportInfo& info, plan::Plan& plan);
  void run_import(const ast::RunSpec& tree);

  // ---- parameters (param.cpp)
  void params();
  void param(std::uint32_t index);
  /// A value that was given as text. False: the text is no such value.
  bool parse_parameter(std::string_view text, Kind kind, std::uint32_t file, Value& out);
  std::string resolve_path(std::uint32_t file, const std::string& path) const;

  // ---- components (component.cpp, component_item.cpp, operation.cpp, cycle.cpp, instance.cpp)
  void component_heads(std::uint32_t index);
  void component_settings(std::uint32_t index);
  void component_bodies(std::uint32_t index);
  void component_item(std::uint32_t index, const ast::ComponentItem& item);
  void operation_head(std::uint32_t index, const ast::OperationItem& item, Span span);
  void operation_body(std::uint32_t index, std::uint32_t operation);
  void node_let(std::uint32_t component, std::uint32_t let);
  void find_cycles(std::uint32_t index);
  Env component_env(std::uint32_t component, Frame* frame, std::uint32_t item) const;
  std::optional<plan::Expr> component_bound(const ast::Expr& tree, std::string_view what);
  /// `group` is kNone for one without nodes.
  std::uint32_t instance_of(std::uint32_t component, std::uint32_t group, Span span);
  void need(std::uint32_t component, std::uint32_t item);
  const Instance* pick_instance(std::uint32_t component, const Type& node, Span span);
  std::vector<std::uint32_t> candidates(const Type& set) const;
  std::string describe(const std::vector<std::uint32_t>& components) const;

  // ---- clusters and workloads (cluster.cpp, backend.cpp, workload.cpp)
  void cluster(std::uint32_t index);
  bool group(ClusterInfo& info, plan::Cluster& lowered, const ast::GroupDecl& tree);
  /// The nodes of a cluster that is `from` somewhere; false where that was reported.
  bool nodes_from_source(ClusterInfo& info, plan::Cluster& lowered);
  void source_item(const ast::SourceItem& tree);
  /// The list of documents that the file holds; nothing where it cannot be read now, and need not.
  std::optional<List> read_source(const ast::Cluster& tree, const NodeSource& source, bool& good);
  std::optional<std::vector<Value>> settings_from(std::uint32_t component, const ast::SourceItem& tree, const Value& node, Span span);
  /// `settings`: of each node; empty where all have their group's.
  void add_group(ClusterInfo& info, plan::Cluster& lowered, const GroupInfo& wanted, plan::Group out, std::vector<std::vector<Value>> settings, Span span);
  void group_settings(const ast::GroupDecl& tree, std::uint32_t component, plan::Group& group);
  std::string backend_of(const ast::Cluster& tree);
  const Capabilities* capabilities(std::string_view name) const;
  bool able(const Type& set, Ability ability, Span span);
  void workload(std::uint32_t index);
  std::uint32_t concurrency(const ast::Expr& with);
  void used_cluster(std::uint32_t cluster);

  // ---- matrices (matrix.cpp, valuation.cpp)
  void matrix(std::uint32_t index);
  void axis(MatrixInfo& info, const ast::Axis& tree);
  std::optional<Value> axis_value(MatrixInfo& info, const AxisInfo& axis, const ast::Expr& tree, Term term);
  void exclude(MatrixInfo& info, const ast::Axis& tree, std::vector<Combination>& left);
  MatrixInfo* find_matrix(const ast::Name& name);
  std::set<Declared> resting_on(std::set<Declared> out) const;
  /// What the file means for a combination; null where it is what it means anyway.
  Valuation* valuation(MatrixInfo& info, const Combination& one);
  std::unique_ptr<Valuation> elaborate(const std::map<std::uint32_t, Value>& given);
  void exchange_names(Valuation& valuation);

  // ---- expressions (expr*.cpp, select.cpp, call.cpp)
  Term expr(const ast::Expr& tree);
  Term reference(const ast::Ref& tree, Span span);
  Term symbol(const Symbol& symbol, const ast::Name& name);
  Term client_term(std::uint32_t client, Span span);
  /// A client's database, or a database's collection.
  Term handle(Term object, Term name, Span span);
  void client(std::uint32_t client);
  Term component_name(const ast::Name& name);
  std::string unknown_name_hint(std::string_view name) const;
  Term cluster_term(std::uint32_t cluster, Span span);
  Term group_term(std::uint32_t cluster, const GroupInfo& group, Span span);
  Term member(const ast::Member& tree, Span span);
  Term node_member(Term node, const ast::Name& name, Span span);
  Term reply_member(Term reply, const ast::Name& name, Span span);
  Term statistic(Term workload, const ast::Name& name, Span span);
  Term index(const ast::Index& tree, Span span);
  Term list(const ast::List& tree, Span span);
  Term list_for(const ast::ListFor& tree, Span span);
  Term document(const ast::Doc& tree, Span span);
  Term regex(const ast::Regex& tree, Span span);
  Term unary(const ast::Unary& tree, Span span);
  Term binary(const ast::Binary& tree, Span span);
  Term arithmetic(const ast::Binary& tree, Span span);
  Term comparison(const ast::Binary& tree, Span span);
  Term logical(const ast::Binary& tree, Span span);
  Term interval(const ast::Binary& tree, Span span);
  Term in_sequence(const ast::Binary& tree, Span span);
  Term since(const ast::Binary& tree, Span span);
  Term role(const ast::RoleOf& tree, Span span);
  Term pick(const ast::Pick& tree, Span span);
  Term all(const ast::All& tree, Span span);
  Term is_state(const ast::Is& tree, Span span);
  Term quantified(const ast::Quantified& tree, Span span);
  Term call(const ast::Call& tree, Span span);
  Term builtin_call(const ast::Call& tree, std::size_t which, Span span);
  Term text_file(const ast::Call& tree, Span span);
  Term find_program(const ast::Call& tree, Span span);
  Term query_call(const ast::Call& tree, const std::vector<OperationRef>& found, Span span);
  Term check_call(const ast::Call& tree, std::uint32_t definition, Span span);
  Term body_of(const ast::CheckDef& tree);
  /// Which of several operations of one name is meant: by the component of the node that it is for, else by what is deployed.
  const OperationRef* resolve(const std::vector<OperationRef>& found, std::string_view name, Span span,
                              const std::function<const Term*(const OperationInfo&)>& node_of);
  const OperationRef* resolve(const std::vector<OperationRef>& found, const ast::Name& name, const std::vector<ast::ExprPtr>& arguments,
                              const std::vector<ast::Labelled>& labels);

  Term nothing(Span span) const { return Term{{}, of(Kind::error), Known::runtime, span}; }
  Term literal(Value value, Type type, Span span) const;
  /// The arguments move into it.
  Term make(plan::Op op, Type type, Span span, std::initializer_list<Term*> arguments, std::string name = {}, std::uint32_t index = 0);
  Term make(plan::Op op, Type type, Span span, std::vector<Term> arguments, std::string name = {}, std::uint32_t index = 0);
  Term make(plan::Op op, Type type, Span span, std::span<Term* const> arguments, std::string name, std::uint32_t index);
  void fold(Term& term);
  Term bool_term(const ast::Expr& tree, std::string_view what);
  Term node_set(const ast::Expr& tree);
  /// Makes the term one of `want`, or reports. Numbers become floats, `4.2` a version, a set of at most one node a node.
  bool convert(Term& term, const ast::Expr& tree, Kind want);
  bool convert(Term& term, const ast::Expr& tree, const Type& want);
  bool mix_numbers(Term& a, const ast::Expr& left, Term& b, const ast::Expr& right);
  /// Opens a loop's variable over the members of `in`; `close_loop` ends it.
  std::uint32_t open_loop(const ast::Name& variable, const Term& in, bool& constant);
  void close_loop(bool constant);
  bool asks_too_often(std::uint64_t asks_before, const Term& in, Span span);

  // ---- bounds (duration.cpp)
  Bound duration(const ast::Expr& tree, std::string_view what);
  Bound interval_bound(const ast::Expr& tree, std::string_view what);
  Nanos every(const ast::Expr* tree, const Bound* within);
  bool positive(const Value& value, const ast::Expr& tree, std::string_view what);
  std::optional<std::int64_t> count(const ast::Expr& tree, std::string_view what, std::int64_t low, std::int64_t high);

  // ---- statements (statement*.cpp, verb.cpp, scenario.cpp)
  void scenarios(std::uint32_t file);
  /// `matrix` and `one`: of which instance, if of one. An instance of a matrix that is not known stands for all.
  void scenario(const ast::Scenario& tree, const MatrixInfo* matrix, const Combination* one);
  void instances(const ast::Scenario& tree, std::unordered_map<std::string, Span>& titles);
  /// What is at hand is a scenario that nothing is known of yet.
  void begin_scenario(std::vector<std::uint32_t>& used, Span title);
  void bind_axes(const MatrixInfo& info, const Combination* one, plan::Scenario& out);
  void around_each(plan::Body& out);
  void around_all();
  std::vector<std::uint32_t> plan_clusters(std::vector<std::uint32_t> used) const;
  void check_timeout(const plan::Scenario& scenario, Span timeout);
  /// Of a clause, `requires`. False: it does not hold whatever runs, and the scenario is skipped.
  bool requirement(const ast::Expr& tree, plan::Scenario& out);
  /// `CLUSTER.version` in it: that of each of its nodes.
  Term version_of_each(Term set, const ast::Name& name, Span span);
  void tags(const ast::Expr& tree, plan::Scenario& out);
  void place_counter(plan::Workload& workload, std::uint32_t slots);
  void definition(Definition& definition);
  void block(const ast::Block& tree, plan::Body& out);
  /// The block's statements, and what follows them in the same scope; their names stay.
  using Then = std::function<void(plan::Body&)>;
  void inside(const ast::Block& tree, plan::Body& out, const Then& then = {});
  /// What follows a statement in its block, and behind that.
  struct Rest {
    std::span<const ast::Statement> trees;
    const Then& then;
  };
  void statements(const Rest& rest, plan::Body& out);
  void statement(const ast::Statement& tree, const Rest& rest, plan::Body& out);
  /// A fault without a block of its own lasts for the rest of the block that it stands in: that becomes its body.
  bool takes_rest(const ast::Statement& tree) const;
  /// What a component declares for its failpoints; the orders are those of the declared parameters.
  struct FailpointParts {
    std::uint32_t arm = 0, disarm = 0, hits = 0;
    std::vector<std::size_t> arm_order, disarm_order, hits_order;
    Nanos arm_within{}, disarm_within{};
  };
  std::optional<FailpointParts> failpoint_parts(const Type& nodes, Span span, bool counted);
  void failpoint(const ast::Failpoint& tree, const ast::Statement& whole, const Rest& rest, plan::Body& out);
  void let(const ast::Let& tree, const ast::Statement& whole, plan::Body& out);
  void node_step(const ast::NodeStep& tree, const ast::Statement& whole, plan::Body& out);
  void fault(const ast::Fault& tree, const ast::Statement& whole, plan::Body& out);
  void network_fault(const ast::Fault& tree, const ast::Statement& whole);
  void pause(const ast::Fault& tree, const ast::Statement& whole, plan::Body& out);
  void exec(const ast::ExecStep& tree, const ast::Statement& whole, plan::Body& out);
  void verb(const ast::VerbStep& tree, const ast::Statement& whole, const Rest& rest, plan::Body& out);
  void operation(const ast::VerbStep& tree, const std::vector<OperationRef>& found, const ast::Statement& whole, plan::Body& out);
  /// The verb `play`; false where it is another one.
  bool play(const ast::VerbStep& tree, const ast::Statement& whole, plan::Body& out);
  /// `expect PLAYER matches { … }`; false where it is another condition.
  bool shows(const ast::Expect& tree, const ast::Statement& whole, plan::Body& out);
  /// The local that is the name of what is played; null where the expression is none.
  Local* played(const ast::Expr& tree);
  plan::Expr placed(const ast::Expr& tree, bool& constant);
  plan::Expr played_document(const ast::Expr& tree, backend::PlayerPart which, const std::string& model);
  /// A use of a step: its definition, with `env` for what is in it; null where it cannot be written out, which was reported where it is a mistake.
  const Definition* use_of_step(const ast::VerbStep& tree, std::uint32_t definition, const ast::Statement& whole, plan::Body& out, Env& env);
  void expand(const ast::VerbStep& tree, std::uint32_t definition, const ast::Statement& whole, plan::Body& out);
  void scoped(const ast::VerbStep& tree, std::uint32_t definition, const ast::Statement& whole, const Rest& rest, plan::Body& out);
  void expectation(plan::Step& step, const ast::Expr* expect);
  void bind_result(plan::Step& step, const std::optional<ast::Name>& as);
  void sleep(const ast::Sleep& tree, const ast::Statement& whole, plan::Body& out);
  void branch(const ast::If& tree, const ast::Statement& whole, plan::Body& out);
  void loop(const ast::For& tree, const ast::Statement& whole, plan::Body& out);
  void repeat(const ast::Repeat& tree, const ast::Statement& whole, plan::Body& out);
  void during(const ast::During& tree, const ast::Statement& whole, plan::Body& out);
  void parallel(const ast::Parallel& tree, const ast::Statement& whole, plan::Body& out);
  void barrier(const ast::Barrier& tree, const ast::Statement& whole, plan::Body& out);
  void meet(const ast::Wait& tree, const Local& barrier, const ast::Statement& whole, plan::Body& out);
  void group(const ast::Group& tree, const ast::Statement& whole, plan::Body& out);
  void cleanup(const ast::Cleanup& tree, const ast::Statement& whole, plan::Body& out);
  void log(const ast::Log& tree, const ast::Statement& whole, plan::Body& out);
  void expect(const ast::Expect& tree, const ast::Statement& whole, plan::Body& out);
  void wait(const ast::Wait& tree, const ast::Statement& whole, plan::Body& out);
  void always(const ast::Always& tree, const ast::Statement& whole, plan::Body& out);
  void never(const ast::Never& tree, const ast::Statement& whole, plan::Body& out);
  void sometimes(const ast::Sometimes& tree, const ast::Statement& whole, plan::Body& out);
  /// A condition that is asserted; it must depend on something that runs. `wanted` is the truth that passes.
  Term asserted(const ast::Expr& tree, bool wanted);
  Term depending(const ast::Expr& tree, bool wanted);
  /// `node`: a step, a scope or a condition.
  template <class Kind>
  plan::BodyNode& add(plan::Body& out, Span whole, Kind node) {
    plan::BodyNode& added = out.emplace_back();
    added.node = std::move(node);
    place(added, whole);
    return added;
  }
  template <class Kind>
  plan::BodyNode& add(plan::Body& out, const ast::Statement& whole, Kind node) { return add(out, whole.span, std::move(node)); }
  void place(plan::BodyNode& node, Span whole) const;
  Nanos stop_bound(const Type& set) const;
  Nanos ready_bound(const Type& set) const;
  void too_large(const std::string& why);
  void too_deep(Span span);
  std::uint64_t salt(Span span);
  /// The same for the same text in the same order, whatever else stands in the scenario.
  std::uint64_t salt_of(std::string_view text);
  std::string signature(std::string_view name, const std::vector<ParameterInfo>& parameters) const;
  std::vector<ParameterInfo> parameters(const std::vector<ast::Parameter>& trees);
  /// The arguments in the signature's order; empty where they do not fit, which was reported.
  std::vector<const ast::Expr*> match(std::string_view name, const std::vector<ParameterInfo>& wanted, const std::vector<ast::ExprPtr>& arguments,
                                      const std::vector<ast::Labelled>& labels, Span span);
  /// The block of a branch that its condition, known now, never takes.
  void dead_block(const ast::Block& tree);
  bool complete() const { return !dry_ && !incomplete_; }

  const Options& options_;
  SourceMap& sources_;
  diag::Sink& sink_;
  std::unique_ptr<plan::Plan> plan_;

  std::vector<std::unique_ptr<LoadedFile>> files_;
  std::unordered_map<std::string, std::uint32_t> file_by_path_;
  std::vector<std::uint32_t> loading_;
  std::vector<ParamInfo> params_;
  std::vector<std::unique_ptr<ComponentInfo>> components_;
  std::vector<ClusterInfo> clusters_;
  std::vector<WorkloadInfo> workloads_;
  std::vector<ClientInfo> clients_;
  std::vector<Definition> definitions_;
  std::vector<ImportInfo> imports_;
  std::vector<MatrixInfo> matrices_;
  std::vector<const ast::Declaration*> hooks_;  // of the file that is checked; those with a body
  std::string instance_;             // "a = 1, b = x": of which something is elaborated

  Env* env_ = nullptr;
  std::vector<Value> scratch_;       // the frame of constants that are evaluated
  std::uint32_t depth_ = 0;
  std::uint32_t open_loops_ = 0;     // over constants
  bool dry_ = false;                 // a definition is checked by itself: nothing is lowered
  bool incomplete_ = false;          // a parameter has no value
  std::uint64_t asks_ = 0;           // how many questions to nodes were elaborated
  std::uint32_t expanding_ = 0;      // how many checks are being written out, one in another
  std::uint64_t copied_ = 0;         // expressions copied by expanding checks, in this scenario
  Nanos settle_{};                   // of the singular roles in the statement at hand
  bool random_ = false;              // the statement at hand draws
  bool dead_ = false;                // what is elaborated can never run: no mistake of its values is one
  diag::Sink unsaid_;                // those mistakes
  std::vector<BarrierInfo> barriers_;  // of the actors around the statement at hand
  std::vector<std::uint32_t> during_;  // workloads that run beside the statement at hand

  /// What a condition under `requires` names.
  struct Required {
    std::vector<std::pair<Term, std::uint32_t>> sets;  // it holds for each node of them, in this slot
    std::vector<std::pair<std::string_view, Value>> constants;
  };
  Required* required_ = nullptr;  // while one is elaborated

  // Of the scenario at hand.
  std::vector<std::uint32_t>* used_clusters_ = nullptr;
  Place scenario_place_;
  std::vector<std::string> players_;  // models, in the order in which they are made
  std::size_t assertions_ = 0;
  std::size_t statements_ = 0;
  std::uint32_t blocks_ = 0;         // how deep
  bool doubtful_ = false;            // something in it did not parse or is wrong: what is missing is not said
  bool too_large_ = false;
  std::unordered_map<std::uint64_t, std::uint32_t> drawn_texts_;

  std::vector<Span> timeouts_;       // of each scenario; empty where its worst case is not held against it

  friend struct EnvScope;
  friend struct ValuationScope;
};

/// Names mean what a valuation says while it lives; what the file says, where there is none.
struct ValuationScope {
  ValuationScope(Checker& checker, Valuation* valuation) : checker(checker), valuation(valuation) {
    if (valuation != nullptr) checker.exchange_names(*valuation);
  }
  ~ValuationScope() {
    if (valuation != nullptr) checker.exchange_names(*valuation);
  }
  ValuationScope(const ValuationScope&) = delete;
  ValuationScope& operator=(const ValuationScope&) = delete;
  Checker& checker;
  Valuation* valuation;
};

/// Names mean what `env` says while it lives.
struct EnvScope {
  EnvScope(Checker& checker, Env& env) : checker(checker), before(checker.env_) { checker.env_ = &env; }
  ~EnvScope() { checker.env_ = before; }
  EnvScope(const EnvScope&) = delete;
  EnvScope& operator=(const EnvScope&) = delete;
  Checker& checker;
  Env* before;
};

}  // namespace failc::check
