#include "interpreter/live_cluster/state_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "interpreter/host/paths.hpp"
#include "interpreter/live_cluster/marked.hpp"
#include "interpreter/value/value.hpp"

namespace failc::live_cluster {

using Json = nlohmann::ordered_json;

namespace {
constexpr std::size_t kLimit = 8u << 20;
}

std::string to_text(const State& state) {
  const Json json = {{"agent", {{"pid", state.agent.pid}, {"start_time", state.agent.start_time}, {"boot", state.agent.boot}}},
                     {"agent_program", state.agent_program},
                     {"agent_config", state.config},
                     {"agent_log", state.log},
                     {"topology", state.topology}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<State> read_state(const std::string& text) {
  if (deeper_than(text, kDeepestJson)) return Error{"it is not what `failc start` writes"};
  const Json json = Json::parse(text, nullptr, false);
  State state;
  try {
    const Json& agent = json.at("agent");
    state.agent = {agent.at("pid").get<pid_t>(), agent.at("start_time").get<std::uint64_t>(), agent.at("boot").get<std::string>()};
    state.agent_program = json.at("agent_program").get<std::string>();
    state.config = json.at("agent_config").get<std::string>();
    state.log = json.at("agent_log").get<std::string>();
    state.topology = json.at("topology");
  } catch (const Json::exception&) {
    return Error{"it is not what `failc start` writes"};
  }
  if (state.config.empty() || state.config[0] != '/' || state.log.empty() || state.log[0] != '/') return Error{"it is not what `failc start` writes"};
  return state;
}

Result<std::optional<State>> load_state(const std::string& path) {
  const auto text = host::read_file(path, kLimit);
  if (!text) return text.error();
  if (!*text || (*text)->empty()) return std::optional<State>();
  auto state = read_state(**text);
  if (!state) return Error{"`" + path + "` cannot be used: " + state.error().message};
  return std::optional<State>(std::move(*state));
}

Status write_atomically(const std::string& path, std::string_view text) {
  const std::filesystem::path whole = absolute(path);
  if (!whole.has_filename()) return Error{"`" + path + "` is no file's name"};
  std::error_code failed;
  if (!std::filesystem::is_directory(whole.parent_path(), failed)) return Error{"`" + path + "` cannot be written: there is no folder `" + whole.parent_path().string() + "`"};
  return host::write_file(whole.parent_path().string(), whole.filename().string(), text);
}

Status write_locked(const host::Fd& file, std::string_view text) {
  // The old text is no longer than the new one: whoever dies in between leaves one of the two.
  if (::pwrite(file.get(), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()) && ::ftruncate(file.get(), static_cast<off_t>(text.size())) == 0) return Done{};
  return Error{std::string("the state file cannot be written: ") + std::strerror(errno)};
}

}  // namespace failc::live_cluster
