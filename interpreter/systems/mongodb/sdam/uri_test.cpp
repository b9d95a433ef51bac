#include "interpreter/systems/mongodb/sdam/uri.hpp"

#include <gtest/gtest.h>

#include "interpreter/systems/mongodb/sdam/address.hpp"

namespace failc::sdam {
namespace {

using Texts = std::vector<std::string>;

ConnectionString read(const std::string& text) {
  const Result<ConnectionString> out = parse_connection_string(text);
  EXPECT_TRUE(out) << text << ": " << (out ? "" : out.error().message);
  return out ? *out : ConnectionString{};
}

std::string error_of(const std::string& text) {
  const Result<ConnectionString> out = parse_connection_string(text);
  return out ? "none" : out.error().message;
}

bool mentions(const std::string& text, const std::string& part) { return error_of(text).find(part) != std::string::npos; }

TEST(Address, HasOneSpelling) {
  EXPECT_EQ(*normalize_address("Host.Example"), "host.example:27017");
  EXPECT_EQ(*normalize_address("A:00017"), "a:17");
  EXPECT_EQ(*normalize_address("127.0.0.1:1"), "127.0.0.1:1");
  EXPECT_EQ(*normalize_address("[::1]"), "[::1]:27017");
  EXPECT_EQ(*normalize_address("[FE80::1%eth0]:5"), "[fe80::1%eth0]:5");
  EXPECT_EQ(*normalize_address("/tmp/MongoDB-27017.sock"), "/tmp/MongoDB-27017.sock") << "a path keeps its case";
}

TEST(Address, ErrorsSayWhy) {
  for (const auto& [text, why] : std::vector<std::pair<std::string, std::string>>{{"", "empty"},
                                                                                  {":27017", "host is missing"},
                                                                                  {"a:", "port is missing"},
                                                                                  {"a:b", "not a number"},
                                                                                  {"a:-1", "not a number"},
                                                                                  {"a:0", "between 1 and 65535"},
                                                                                  {"a:65536", "between 1 and 65535"},
                                                                                  {"a:99999999999999999999", "between 1 and 65535"},
                                                                                  {"::1", "needs `[`"},
                                                                                  {"[::1", "no `]`"},
                                                                                  {"[]", "IPv6"},
                                                                                  {"[ab]", "IPv6"},
                                                                                  {"[::g]", "IPv6"},
                                                                                  {"[::1]x", "only a port"},
                                                                                  {"a b", "characters"},
                                                                                  {"a/b", "characters"},
                                                                                  {std::string("a\0b", 3), "characters"}}) {
    const Result<std::string> out = normalize_address(text);
    ASSERT_FALSE(out) << text;
    EXPECT_NE(out.error().message.find(why), std::string::npos) << out.error().message;
  }
}

TEST(ConnectionStrings, Defaults) {
  const ConnectionString is = read("mongodb://a");
  EXPECT_EQ(is.hosts, Texts{"a:27017"});
  EXPECT_FALSE(is.replica_set);
  EXPECT_FALSE(is.direct_connection);
  EXPECT_FALSE(is.load_balanced);
  EXPECT_EQ(is.heartbeat_frequency, std::chrono::seconds(10));
  EXPECT_EQ(is.connect_timeout, std::chrono::seconds(10));
  EXPECT_EQ(is.server_monitoring_mode, ServerMonitoringMode::automatic);
  EXPECT_FALSE(is.app_name);
}

TEST(ConnectionStrings, Hosts) {
  EXPECT_EQ(read("mongodb://A,b:1,[::1]:2/").hosts, (Texts{"a:27017", "b:1", "[::1]:2"}));
  EXPECT_EQ(read("mongodb://a,A:27017,b").hosts, (Texts{"a:27017", "b:27017"})) << "one server is one seed";
  EXPECT_EQ(read("mongodb://%2Ftmp%2FX.sock/db").hosts, Texts{"/tmp/X.sock"});
  EXPECT_EQ(read("mongodb://u%40x:p%3a%2F@a/db").hosts, Texts{"a:27017"});
  EXPECT_EQ(read("mongodb://a?replicaSet=rs").replica_set, "rs") << "the slash may be left out";
}

TEST(ConnectionStrings, Options) {
  const ConnectionString is = read(
      "mongodb://a/"
      "db?REPLICASET=r%20s&directConnection=true&heartbeatFrequencyMS=500&connectTimeoutMS=0&serverMonitoringMode=poll&appname=x%26y&w=1&w="
      "2");
  EXPECT_EQ(is.replica_set, "r s");
  EXPECT_EQ(is.direct_connection, true);
  EXPECT_EQ(is.heartbeat_frequency, Millis(500));
  EXPECT_EQ(is.connect_timeout, Millis(0));
  EXPECT_EQ(is.server_monitoring_mode, ServerMonitoringMode::poll);
  EXPECT_EQ(is.app_name, "x&y");
  EXPECT_EQ(read("mongodb://a/?serverMonitoringMode=stream").server_monitoring_mode, ServerMonitoringMode::stream);
  EXPECT_EQ(read("mongodb://a/?serverMonitoringMode=auto").server_monitoring_mode, ServerMonitoringMode::automatic);
  EXPECT_EQ(read("mongodb://a/?loadBalanced=true").load_balanced, true);
  EXPECT_EQ(read("mongodb://a,b/?loadBalanced=false&directConnection=false").direct_connection, false);
  EXPECT_EQ(read("mongodb://a/?").hosts, Texts{"a:27017"});
}

TEST(ConnectionStrings, ErrorsSayWhy) {
  EXPECT_TRUE(mentions("", "does not begin with mongodb://"));
  EXPECT_TRUE(mentions("mongodb:/a", "does not begin with mongodb://"));
  EXPECT_TRUE(mentions("http://a", "scheme is `http`"));
  EXPECT_TRUE(mentions("mongodb+srv://a.example", "not resolved here"));
  EXPECT_TRUE(mentions("mongodb://", "no host"));
  EXPECT_TRUE(mentions("mongodb:///tmp/x.sock", "no host"));
  EXPECT_TRUE(mentions("mongodb://u@", "no host"));
  EXPECT_TRUE(mentions("mongodb://a,,b", "empty host"));
  EXPECT_TRUE(mentions("mongodb://a,", "empty host"));
  EXPECT_TRUE(mentions("mongodb://a:0", "between 1 and 65535"));
  EXPECT_TRUE(mentions("mongodb://a%4", "bad percent escape"));
  EXPECT_TRUE(mentions("mongodb://a%zz", "bad percent escape"));
  EXPECT_TRUE(mentions("mongodb://a/d%2", "database name has a bad percent escape"));
  EXPECT_TRUE(mentions("mongodb://a/b/c", "has to be %2F"));
  EXPECT_TRUE(mentions("mongodb://@a", "user name before `@` is empty"));
  EXPECT_TRUE(mentions("mongodb://u:p:q@a", "need percent escapes"));
  EXPECT_TRUE(mentions("mongodb://u@x@a", "need percent escapes"));
  EXPECT_TRUE(mentions("mongodb://a/?replicaSet", "name=value"));
  EXPECT_TRUE(mentions("mongodb://a/?=1", "name=value"));
  EXPECT_TRUE(mentions("mongodb://a/?w=1&", "name=value"));
  EXPECT_TRUE(mentions("mongodb://a/?replicaSet=%", "bad percent escape"));
  EXPECT_TRUE(mentions("mongodb://a/?replicaSet=", "`replicaSet` is empty"));
  EXPECT_TRUE(mentions("mongodb://a/?replicaSet=x&replicaset=y", "given twice"));
  EXPECT_TRUE(mentions("mongodb://a/?directConnection=yes", "expected true or false"));
  EXPECT_TRUE(mentions("mongodb://a/?heartbeatFrequencyMS=499", "least allowed is 500"));
  EXPECT_TRUE(mentions("mongodb://a/?heartbeatFrequencyMS=1s", "whole number"));
  EXPECT_TRUE(mentions("mongodb://a/?connectTimeoutMS=-1", "whole number"));
  EXPECT_TRUE(mentions("mongodb://a/?connectTimeoutMS=99999999999999999999", "whole number"));
  EXPECT_TRUE(mentions("mongodb://a/?serverMonitoringMode=fast", "auto, stream or poll"));
  EXPECT_TRUE(mentions("mongodb://a/?appName=" + std::string(129, 'x'), "longer than 128"));
}

TEST(ConnectionStrings, CombinationsThatAreRefused) {
  EXPECT_TRUE(mentions("mongodb://a,b/?directConnection=true", "one host only"));
  EXPECT_TRUE(mentions("mongodb://a,b/?loadBalanced=true", "one host only"));
  EXPECT_TRUE(mentions("mongodb://a/?loadBalanced=true&directConnection=true", "excludes `directConnection=true`"));
  EXPECT_TRUE(mentions("mongodb://a/?loadBalanced=true&replicaSet=rs", "excludes `replicaSet`"));
  EXPECT_EQ(error_of("mongodb://a/?loadBalanced=true&directConnection=false"), "none");
  EXPECT_EQ(error_of("mongodb://a/?directConnection=true&replicaSet=rs"), "none");
  EXPECT_FALSE(check_combination(ConnectionString{})) << "no seed at all";
}

TEST(ConnectionStrings, PasswordsAreInNoError) {
  EXPECT_FALSE(mentions("mongodb://u:secret%zz@a", "secret"));
  EXPECT_FALSE(mentions("mongodb://u:sec:ret@a", "ret@"));
}

}  // namespace
}  // namespace failc::sdam
