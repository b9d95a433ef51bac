// What each mechanism needs, and what it refuses.
#include "interpreter/systems/mongodb/connection_string/credential.hpp"

#include <gtest/gtest.h>

namespace failc::mongodb {
namespace {

Result<std::optional<Credential>> made(const std::string& text) {
  const Result<ConnectionString> read = read_connection_string("mongodb://" + text);
  EXPECT_TRUE(read) << text << ": " << (read ? "" : read.error().message);
  if (!read) return read.error();
  return credential_of(*read);
}

/// `source mechanism`, "none" or "refused".
std::string kind_of_credential(const std::string& text) {
  const auto one = made(text);
  if (!one) return "refused";
  if (!*one) return "none";
  return (*one)->source + " " + (*one)->mechanism.value_or("-");
}

TEST(Credentials, WithoutAMechanism) {
  EXPECT_EQ(kind_of_credential("h"), "none");
  EXPECT_EQ(kind_of_credential("h/db"), "none");
  EXPECT_EQ(kind_of_credential("h/?authSource=s"), "none");
  EXPECT_EQ(kind_of_credential("u@h"), "admin -");
  EXPECT_EQ(kind_of_credential("u:p@h/db"), "db -");
  EXPECT_EQ(kind_of_credential("u:p@h/db?authSource=s"), "s -");
  EXPECT_EQ(kind_of_credential("u:p@h/db?authSource="), "refused");
  EXPECT_EQ(kind_of_credential("h/?authSource="), "refused");
}

TEST(Credentials, Passwords) {
  for (const std::string name : {"SCRAM-SHA-1", "SCRAM-SHA-256", "MONGODB-CR"}) {
    EXPECT_EQ(kind_of_credential("u:p@h/?authMechanism=" + name), "admin " + name);
    EXPECT_EQ(kind_of_credential("u:p@h/db?authMechanism=" + name), "db " + name);
    EXPECT_EQ(kind_of_credential("u:p@h/db?authSource=s&authMechanism=" + name), "s " + name);
    EXPECT_EQ(kind_of_credential("u@h/?authMechanism=" + name), "refused");
    EXPECT_EQ(kind_of_credential("h/?authMechanism=" + name), "refused");
  }
  EXPECT_EQ(kind_of_credential("u:p@h/?authMechanism=PLAIN"), "$external PLAIN");
  EXPECT_EQ(kind_of_credential("u:p@h/db?authMechanism=PLAIN"), "db PLAIN");
  EXPECT_EQ(kind_of_credential("h/?authMechanism=PLAIN"), "refused");
}

TEST(Credentials, Tickets) {
  const std::string gssapi = "authMechanism=GSSAPI";
  EXPECT_EQ(kind_of_credential("u@h/db?" + gssapi), "$external GSSAPI");
  EXPECT_EQ(kind_of_credential("u:p@h/?authSource=$external&" + gssapi), "$external GSSAPI");
  EXPECT_EQ(kind_of_credential("u@h/?authSource=s&" + gssapi), "refused");
  EXPECT_EQ(kind_of_credential("h/?" + gssapi), "refused");
  EXPECT_EQ((*made("u@h/?" + gssapi))->properties, (Properties{{"SERVICE_NAME", "mongodb"}}));
  EXPECT_EQ((*made("u@h/?authMechanismProperties=SERVICE_NAME:x&" + gssapi))->properties, (Properties{{"SERVICE_NAME", "x"}}));
  for (const char* value : {"none", "forward", "forwardAndReverse"}) EXPECT_NE(kind_of_credential("u@h/?authMechanismProperties=CANONICALIZE_HOST_NAME:" + std::string(value) + "&" + gssapi), "refused") << value;
  EXPECT_EQ(kind_of_credential("u@h/?authMechanismProperties=CANONICALIZE_HOST_NAME:x&" + gssapi), "refused");
  EXPECT_EQ(kind_of_credential("u@h/?authMechanismProperties=X:x&" + gssapi), "refused");
}

TEST(Credentials, Certificates) {
  EXPECT_EQ(kind_of_credential("h/?authMechanism=MONGODB-X509"), "$external MONGODB-X509");
  EXPECT_EQ(kind_of_credential("u@h/db?authMechanism=MONGODB-X509"), "$external MONGODB-X509");
  EXPECT_EQ(kind_of_credential("u:p@h/?authMechanism=MONGODB-X509"), "refused");
  EXPECT_EQ(kind_of_credential("u@h/?authSource=s&authMechanism=MONGODB-X509"), "refused");
}

TEST(Credentials, KeysOfAws) {
  EXPECT_EQ(kind_of_credential("h/?authMechanism=MONGODB-AWS"), "$external MONGODB-AWS");
  EXPECT_EQ(kind_of_credential("u:p@h/?authMechanism=MONGODB-AWS"), "$external MONGODB-AWS");
  EXPECT_EQ(kind_of_credential("u@h/?authMechanism=MONGODB-AWS"), "refused");
  EXPECT_EQ(kind_of_credential("u:p@h/?authMechanism=MONGODB-AWS&authMechanismProperties=AWS_SESSION_TOKEN:t"), "$external MONGODB-AWS");
  EXPECT_EQ(kind_of_credential("h/?authMechanism=MONGODB-AWS&authMechanismProperties=AWS_SESSION_TOKEN:t"), "refused");
  EXPECT_EQ(kind_of_credential("h/?authMechanism=MONGODB-AWS&authSource=s"), "refused");
}

TEST(Credentials, Tokens) {
  const auto oidc = [](const std::string& user, const std::string& properties) {
    return kind_of_credential(user + "h/?authMechanism=MONGODB-OIDC" + (properties.empty() ? "" : "&authMechanismProperties=" + properties));
  };
  for (const char* properties : {"ENVIRONMENT:test", "ENVIRONMENT:k8s", "ENVIRONMENT:gcp,TOKEN_RESOURCE:r", "ENVIRONMENT:azure,TOKEN_RESOURCE:mongodb://r"}) {
    EXPECT_EQ(oidc("", properties), "$external MONGODB-OIDC") << properties;
    EXPECT_EQ(oidc("u:p@", properties), "refused") << properties;
  }
  EXPECT_EQ(oidc("u@", "ENVIRONMENT:azure,TOKEN_RESOURCE:r"), "$external MONGODB-OIDC");
  for (const char* properties : {"ENVIRONMENT:test", "ENVIRONMENT:k8s", "ENVIRONMENT:gcp,TOKEN_RESOURCE:r"}) EXPECT_EQ(oidc("u@", properties), "refused") << properties;
  for (const char* properties : {"", "ENVIRONMENT:x", "X:y", "ENVIRONMENT:azure", "ENVIRONMENT:gcp"}) EXPECT_EQ(oidc("", properties), "refused") << properties;
}

}  // namespace
}  // namespace failc::mongodb
