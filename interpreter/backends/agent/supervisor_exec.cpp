// exec: a program in a node's folder, ended with all that it started when its time is over.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "interpreter/backends/agent/execution.hpp"
#include "interpreter/backends/agent/supervisor.hpp"
#include "interpreter/backends/agent/wire.hpp"
#include "interpreter/host/paths.hpp"
#include "interpreter/host/spawn.hpp"

namespace failc::agent {

using backend::Delivery;
using namespace std::chrono_literals;

void Supervisor::exec(std::uint64_t key, const Exec& request, const Respond& respond) {
  const auto refuse = [&](const std::string& why) { respond({Delivery::not_sent, nlohmann::json::object(), why}); };
  if (undone_) return refuse("the agent is ending the run");
  const std::size_t index = node(request.node);
  Node& node = *nodes_[index];
  if (auto made = host::make_folder(node.dir); !made) return refuse(made.error().message);
  int out[2], err[2];
  if (::pipe2(out, O_CLOEXEC) != 0) return refuse(std::string("no pipe can be made: ") + std::strerror(errno));
  host::Fd out_read(out[0]), out_write(out[1]);
  if (::pipe2(err, O_CLOEXEC) != 0) return refuse(std::string("no pipe can be made: ") + std::strerror(errno));
  host::Fd err_read(err[0]), err_write(err[1]);
  if (auto noted = ledger_.launching("exec", node.name, node.dir, request.argv); !noted) return refuse(noted.error().message);
  const std::uint64_t id = next_exec_++;
  Environment environment = marked(node, request.environment);
  environment.emplace_back("FAILC_EXEC", std::to_string(id));
  const auto pid = host::spawn({request.argv, std::move(environment), node.dir, out_write.get(), err_write.get()});
  if (!pid) return refuse(pid.error().message);
  out_write.reset();
  err_write.reset();

  const auto stat = host::stat_of(*pid);
  const std::uint64_t start_time = stat ? stat->start_time : 0;
  belongings_.started(*pid, start_time, {index, id});
  const auto execution = std::make_shared<Execution>(loop_);
  execution->key = key;
  execution->node = index;
  execution->name = node.name;
  execution->main = *pid;
  execution->respond = respond;
  execution->output = std::make_shared<Capture>(loop_, std::move(out_read), kOutputLimit);
  execution->error = std::make_shared<Capture>(loop_, std::move(err_read), kOutputLimit);
  execution->output->start();
  execution->error->start();
  executions_[id] = execution;
  execution->deadline.expires_after(std::min<Nanos>(request.within, 24h));
  execution->deadline.async_wait([this, id](boost::system::error_code cancelled) {
    if (!cancelled) end_exec(id, "its time was over");
  });
  if (auto noted = ledger_.launched(node.name, *pid, start_time); !noted) end_exec(id, noted.error().message);
}

void Supervisor::cancel_exec(std::uint64_t key) {
  for (const auto& [id, execution] : executions_) {
    if (execution->key == key) return end_exec(id, "it was cancelled");
  }
}

void Supervisor::end_exec(std::uint64_t id, const std::string& why) {
  const auto found = executions_.find(id);
  if (found == executions_.end() || found->second->ending) return;
  found->second->ending = true;
  found->second->why = why;
  look_again(0ms);
}

bool Supervisor::progress_exec(std::uint64_t id, Execution& execution) {
  if (execution.ending) {
    const auto processes = belongings_.of_exec(id);
    for (const host::ProcessStat& process : processes) host::send_signal(process.pid, process.start_time, SIGKILL);
    if (!processes.empty() || !execution.status) {
      look_again(5ms);
      return false;
    }
  }
  if (!execution.status) return false;
  execution.deadline.cancel();
  execution.output->drain();
  execution.error->drain();
  const int status = *execution.status;
  Outcome outcome;
  outcome.delivery = execution.ending ? Delivery::interrupted : Delivery::answered;
  if (execution.ending) outcome.error = "the program was ended: " + execution.why;
  outcome.data = {{"code", WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status)},
                  {"stdout", to_wire(execution.output->take())},
                  {"stderr", to_wire(execution.error->take())}};
  if (execution.output->truncated() || execution.error->truncated()) outcome.data["truncated"] = true;
  belongings_.exec_ended(id);
  // Its line in the ledger stood for its group too: what it leaves behind gets lines of its own before that one ends.
  note_strays();
  ledger_.ended(execution.name, execution.main, outcome.data["code"], WIFSIGNALED(status));
  execution.respond(std::move(outcome));
  return true;
}

}  // namespace failc::agent
