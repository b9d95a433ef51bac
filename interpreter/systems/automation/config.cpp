#include "interpreter/systems/automation/config.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "grammar/diag/diagnostic.hpp"
#include "grammar/diag/display.hpp"
#include "grammar/diag/excerpt.hpp"
#include "interpreter/systems/automation/reader.hpp"
#include "interpreter/systems/automation/server_arguments.hpp"

namespace failc::automation {
namespace {

constexpr std::size_t kMostMembers = 50, kMostVotes = 7;

/// FNV-1a, 64 bits.
std::string digest(const std::vector<std::string>& words) {
  std::uint64_t state = 14695981039346656037u;
  const auto take = [&](char c) { state = (state ^ static_cast<unsigned char>(c)) * 1099511628211u; };
  for (const std::string& word : words) {
    for (const char c : word) take(c);
    take('\0');
  }
  return fmt::format("{:016x}", state);
}

/// The first of `--bind_ip`'s addresses, as something to connect to.
std::string asked_at(const std::string& bind_ip) {
  const std::string first = bind_ip.substr(0, bind_ip.find(','));
  if (first.empty() || first == "localhost" || first == "0.0.0.0" || first == "*" || first == "::") return "127.0.0.1";
  return first.find(':') == std::string::npos ? first : "[" + first + "]";
}

class Configs {
 public:
  Configs(std::string_view text, bool lenient) : text_(text), lenient_(lenient) {}

  Parsed parse() {
    const Located root = read_located(text_, problems_);
    if (problems_.empty()) top(root);
    if (problems_.empty()) fill_documents();
    if (problems_.empty()) config_.document = nlohmann::ordered_json::parse(text_);
    return {std::move(config_), std::move(problems_)};
  }

 private:
  struct Named {
    Span place;
    std::string member_of;
    Span set_place;
  };

  void problem(Span place, std::string message, std::string help = "") { problems_.push_back({place, std::move(message), std::move(help)}); }
  std::uint32_t line_of(Span place) const {
    return 1 + static_cast<std::uint32_t>(std::count(text_.begin(), text_.begin() + place.begin, '\n'));
  }
  void done(Reader& reader) {
    if (!lenient_) reader.refuse_unknown();
  }

  void top(const Located& root) {
    Reader reader(root, "the config", problems_);
    if (root.kind != Located::Kind::object) return;
    config_.version = reader.integer("version", 0, INT64_MAX / 2).value_or(0);
    if (const Located* list = reader.member("processes", Located::Kind::list, true))
      for (const Located& item : list->items) process(item);
    if (const Located* list = reader.member("replicaSets", Located::Kind::list))
      for (const Located& item : list->items) set(item);
    if (const Located* list = reader.member("sharding", Located::Kind::list); list && !list->items.empty() && !lenient_)
      problem(list->place, "sharded clusters are not in this version yet");
    reader.member("options", Located::Kind::object);
    reader.accept({"mongoDbVersions", "monitoringVersions", "backupVersions", "agentVersion", "roles", "indexConfigs", "balancer", "uiBaseUrl", "ssl", "tls"});
    if (const Located* auth = reader.member("auth", Located::Kind::object); auth && !lenient_) {
      const LocatedMember* disabled = auth->find("disabled");
      if (!auth->members.empty() && !(disabled && disabled->value.boolean)) problem(auth->place, "authentication is not in this version yet", "`\"disabled\": true` in it says that there is none");
    }
    done(reader);
    // Later checks would only repeat what is wrong already.
    if (problems_.empty()) memberships();
  }

