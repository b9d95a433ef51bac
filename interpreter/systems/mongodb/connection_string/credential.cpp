#include "interpreter/systems/mongodb/connection_string/credential.hpp"

#include <algorithm>

namespace failc::mongodb {
namespace {

constexpr std::string_view kExternal = "$external";

const std::string* property(const Properties& of, std::string_view name) {
  const auto found = std::find_if(of.begin(), of.end(), [&](const auto& one) { return one.first == name; });
  return found == of.end() ? nullptr : &found->second;
}

enum class Need : std::uint8_t { must, may, must_not };

Status check_part(Need need, bool there, const std::string& mechanism, const std::string& what) {
  if (need == Need::must && !there) return Error{mechanism + " needs " + what};
  if (need == Need::must_not && there) return Error{mechanism + " takes no " + what};
  return Done{};
}

struct Mechanism {
  std::string_view name;
  Need user, password;
  bool external;  // `$external` is the one source there is
};
constexpr Mechanism kMechanismRules[] = {
    {"SCRAM-SHA-1", Need::must, Need::must, false}, {"SCRAM-SHA-256", Need::must, Need::must, false}, {"MONGODB-CR", Need::must, Need::must, false},
    {"PLAIN", Need::must, Need::must, false},       {"GSSAPI", Need::must, Need::may, true},          {"MONGODB-X509", Need::may, Need::must_not, true},
    {"MONGODB-AWS", Need::may, Need::may, true},    {"MONGODB-OIDC", Need::may, Need::must_not, true},
};

Status check_known(const Properties& properties, std::initializer_list<std::string_view> known, const std::string& mechanism) {
  for (const auto& each : properties)
    if (std::find(known.begin(), known.end(), each.first) == known.end()) return Error{"a property of `authMechanismProperties` is none of " + mechanism};
  return Done{};
}

Status finish_gssapi(Credential& of) {
  if (const Status known = check_known(of.properties, {"SERVICE_NAME", "SERVICE_HOST", "SERVICE_REALM", "CANONICALIZE_HOST_NAME"}, "GSSAPI"); !known) return known;
  if (const std::string* canonical = property(of.properties, "CANONICALIZE_HOST_NAME")) {
    const bool good = *canonical == "none" || *canonical == "forward" || *canonical == "forwardAndReverse" || *canonical == "true" || *canonical == "false";
    if (!good) return Error{"`CANONICALIZE_HOST_NAME` is none of none, forward and forwardAndReverse"};
  }
  if (property(of.properties, "SERVICE_NAME") == nullptr) of.properties.emplace_back("SERVICE_NAME", "mongodb");
  return Done{};
}

Status finish_aws(const Credential& of) {
  if (const Status known = check_known(of.properties, {"AWS_SESSION_TOKEN"}, "MONGODB-AWS"); !known) return known;
  if (of.user.has_value() != of.password.has_value()) return Error{"MONGODB-AWS needs a user name and a password, or neither"};
  if (!of.user && property(of.properties, "AWS_SESSION_TOKEN") != nullptr) return Error{"`AWS_SESSION_TOKEN` needs a user name and a password"};
  return Done{};
}

Status finish_oidc(const Credential& of) {
  if (const Status known = check_known(of.properties, {"ENVIRONMENT", "TOKEN_RESOURCE", "ALLOWED_HOSTS"}, "MONGODB-OIDC"); !known) return known;
  const std::string* environment = property(of.properties, "ENVIRONMENT");
  const std::string* resource = property(of.properties, "TOKEN_RESOURCE");
  if (environment == nullptr) return Error{"MONGODB-OIDC needs `ENVIRONMENT`, where no callback is given"};
  const bool azure = *environment == "azure", gcp = *environment == "gcp";
  if (!azure && !gcp && *environment != "test" && *environment != "k8s") return Error{"`ENVIRONMENT` is none of azure, gcp, k8s and test"};
  if (of.user && !azure) return Error{"this `ENVIRONMENT` takes no user name"};
  if ((azure || gcp) && resource == nullptr) return Error{"this `ENVIRONMENT` needs `TOKEN_RESOURCE`"};
  return Done{};
}

}  // namespace

Result<std::optional<Credential>> credential_of(const ConnectionString& from) {
  const std::string* source = from.option<std::string>("authSource");
  if (from.rejected.contains("authSource")) return Error{"`authSource` is empty"};
  const std::string* mechanism = from.option<std::string>("authMechanism");
  Credential out;
  out.user = from.user;
  out.password = from.password;
  if (const auto* properties = from.option<Properties>("authMechanismProperties")) out.properties = *properties;
  if (mechanism == nullptr) {
    if (!from.user) return std::optional<Credential>();
    out.source = source != nullptr ? *source : from.database.value_or("admin");
    return std::optional<Credential>(std::move(out));
  }
  out.mechanism = *mechanism;
  const auto* rules = std::find_if(std::begin(kMechanismRules), std::end(kMechanismRules), [&](const Mechanism& one) { return one.name == *mechanism; });
  if (rules == std::end(kMechanismRules)) return Error{"`authMechanism` is none that there is"};
  if (const Status user = check_part(rules->user, out.user.has_value(), *mechanism, "user name"); !user) return user.error();
  if (const Status password = check_part(rules->password, out.password.has_value(), *mechanism, "password"); !password) return password.error();
  if (rules->external) {
    if (source != nullptr && *source != kExternal) return Error{"the `authSource` of " + *mechanism + " is `$external`"};
    out.source = kExternal;
  } else {
    out.source = source != nullptr ? *source : from.database.value_or(*mechanism == "PLAIN" ? std::string(kExternal) : "admin");
  }
  Status finished = Done{};
  if (*mechanism == "GSSAPI") finished = finish_gssapi(out);
  if (*mechanism == "MONGODB-AWS") finished = finish_aws(out);
  if (*mechanism == "MONGODB-OIDC") finished = finish_oidc(out);
  if (!finished) return finished.error();
  return std::optional<Credential>(std::move(out));
}

}  // namespace failc::mongodb
