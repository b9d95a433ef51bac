// The configuration file: the part of mongod's YAML that means something here. Everything else is an error with its line.
#include <yaml-cpp/yaml.h>

#include <functional>
#include <set>

#include "tools/failc-mongod/settings.hpp"

namespace failc::mongod_host {
namespace {

using Setter = std::function<Status(Given&, const std::string& word, const std::string& what)>;

template <class T>
Status store(std::optional<T>& place, const Result<T>& value) {
  if (!value) return value.error();
  place = *value;
  return Done{};
}

Setter text(std::optional<std::string> Given::*place) {
  return [place](Given& out, const std::string& word, const std::string& what) -> Status {
    if (word.empty()) return Error{what + " is empty"};
    out.*place = word;
    return Done{};
  };
}

Setter truth(std::optional<bool> Given::*place) {
  return [place](Given& out, const std::string& word, const std::string& what) { return store(out.*place, to_bool(word, what)); };
}

struct Key {
  std::string_view path;
  Setter set;
};

const std::vector<Key>& keys() {
  static const std::vector<Key> table = {
      {"systemLog.destination",
       [](Given&, const std::string& word, const std::string& what) -> Status {
         if (word == "file") return Done{};
         return Error{what + " is not supported; `file` is"};
       }},
      {"systemLog.path", text(&Given::log_path)},
      {"systemLog.logAppend", truth(&Given::log_append)},
      {"systemLog.quiet", truth(&Given::quiet)},
      {"systemLog.verbosity",
       [](Given&, const std::string& word, const std::string& what) -> Status {
         const Result<std::uint64_t> level = to_number(word, what, 0, 5);
         if (!level) return level.error();
         return Done{};
       }},
      {"storage.dbPath", text(&Given::dbpath)},
      {"net.port", [](Given& out, const std::string& word, const std::string& what) { return store(out.port, to_port(word, what)); }},
      {"net.bindIp", text(&Given::bind_ip)},
      {"net.bindIpAll", truth(&Given::bind_ip_all)},
      {"net.maxIncomingConnections",
       [](Given& out, const std::string& word, const std::string& what) -> Status {
         const Result<std::uint64_t> number = to_number(word, what, 1, 100000);
         if (!number) return number.error();
         out.max_connections = *number;
         return Done{};
       }},
      {"replication.replSetName", text(&Given::replica_set)},
      {"replication.oplogSizeMB", [](Given& out, const std::string& word,
                                     const std::string& what) { return store(out.oplog_megabytes, to_number(word, what, 1, kMostOplog)); }},
      {"processManagement.fork", truth(&Given::fork)},
      {"processManagement.pidFilePath", text(&Given::pid_file)},
  };
  return table;
}

/// Walks the maps down to the keys of the table; `net: {port: 1}` and `net.port: 1` are the same.
class Reader {
 public:
  explicit Reader(std::string name) : name_(std::move(name)) {}

  Result<Given> read(const YAML::Node& root) {
    if (root.IsNull()) return given_;
    if (!root.IsMap()) return at(root, "a configuration is a map of keys");
    if (const Status walked = map(root, ""); !walked) return walked.error();
    return given_;
  }

 private:
  Error at(const YAML::Node& node, const std::string& message) const {
    return Error{name_ + ":" + std::to_string(node.Mark().line + 1) + ": " + message};
  }

  Status map(const YAML::Node& node, const std::string& prefix) {
    for (const auto& entry : node) {
      if (!entry.first.IsScalar()) return at(entry.first, "a key is a word");
      const std::string path = prefix + entry.first.Scalar();
      if (!seen_.insert(path).second) return at(entry.first, "`" + path + "` is given twice");
      if (const Status done = key(entry.first, entry.second, path); !done) return done;
    }
    return Done{};
  }

  Status key(const YAML::Node& name, const YAML::Node& value, const std::string& path) {
    if (path == "setParameter") return parameters(value);
    std::vector<std::string_view> known{"setParameter"};
    for (const Key& each : keys()) {
      if (each.path == path) {
        if (!value.IsScalar()) return at(value, "`" + path + "` takes one value");
        const Status set = each.set(given_, value.Scalar(), "`" + path + ": " + value.Scalar() + "`");
        return set ? set : at(value, set.error().message);
      }
      if (each.path.starts_with(path + ".")) {
        if (value.IsNull()) return Done{};
        if (!value.IsMap()) return at(value, "`" + path + "` is a map of keys");
        return map(value, path + ".");
      }
      known.push_back(each.path);
    }
    return at(name, "unknown key `" + path + "`" + suggestion(path, known));
  }

  Status parameters(const YAML::Node& value) {
    if (value.IsNull()) return Done{};
    if (!value.IsMap()) return at(value, "`setParameter` is a map of names and values");
    for (const auto& entry : value) {
      if (!entry.first.IsScalar() || !entry.second.IsScalar()) return at(entry.first, "a parameter has a name and one value");
      if (!seen_.insert("setParameter." + entry.first.Scalar()).second)
        return at(entry.first, "the parameter `" + entry.first.Scalar() + "` is given twice");
      given_.parameters.emplace_back(entry.first.Scalar(), entry.second.Scalar());
    }
    return Done{};
  }

  std::string name_;
  std::set<std::string> seen_;
  Given given_;
};

}  // namespace

Result<Given> read_config(const std::string& text, const std::string& name) {
  try {
    return Reader(name).read(YAML::Load(text));
  } catch (const YAML::Exception& problem) {
    return Error{name + ":" + std::to_string(problem.mark.line + 1) + ": not YAML: " + problem.msg};
  }
}

}  // namespace failc::mongod_host