  void process(const Located& item) {
    Reader reader(item, "a process", problems_);
    if (item.kind != Located::Kind::object) return;
    Process out;
    out.name = reader.text("name", true).value_or("");
    if (const auto type = reader.text("processType", true); type && *type != "mongod" && !lenient_) {
      if (*type == "mongos") problem(reader.place("processType"), "routers (`mongos`) are not in this version yet");
      else problem(reader.place("processType"), fmt::format("`processType` is `mongod` or `mongos`, not `{}`", *type));
    }
    out.hostname = reader.text("hostname").value_or("localhost");
    if (out.hostname.find_first_of(" :,/") != std::string::npos) problem(reader.place("hostname"), "`hostname` is a host's name or IPv4 address, without a port");
    out.disabled = reader.boolean("disabled").value_or(false);
    const std::string last_restart = reader.text("lastRestart").value_or("");
    const std::string version = reader.text("version").value_or("");
    reader.text("featureCompatibilityVersion");
    if (reader.boolean("manualMode").value_or(false) && !lenient_) problem(reader.place("manualMode"), "a process in manual mode is not in this version yet");
    reader.accept({"args2_6", "authSchemaVersion", "logRotate", "auditLogRotate", "alias", "numCores"});
    done(reader);
    const ServerArguments arguments = read_server_arguments(item, lenient_, problems_);
    out.port = arguments.port;
    out.db_path = arguments.db_path;
    out.log_path = arguments.log_path;
    out.set = arguments.set;
    out.arguments = arguments.words;
    // Who is known to the others by a name must be reached by it.
    const bool local = out.hostname == "localhost" || out.hostname == "127.0.0.1";
    const std::string bind_ip = !arguments.bind_ip.empty() ? arguments.bind_ip : local ? "127.0.0.1" : "127.0.0.1," + out.hostname;
    out.listens_on = arguments.binds_all ? "127.0.0.1" : asked_at(bind_ip);
    if (arguments.binds_all && !arguments.bind_ip.empty()) problem(reader.place("args2_6"), "`args2_6.net.bindIp` and `args2_6.net.bindIpAll` are both given");
    if (!arguments.binds_all) out.arguments.insert(out.arguments.end(), {"--bind_ip", bind_ip});
    std::vector<std::string> identity = out.arguments;
    identity.insert(identity.end(), {last_restart, version});
    out.fingerprint = digest(identity);

    unique(names_, out.name, reader.place("name"), "the name");
    if (out.port != 0) unique(ports_, std::to_string(out.port), arguments.port_place, "the port");
    if (!out.db_path.empty()) unique(db_paths_, out.db_path, arguments.db_path_place, "the folder");
    if (!out.log_path.empty()) unique(log_paths_, out.log_path, arguments.log_path_place, "the log");
    processes_.push_back({reader.place("name"), "", arguments.set_place});
    config_.processes.push_back(std::move(out));
  }

  void unique(std::map<std::string, Span>& seen, const std::string& value, Span place, std::string_view what) {
    if (value.empty()) return;
    const auto [at, fresh] = seen.emplace(value, place);
    if (!fresh) problem(place, fmt::format("{} `{}` is taken by the process on line {}", what, value, line_of(at->second)));
  }

  void set(const Located& item) {
    Reader reader(item, "a replica set", problems_);
    if (item.kind != Located::Kind::object) return;
    ReplicaSet out;
    out.name = reader.text("_id", true).value_or("");
    out.document = {{"_id", out.name}, {"version", 1}};
    if (const Located* given = reader.member("settings", Located::Kind::object)) out.document["settings"] = raw(*given);
    const LocatedMember* protocol = item.find("protocolVersion");  // the original's agent writes it as a text
    if (protocol && protocol->value.kind != Located::Kind::null && !(protocol->value.text == "1" || protocol->value.integer == 1))
      problem(protocol->value.place, "`protocolVersion` can only be 1");
    reader.accept({"protocolVersion", "version", "numberArbiters"});
    if (const auto given = reader.boolean("writeConcernMajorityJournalDefault")) out.document["writeConcernMajorityJournalDefault"] = *given;
    if (!out.name.empty() && !sets_.insert(out.name).second) problem(reader.place("_id"), fmt::format("there is a replica set `{}` before this one", out.name));
    const Located* members = reader.member("members", Located::Kind::list, true);
    done(reader);
    if (members) all_members(*members, out);
    config_.sets.push_back(std::move(out));
  }

