#include "interpreter/systems/mongodb/played/connection_string.hpp"

#include <algorithm>

#include "grammar/base/bug.hpp"
#include "interpreter/systems/mongodb/connection_string/connection_string.hpp"
#include "interpreter/systems/mongodb/connection_string/text.hpp"
#include "interpreter/systems/mongodb/played/shown.hpp"

namespace failc::played {
namespace {

using mongodb::ConnectionString;

Value text_or_null(const std::optional<std::string>& text) { return text ? Value(*text) : Value(Null{}); }

Document document_of(const mongodb::Properties& properties) {
  Document out;
  for (const auto& [key, value] : properties) out.entries.emplace_back(key, value);
  return out;
}

Value value_of(const mongodb::OptionValue& value) {
  if (const auto* truth = std::get_if<bool>(&value)) return *truth;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return *whole;
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* properties = std::get_if<mongodb::Properties>(&value)) return document_of(*properties);
  List out;
  if (const auto* texts = std::get_if<std::vector<std::string>>(&value))
    for (const std::string& each : *texts) out.emplace_back(each);
  if (const auto* sets = std::get_if<std::vector<mongodb::Properties>>(&value))
    for (const mongodb::Properties& each : *sets) out.emplace_back(document_of(each));
  return out;
}

Document seen_of(const Result<ConnectionString>& read) {
  Document out;
  out.entries.emplace_back("valid", static_cast<bool>(read));
  // What is refused gives no warning on top of it.
  out.entries.emplace_back("warning", read && !read->warnings.empty());
  if (!read) return out;
  List hosts;
  for (const mongodb::Host& host : read->hosts) {
    Document one;
    one.entries.emplace_back("type", std::string(name_of(host.kind)));
    one.entries.emplace_back("host", host.name);
    one.entries.emplace_back("port", host.port ? Value(static_cast<std::int64_t>(*host.port)) : Value(Null{}));
    hosts.emplace_back(std::move(one));
  }
  out.entries.emplace_back("hosts", std::move(hosts));
  Document auth;
  auth.entries.emplace_back("username", text_or_null(read->user));
  auth.entries.emplace_back("password", text_or_null(read->password));
  auth.entries.emplace_back("db", text_or_null(read->database));
  out.entries.emplace_back("auth", std::move(auth));
  Document options;
  for (const auto& [name, value] : read->options) options.entries.emplace_back(name, value_of(value));
  out.entries.emplace_back("options", std::move(options));
  return out;
}

bool is_secret(const std::string& key) { return key == "password" || mongodb::is_secret_option(key); }

/// Options by their names, whatever their case; others may be there too.
void compare_options(const Document& wanted, const Document* seen, std::vector<backend::Difference>& out) {
  for (const auto& [key, value] : wanted.entries) {
    const std::string_view name = mongodb::option_name(key);
    compare_values(value, seen == nullptr ? nullptr : seen->find(name), {"options", key}, out);
  }
}

std::vector<backend::Difference> compare_connection_string(const Document& wanted, const Document& seen) {
  Document rest = wanted;
  std::erase_if(rest.entries, [](const auto& entry) { return entry.first == "options"; });
  std::vector<backend::Difference> out = compare_shown(rest, seen, {"valid", "warning", "hosts", "auth"});
  const Value* options = wanted.find("options");
  const Value* shown = seen.find("options");
  if (const auto* document = options == nullptr ? nullptr : options->as<Document>()) compare_options(*document, shown == nullptr ? nullptr : shown->as<Document>(), out);
  hide(out, is_secret);
  return out;
}

std::optional<std::string> read_uri(const Document& document, Problems& problems) {
  Reading options(document, problems);
  options.only("this model", {"uri"});
  options.needs("this model", "uri");
  return options.text("uri");
}

void check_hosts(Reading& wanted, Problems& problems) {
  const List* hosts = wanted.list("hosts");
  if (hosts == nullptr) return;
  for (std::size_t i = 0; i < hosts->size(); ++i) {
    backend::DocumentPath path = wanted.at("hosts");
    path.push_back(std::to_string(i));
    const auto* document = (*hosts)[i].as<Document>();
    if (document == nullptr) {
      problems.push_back({std::move(path), "a host is a document, and not " + std::string(kind_of((*hosts)[i])), ""});
      continue;
    }
    Reading host(*document, problems, std::move(path));
    host.only("a host", {"type", "host", "port"});
    for (const char* key : {"type", "host"}) host.needs("a host", key);
    (void)host.text("host");
    (void)host.integer("port");
    const std::optional<std::string> type = host.text("type");
    if (type && *type != "hostname" && *type != "ipv4" && *type != "ip_literal" && *type != "unix") host.wrong("type", "`" + *type + "` is no type of a host", "it is hostname, ipv4, ip_literal or unix");
  }
}

void check_wanted(const Document& document, Problems& problems) {
  Reading wanted(document, problems);
  wanted.only("what this model shows", {"valid", "warning", "hosts", "auth", "options"});
  wanted.needs("what is wanted", "valid");
  (void)wanted.boolean("valid");
  (void)wanted.boolean("warning");
  check_hosts(wanted, problems);
  if (const Document* auth = wanted.document("auth")) {
    Reading inside(*auth, problems, wanted.at("auth"));
    inside.only("`auth`", {"username", "password", "db"});
    for (const char* key : {"username", "password", "db"}) (void)inside.text(key);
  }
  const Document* options = wanted.document("options");
  if (options == nullptr) return;
  Reading inside(*options, problems, wanted.at("options"));
  for (const auto& [key, value] : options->entries)
    if (mongodb::option_name(key).empty()) inside.wrong(key, "`" + key + "` is no option of connection strings");
}

Problems check_connection_string(backend::PlayerPart part, const Document& document) {
  Problems out;
  switch (part) {
    case backend::PlayerPart::options: (void)read_uri(document, out); return out;
    case backend::PlayerPart::step: return {{{}, "nothing can be played to this model", "what it shows is made of its `uri`"}};
    case backend::PlayerPart::wanted: check_wanted(document, out); return out;
  }
  FAILC_BUG("no such part");
}

Result<std::unique_ptr<backend::Player>> make_connection_string(const Document& options, std::uint64_t) {
  Problems problems;
  const std::optional<std::string> uri = read_uri(options, problems);
  if (!problems.empty()) return Error{problems.front().message};
  return std::unique_ptr<backend::Player>(std::make_unique<ShownPlayer>(seen_of(mongodb::read_connection_string(*uri)), compare_connection_string));
}

}  // namespace

backend::PlayerModel connection_string_model() { return {"connection_string", check_connection_string, make_connection_string}; }

}  // namespace failc::played
