#include "interpreter/systems/mongodb/connection_string/credential.hpp"

#include "grammar/base/bug.hpp"
#include "interpreter/systems/mongodb/played/connection_string.hpp"
#include "interpreter/systems/mongodb/played/shown.hpp"

namespace failc::played {
namespace {

using mongodb::Credential;

std::optional<std::string> credential_uri(const Document& document, Problems& problems) {
  Reading options(document, problems);
  options.only("this model", {"uri"});
  options.needs("this model", "uri");
  return options.text("uri");
}

Document shown_credential(const std::string& uri) {
  const Result<mongodb::ConnectionString> read = mongodb::read_connection_string(uri);
  const Result<std::optional<Credential>> made = read ? mongodb::credential_of(*read) : Result<std::optional<Credential>>(read.error());
  Document out;
  out.entries.emplace_back("valid", static_cast<bool>(made));
  if (!made || !*made) {
    out.entries.emplace_back("credential", Null{});
    return out;
  }
  const Credential& credential = **made;
  const auto text = [](const std::optional<std::string>& value) { return value ? Value(*value) : Value(Null{}); };
  Document one, properties;
  for (const auto& [key, value] : credential.properties) properties.entries.emplace_back(key, value);
  one.entries.emplace_back("username", text(credential.user));
  one.entries.emplace_back("password", text(credential.password));
  one.entries.emplace_back("source", credential.source);
  one.entries.emplace_back("mechanism", text(credential.mechanism));
  one.entries.emplace_back("mechanism_properties", credential.properties.empty() ? Value(Null{}) : Value(std::move(properties)));
  out.entries.emplace_back("credential", std::move(one));
  return out;
}

bool is_hidden(const std::string& key) { return key == "password" || key == "AWS_SESSION_TOKEN"; }

std::vector<backend::Difference> compare_credential(const Document& wanted, const Document& seen) {
  std::vector<backend::Difference> out = compare_shown(wanted, seen, {"valid"});
  hide(out, is_hidden);
  return out;
}

void check_wanted_credential(const Document& document, Problems& problems) {
  Reading wanted(document, problems);
  wanted.only("what this model shows", {"valid", "credential"});
  wanted.needs("what is wanted", "valid");
  const std::optional<bool> valid = wanted.boolean("valid");
  if (valid == true && !wanted.has("credential")) problems.push_back({{}, "what is wanted has no `credential`", "where there is to be none, write null"});
  const Document* credential = wanted.document("credential");
  if (credential == nullptr) return;
  Reading inside(*credential, problems, wanted.at("credential"));
  inside.only("a credential", {"username", "password", "source", "mechanism", "mechanism_properties"});
  for (const char* key : {"username", "password", "source", "mechanism"}) (void)inside.text(key);
  const Document* properties = inside.document("mechanism_properties");
  if (properties == nullptr) return;
  Reading each(*properties, problems, inside.at("mechanism_properties"));
  for (const auto& [key, value] : properties->entries) (void)each.text(key);
}

Problems check_credential(backend::PlayerPart part, const Document& document) {
  Problems out;
  switch (part) {
    case backend::PlayerPart::options: (void)credential_uri(document, out); return out;
    case backend::PlayerPart::step: return {{{}, "nothing can be played to this model", "what it shows is made of its `uri`"}};
    case backend::PlayerPart::wanted: check_wanted_credential(document, out); return out;
  }
  FAILC_BUG("no such part");
}

Result<std::unique_ptr<backend::Player>> make_credential(const Document& options, std::uint64_t) {
  Problems problems;
  const std::optional<std::string> uri = credential_uri(options, problems);
  if (!problems.empty()) return Error{problems.front().message};
  return std::unique_ptr<backend::Player>(std::make_unique<ShownPlayer>(shown_credential(*uri), compare_credential));
}

}  // namespace

backend::PlayerModel credential_model() { return {"credential", check_credential, make_credential}; }

}  // namespace failc::played
