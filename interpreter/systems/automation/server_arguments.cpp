#include "interpreter/systems/automation/server_arguments.hpp"

#include <fmt/format.h>

#include "grammar/diag/diagnostic.hpp"
#include "interpreter/systems/automation/reader.hpp"

namespace failc::automation {
namespace {

enum class Form : std::uint8_t { text, number, flag, verbosity, file_only, off_only, ignored_boolean };

struct Option {
  std::string_view path, flag;
  Form form;
};

/// What is not here has no effect that the agent could promise.
constexpr Option kOptions[] = {
    {"systemLog.destination", "", Form::file_only},
    {"systemLog.path", "--logpath", Form::text},
    {"systemLog.logAppend", "--logappend", Form::flag},
    {"systemLog.quiet", "--quiet", Form::flag},
    {"systemLog.verbosity", "", Form::verbosity},
    {"systemLog.timeStampFormat", "--timeStampFormat", Form::text},
    {"storage.dbPath", "--dbpath", Form::text},
    {"storage.directoryPerDB", "--directoryperdb", Form::flag},
    {"storage.engine", "--storageEngine", Form::text},
    {"storage.journal.enabled", "", Form::ignored_boolean},
    {"storage.wiredTiger.engineConfig.cacheSizeGB", "--wiredTigerCacheSizeGB", Form::number},
    {"storage.wiredTiger.engineConfig.journalCompressor", "--wiredTigerJournalCompressor", Form::text},
    {"storage.wiredTiger.engineConfig.directoryForIndexes", "--wiredTigerDirectoryForIndexes", Form::flag},
    {"storage.wiredTiger.collectionConfig.blockCompressor", "--wiredTigerCollectionBlockCompressor", Form::text},
    {"net.port", "--port", Form::number},
    {"net.bindIp", "--bind_ip", Form::text},
    {"net.bindIpAll", "--bind_ip_all", Form::flag},
    {"net.ipv6", "--ipv6", Form::flag},
    {"net.maxIncomingConnections", "--maxConns", Form::number},
    {"net.compression.compressors", "--networkMessageCompressors", Form::text},
    {"net.tls.mode", "", Form::off_only},
    {"net.ssl.mode", "", Form::off_only},
    {"security.authorization", "", Form::off_only},
    {"replication.replSetName", "--replSet", Form::text},
    {"replication.oplogSizeMB", "--oplogSize", Form::number},
    // The agent is the parent of what it starts.
    {"processManagement.fork", "", Form::ignored_boolean},
    {"processManagement.pidFilePath", "--pidfilepath", Form::text},
};

std::string number_text(const Located& value) { return value.kind == Located::Kind::integer ? std::to_string(value.integer) : fmt::format("{}", value.real); }

class Walk {
 public:
  Walk(ServerArguments& out, bool lenient, std::vector<Problem>& problems) : out_(out), lenient_(lenient), problems_(problems) {}

  void object(const std::string& prefix, const Located& value) {
    for (const LocatedMember& member : value.members) {
      const std::string path = prefix.empty() ? member.key : prefix + "." + member.key;
      if (path == "setParameter") {
        parameters(member.value);
      } else if (const Option* option = find(path)) {
        leaf(*option, member.value);
      } else if (!is_section(path)) {
        unknown(prefix, path, member);
      } else if (member.value.kind != Located::Kind::object) {
        problem(member.value.place, fmt::format("`args2_6.{}` is an object, not {}", path, noun(member.value.kind)));
      } else {
        object(path, member.value);
      }
    }
  }

 private:
  static const Option* find(std::string_view path) {
    for (const Option& option : kOptions)
      if (option.path == path) return &option;
    return nullptr;
  }
  static bool is_section(const std::string& path) {
    for (const Option& option : kOptions)
      if (option.path.starts_with(path + ".")) return true;
    return false;
  }
  void problem(Span place, std::string message, std::string help = "") { problems_.push_back({place, std::move(message), std::move(help)}); }

  void unknown(const std::string& prefix, const std::string& path, const LocatedMember& member) {
    const bool says_nothing = path == "sharding" && member.value.kind == Located::Kind::object && member.value.members.empty();
    if (lenient_ || says_nothing) return;
    std::vector<std::string_view> siblings;
    for (const Option& option : kOptions) {
      if (!prefix.empty() && !option.path.starts_with(prefix + ".")) continue;
      const std::string_view rest = option.path.substr(prefix.empty() ? 0 : prefix.size() + 1);
      siblings.push_back(rest.substr(0, rest.find('.')));
    }
    if (prefix.empty()) siblings.push_back("setParameter");
    const std::string_view near = diag::nearest(member.key, siblings);
    problem(member.key_place, fmt::format("`args2_6.{}` is nothing that this agent passes on", path), near.empty() ? "" : fmt::format("did you mean `{}`?", near));
  }

  /// Whether the value is of `kind`, with a problem where not.
  bool is(const Option& option, const Located& value, Located::Kind kind) {
    if (value.kind == kind || (kind == Located::Kind::real && value.kind == Located::Kind::integer)) return true;
    problem(value.place, fmt::format("`args2_6.{}` is {}, not {}", option.path, noun(kind), noun(value.kind)));
    return false;
  }

