#include "interpreter/systems/mongodb/mongod/snapshot.hpp"

#include <cstring>
#include <utility>

#include "interpreter/systems/mongodb/bson/builder.hpp"
#include "interpreter/systems/mongodb/mongod/journal.hpp"

namespace failc::mongod {
namespace {

// A piece is a row of items: a letter and a document. A record has its number, in eight bytes, between them, and belongs to the collection
// before it.
constexpr char kCollection = 'c', kRecord = 'r', kSession = 's';

/// The document at the front of `bytes`, taken away from there; nothing where there is no well-formed one.
std::optional<bson::Document> take_document(std::string_view& bytes) {
  std::int32_t size = 0;
  if (bytes.size() < sizeof size) return std::nullopt;
  std::memcpy(&size, bytes.data(), sizeof size);
  if (size < 5 || static_cast<std::size_t>(size) > bytes.size()) return std::nullopt;
  Result<bson::Document> out = bson::Document::from_bytes(std::string(bytes.substr(0, static_cast<std::size_t>(size))));
  if (!out) return std::nullopt;
  bytes.remove_prefix(static_cast<std::size_t>(size));
  return std::move(*out);
}

}  // namespace

void write_snapshot(const query::Catalog& catalog, const std::vector<SessionMark>& sessions, bool with_local, std::size_t piece_bytes,
                    const std::function<void(std::string)>& give) {
  std::string piece;
  bool given = false;
  const auto end_item = [&](bool last) {
    if (last ? piece.empty() && given : piece.size() < piece_bytes) return;
    given = true;
    give(std::exchange(piece, {}));
  };
  for (const std::string& database : catalog.databases()) {
    if (database == "local" && !with_local) continue;
    for (const auto& [name, collection] : catalog.collections(database)) {
      piece += kCollection;
      piece += query::to_bson({query::Change::Kind::create, {database, name}, 0, {}, collection->outline(), {}}).bytes();
      for (const auto& [record, document] : collection->records()) {
        piece += kRecord;
        piece.append(reinterpret_cast<const char*>(&record), sizeof record);
        piece += document.bytes();
        end_item(false);
      }
    }
  }
  for (const SessionMark& mark : sessions) {
    piece += kSession;
    piece += encode_entry({LogEntry::Kind::nothing, {}, mark, ""});
    end_item(false);
  }
  end_item(true);
}

Status SnapshotReader::add(std::string_view piece) {
  const Error broken{"a piece of a snapshot is not one of this program's"};
  while (!piece.empty()) {
    const char kind = piece.front();
    piece.remove_prefix(1);
    query::RecordId record = 0;
    if (kind == kRecord) {
      if (piece.size() < sizeof record || !collection_) return broken;
      std::memcpy(&record, piece.data(), sizeof record);
      piece.remove_prefix(sizeof record);
    }
    std::optional<bson::Document> document = take_document(piece);
    if (!document) return broken;
    if (kind == kSession) {
      Result<LogEntry> entry = decode_entry(document->bytes());
      if (!entry || !entry->session) return broken;
      sessions.push_back(std::move(*entry->session));
      continue;
    }
    query::Change change;
    if (kind == kCollection) {
      Result<query::Change> create = query::from_bson(*document);
      if (!create || create->kind != query::Change::Kind::create) return broken;
      change = std::move(*create);
      collection_ = change.ns;
    } else if (kind == kRecord) {
      change = {query::Change::Kind::insert, *collection_, record, {}, std::move(*document), {}};
    } else {
      return broken;
    }
    if (const query::Outcome<Done> done = catalog.apply(change); !done) return Error{done.error().message};
  }
  return Done{};
}

}  // namespace failc::mongod
