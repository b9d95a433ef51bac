// The parts of connection strings, and what is refused of them.
#include "interpreter/systems/mongodb/connection_string/connection_string.hpp"

#include <gtest/gtest.h>

namespace failc::mongodb {
namespace {

std::string refusal(std::string_view text) {
  const Result<ConnectionString> read = read_connection_string(text);
  return read ? "" : read.error().message;
}

ConnectionString accepted(std::string_view text) {
  const Result<ConnectionString> read = read_connection_string(text);
  EXPECT_TRUE(read) << text << ": " << (read ? "" : read.error().message);
  return read ? *read : ConnectionString{};
}

/// `kind name port`, of one host.
std::string host_of(const std::string& host) {
  const ConnectionString read = accepted("mongodb://" + host);
  if (read.hosts.size() != 1) return "not one";
  const Host& one = read.hosts.front();
  return std::string(name_of(one.kind)) + " " + one.name + (one.port ? " " + std::to_string(*one.port) : "");
}

TEST(ConnectionString, Schemes) {
  EXPECT_FALSE(accepted("mongodb://h").seed_list);
  EXPECT_TRUE(accepted("mongodb+srv://h.example.org").seed_list);
  for (const char* text : {"", "h", "mongodb:/h", "mongo://h", "MONGODB://h", "http://h", "://h"}) EXPECT_EQ(refusal(text), "it begins neither with `mongodb://` nor with `mongodb+srv://`") << text;
}

TEST(ConnectionString, KindsOfHosts) {
  EXPECT_EQ(host_of("h"), "hostname h");
  EXPECT_EQ(host_of("H.Example.org:1"), "hostname H.Example.org 1");
  EXPECT_EQ(host_of("h:65535"), "hostname h 65535");
  EXPECT_EQ(host_of("1.2.3.4:27017"), "ipv4 1.2.3.4 27017");
  for (const char* name : {"1.2.3", "1.2.3.256", "1.2.3.4.5", "1.2..4", "a.2.3.4", "1.2.3.0004"}) EXPECT_EQ(host_of(name), "hostname " + std::string(name));
  EXPECT_EQ(host_of("[::1]:2"), "ip_literal ::1 2");
  EXPECT_EQ(host_of("[::]"), "ip_literal ::");
  EXPECT_EQ(host_of("[1:2:3:4:5:6:7:8]"), "ip_literal 1:2:3:4:5:6:7:8");
  EXPECT_EQ(host_of("[1::8]"), "ip_literal 1::8");
  EXPECT_EQ(host_of("[::ffff:1.2.3.4]"), "ip_literal ::ffff:1.2.3.4");
  EXPECT_EQ(host_of("[fe80::1%25eth0]"), "ip_literal fe80::1%eth0");
  EXPECT_EQ(host_of("%2Ftmp%2Fa%20b.sock"), "unix /tmp/a b.sock");
  EXPECT_EQ(host_of("relative%2Fa.sock/"), "unix relative/a.sock");
  EXPECT_EQ(host_of("a.sock"), "hostname a.sock") << "no path";
  EXPECT_EQ(host_of("b%C3%BCcher.example"), "hostname b\u00fccher.example");
}

TEST(ConnectionString, HostsThatAreNone) {
  const std::vector<std::pair<std::string, std::string>> refused = {
      {"", "there is no host"},
      {",h", "host 1 is empty"},
      {"h,", "host 2 is empty"},
      {"h::1", "host 1 has more than one `:`"},
      {"h:", "host 1 has no port from 1 to 65535"},
      {"h:0", "host 1 has no port"},
      {"h:65536", "host 1 has no port"},
      {"h:-1", "host 1 has no port"},
      {"h:99999999999999999999", "host 1 has no port"},
      {"h:1a", "host 1 has no port"},
      {":1", "host 1 has no name"},
      {"a b", "host 1 has no name"},
      {"h%zz", "host 1 has a `%`"},
      {"h%4", "host 1 has a `%`"},
      {"h%ff", "host 1 has a `%`"},
      {"h%00", "host 1 has a `%`"},
      {"a,[::1", "host 2 has a `[` without `]`"},
      {"[h]", "host 1 has no IPv6 address"},
      {"[1:2:3:4:5:6:7]", "host 1 has no IPv6 address"},
      {"[1:2:3:4:5:6:7:8:9]", "host 1 has no IPv6 address"},
      {"[1::2::3]", "host 1 has no IPv6 address"},
      {"[12345::]", "host 1 has no IPv6 address"},
      {"[1:2:3:4:5:6:7:1.2.3.4]", "host 1 has no IPv6 address"},
      {"[1.2.3.4::]", "host 1 has no IPv6 address"},
      {"[::1%25]", "host 1 has no IPv6 address"},
      {"[::1]1", "host 1 has more than a port behind `]`"},
      {"%2Ftmp%2Fa", "host 1 has a `/`, and no path"},
      {"/tmp/a.sock", "there is no host; the path"},
  };
  for (const auto& [host, why] : refused) EXPECT_EQ(refusal("mongodb://" + host).find(why), 0u) << host << ": " << refusal("mongodb://" + host);
}

TEST(ConnectionString, Users) {
  const ConnectionString both = accepted("mongodb://us%40er:p%3Aw@h/db");
  EXPECT_EQ(both.user, "us@er");
  EXPECT_EQ(both.password, "p:w");
  EXPECT_EQ(both.database, "db");
  EXPECT_EQ(accepted("mongodb://u@h").password, std::nullopt);
  EXPECT_EQ(accepted("mongodb://u:@h").password, "");
  EXPECT_EQ(accepted("mongodb://!$&'()*+,;=:~-._@h").user, "!$&'()*+,;=");
  EXPECT_EQ(accepted("mongodb://h").user, std::nullopt);
  for (const char* text : {"mongodb://@h", "mongodb://:@h", "mongodb://:p@h"}) EXPECT_EQ(refusal(text), "there is no user name before `@`") << text;
  for (const char* text : {"mongodb://u:p:q@h", "mongodb://u@v@h", "mongodb://u@v:p@h", "mongodb://u%:p@h", "mongodb://u%4g:p@h", "mongodb://u:p%@h", "mongodb://u[:p@h", "mongodb://u p@h", "mongodb://u:%ff@h",
                           "mongodb://u/p@h"})
    EXPECT_NE(refusal(text).find("need percent escapes"), std::string::npos) << text << ": " << refusal(text);
}

TEST(ConnectionString, Databases) {
  EXPECT_EQ(accepted("mongodb://h/").database, std::nullopt);
  EXPECT_EQ(accepted("mongodb://h/a%3Fb?w=1").database, "a?b");
  EXPECT_EQ(accepted("mongodb://h/a.b").database, "a.b");
  for (const char* text : {"a/b", "a%2Fb", "a%5Cb", "a b", "a%22b", "a$b", "a%"}) EXPECT_NE(refusal("mongodb://h/" + std::string(text)), "") << text;
}

TEST(ConnectionString, SeedLists) {
  for (const char* text : {"a.b.c,d.e.f", "a.b.c:27017", "1.2.3.4", "[::1]", "a.b.c/?directConnection=true", "a.b.c/?srvMaxHosts=1&replicaSet=r", "a.b.c/?srvMaxHosts=1&loadBalanced=true"})
    EXPECT_NE(refusal("mongodb+srv://" + std::string(text)), "") << text;
  for (const char* text : {"a.b.c/?directConnection=false", "a.b.c/?srvMaxHosts=0&replicaSet=r", "a.b.c/?srvMaxHosts=0&loadBalanced=true", "a.b.c/?srvMaxHosts=1&loadBalanced=false", "a.b.c/?srvServiceName=x"})
    EXPECT_EQ(accepted("mongodb+srv://" + std::string(text)).warnings.size(), 0u) << text;
}

/// Whatever is refused or warned of, a password is not in it; nor where one without escapes cuts the text in the wrong places.
TEST(ConnectionString, SecretsAreNotSaid) {
  for (const std::string password : {"hunter2", "hun:ter2", "hun/ter2", "hun?ter2", "hun@ter2", "hun%ter2", "hun#ter2", "hun,ter2", "hun&ter2=1", "?hunter2=1", "hun?ter2=1&ter2"})
    for (const std::string rest : {"h", "h/db", "h:99999", "h/?w=-1", "h/?x=ter2", "", "[::1", "h/?tls=true&ssl=false", "h/?proxyHost=p&proxyPassword=ter2", "h/?authMechanismProperties=ter2"}) {
      const std::string text = "mongodb://user:" + password + "@" + rest;
      const Result<ConnectionString> read = read_connection_string(text);
      std::string said = read ? "" : read.error().message;
      if (read)
        for (const std::string& warning : read->warnings) said += warning;
      EXPECT_EQ(said.find("ter2"), std::string::npos) << text << ": " << said;
      EXPECT_EQ(said.find("hun"), std::string::npos) << text << ": " << said;
    }
}

TEST(ConnectionString, BytesThatAreNoText) {
  EXPECT_NE(refusal(std::string("mongodb://h\0x", 12)), "");
  for (const char* bytes : {"\xff", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc3"}) EXPECT_NE(refusal("mongodb://h" + std::string(bytes)), "");
}

}  // namespace
}  // namespace failc::mongodb