  void all_members(const Located& list, ReplicaSet& out) {
    member_places_.emplace_back();
    std::set<std::int64_t> ids;
    for (const Located& item : list.items) member(item, out, ids);
    if (list.items.empty()) return problem(list.place, "a replica set has at least one member");
    if (list.items.size() > kMostMembers) return problem(list.place, fmt::format("a replica set has at most {} members", kMostMembers));
    std::size_t votes = 0, electable = 0;
    for (const Member& member : out.members) {
      votes += static_cast<std::size_t>(member.votes);
      electable += !member.arbiter_only && member.priority > 0;
    }
    if (votes > kMostVotes) problem(list.place, fmt::format("{} members vote, at most {} may", votes, kMostVotes));
    if (electable == 0) problem(list.place, fmt::format("no member of `{}` could become primary", out.name));
  }

  void member(const Located& item, ReplicaSet& set, std::set<std::int64_t>& ids) {
    Reader reader(item, "a member", problems_);
    if (item.kind != Located::Kind::object) return;
    Member out;
    out.id = reader.integer("_id", 0, INT32_MAX, true).value_or(-1);
    if (out.id >= 0 && !ids.insert(out.id).second) problem(reader.place("_id"), fmt::format("`_id` {} is taken by another member", out.id));
    out.process = reader.text("host", true).value_or("");
    out.arbiter_only = reader.boolean("arbiterOnly").value_or(false);
    const auto priority = reader.number("priority", 0, 1000);
    const auto votes = reader.integer("votes", 0, 1);
    const auto hidden = reader.boolean("hidden");
    out.priority = priority.value_or(out.arbiter_only ? 0 : 1);
    out.votes = static_cast<int>(votes.value_or(1));
    out.hidden = hidden.value_or(false);
    out.document = {{"_id", out.id}, {"host", ""}};
    if (out.arbiter_only) out.document["arbiterOnly"] = true;
    if (priority) out.document["priority"] = *priority;
    if (votes) out.document["votes"] = out.votes;
    if (hidden) out.document["hidden"] = out.hidden;
    if (const auto build = reader.boolean("buildIndexes")) out.document["buildIndexes"] = *build;
    for (const char* delay : {"slaveDelay", "secondaryDelaySecs"})
      if (const auto seconds = reader.integer(delay, 0, 31536000)) out.document[delay] = *seconds;
    if (const Located* tags = reader.member("tags", Located::Kind::object)) out.document["tags"] = raw(*tags);
    done(reader);
    const bool electable = out.priority > 0 && !out.arbiter_only;
    if (electable && out.hidden) problem(item.place, "a hidden member has `priority` 0");
    if (electable && out.votes == 0) problem(item.place, "a member without a vote has `priority` 0");
    if (out.arbiter_only && out.votes == 0) problem(item.place, "an arbiter has a vote");
    member_places_.back().push_back(reader.place("host"));
    set.members.push_back(std::move(out));
  }

