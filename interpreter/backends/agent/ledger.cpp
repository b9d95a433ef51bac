#include "interpreter/backends/agent/ledger.hpp"

#include <fcntl.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "interpreter/backends/agent/protocol.hpp"
#include "interpreter/backends/agent/wire.hpp"
#include "interpreter/host/paths.hpp"

namespace failc::agent {

using nlohmann::ordered_json;

Result<Ledger> Ledger::open(const std::string& folder, const std::string& run, const host::ProcessIdentity& agent) {
  const std::string path = folder + "/" + kLedgerName;
  host::Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return Error{"`" + path + "` cannot be written: " + std::strerror(errno)};
  Ledger ledger(std::move(file));
  // The first newline ends a line that an earlier agent may have torn.
  const ordered_json first = {{"kind", "agent"}, {"run", run}, {"pid", agent.pid}, {"start_time", agent.start_time}, {"boot", agent.boot}};
  if (auto written = ledger.write("\n" + first.dump()); !written) return written.error();
  return ledger;
}

Status Ledger::write(const std::string& line) {
  if (host::write_all(file_.get(), line + "\n")) return Done{};
  return Error{std::string("the ledger cannot be written: ") + std::strerror(errno)};
}

Status Ledger::launching(const std::string& what, const std::string& node, const std::string& dir, const std::vector<std::string>& argv) {
  ordered_json arguments = ordered_json::array();
  for (const std::string& argument : argv) arguments.push_back(printable(argument));
  return write(ordered_json{{"kind", what}, {"node", node}, {"dir", printable(dir)}, {"argv", std::move(arguments)}}.dump());
}

Status Ledger::launched(const std::string& node, pid_t pid, std::uint64_t start_time) {
  return write(ordered_json{{"kind", "started"}, {"node", node}, {"pid", pid}, {"start_time", start_time}}.dump());
}

// A ledger that cannot say that something ended only makes a recovery look for it in vain.
void Ledger::ended(const std::string& node, pid_t pid, int code, bool by_signal) {
  (void)write(ordered_json{{"kind", "ended"}, {"node", node}, {"pid", pid}, {"code", code}, {"by_signal", by_signal}}.dump());
}

void Ledger::undone(const std::string& what) { (void)write(ordered_json{{"kind", "undone"}, {"what", what}}.dump()); }

LedgerContent read_ledger(const std::string& folder) {
  LedgerContent content;
  std::ifstream file(folder + "/" + kLedgerName, std::ios::binary);
  std::string line;
  while (std::getline(file, line)) {
    const auto record = nlohmann::json::parse(line, nullptr, false);
    if (!record.is_object()) continue;
    const auto text = [&](const char* key) { return record.contains(key) && record[key].is_string() ? record[key].get<std::string>() : std::string(); };
    const auto number = [&](const char* key) { return record.contains(key) && record[key].is_number_integer() ? record[key].get<std::int64_t>() : 0; };
    const std::string kind = text("kind");
    if (kind == "agent" && !text("run").empty()) {
      content.runs.push_back(text("run"));
      content.agent = host::ProcessIdentity{static_cast<pid_t>(number("pid")), static_cast<std::uint64_t>(number("start_time")), text("boot")};
    } else if (kind == "started" && number("pid") > 1) {
      content.started.push_back({text("node"), static_cast<pid_t>(number("pid")), static_cast<std::uint64_t>(number("start_time"))});
    } else if (kind == "ended") {
      std::erase_if(content.started, [&](const Started& s) { return s.pid == number("pid"); });
    }
  }
  return content;
}

}  // namespace failc::agent
