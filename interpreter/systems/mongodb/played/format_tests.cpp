// Formats whose files are lists of tests.
#include <algorithm>

#include "grammar/import/keys.hpp"
#include "interpreter/systems/mongodb/connection_string/connection_string.hpp"
#include "interpreter/systems/mongodb/played/formats.hpp"

namespace failc::played {
namespace {

using check::SpecPlay;
using spec::Kind;
using spec::Ref;

/// Keys of a test: what the model is made of, and what it is to show.
struct TestKeys {
  const char* model;
  std::initializer_list<std::string_view> made_of, shown;
};

bool any_test_has(const Ref& root, std::string_view key) {
  for (const Ref test : root.find("tests").items())
    if (test.find(key)) return true;
  return false;
}

std::optional<SpecPlay> test_of(const Ref& test, std::size_t number, const TestKeys& keys, diag::Sink& sink) {
  const std::string where = "test " + std::to_string(number);
  if (!is_kind(test, Kind::document, where, sink)) return std::nullopt;
  const std::size_t before = sink.errors();
  std::vector<std::string_view> known = {"description"};
  known.insert(known.end(), keys.made_of.begin(), keys.made_of.end());
  known.insert(known.end(), keys.shown.begin(), keys.shown.end());
  only_keys(test, known, where, sink, {{"tests", "the file"}});
  SpecPlay out;
  out.model = keys.model;
  const Ref description = value_of(test, "description", Kind::text, where, sink);
  out.at = description ? description : test;
  if (description) out.title = description.text();
  if (out.title.empty()) out.title = where;
  SpecPlay::Group& group = out.groups.emplace_back();
  group.at = test;
  for (const std::string_view key : keys.made_of)
    if (const Ref value = test.find(key)) out.options.push_back({std::string(key), value});
  for (const std::string_view key : keys.shown)
    if (const Ref value = test.find(key)) group.wanted.push_back({std::string(key), value});
  (void)value_of(test, "valid", Kind::boolean, where, sink);
  if (out.options.empty()) spec::note_alias(sink.report(diag::Code::missing_spec_key, test.place(), {where, *keys.made_of.begin()}), test);
  if (sink.errors() > before) return std::nullopt;
  return out;
}

Scenarios tests_of(const Ref& root, const TestKeys& keys, diag::Sink& sink) {
  const std::size_t before = sink.errors();
  constexpr const char* kList = "the file";
  std::vector<spec::ElsewhereKey> elsewhere;
  for (const auto& part : {keys.made_of, keys.shown})
    for (const std::string_view key : part) elsewhere.push_back({key, "a test"});
  only_keys(root, {"description", "tests"}, kList, sink, elsewhere);
  const Ref tests = value_of(root, "tests", Kind::list, kList, sink);
  if (tests && tests.size() == 0) sink.report(diag::Code::missing_spec_key, tests.place(), {"this list", "a test"});
  std::vector<SpecPlay> out;
  std::size_t number = 0;
  for (const Ref test : tests.items())
    if (auto play = test_of(test, ++number, keys, sink)) out.push_back(std::move(*play));
  if (sink.errors() > before) return std::nullopt;
  return out;
}

/// The specification let users give a name and a password to MONGODB-AWS before it forbade that, and its file has tests of both: those of
/// before, which say what the credential is, and later ones, which want the same to be invalid. They cannot both hold.
bool is_contradicted(const SpecPlay& play) {
  const SpecPlay::Parts& wanted = play.groups.front().wanted;
  const bool invalid = wanted.size() == 1 && wanted.front().key == "valid" && !wanted.front().value.boolean();
  if (!invalid || play.options.empty() || !play.options.front().value.is(Kind::text)) return false;
  const auto read = mongodb::read_connection_string(play.options.front().value.text());
  const auto* mechanism = read ? read->option<std::string>("authMechanism") : nullptr;
  return mechanism != nullptr && *mechanism == "MONGODB-AWS" && read->user && read->password;
}

}  // namespace

bool has_credential_shape(const Ref& root) { return any_test_has(root, "uri") && any_test_has(root, "credential"); }

Scenarios read_credential_format(const Ref& root, diag::Sink& sink) {
  Scenarios out = tests_of(root, {"credential", {"uri"}, {"valid", "credential"}}, sink);
  if (!out) return out;
  const bool both = std::any_of(out->begin(), out->end(), [](const SpecPlay& play) {
    const SpecPlay::Parts& wanted = play.groups.front().wanted;
    return std::any_of(wanted.begin(), wanted.end(), [](const SpecPlay::Part& part) {
      const Ref mechanism = part.value.find("mechanism");
      return part.key == "credential" && mechanism.is(Kind::text) && mechanism.text() == "MONGODB-AWS" && part.value.find("password").is(Kind::text);
    });
  });
  for (SpecPlay& play : *out)
    if (both && is_contradicted(play)) play.skip = "other tests of this file want a user name and a password of MONGODB-AWS to be valid, and this one wants them invalid";
  return out;
}

bool has_concern_string_shape(const Ref& root) { return any_test_has(root, "uri") && (any_test_has(root, "readConcern") || any_test_has(root, "writeConcern")); }

Scenarios read_concern_string_format(const Ref& root, diag::Sink& sink) {
  return tests_of(root, {"concern", {"uri"}, {"valid", "warning", "readConcern", "writeConcern"}}, sink);
}

bool has_concern_document_shape(const Ref& root) {
  return !any_test_has(root, "uri") && (any_test_has(root, "readConcern") || any_test_has(root, "writeConcern") || any_test_has(root, "readConcernDocument") || any_test_has(root, "writeConcernDocument"));
}

Scenarios read_concern_document_format(const Ref& root, diag::Sink& sink) {
  return tests_of(root, {"concern", {"readConcern", "writeConcern"}, {"valid", "isServerDefault", "isAcknowledged", "readConcernDocument", "writeConcernDocument"}}, sink);
}

bool has_connection_string_shape(const Ref& root) { return any_test_has(root, "uri"); }

Scenarios read_connection_string_format(const Ref& root, diag::Sink& sink) {
  return tests_of(root, {"connection_string", {"uri"}, {"valid", "warning", "hosts", "auth", "options"}}, sink);
}

}  // namespace failc::played