  void add(std::string_view flag, std::string value) {
    out_.words.emplace_back(flag);
    out_.words.push_back(std::move(value));
  }

  void leaf(const Option& option, const Located& value) {
    if (value.kind == Located::Kind::null) return;  // as if it were not there
    switch (option.form) {
      case Form::text: return text(option, value);
      case Form::number: return number(option, value);
      case Form::flag:
        if (!is(option, value, Located::Kind::boolean) || !value.boolean) return;
        if (option.path == "net.bindIpAll") out_.binds_all = true;
        out_.words.emplace_back(option.flag);
        return;
      case Form::verbosity:
        if (!is(option, value, Located::Kind::integer)) return;
        if (value.integer < 0 || value.integer > 5) return problem(value.place, fmt::format("`args2_6.{}` is from 0 to 5", option.path));
        if (value.integer > 0) out_.words.push_back("-" + std::string(static_cast<std::size_t>(value.integer), 'v'));
        return;
      case Form::file_only:
        if (is(option, value, Located::Kind::text) && value.text != "file") problem(value.place, fmt::format("`args2_6.{}` can only be `file`", option.path));
        return;
      case Form::off_only:
        if (is(option, value, Located::Kind::text) && value.text != "disabled" && !lenient_)
          problem(value.place, fmt::format("`args2_6.{}` can only be `disabled` in this version", option.path));
        return;
      case Form::ignored_boolean: is(option, value, Located::Kind::boolean); return;
    }
  }

  void text(const Option& option, const Located& value) {
    if (!is(option, value, Located::Kind::text)) return;
    if (const std::string_view why = unfit(value.text); !why.empty()) return problem(value.place, fmt::format("`args2_6.{}` {}", option.path, why));
    if (option.path == "net.bindIp") {
      out_.bind_ip = value.text;
      return;
    }
    if (option.path == "storage.dbPath") keep(value, out_.db_path, out_.db_path_place);
    if (option.path == "systemLog.path") keep(value, out_.log_path, out_.log_path_place);
    if (option.path == "replication.replSetName") keep(value, out_.set, out_.set_place);
    add(option.flag, value.text);
  }

  static void keep(const Located& value, std::string& text, Span& place) {
    text = value.text;
    place = value.place;
  }

  void number(const Option& option, const Located& value) {
    if (!is(option, value, option.path.ends_with("GB") ? Located::Kind::real : Located::Kind::integer)) return;
    if (option.path == "net.port") {
      if (value.integer < 1 || value.integer > 65535) return problem(value.place, "`args2_6.net.port` is from 1 to 65535");
      out_.port = static_cast<std::uint16_t>(value.integer);
      out_.port_place = value.place;
    } else if (!(value.real > 0)) {
      return problem(value.place, fmt::format("`args2_6.{}` is above zero", option.path));
    }
    add(option.flag, number_text(value));
  }

  void parameters(const Located& value) {
    if (value.kind != Located::Kind::object) return problem(value.place, fmt::format("`args2_6.setParameter` is an object, not {}", noun(value.kind)));
    for (const LocatedMember& member : value.members) {
      const Located& given = member.value;
      const auto wrong = [&](std::string_view why) { problem(given.place, fmt::format("the parameter `{}` {}", member.key, why)); };
      if (!unfit(member.key).empty() || member.key.find('=') != std::string::npos) {
        problem(member.key_place, "this is no name of a parameter");
        continue;
      }
      switch (given.kind) {
        case Located::Kind::boolean: add("--setParameter", member.key + "=" + (given.boolean ? "true" : "false")); break;
        case Located::Kind::integer:
        case Located::Kind::real: add("--setParameter", member.key + "=" + number_text(given)); break;
        case Located::Kind::text:
          if (const std::string_view why = unfit(given.text); !given.text.empty() && !why.empty()) wrong(why);
          add("--setParameter", member.key + "=" + given.text);
          break;
        case Located::Kind::null:
        case Located::Kind::list:
        case Located::Kind::object: wrong("is a text, a number, true or false"); break;
      }
    }
  }

  ServerArguments& out_;
  bool lenient_;
  std::vector<Problem>& problems_;
};

}  // namespace

ServerArguments read_server_arguments(const Located& owner, bool lenient, std::vector<Problem>& problems) {
  ServerArguments out;
  const LocatedMember* given = owner.find("args2_6");
  if (!given) {
    problems.push_back({owner.place, "`args2_6` is missing in a process", "at least `net.port` and `storage.dbPath` stand in it"});
    return out;
  }
  if (given->value.kind != Located::Kind::object) {
    problems.push_back({given->value.place, fmt::format("`args2_6` is an object, not {}", noun(given->value.kind)), ""});
    return out;
  }
  const std::size_t before = problems.size();
  Walk(out, lenient, problems).object("", given->value);
  if (problems.size() > before) return out;
  if (out.port == 0) problems.push_back({given->value.place, "`args2_6.net.port` is missing", ""});
  if (out.db_path.empty()) problems.push_back({given->value.place, "`args2_6.storage.dbPath` is missing", ""});
  return out;
}

}  // namespace failc::automation
