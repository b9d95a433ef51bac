#include "interpreter/systems/mongodb/connection_string/concern.hpp"

#include "grammar/base/bug.hpp"
#include "interpreter/systems/mongodb/played/connection_string.hpp"
#include "interpreter/systems/mongodb/played/shown.hpp"
#include "interpreter/systems/mongodb/sdam/extended_json.hpp"

namespace failc::played {
namespace {

using mongodb::ReadConcern;
using mongodb::WriteConcern;

ReadConcern read_level(const Document& document, Problems& problems, backend::DocumentPath path) {
  Reading concern(document, problems, std::move(path));
  concern.only("a read concern", {"level"});
  return {concern.text("level")};
}

/// `spelling`: of the timeout and of the journal, which the application and the server call differently.
struct Spelling {
  const char *timeout, *journal;
};
constexpr Spelling kApplication = {"wtimeoutMS", "journal"}, kServer = {"wtimeout", "j"};

WriteConcern read_write_concern(const Document& document, Problems& problems, backend::DocumentPath path, const Spelling& spelling) {
  Reading concern(document, problems, std::move(path));
  concern.only("a write concern", {"w", spelling.timeout, spelling.journal});
  WriteConcern out;
  if (const Value* nodes = document.find("w"); nodes != nullptr && !nodes->is<Null>()) {
    if (const auto* text = nodes->as<std::string>()) out.nodes = *text;
    else if (const auto count = sdam::integer_of(*nodes)) out.nodes = *count;
    else concern.wrong("w", "`w` is a whole number or a string, and this is " + std::string(kind_of(*nodes)));
  }
  out.timeout = concern.integer(spelling.timeout);
  out.journal = concern.boolean(spelling.journal);
  return out;
}

Document document_of(const ReadConcern& concern) {
  Document out;
  if (concern.level) out.entries.emplace_back("level", *concern.level);
  return out;
}

Document document_of(const WriteConcern& concern, const Spelling& spelling) {
  Document out;
  if (concern.nodes) {
    const auto* count = std::get_if<std::int64_t>(&*concern.nodes);
    out.entries.emplace_back("w", count != nullptr ? Value(*count) : Value(std::get<std::string>(*concern.nodes)));
  }
  if (concern.timeout) out.entries.emplace_back(spelling.timeout, *concern.timeout);
  if (concern.journal) out.entries.emplace_back(spelling.journal, *concern.journal);
  return out;
}

struct Said {
  std::optional<std::string> uri;
  std::optional<ReadConcern> read;
  std::optional<WriteConcern> write;
};

Said read_said(const Document& document, Problems& problems) {
  Said out;
  Reading options(document, problems);
  options.only("this model", {"uri", "readConcern", "writeConcern"});
  out.uri = options.text("uri");
  if (const Document* read = options.document("readConcern")) out.read = read_level(*read, problems, options.at("readConcern"));
  if (const Document* write = options.document("writeConcern")) out.write = read_write_concern(*write, problems, options.at("writeConcern"), kApplication);
  if (out.uri.has_value() + out.read.has_value() + out.write.has_value() != 1 && problems.empty()) problems.push_back({{}, "this model is made of one of `uri`, `readConcern` and `writeConcern`", ""});
  return out;
}

Document shown_of(const std::string& uri) {
  const Result<mongodb::ConnectionString> read = mongodb::read_connection_string(uri);
  const Result<WriteConcern> write = read ? mongodb::write_concern_of(*read) : Result<WriteConcern>(read.error());
  Document out;
  out.entries.emplace_back("valid", static_cast<bool>(write));
  out.entries.emplace_back("warning", write && !read->warnings.empty());
  if (!write) return out;
  out.entries.emplace_back("readConcern", document_of(mongodb::read_concern_of(*read)));
  out.entries.emplace_back("writeConcern", document_of(*write, kApplication));
  return out;
}

Document shown_of(const ReadConcern& concern) {
  Document out;
  out.entries.emplace_back("valid", true);
  out.entries.emplace_back("isServerDefault", concern.is_server_default());
  out.entries.emplace_back("readConcernDocument", document_of(concern));
  return out;
}

/// One whose values are none is not there at all; one that is inconsistent is, but must not be asked for.
Document shown_of(const WriteConcern& concern) {
  Document out;
  const bool there = static_cast<bool>(mongodb::check_values(concern));
  out.entries.emplace_back("valid", there && mongodb::check_consistency(concern));
  if (!there) return out;
  out.entries.emplace_back("isServerDefault", concern.is_server_default());
  out.entries.emplace_back("isAcknowledged", concern.is_acknowledged());
  out.entries.emplace_back("writeConcernDocument", document_of(concern, kServer));
  return out;
}

std::vector<backend::Difference> compare_concern(const Document& wanted, const Document& seen) {
  return compare_shown(wanted, seen, {"valid", "warning", "isServerDefault", "isAcknowledged", "readConcern", "writeConcern", "readConcernDocument", "writeConcernDocument"});
}

void check_wanted_concern(const Document& document, Problems& problems) {
  Reading wanted(document, problems);
  wanted.only("what this model shows", {"valid", "warning", "readConcern", "writeConcern", "isServerDefault", "isAcknowledged", "readConcernDocument", "writeConcernDocument"});
  wanted.needs("what is wanted", "valid");
  for (const char* key : {"valid", "warning", "isServerDefault", "isAcknowledged"}) (void)wanted.boolean(key);
  for (const char* key : {"readConcern", "readConcernDocument"})
    if (const Document* read = wanted.document(key)) (void)read_level(*read, problems, wanted.at(key));
  if (const Document* write = wanted.document("writeConcern")) (void)read_write_concern(*write, problems, wanted.at("writeConcern"), kApplication);
  if (const Document* write = wanted.document("writeConcernDocument")) (void)read_write_concern(*write, problems, wanted.at("writeConcernDocument"), kServer);
}

Problems check_concern(backend::PlayerPart part, const Document& document) {
  Problems out;
  switch (part) {
    case backend::PlayerPart::options: (void)read_said(document, out); return out;
    case backend::PlayerPart::step: return {{{}, "nothing can be played to this model", "what it shows is made of its options"}};
    case backend::PlayerPart::wanted: check_wanted_concern(document, out); return out;
  }
  FAILC_BUG("no such part");
}

Result<std::unique_ptr<backend::Player>> make_concern(const Document& options, std::uint64_t) {
  Problems problems;
  const Said said = read_said(options, problems);
  if (!problems.empty()) return Error{problems.front().message};
  return std::unique_ptr<backend::Player>(std::make_unique<ShownPlayer>(said.uri ? shown_of(*said.uri) : said.read ? shown_of(*said.read) : shown_of(*said.write), compare_concern));
}

}  // namespace

backend::PlayerModel concern_model() { return {"concern", check_concern, make_concern}; }

}  // namespace failc::played
