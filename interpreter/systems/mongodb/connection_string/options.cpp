#include "interpreter/systems/mongodb/connection_string/options.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "interpreter/systems/mongodb/connection_string/text.hpp"

namespace failc::mongodb {
namespace {

enum class OptionKind : std::uint8_t { truth, whole, text, write_nodes, texts, properties, tags, mode, monitoring, mechanism };

struct KnownOption {
  std::string_view name;
  OptionKind kind;
  std::int64_t least = 0;  // of whole numbers
  std::int64_t most = std::numeric_limits<std::int32_t>::max();
  std::int64_t also = 0;   // a whole number that is allowed too
};

using enum OptionKind;
constexpr KnownOption kKnown[] = {
    {"appname", text},
    {"authMechanism", mechanism},
    {"authMechanismProperties", properties},
    {"authSource", text},
    {"compressors", texts},
    {"connectTimeoutMS", whole},
    {"directConnection", truth},
    {"enableOverloadRetargeting", truth},
    {"heartbeatFrequencyMS", whole, 500},
    {"journal", truth},
    {"loadBalanced", truth},
    {"localThresholdMS", whole},
    {"maxAdaptiveRetries", whole},
    {"maxConnecting", whole, 1},
    {"maxIdleTimeMS", whole},
    {"maxPoolSize", whole},
    {"maxStalenessSeconds", whole, 90, std::numeric_limits<std::int32_t>::max(), -1},
    {"minPoolSize", whole},
    {"proxyHost", text},
    {"proxyPassword", text},
    {"proxyPort", whole, 0, 65535},
    {"proxyUsername", text},
    {"readConcernLevel", text},
    {"readPreference", mode},
    {"readPreferenceTags", tags},
    {"replicaSet", text},
    {"retryReads", truth},
    {"retryWrites", truth},
    {"serverMonitoringMode", monitoring},
    {"serverSelectionTimeoutMS", whole},
    {"serverSelectionTryOnce", truth},
    {"socketTimeoutMS", whole},
    {"srvMaxHosts", whole},
    {"srvServiceName", text},
    {"ssl", truth},
    {"timeoutMS", whole},
    {"tls", truth},
    {"tlsAllowInvalidCertificates", truth},
    {"tlsAllowInvalidHostnames", truth},
    {"tlsCAFile", text},
    {"tlsCertificateKeyFile", text},
    {"tlsCertificateKeyFilePassword", text},
    {"tlsDisableCertificateRevocationCheck", truth},
    {"tlsDisableOCSPEndpointCheck", truth},
    {"tlsInsecure", truth},
    {"w", write_nodes},
    {"waitQueueTimeoutMS", whole, 1},
    {"wTimeoutMS", whole},
    {"zlibCompressionLevel", whole, -1, 9},
};

constexpr std::array<std::string_view, 5> kModes = {"primary", "primaryPreferred", "secondary", "secondaryPreferred", "nearest"};
constexpr std::array<std::string_view, 3> kMonitoring = {"auto", "stream", "poll"};
constexpr std::array<std::string_view, 3> kCompressors = {"snappy", "zlib", "zstd"};
constexpr std::array<std::string_view, 8> kMechanisms = {"GSSAPI",       "MONGODB-AWS", "MONGODB-CR",    "MONGODB-OIDC",
                                                         "MONGODB-X509", "PLAIN",       "SCRAM-SHA-1", "SCRAM-SHA-256"};

template <std::size_t N>
bool one_of(const std::array<std::string_view, N>& all, std::string_view text) {
  return std::find(all.begin(), all.end(), text) != all.end();
}
template <std::size_t N>
std::string listed(const std::array<std::string_view, N>& all) {
  std::string out;
  for (const std::string_view each : all) out += (out.empty() ? "" : ", ") + std::string(each);
  return out;
}

const KnownOption* known_option(std::string_view name) {
  const auto low = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  for (const KnownOption& each : kKnown)
    if (std::equal(each.name.begin(), each.name.end(), name.begin(), name.end(), [&](char a, char b) { return low(a) == low(b); })) return &each;
  return nullptr;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t out = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

/// Nothing: a part of it has no key.
std::optional<Properties> properties_of(std::string_view text) {
  Properties out;
  if (text.empty()) return out;
  for (const std::string_view pair : split(text, ',')) {
    const std::size_t colon = pair.find(':');
    if (colon == 0 || colon == std::string_view::npos) return std::nullopt;
    out.emplace_back(pair.substr(0, colon), pair.substr(colon + 1));
  }
  return out;
}

/// The value, or what is wanted instead.
Result<OptionValue> value_of(const KnownOption& option, const std::string& value) {
  switch (option.kind) {
    case truth:
      if (value == "true" || value == "false") return OptionValue(value == "true");
      return Error{"true or false"};
    case whole: {
      const std::optional<std::int64_t> number = whole_number(value);
      const bool allowed = number && ((*number >= option.least && *number <= option.most) || (option.also != 0 && *number == option.also));
      if (allowed) return OptionValue(*number);
      return Error{"a whole number from " + std::to_string(option.least) + " to " + std::to_string(option.most) +
                   (option.also != 0 ? ", or " + std::to_string(option.also) : "")};
    }
    case text:
      if (value.empty()) return Error{"a text"};
      if (option.name == "appname" && value.size() > 128) return Error{"a text of 128 bytes at most"};
      return OptionValue(value);
    case write_nodes: {
      const std::optional<std::int64_t> number = whole_number(value);
      if (value.empty() || (number && (*number < 0 || *number > std::numeric_limits<std::int32_t>::max()))) return Error{"a number that is not negative, or a text"};
      return number ? OptionValue(*number) : OptionValue(value);
    }
    case texts: {
      std::vector<std::string> out;
      for (const std::string_view each : split(value, ',')) {
        if (!one_of(kCompressors, each)) return Error{"a list of " + listed(kCompressors)};
        out.emplace_back(each);
      }
      return OptionValue(std::move(out));
    }
    case properties: {
      std::optional<Properties> out = properties_of(value);
      if (!out || out->empty()) return Error{"`key:value` with commas in between"};
      return OptionValue(std::move(*out));
    }
    case tags: {
      std::optional<Properties> out = properties_of(value);
      if (!out) return Error{"`key:value` with commas in between, or nothing"};
      return OptionValue(std::vector<Properties>{std::move(*out)});
    }
    case mode:
      if (one_of(kModes, value)) return OptionValue(value);
      return Error{"one of " + listed(kModes)};
    case monitoring:
      if (one_of(kMonitoring, value)) return OptionValue(value);
      return Error{"one of " + listed(kMonitoring)};
    case mechanism:
      if (one_of(kMechanisms, value)) return OptionValue(value);
      return Error{"one of " + listed(kMechanisms)};
  }
  return Error{"something else"};
}

/// What was written, whether or not its value is valid: some rules are about that.
using Given = std::map<std::string_view, std::vector<std::string>>;

Status check_tls(const Given& given) {
  std::string_view first;
  for (const std::string_view name : {std::string_view("tls"), std::string_view("ssl")}) {
    const auto found = given.find(name);
    if (found == given.end()) continue;
    for (const std::string& value : found->second) {
      if (first.empty()) first = value;
      if (value != first) return Error{"`tls` and `ssl` are the same option, and are given different values"};
    }
  }
  constexpr std::pair<std::string_view, std::string_view> kExcluding[] = {
      {"tlsInsecure", "tlsAllowInvalidCertificates"},
      {"tlsInsecure", "tlsAllowInvalidHostnames"},
      {"tlsInsecure", "tlsDisableOCSPEndpointCheck"},
      {"tlsInsecure", "tlsDisableCertificateRevocationCheck"},
      {"tlsAllowInvalidCertificates", "tlsDisableOCSPEndpointCheck"},
      {"tlsAllowInvalidCertificates", "tlsDisableCertificateRevocationCheck"},
      {"tlsDisableOCSPEndpointCheck", "tlsDisableCertificateRevocationCheck"},
  };
  for (const auto& pair : kExcluding)
    if (given.contains(pair.first) && given.contains(pair.second)) return Error{"`" + std::string(pair.first) + "` and `" + std::string(pair.second) + "` exclude each other"};
  return Done{};
}

Status check_proxy(const Given& given) {
  for (const std::string_view name : {"proxyHost", "proxyPort", "proxyUsername", "proxyPassword"}) {
    const auto found = given.find(name);
    if (found == given.end()) continue;
    if (found->second.size() > 1) return Error{"`" + std::string(name) + "` is given twice"};
    if (!given.contains("proxyHost")) return Error{"`" + std::string(name) + "` needs `proxyHost`"};
  }
  if (given.contains("proxyUsername") != given.contains("proxyPassword")) return Error{"`proxyUsername` and `proxyPassword` need each other"};
  return Done{};
}

bool is_true(const ConnectionString& of, const char* name) {
  const bool* value = of.option<bool>(name);
  return value != nullptr && *value;
}

Status check_topology(const Given& given, const ConnectionString& of) {
  const bool direct = is_true(of, "directConnection"), balanced = is_true(of, "loadBalanced"), set = of.options.contains("replicaSet");
  if (direct && of.hosts.size() > 1) return Error{"`directConnection=true` takes one host only"};
  if (direct && of.seed_list) return Error{"`directConnection=true` takes no mongodb+srv, which may lead to several hosts"};
  if (balanced && of.hosts.size() > 1) return Error{"`loadBalanced=true` takes one host only"};
  if (balanced && direct) return Error{"`loadBalanced=true` excludes `directConnection=true`"};
  if (balanced && set) return Error{"`loadBalanced=true` excludes `replicaSet`"};
  for (const std::string_view name : {"srvMaxHosts", "srvServiceName"})
    if (given.contains(name) && !of.seed_list) return Error{"`" + std::string(name) + "` is for mongodb+srv only"};
  const std::int64_t* most = of.option<std::int64_t>("srvMaxHosts");
  if (most != nullptr && *most > 0 && (set || balanced)) return Error{std::string("`srvMaxHosts` excludes ") + (set ? "`replicaSet`" : "`loadBalanced=true`")};
  return Done{};
}

class OptionsReader {
 public:
  explicit OptionsReader(ConnectionString& out) : out_(out) {}

  Status pair(std::string_view text, std::size_t number, bool quotable) {
    const std::string which = "option " + std::to_string(number);
    const std::size_t equals = text.find('=');
    if (equals == 0 || equals == std::string_view::npos) return Error{which + " is not of the form name=value"};
    const std::optional<std::string> name = without_escapes(text.substr(0, equals)), value = without_escapes(text.substr(equals + 1));
    if (!name || !value) return Error{which + " has a `%` that is no escape of UTF-8"};
    if (lower_ascii(*name) == "wtimeout") return old_timeout(*value);
    const KnownOption* option = known_option(*name);
    if (option == nullptr) {
      const bool plain = quotable && name->size() <= 40 && std::all_of(name->begin(), name->end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
      out_.warnings.push_back((plain ? "option `" + *name + "`" : which) + " is not known and ignored");
      return Done{};
    }
    take(*option, *value);
    return Done{};
  }

  Status finish() {
    if (old_timeout_) {
      if (given_.contains("wTimeoutMS")) {
        out_.warnings.push_back("`wtimeout` is ignored, as `wTimeoutMS` took its place");
      } else {
        out_.warnings.push_back("`wtimeout` is old, write `wTimeoutMS`");
        take(*known_option("wTimeoutMS"), *old_timeout_);
      }
    }
    for (const auto& rules : {check_tls(given_), check_proxy(given_), check_topology(given_, out_)})
      if (!rules) return rules.error();
    // One option with two names: whoever asks finds it under either.
    for (const auto& [name, other] : {std::pair("tls", "ssl"), std::pair("ssl", "tls")})
      if (const bool* value = out_.option<bool>(name)) out_.options.emplace(other, *value);
    return Done{};
  }

 private:
  Status old_timeout(const std::string& value) {
    if (!old_timeout_) old_timeout_ = value;
    return Done{};
  }

  void take(const KnownOption& option, const std::string& value) {
    std::vector<std::string>& written = given_[option.name];
    written.push_back(value);
    const std::string name(option.name);
    const bool again = written.size() > 1, secure = name == "tls" || name == "ssl";
    if (again && option.kind != tags) {
      // Whatever differs there is an error.
      if (!secure) out_.warnings.push_back("`" + name + "` is given more than once, the first value counts");
      return;
    }
    Result<OptionValue> read = value_of(option, value);
    if (!read) {
      out_.rejected[name] = "it is " + read.error().message;
      out_.warnings.push_back("the value of `" + name + "` is ignored: it is " + read.error().message);
      return;
    }
    if (option.kind == tags && out_.options.contains(name))
      std::get<std::vector<Properties>>(out_.options.at(name)).push_back(std::get<std::vector<Properties>>(*read).front());
    else
      out_.options.emplace(name, std::move(*read));
  }

  ConnectionString& out_;
  Given given_;
  std::optional<std::string> old_timeout_;
};

}  // namespace

std::string_view option_name(std::string_view name) {
  const KnownOption* found = known_option(name);
  return found == nullptr ? "" : found->name;
}

bool is_secret_option(std::string_view name) {
  const std::string_view known = option_name(name);
  return known == "proxyPassword" || known == "tlsCertificateKeyFilePassword" || known == "authMechanismProperties";
}

Status read_options(std::string_view text, ConnectionString& out) {
  OptionsReader reader(out);
  if (!text.empty()) {
    std::size_t number = 0;
    // With an `@` in it, it may be the rest of a password with a `?`.
    const bool quotable = text.find('@') == std::string_view::npos;
    for (const std::string_view pair : split(text, '&'))
      if (const Status read = reader.pair(pair, ++number, quotable); !read) return read;
  }
  return reader.finish();
}

}  // namespace failc::mongodb
