#include "interpreter/systems/mongodb/mongod/parameters.hpp"

#include <array>
#include <charconv>

#include "interpreter/systems/mongodb/bson/builder.hpp"
#include "interpreter/systems/mongodb/bson/json.hpp"
#include "interpreter/systems/mongodb/mongod/failure.hpp"
#include "interpreter/systems/mongodb/mongod/fields.hpp"
#include "interpreter/systems/mongodb/mongod/registry.hpp"
#include "interpreter/systems/mongodb/mongod/server.hpp"

namespace failc::mongod {
namespace {

struct Known {
  std::string_view name;
  bson::Type type;
  std::string_view preset;
  bool at_runtime;
};

// Many have no effect here: they are what scripts for real servers set, and say themselves back.
constexpr std::array kKnown = {
    Known{"enableTestCommands", bson::Type::boolean, "", false},
    Known{"testAckMajorityEarly", bson::Type::boolean, "0", false},
    Known{"logLevel", bson::Type::int32, "0", true},
    Known{"quiet", bson::Type::boolean, "0", true},
    Known{"ttlMonitorEnabled", bson::Type::boolean, "1", true},
    Known{"ttlMonitorSleepSecs", bson::Type::int32, "60", true},
    Known{"notablescan", bson::Type::boolean, "0", true},
    Known{"requireApiVersion", bson::Type::boolean, "0", true},
    Known{"transactionLifetimeLimitSeconds", bson::Type::int32, "60", true},
    Known{"maxTransactionLockRequestTimeoutMillis", bson::Type::int32, "5", true},
    Known{"localLogicalSessionTimeoutMinutes", bson::Type::int32, "30", false},
    Known{"logicalSessionRefreshMillis", bson::Type::int32, "300000", false},
    Known{"cursorTimeoutMillis", bson::Type::int64, "600000", true},
    Known{"diagnosticDataCollectionEnabled", bson::Type::boolean, "0", true},
    Known{"enableMajorityReadConcern", bson::Type::boolean, "1", false},
    Known{"writePeriodicNoops", bson::Type::boolean, "1", true},
    Known{"periodicNoopIntervalSecs", bson::Type::int32, "10", false},
    Known{"enableFlowControl", bson::Type::boolean, "1", true},
    Known{"enableElectionHandoff", bson::Type::boolean, "1", true},
    Known{"shutdownTimeoutMillisForSignaledShutdown", bson::Type::int32, "10000", true},
    Known{"quiesceOnShutdown", bson::Type::boolean, "0", true},
    Known{"waitForStepDownOnNonCommandShutdown", bson::Type::boolean, "1", true},
    Known{"initialSyncTransientErrorRetryPeriodSeconds", bson::Type::int32, "86400", true},
    Known{"disableLogicalSessionCacheRefresh", bson::Type::boolean, "0", false},
    Known{"orphanCleanupDelaySecs", bson::Type::int32, "0", true},
    Known{"traceExceptions", bson::Type::boolean, "0", true},
    Known{"logComponentVerbosity", bson::Type::document, "{}", true},
    Known{"authenticationMechanisms", bson::Type::string, "", false},
    Known{"scramIterationCount", bson::Type::int32, "10000", true},
    Known{"saslHostName", bson::Type::string, "", false},
    Known{"honorSystemUmask", bson::Type::boolean, "0", false},
    Known{"internalQueryFrameworkControl", bson::Type::string, "trySbeEngine", true},
};

const Known* known(std::string_view name) {
  for (const Known& one : kKnown)
    if (one.name == name) return &one;
  return nullptr;
}

std::optional<std::int64_t> whole(std::string_view text) {
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

/// Missing for text that is no such value.
bson::Value read(bson::Type type, std::string_view text) {
  if (type == bson::Type::string) return bson::Value(text);
  if (type == bson::Type::document) {
    const Result<bson::Document> document = bson::from_json(text);
    return document ? bson::Value(*document) : bson::Value();
  }
  if (type == bson::Type::boolean && (text == "true" || text == "false")) return bson::Value(text == "true");
  const std::optional<std::int64_t> number = whole(text);
  if (!number) return {};
  if (type == bson::Type::boolean) return bson::Value(*number != 0);
  if (type == bson::Type::int64) return bson::Value(*number);
  return bson::Value(static_cast<std::int32_t>(*number));
}

}  // namespace

int Version::max_wire() const {
  if (major >= 9) return 26 + major - 9;
  if (major == 8) return 25 + (minor > 0 ? minor : 0);
  if (major == 7) return 21 + minor;
  if (major == 6) return 17 + minor;
  if (major == 5) return 13 + minor;
  return minor >= 4 ? 9 : minor >= 2 ? 8 : 7;
}

std::optional<Version> parse_version(std::string_view text) {
  std::vector<int> parts;
  while (true) {
    const std::size_t dot = text.find('.');
    const std::optional<std::int64_t> part = whole(text.substr(0, dot));
    if (!part || *part < 0 || *part > 999) return std::nullopt;
    parts.push_back(static_cast<int>(*part));
    if (dot == std::string_view::npos) break;
    text.remove_prefix(dot + 1);
  }
  if (parts.size() < 2 || parts.size() > 3 || parts[0] < 4) return std::nullopt;
  return Version{parts[0], parts[1], parts.size() == 3 ? parts[2] : 0};
}

Parameters::Parameters(const Options& options) {
  if (const std::optional<Version> version = parse_version(options.version))
    version_ = *version;
  else
    fault_ = "`" + options.version + "` is no version to report; one is 4.0 to 8.0";
  for (const Known& one : kKnown)
    if (!one.preset.empty() || one.type == bson::Type::string) values_[std::string(one.name)] = read(one.type, one.preset);
  for (const auto& [name, text] : options.parameters) {
    const Known* found = known(name);
    const bson::Value value = found == nullptr ? bson::Value() : read(found->type, text);
    if (found == nullptr)
      fault_ = "Unknown --setParameter '" + name + "'";
    else if (!value.exists())
      fault_ = "--setParameter " + name + " cannot be '" + text + "'";
    else
      values_[name] = value;
  }
  const bson::Value test = get("enableTestCommands");
  if (acknowledges_majority_early() && !test.view().truthy())
    fault_ = "testAckMajorityEarly needs enableTestCommands=1: it loses acknowledged writes on purpose";
}

bool Parameters::test_commands() const {
  const auto found = values_.find(std::string_view("enableTestCommands"));
  return found == values_.end() || found->second.view().truthy();
}

bool Parameters::acknowledges_majority_early() const { return values_.at("testAckMajorityEarly").view().truthy(); }

bson::Value Parameters::get(std::string_view name) const {
  if (name == "featureCompatibilityVersion")
    return bson::Value(bson::Builder().append("version", std::to_string(version_.major) + "." + std::to_string(version_.minor)).finish());
  const auto found = values_.find(name);
  return found == values_.end() ? bson::Value() : found->second;
}

void Parameters::set(std::string_view name, bson::ValueView value) {
  const Known* found = known(name);
  if (found == nullptr)
    refuse(code::kInvalidOptions, "attempted to set unrecognized parameter [" + std::string(name) + "], use help:true to see options");
  if (!found->at_runtime) refuse(code::kIllegalOperation, "not allowed to change [" + std::string(name) + "] at runtime");
  const Field given{"setParameter", name, value};
  switch (found->type) {
    case bson::Type::boolean:
      values_[std::string(name)] = bson::Value(given.flag());
      break;
    case bson::Type::string:
      values_[std::string(name)] = bson::Value(given.text());
      break;
    case bson::Type::document:
      values_[std::string(name)] = bson::Value(given.document());
      break;
    case bson::Type::int64:
      values_[std::string(name)] = bson::Value(given.integer());
      break;
    default:
      values_[std::string(name)] = bson::Value(static_cast<std::int32_t>(given.integer()));
  }
}

namespace {

Answer get_parameter(Server& server, Operation& operation) {
  const bson::View from = operation.command.body;
  const bson::ValueView what = operation.command.argument;
  bool all = what.is(bson::Type::string) && what.as_string() == "*";
  if (what.is(bson::Type::document)) all = flag_or(what.as_document(), "getParameter", "allParameters", false);
  bson::Builder out;
  if (all) {
    for (const auto& [name, value] : server.parameters.all()) out.append(name, value.view());
    out.append("featureCompatibilityVersion", server.parameters.get("featureCompatibilityVersion").view());
    return out.finish();
  }
  bool any = false;
  for (const bson::Element& element : from) {
    if (element.key == "getParameter" || is_generic_argument(element.key)) continue;
    // A failpoint is a parameter too, by a name of its own.
    constexpr std::string_view kFailPoint = "failpoint.";
    if (element.key.starts_with(kFailPoint) && server.fail_points.times_entered(element.key.substr(kFailPoint.size()))) {
      any = true;
      out.append(element.key, server.fail_points.show(element.key.substr(kFailPoint.size())));
      continue;
    }
    const bson::Value value = server.parameters.get(element.key);
    if (!value.exists()) continue;
    any = true;
    out.append(element.key, value.view());
  }
  if (!any) refuse(code::kInvalidOptions, "no option found to get");
  return out.finish();
}

Answer set_parameter(Server& server, Operation& operation) {
  bson::Builder out;
  bool any = false;
  for (const bson::Element& element : operation.command.body) {
    if (element.key == "setParameter" || is_generic_argument(element.key)) continue;
    const bson::Value before = server.parameters.get(element.key);
    server.parameters.set(element.key, element.value);
    if (!any) out.append("was", before.view());
    any = true;
  }
  if (!any) refuse(code::kInvalidOptions, "no option found to set, use help:true to see options ");
  return out.finish();
}

/// That of a real server needs a new binary; this one's version is what it was started with.
Answer set_compatibility(Server& server, Operation& operation) {
  const std::string wanted(Field{"setFeatureCompatibilityVersion", "setFeatureCompatibilityVersion", operation.command.argument}.text());
  const bson::Value current = server.parameters.get("featureCompatibilityVersion");
  if (current.view().as_document()["version"].as_string() != wanted)
    refuse(code::kBadValue, "this server reports one version, " + std::string(current.view().as_document()["version"].as_string()) +
                                "; start it with --reportVersion " + wanted);
  return bson::Document();
}

}  // namespace

std::vector<Spec> parameter_commands() {
  return {
      {"getParameter", {}, get_parameter, trait::kAdmin | trait::kAnyField, {}},
      {"setParameter", {}, set_parameter, trait::kAdmin | trait::kAnyField, {}},
      {"setFeatureCompatibilityVersion", {}, set_compatibility, trait::kAdmin | trait::kConcern, {"confirm"}},
  };
}

}  // namespace failc::mongod
