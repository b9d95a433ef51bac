// What a server tells about itself.
#include "interpreter/systems/mongodb/mongod/registry.hpp"
#include "interpreter/systems/mongodb/mongod/server.hpp"

namespace failc::mongod {
namespace {

Answer ping(Server&, Operation&) { return bson::Document(); }

Answer build_info(Server& server, Operation&) {
  const Version& version = server.parameters.version();
  bson::Builder out;
  out.append("version", version.text()).append("gitVersion", "failc-mongod");
  out.append("failc", "this is failc-mongod, a stand-in for tests that holds its data in memory; it is not MongoDB");
  out.open_array("modules").append("0", "failc").close().append("allocator", "system").append("javascriptEngine", "none");
  out.append("sysInfo", "deprecated").open_array("versionArray");
  out.append("0", version.major).append("1", version.minor).append("2", version.patch).append("3", 0).close();
  out.append("bits", 64)
      .append("debug", false)
      .append("maxBsonObjectSize", 16777216)
      .open_array("storageEngines")
      .append("0", "failc")
      .close();
  return out.finish();
}

void append_replication(bson::Builder& out, const Server& server) {
  const replication::Hello hello = server.replica->hello();
  out.open("repl").append("topologyVersion", server.topology_version());
  if (hello.has_config && !hello.removed) {
    out.append("setName", hello.set_name).append("setVersion", static_cast<std::int32_t>(hello.set_version));
    out.append("isWritablePrimary", hello.is_writable_primary).append("secondary", hello.secondary);
    if (!hello.primary.empty()) out.append("primary", hello.primary);
    out.append("me", hello.me);
  }
  out.close();
}

Answer server_status(Server& server, Operation&) {
  const std::int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(server.at.now - server.started.now).count();
  bson::Builder out;
  out.append("host", server.options.host + ":" + std::to_string(server.options.port)).append("version", server.parameters.version().text());
  out.append("process", "failc-mongod").append("pid", server.options.pid).append("uptime", static_cast<double>(seconds));
  out.append("uptimeMillis", std::chrono::duration_cast<std::chrono::milliseconds>(server.at.now - server.started.now).count())
      .append("uptimeEstimate", seconds);
  out.append("localTime", bson::Date{server.at.wall});
  const std::int32_t open = static_cast<std::int32_t>(server.connections.size());
  out.open("connections")
      .append("current", open)
      .append("available", 65536 - open)
      .append("totalCreated", server.counters.connections_created);
  out.append("active", static_cast<std::int32_t>(server.operations.size())).close();
  const Counters& counters = server.counters;
  out.open("opcounters")
      .append("insert", counters.insert)
      .append("query", counters.query)
      .append("update", counters.update)
      .append("delete", counters.erase);
  out.append("getmore", counters.get_more).append("command", counters.command).close();
  out.open("metrics")
      .open("cursor")
      .open("open")
      .append("total", static_cast<std::int64_t>(server.cursors.count()))
      .close()
      .close()
      .close();
  out.open("logicalSessionRecordCache").append("activeSessionsCount", static_cast<std::int32_t>(server.sessions.count())).close();
  out.open("storageEngine").append("name", "failc").append("persistent", true).append("supportsCommittedReads", true).close();
  if (server.replica) append_replication(out, server);
  return out.finish();
}

Answer host_info(Server& server, Operation&) {
  bson::Builder out;
  out.open("system")
      .append("currentTime", bson::Date{server.at.wall})
      .append("hostname", server.options.host)
      .append("cpuAddrSize", 64)
      .close();
  return out.open("os").append("type", "Linux").close().open("extra").close().finish();
}

Answer command_line(Server& server, Operation&) {
  bson::Builder argv, parsed;
  int count = 0;
  const auto argument = [&](const std::string& text) { argv.append(std::to_string(count++), text); };
  argument("failc-mongod");
  argument("--port");
  argument(std::to_string(server.options.port));
  parsed.open("net").append("port", static_cast<std::int32_t>(server.options.port)).append("bindIp", server.options.host).close();
  if (!server.options.replica_set.empty()) {
    argument("--replSet");
    argument(server.options.replica_set);
    parsed.open("replication").append("replSet", server.options.replica_set).close();
  }
  if (!server.options.parameters.empty()) {
    parsed.open("setParameter");
    for (const auto& [name, value] : server.options.parameters) {
      argument("--setParameter");
      argument(name + "=" + value);
      parsed.append(name, value);
    }
    parsed.close();
  }
  return bson::Builder().open_array("argv").append_all(argv.finish().view()).close().append("parsed", parsed.finish()).finish();
}

Answer whats_my_uri(Server& server, Operation& operation) {
  return bson::Builder().append("you", server.connection_of(operation).peer).finish();
}

Answer connection_status(Server&, Operation&) {
  bson::Builder out;
  out.open("authInfo").open_array("authenticatedUsers").close().open_array("authenticatedUserRoles").close();
  return out.finish();
}

Answer current_operation(Server& server, Operation& asking) {
  bson::Builder out;
  out.open_array("inprog");
  std::size_t index = 0;
  for (const auto& [id, operation] : server.operations) {
    const Connection& connection = server.connections.at(operation->connection);
    out.open(std::to_string(index++)).append("type", "op").append("opid", static_cast<std::int64_t>(id)).append("active", true);
    out.append("connectionId", static_cast<std::int64_t>(operation->connection))
        .append("client", connection.peer)
        .append("appName", connection.app_name);
    out.append("microsecs_running", std::chrono::duration_cast<std::chrono::microseconds>(server.at.now - operation->began.now).count());
    out.append("op", "command").append("ns", std::string(operation->command.database) + ".$cmd");
    if (id != asking.id) out.append("command", operation->command.body);
    out.append("waiting", static_cast<bool>(operation->resume)).close();
  }
  return out.finish();
}

Answer kill_operation(Server& server, Operation& operation) {
  const std::int64_t id = field(operation.command.body, "killOp", "op").integer();
  const auto found = server.operations.find(static_cast<OperationId>(id));
  if (found != server.operations.end() && found->second->resume && found->first != operation.id)
    server.interrupt(*found->second, code::kInterrupted, "operation was interrupted");
  return bson::Builder().append("info", "attempting to kill op").finish();
}

Answer get_log(Server& server, Operation& operation) {
  const std::string_view which = Field{"getLog", "getLog", operation.command.argument}.text();
  bson::Builder out;
  if (which == "*") return out.open_array("names").append("0", "global").append("1", "startupWarnings").finish();
  if (which != "global" && which != "startupWarnings") refuse(code::kOperationFailed, "No log named '" + std::string(which) + "'");
  std::int32_t lines = 0;
  bson::ArrayBuilder log;
  if (which == "global") {
    for (const std::string& line : server.log_lines) {
      log.push(line);
      ++lines;
    }
  }
  return out.append("totalLinesWritten", lines).append("log", log.finish().view()).finish();
}

Answer list_commands(Server&, Operation&) {
  bson::Builder out;
  out.open("commands");
  for (const Spec& spec : all_commands()) {
    out.open(spec.name)
        .append("help", "")
        .append("requiresAuth", false)
        .append("secondaryOk", !spec.has(trait::kWrite))
        .append("adminOnly", spec.has(trait::kAdmin));
    out.close();
  }
  return out.finish();
}

/// Every record that has to be on the disk is on its way there anyway.
Answer fsync(Server&, Operation& operation) {
  if (flag_or(operation.command.body, "fsync", "lock", false))
    refuse(code::kNotImplemented, "fsync with lock is not supported by this server");
  return bson::Builder().append("numFiles", 1).finish();
}

Answer features(Server&, Operation&) { return bson::Builder().append("oidReset", 0).append("js", 0).finish(); }

Answer get_last_error(Server&, Operation&) { refuse(code::kCommandNotSupported, "getLastError is gone; every write takes a writeConcern"); }

}  // namespace

std::vector<Spec> diagnostic_commands() {
  return {
      {"ping", {}, ping, trait::kAnyField, {}},
      {"buildInfo", {"buildinfo"}, build_info, trait::kAnyField, {}},
      {"serverStatus", {}, server_status, trait::kAnyField, {}},
      {"hostInfo", {}, host_info, 0, {}},
      {"getCmdLineOpts", {}, command_line, trait::kAdmin, {}},
      {"whatsmyuri", {}, whats_my_uri, 0, {}},
      {"connectionStatus", {}, connection_status, 0, {"showPrivileges"}},
      {"currentOp", {}, current_operation, trait::kAdmin | trait::kAnyField, {}},
      {"killOp", {}, kill_operation, trait::kAdmin, {"op"}},
      {"getLog", {}, get_log, trait::kAdmin, {}},
      {"listCommands", {}, list_commands, 0, {}},
      {"fsync", {}, fsync, trait::kAdmin, {"async", "lock"}},
      {"features", {}, features, 0, {"oidReset"}},
      {"getLastError", {"getlasterror"}, get_last_error, trait::kAnyField, {}},
  };
}

}  // namespace failc::mongod
