#include "interpreter/systems/mongodb/mongod/cursors.hpp"

#include <algorithm>

#include "interpreter/systems/mongodb/bson/builder.hpp"

namespace failc::mongod {
namespace {

constexpr std::size_t kBatchBytes = 16 * 1024 * 1024;

}  // namespace

CursorId Cursors::open(Cursor cursor) {
  CursorId id = 0;
  while (id == 0 || cursors_.contains(id)) id = static_cast<CursorId>(dice_.next() >> 1);
  cursors_.emplace(id, std::move(cursor));
  return id;
}

Cursor* Cursors::find(CursorId id) {
  const auto found = cursors_.find(id);
  return found == cursors_.end() ? nullptr : &found->second;
}

void Cursors::kill_session(const std::string& session) {
  std::erase_if(cursors_, [&](const auto& entry) { return entry.second.session == session; });
}

void Cursors::kill_in(const std::string& name_space) {
  std::erase_if(cursors_, [&](const auto& entry) {
    return name_space.ends_with('.') ? entry.second.name_space.starts_with(name_space) : entry.second.name_space == name_space;
  });
}

void Cursors::expire(Nanos now) {
  std::erase_if(cursors_, [&](const auto& entry) { return !entry.second.no_timeout && entry.second.used + kTimeout <= now; });
}

std::optional<Cursors::Nanos> Cursors::next_expiry() const {
  std::optional<Nanos> out;
  for (const auto& [id, cursor] : cursors_)
    if (!cursor.no_timeout) out = std::min(out.value_or(cursor.used + kTimeout), cursor.used + kTimeout);
  return out;
}

std::vector<bson::Document> next_batch(std::deque<bson::Document>& from, std::optional<std::int64_t> batch_size) {
  std::vector<bson::Document> out;
  std::size_t bytes = 0;
  while (!from.empty() && (!batch_size || static_cast<std::int64_t>(out.size()) < *batch_size)) {
    bytes += from.front().size();
    if (!out.empty() && bytes > kBatchBytes) break;
    out.push_back(std::move(from.front()));
    from.pop_front();
  }
  return out;
}

bson::Document cursor_reply(const std::string& batch_name, const std::vector<bson::Document>& batch, CursorId id,
                            const std::string& name_space) {
  bson::Builder out;
  out.open("cursor").open_array(batch_name);
  std::size_t index = 0;
  for (const bson::Document& document : batch) out.append(std::to_string(index++), document);
  return out.close().append("id", id).append("ns", name_space).close().finish();
}

}  // namespace failc::mongod
