#include "interpreter/systems/mongodb/mongod/journal.hpp"

#include <cstring>

#include "interpreter/systems/mongodb/bson/builder.hpp"
#include "interpreter/systems/mongodb/mongod/failure.hpp"
#include "interpreter/systems/mongodb/mongod/replication_documents.hpp"

namespace failc::mongod {
namespace {

// A record is its kind's letter and the parts below. Numbers are little-endian, as on every host this runs on.
constexpr char kVote = 'V', kConfig = 'C', kEntries = 'E', kTruncate = 'T', kCommitPoint = 'P', kLocal = 'L', kPiece = 'S', kInstall = 'I',
               kKept = 'K';
constexpr std::string_view kKinds[] = {"w", "n", "i"};

template <class T>
void put(std::string& out, T number) {
  char bytes[sizeof number];
  std::memcpy(bytes, &number, sizeof number);
  out.append(bytes, sizeof number);
}
void put(std::string& out, const replication::OpTime& at) {
  put(out, at.timestamp);
  put(out, at.term);
}

/// Reads behind the end give zeros, and `good` is false then.
struct Reader {
  std::string_view left;
  bool good = true;
  template <class T>
  T number() {
    T out{};
    if (left.size() < sizeof out) {
      good = false;
      return out;
    }
    std::memcpy(&out, left.data(), sizeof out);
    left.remove_prefix(sizeof out);
    return out;
  }
  std::string text(std::size_t size) {
    if (left.size() < size) {
      good = false;
      return {};
    }
    std::string out(left.substr(0, size));
    left.remove_prefix(size);
    return out;
  }
  replication::OpTime optime() {
    const std::uint64_t timestamp = number<std::uint64_t>();
    return {timestamp, number<std::int64_t>()};
  }
};

struct Writer {
  std::string out;
  void operator()(const replication::VoteRecord& vote) {
    out += kVote;
    put(out, vote.term);
    put(out, static_cast<std::int64_t>(vote.voted_for));
  }
  void operator()(const replication::ConfigRecord& record) {
    out += kConfig;
    out += config_document(record.config).bytes();
  }
  void operator()(const replication::EntriesRecord& record) {
    out += kEntries;
    entries(record.entries);
  }
  void operator()(const replication::KeptRecord& record) {
    out += kKept;
    entries(record.entries);
  }
  void operator()(const replication::PieceRecord& record) {
    out += kPiece;
    put(out, static_cast<std::uint8_t>(record.first));
    out += record.bytes;
  }
  void operator()(const replication::InstallRecord& record) {
    out += kInstall;
    put(out, record.at);
  }
  void entries(const std::vector<replication::Entry>& entries) {
    for (const replication::Entry& entry : entries) {
      put(out, entry.at);
      put(out, static_cast<std::uint32_t>(entry.payload.size()));
      out += entry.payload;
    }
  }
  void operator()(const replication::TruncateRecord& record) {
    out += kTruncate;
    put(out, record.to);
  }
  void operator()(const replication::CommitPointRecord& record) {
    out += kCommitPoint;
    put(out, record.commit_point);
  }
};

}  // namespace

std::string encode_entry(const LogEntry& entry) {
  bson::Builder out;
  out.append("op", kKinds[static_cast<std::size_t>(entry.kind)]);
  if (!entry.note.empty()) out.append("note", entry.note);
  if (!entry.changes.empty()) {
    out.open_array("c");
    std::size_t index = 0;
    for (const bson::Document& change : entry.changes) out.append(std::to_string(index++), change);
    out.close();
  }
  if (entry.session) {
    out.open("s")
        .append("id", bson::BinaryView{4, entry.session->session})
        .append("txnNumber", entry.session->transaction_number)
        .open_array("r");
    std::size_t index = 0;
    for (const StatementResult& result : entry.session->results)
      out.open(std::to_string(index++)).append("stmtId", result.statement).append("result", result.result).close();
  }
  return out.finish().bytes();
}

Result<LogEntry> decode_entry(const std::string& payload) {
  const Error broken{"an oplog entry is not one of this program's"};
  Result<bson::Document> document = bson::Document::from_bytes(payload);
  if (!document) return broken;
  LogEntry out;
  const std::optional<std::string_view> kind = (*document)["op"].string();
  if (!kind) return broken;
  for (std::size_t i = 0; i < std::size(kKinds); ++i)
    if (*kind == kKinds[i]) out.kind = static_cast<LogEntry::Kind>(i);
  if (const bson::ValueView note = (*document)["note"]; note.is(bson::Type::string)) out.note = std::string(note.as_string());
  if (const bson::ValueView changes = (*document)["c"]; changes.is(bson::Type::array)) {
    for (const bson::Element& change : changes.as_document()) {
      if (!change.value.is(bson::Type::document)) return broken;
      out.changes.emplace_back(change.value.as_document());
    }
  }
  if (const bson::ValueView session = (*document)["s"]; session.is(bson::Type::document)) {
    const bson::View from = session.as_document();
    const bson::ValueView id = from["id"], number = from["txnNumber"], results = from["r"];
    if (!id.is(bson::Type::binary) || !number.is(bson::Type::int64) || !results.is(bson::Type::array)) return broken;
    SessionMark mark{std::string(id.as_binary().bytes), number.as_int64(), {}};
    for (const bson::Element& element : results.as_document()) {
      if (!element.value.is(bson::Type::document)) return broken;
      const bson::ValueView statement = element.value.as_document()["stmtId"], result = element.value.as_document()["result"];
      if (!statement.is(bson::Type::int32) || !result.is(bson::Type::document)) return broken;
      mark.results.push_back({statement.as_int32(), bson::Document(result.as_document())});
    }
    out.session = std::move(mark);
  }
  return out;
}

std::optional<SessionMark> session_of(const std::string& payload) {
  if (bson::invalid(payload) || !bson::View(payload).has("s")) return std::nullopt;
  Result<LogEntry> entry = decode_entry(payload);
  return entry ? std::move(entry->session) : std::nullopt;
}

std::string encode_record(const replication::Record& record) {
  Writer writer;
  std::visit([&](const auto& kind) { writer(kind); }, record);
  return std::move(writer.out);
}

std::string encode_record(const LocalWrite& write) { return kLocal + write.payload; }

Result<JournalRecord> decode_record(std::string_view bytes) {
  const Error broken{"the journal holds a record that is not one of this program's"};
  if (bytes.empty()) return broken;
  Reader from{bytes.substr(1)};
  const auto checked = [&](replication::Record record) -> Result<JournalRecord> {
    if (!from.good || !from.left.empty()) return broken;
    return JournalRecord(std::move(record));
  };
  const auto entries = [&] {
    std::vector<replication::Entry> out;
    while (from.good && !from.left.empty()) {
      const replication::OpTime at = from.optime();
      out.push_back({at, from.text(from.number<std::uint32_t>())});
    }
    return out;
  };
  switch (bytes.front()) {
    case kVote: {
      const std::int64_t term = from.number<std::int64_t>();
      return checked(replication::VoteRecord{term, static_cast<int>(from.number<std::int64_t>())});
    }
    case kConfig: {
      Result<bson::Document> config = bson::Document::from_bytes(std::string(from.left));
      if (!config) return broken;
      try {
        return JournalRecord(replication::Record(replication::ConfigRecord{parse_config(config->view())}));
      } catch (const Refused&) {
        return broken;
      }
    }
    case kEntries:
      return checked(replication::EntriesRecord{entries()});
    case kKept:
      return checked(replication::KeptRecord{entries()});
    case kPiece: {
      const bool first = from.number<std::uint8_t>() != 0;
      return checked(replication::PieceRecord{first, from.text(from.left.size())});
    }
    case kInstall:
      return checked(replication::InstallRecord{from.optime()});
    case kTruncate:
      return checked(replication::TruncateRecord{from.optime()});
    case kCommitPoint:
      return checked(replication::CommitPointRecord{from.optime()});
    case kLocal:
      return JournalRecord(LocalWrite{std::string(from.left)});
    default:
      return broken;
  }
}

}  // namespace failc::mongod
