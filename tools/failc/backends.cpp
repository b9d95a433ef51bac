#include "tools/failc/backends.hpp"

#include "interpreter/backends/agent/agent_process.hpp"
#include "interpreter/backends/agent/agent_world.hpp"
#include "interpreter/backends/agent/recover.hpp"
#include "interpreter/systems/automation/node_source.hpp"
#include "interpreter/systems/mongodb/observer/sdam_observer.hpp"
#include "interpreter/systems/mongodb/specs/formats.hpp"

namespace failc::tools {
namespace {

class OpenAgent : public OpenWorld {
 public:
  explicit OpenAgent(std::unique_ptr<agent::AgentWorld> world) : world_(std::move(world)) {}
  backend::World& world() override { return *world_; }
  nlohmann::ordered_json supervisor() const override {
    return {{"pid", world_->agent().pid}, {"start_time", world_->agent().start_time}, {"socket", world_->socket_path()}};
  }
  Status keep() override { return world_->keep(); }
  Result<std::vector<std::string>> close() override { return world_->finish(); }

 private:
  std::unique_ptr<agent::AgentWorld> world_;
};

const std::vector<backend::ObserverModel> kObservers = {{"sdam", sdam::make_observer}};

const std::vector<backend::PlayerModel> kPlayers = mongodb::spec_players();

const std::vector<check::Capabilities> kBackends = {
    {.name = "agent", .available = true, .processes = true, .pause = true, .partition = false, .shape = false},
    {.name = "docker", .available = false, .processes = true, .pause = true, .partition = true, .shape = true},
    {.name = "vcluster", .available = false, .processes = true, .pause = true, .partition = true, .shape = true},
    {.name = "gluster", .available = false, .processes = true, .pause = true, .partition = true, .shape = false},
};

List automation_nodes(std::string_view text, std::vector<check::NodeSource::Problem>& problems) {
  std::vector<automation::Problem> found;
  List nodes = automation::read_nodes(text, found);
  for (automation::Problem& problem : found) problems.push_back({problem.place, std::move(problem.message), std::move(problem.help)});
  return nodes;
}

}  // namespace

check::Options checking_options() {
  check::Options options;
  options.backends = kBackends;
  for (const backend::ObserverModel& model : kObservers) options.observers.push_back(model.name);
  options.sources = {{"automation_config", automation_nodes}};
  options.players = kPlayers;
  options.formats = mongodb::spec_formats();
  return options;
}

const std::vector<backend::PlayerModel>& players() { return kPlayers; }

Result<std::unique_ptr<OpenWorld>> open_backend(const OpenOptions& options) {
  auto program = agent::find_agent_program();
  if (!program) return program.error();
  const agent::AgentOptions wanted{.folder = options.kept ? options.kept->folder : options.folder, .run = options.run, .lease = options.lease, .program = *program, .observers = kObservers, .interrupts = options.interrupts};
  auto world = options.kept ? agent::AgentWorld::adopt(wanted, options.kept->nodes) : agent::AgentWorld::start(wanted);
  if (!world) return world.error();
  return std::unique_ptr<OpenWorld>(std::make_unique<OpenAgent>(std::move(*world)));
}

bool is_supervised(const std::string& folder) { return agent::serving(folder).has_value(); }

Result<std::vector<std::string>> undo_run(const std::string& folder) {
  auto recovered = agent::recover(folder);
  if (!recovered) return recovered.error();
  return std::move(recovered->lines);
}

}  // namespace failc::tools
