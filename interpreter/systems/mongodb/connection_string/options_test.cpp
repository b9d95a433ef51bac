// Options: each by its rule.
#include <gtest/gtest.h>

#include "interpreter/systems/mongodb/connection_string/concern.hpp"
#include "interpreter/systems/mongodb/connection_string/connection_string.hpp"

namespace failc::mongodb {
namespace {

Result<ConnectionString> with_options(const std::string& options) { return read_connection_string("mongodb://h/?" + options); }

std::string why_not(const std::string& options) {
  const auto read = with_options(options);
  return read ? "" : read.error().message;
}

/// Warnings, a line each.
std::string warned(const std::string& options) {
  const auto read = with_options(options);
  EXPECT_TRUE(read) << options << ": " << (read ? "" : read.error().message);
  std::string out;
  if (read)
    for (const std::string& warning : read->warnings) out += (out.empty() ? "" : "\n") + warning;
  return out;
}

template <class T>
std::optional<T> value(const std::string& options, const std::string& name) {
  const auto read = with_options(options);
  if (!read) return std::nullopt;
  const T* found = read->option<T>(name);
  return found == nullptr ? std::nullopt : std::optional<T>(*found);
}

TEST(Options, NamesHaveNoCase) {
  EXPECT_EQ(value<bool>("TLS=true", "tls"), true);
  EXPECT_EQ(value<std::int64_t>("CONNECTtimeoutms=5", "connectTimeoutMS"), 5);
  EXPECT_EQ(value<std::string>("replica%53et=r", "replicaSet"), "r");
  EXPECT_EQ(option_name("wtimeoutms"), "wTimeoutMS");
  EXPECT_EQ(option_name("none"), "");
}

TEST(Options, PairsThatAreNone) {
  for (const char* options : {"w", "=1", "w=1&", "&w=1", "w=1&&tls=true", "w=%", "%=1", "w=%ff", "w=1%00"}) EXPECT_NE(why_not(options), "") << options;
  EXPECT_EQ(why_not("tls=true&w"), "option 2 is not of the form name=value");
  EXPECT_EQ(warned(""), "");
  EXPECT_EQ(value<std::string>("replicaSet=a=b", "replicaSet"), "a=b");
}

TEST(Options, UnknownOnesAreWarnedOf) {
  EXPECT_EQ(warned("foo=bar"), "option `foo` is not known and ignored");
  EXPECT_EQ(warned("f%20o=bar"), "option 1 is not known and ignored") << "only plain names are said";
  EXPECT_EQ(warned("foo=b@r"), "option 1 is not known and ignored") << "it may be the rest of a password";
}

TEST(Options, Truths) {
  for (const char* name : {"directConnection", "enableOverloadRetargeting", "journal", "loadBalanced", "retryReads", "retryWrites", "serverSelectionTryOnce", "ssl", "tls", "tlsAllowInvalidCertificates",
                           "tlsAllowInvalidHostnames", "tlsDisableCertificateRevocationCheck", "tlsDisableOCSPEndpointCheck", "tlsInsecure"}) {
    EXPECT_EQ(value<bool>(std::string(name) + "=true", name), true) << name;
    EXPECT_EQ(value<bool>(std::string(name) + "=false", name), false) << name;
    EXPECT_EQ(warned(std::string(name) + "=true"), "") << name;
    for (const char* wrong : {"1", "True", "yes", "", "-1"}) EXPECT_EQ(warned(std::string(name) + "=" + wrong), "the value of `" + std::string(name) + "` is ignored: it is true or false") << wrong;
    EXPECT_EQ(value<bool>(std::string(name) + "=1", name), std::nullopt);
  }
}

TEST(Options, WholeNumbers) {
  struct Limits {
    const char* name;
    std::int64_t least, most;
  };
  for (const Limits& each : std::initializer_list<Limits>{{"connectTimeoutMS", 0, 2147483647}, {"heartbeatFrequencyMS", 500, 2147483647}, {"localThresholdMS", 0, 2147483647}, {"maxAdaptiveRetries", 0, 2147483647},
                                                           {"maxConnecting", 1, 2147483647}, {"maxIdleTimeMS", 0, 2147483647}, {"maxPoolSize", 0, 2147483647}, {"maxStalenessSeconds", 90, 2147483647},
                                                           {"minPoolSize", 0, 2147483647}, {"serverSelectionTimeoutMS", 0, 2147483647}, {"socketTimeoutMS", 0, 2147483647}, {"timeoutMS", 0, 2147483647},
                                                           {"waitQueueTimeoutMS", 1, 2147483647}, {"wTimeoutMS", 0, 2147483647}, {"zlibCompressionLevel", -1, 9}}) {
    const std::string name = each.name;
    for (const std::int64_t good : {each.least, each.most}) EXPECT_EQ(value<std::int64_t>(name + "=" + std::to_string(good), name), good) << name;
    for (const std::string wrong : {std::to_string(each.least - 2), std::to_string(each.most + 1), std::string("x"), std::string(), std::string("1.5"), std::string("7 "), std::string("+7")}) {
      EXPECT_NE(warned(name + "=" + wrong), "") << name << " " << wrong;
      EXPECT_EQ(value<std::int64_t>(name + "=" + wrong, name), std::nullopt) << name << " " << wrong;
    }
  }
  EXPECT_EQ(value<std::int64_t>("maxStalenessSeconds=-1", "maxStalenessSeconds"), -1);
  EXPECT_NE(warned("maxStalenessSeconds=89"), "");
  EXPECT_NE(warned("maxStalenessSeconds=0"), "");
}

TEST(Options, Texts) {
  EXPECT_EQ(value<std::string>("appname=a%20b", "appname"), "a b");
  EXPECT_EQ(warned("appname=" + std::string(128, 'x')), "");
  EXPECT_NE(warned("appname=" + std::string(129, 'x')), "");
  EXPECT_EQ(value<std::string>("readConcernLevel=whatever", "readConcernLevel"), "whatever");
  EXPECT_NE(warned("replicaSet="), "");
  for (const char* mode : {"primary", "primaryPreferred", "secondary", "secondaryPreferred", "nearest"}) EXPECT_EQ(warned("readPreference=" + std::string(mode)), "");
  EXPECT_NE(warned("readPreference=Primary"), "");
  for (const char* mode : {"auto", "stream", "poll"}) EXPECT_EQ(warned("serverMonitoringMode=" + std::string(mode)), "");
  EXPECT_NE(warned("serverMonitoringMode=x"), "");
  EXPECT_NE(warned("authMechanism=x"), "");
}

TEST(Options, ListsAndPairs) {
  EXPECT_EQ(value<std::vector<std::string>>("compressors=zstd,snappy", "compressors"), (std::vector<std::string>{"zstd", "snappy"}));
  EXPECT_NE(warned("compressors=zstd,lzma"), "");
  EXPECT_EQ(value<Properties>("authMechanismProperties=A:b:c,D:", "authMechanismProperties"), (Properties{{"A", "b:c"}, {"D", ""}}));
  for (const char* wrong : {"A", ":b", "A:b,c", "", "A:b,"}) EXPECT_NE(warned("authMechanismProperties=" + std::string(wrong)), "") << wrong;
  EXPECT_EQ(value<std::vector<Properties>>("readPreferenceTags=dc:ny,rack:1&readPreferenceTags=dC:NY&readPreferenceTags=", "readPreferenceTags"),
            (std::vector<Properties>{{{"dc", "ny"}, {"rack", "1"}}, {{"dC", "NY"}}, {}}));
  EXPECT_NE(warned("readPreferenceTags=x"), "");
  EXPECT_EQ(warned("readPreferenceTags=a:b&readPreferenceTags=c:d"), "");
}

TEST(Options, MoreThanOnce) {
  EXPECT_EQ(warned("replicaSet=a&replicaset=b"), "`replicaSet` is given more than once, the first value counts");
  EXPECT_EQ(value<std::string>("replicaSet=a&replicaset=b", "replicaSet"), "a");
  EXPECT_EQ(warned("tls=true&tls=true&ssl=true"), "");
  EXPECT_EQ(value<bool>("ssl=true", "tls"), true);
  for (const char* options : {"tls=true&tls=false", "tls=true&ssl=false", "ssl=false&ssl=true", "tls=true&ssl=x"}) EXPECT_NE(why_not(options), "") << options;
}

TEST(Options, OldNames) {
  EXPECT_EQ(warned("wtimeout=5"), "`wtimeout` is old, write `wTimeoutMS`");
  EXPECT_EQ(value<std::int64_t>("wtimeout=5", "wTimeoutMS"), 5);
  for (const char* options : {"wtimeout=5&wTimeoutMS=10", "wTimeoutMS=10&wtimeout=5"}) {
    EXPECT_EQ(warned(options), "`wtimeout` is ignored, as `wTimeoutMS` took its place");
    EXPECT_EQ(value<std::int64_t>(options, "wTimeoutMS"), 10);
  }
}

TEST(Options, ThoseOfTlsThatExcludeEachOther) {
  const std::vector<std::pair<std::string, std::string>> pairs = {
      {"tlsInsecure", "tlsAllowInvalidCertificates"},
      {"tlsInsecure", "tlsAllowInvalidHostnames"},
      {"tlsInsecure", "tlsDisableOCSPEndpointCheck"},
      {"tlsInsecure", "tlsDisableCertificateRevocationCheck"},
      {"tlsAllowInvalidCertificates", "tlsDisableOCSPEndpointCheck"},
      {"tlsAllowInvalidCertificates", "tlsDisableCertificateRevocationCheck"},
      {"tlsDisableOCSPEndpointCheck", "tlsDisableCertificateRevocationCheck"},
  };
  for (const auto& pair : pairs)
    for (const char* one : {"true", "false", "x"})
      for (const char* other : {"true", "false"}) {
        EXPECT_NE(why_not(pair.first + "=" + one + "&" + pair.second + "=" + other).find("exclude each other"), std::string::npos) << pair.first << " " << pair.second;
        EXPECT_NE(why_not(pair.second + "=" + one + "&" + pair.first + "=" + other).find("exclude each other"), std::string::npos);
      }
  EXPECT_EQ(warned("tlsAllowInvalidCertificates=true&tlsAllowInvalidHostnames=true"), "");
}

TEST(Options, Proxies) {
  for (const char* options : {"proxyPort=1", "proxyUsername=u", "proxyPassword=p", "proxyHost=h&proxyUsername=u", "proxyHost=h&proxyPassword=p", "proxyHost=h&proxyHost=h", "proxyHost=h&proxyPort=1&proxyPort=1"})
    EXPECT_NE(why_not(options), "") << options;
  for (const char* options : {"proxyHost=h", "proxyHost=h&proxyPort=1", "proxyHost=h&proxyUsername=u&proxyPassword=p"}) EXPECT_EQ(warned(options), "") << options;
}

TEST(Options, Topologies) {
  for (const char* text : {"mongodb://a,b/?directConnection=true", "mongodb://a,b/?loadBalanced=true", "mongodb://a/?loadBalanced=true&directConnection=true", "mongodb://a/?loadBalanced=true&replicaSet=r",
                           "mongodb://a/?srvMaxHosts=1", "mongodb://a/?srvMaxHosts=0", "mongodb://a/?srvServiceName=x"})
    EXPECT_FALSE(read_connection_string(text)) << text;
  for (const char* text : {"mongodb://a,b/?directConnection=false", "mongodb://a,b/?loadBalanced=false", "mongodb://a/?loadBalanced=true&directConnection=false", "mongodb://a,b/?directConnection=x"})
    EXPECT_TRUE(read_connection_string(text)) << text;
}

TEST(Concerns, OfAString) {
  const auto concern = [](const std::string& options) { return write_concern_of(*with_options(options)); };
  EXPECT_TRUE(concern("")->is_server_default());
  EXPECT_EQ(std::get<std::int64_t>(*concern("w=3")->nodes), 3);
  EXPECT_EQ(std::get<std::string>(*concern("w=majority")->nodes), "majority");
  EXPECT_EQ(concern("wTimeoutMS=7")->timeout, 7);
  EXPECT_EQ(concern("journal=true")->journal, true);
  for (const char* options : {"w=-1", "wTimeoutMS=-1", "w=", "wTimeoutMS=x", "journal=x", "w=0&journal=true"}) EXPECT_FALSE(concern(options)) << options;
  EXPECT_FALSE(concern("w=0")->is_acknowledged());
  EXPECT_FALSE(concern("w=0&journal=false")->is_acknowledged());
  EXPECT_TRUE(concern("w=1")->is_acknowledged());
  EXPECT_TRUE(concern("")->is_acknowledged());
  EXPECT_EQ(read_concern_of(*with_options("readConcernLevel=local")).level, "local");
  EXPECT_TRUE(read_concern_of(*with_options("")).is_server_default());
}

TEST(Concerns, Values) {
  WriteConcern concern;
  EXPECT_TRUE(check_values(concern));
  concern.nodes = std::int64_t{-1};
  EXPECT_FALSE(check_values(concern));
  concern = {};
  concern.timeout = -1;
  EXPECT_FALSE(check_values(concern));
  concern = {};
  concern.nodes = std::int64_t{0};
  concern.journal = true;
  EXPECT_TRUE(check_values(concern));
  EXPECT_FALSE(check_consistency(concern));
  EXPECT_TRUE(concern.is_acknowledged());
  concern.nodes = std::int64_t{1};
  EXPECT_TRUE(check_consistency(concern));
}

}  // namespace
}  // namespace failc::mongodb