  /// Members name processes, once; and what a process was told of its set agrees.
  void memberships() {
    for (std::size_t s = 0; s < config_.sets.size(); ++s) {
      for (std::size_t m = 0; m < config_.sets[s].members.size(); ++m) {
        const std::string& name = config_.sets[s].members[m].process;
        const Span place = member_places_[s][m];
        const std::size_t at = index_of(name);
        if (at == config_.processes.size()) {
          std::vector<std::string_view> known;
          for (const Process& process : config_.processes) known.push_back(process.name);
          const std::string_view near = diag::nearest(name, known);
          problem(place, fmt::format("no process is called `{}`", name), near.empty() ? "`host` is the name of a process" : fmt::format("did you mean `{}`?", near));
          continue;
        }
        const std::string& set = config_.sets[s].name;
        if (!processes_[at].member_of.empty()) problem(place, fmt::format("the process `{}` is a member of `{}` already", name, processes_[at].member_of));
        else if (config_.processes[at].set != set)
          problem(place, config_.processes[at].set.empty() ? fmt::format("the process `{}` has no `args2_6.replication.replSetName`", name)
                                                          : fmt::format("the process `{}` has `{}` for its `replSetName`, not `{}`", name, config_.processes[at].set, set));
        processes_[at].member_of = set;
      }
    }
    for (std::size_t i = 0; i < config_.processes.size(); ++i) {
      const Process& process = config_.processes[i];
      if (process.set.empty() || !processes_[i].member_of.empty()) continue;
      if (!sets_.contains(process.set)) problem(processes_[i].set_place, fmt::format("there is no replica set `{}` in `replicaSets`", process.set));
      else problem(processes_[i].set_place, fmt::format("`{}` is no member of the replica set `{}`", process.name, process.set));
    }
  }

  std::size_t index_of(std::string_view name) const {
    std::size_t at = 0;
    while (at < config_.processes.size() && config_.processes[at].name != name) ++at;
    return at;
  }

  void fill_documents() {
    for (ReplicaSet& set : config_.sets) {
      set.document["members"] = nlohmann::ordered_json::array();
      for (Member& member : set.members) {
        member.document["host"] = config_.processes[index_of(member.process)].member_address();
        set.document["members"].push_back(member.document);
      }
    }
  }

  static nlohmann::ordered_json raw(const Located& value) {
    switch (value.kind) {
      case Located::Kind::null: return nullptr;
      case Located::Kind::boolean: return value.boolean;
      case Located::Kind::integer: return value.integer;
      case Located::Kind::real: return value.real;
      case Located::Kind::text: return value.text;
      case Located::Kind::list: {
        nlohmann::ordered_json out = nlohmann::ordered_json::array();
        for (const Located& item : value.items) out.push_back(raw(item));
        return out;
      }
      case Located::Kind::object: {
        nlohmann::ordered_json out = nlohmann::ordered_json::object();
        for (const LocatedMember& member : value.members) out[member.key] = raw(member.value);
        return out;
      }
    }
    return nullptr;
  }

  std::string_view text_;
  bool lenient_;
  Config config_;
  std::vector<Problem> problems_;
  std::map<std::string, Span> names_, ports_, db_paths_, log_paths_;
  std::set<std::string, std::less<>> sets_;
  std::vector<Named> processes_;
  std::vector<std::vector<Span>> member_places_;
};

}  // namespace

const Process* Config::find(std::string_view process) const {
  for (const Process& candidate : processes)
    if (candidate.name == process) return &candidate;
  return nullptr;
}

Parsed parse_config(std::string_view text, bool lenient) { return Configs(text, lenient).parse(); }

std::string render(const std::string& path, std::string_view text, const std::vector<Problem>& problems) {
  SourceFile file;
  file.path = path;
  file.text = text;
  std::string out;
  for (const Problem& problem : problems) {
    const LineColumn at = file.position(problem.place.begin);
    out += fmt::format("{}:{}:{}: error: {}\n", diag::printable(path), at.line, at.column, diag::printable(problem.message));
    if (!text.empty()) {
      const diag::Excerpt excerpt = diag::excerpt(file, problem.place);
      const std::string number = std::to_string(at.line);
      out += fmt::format(" {} | {}\n {:{}} | {}\n", number, excerpt.text, "", number.size(), excerpt.carets);
    }
    if (!problem.help.empty()) out += fmt::format("help: {}\n", diag::printable(problem.help));
  }
  return out;
}

std::string with_disabled(const nlohmann::ordered_json& document, std::int64_t version, const std::vector<bool>& disabled) {
  nlohmann::ordered_json out = document;
  out["version"] = version;
  std::size_t at = 0;
  for (nlohmann::ordered_json& process : out["processes"]) process["disabled"] = static_cast<bool>(disabled[at++]);
  return out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace failc::automation
