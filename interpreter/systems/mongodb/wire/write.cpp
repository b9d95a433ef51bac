#include "grammar/base/bug.hpp"
#include "interpreter/systems/mongodb/wire/bytes.hpp"
#include "interpreter/systems/mongodb/wire/crc32c.hpp"
#include "interpreter/systems/mongodb/wire/message.hpp"

namespace failc::wire {
namespace {

/// A message of `size` bytes in all that holds its header so far.
std::string begin(std::size_t size, std::int32_t request_id, std::int32_t response_to, Opcode opcode) {
  FAILC_ASSERT(size <= kMaxMessage);
  std::string out;
  out.reserve(size);
  put(out, static_cast<std::int32_t>(size));
  put(out, request_id);
  put(out, response_to);
  put(out, static_cast<std::int32_t>(opcode));
  return out;
}

std::size_t size_of(const std::vector<std::string_view>& documents) {
  std::size_t size = 0;
  for (const std::string_view document : documents) size += document.size();
  return size;
}

/// Behind the byte of its kind.
std::size_t size_of(const Sequence& sequence) { return 4 + sequence.identifier.size() + 1 + size_of(sequence.documents); }

}  // namespace

std::string write_msg(std::int32_t request_id, std::int32_t response_to, std::uint32_t flags, std::string_view body,
                      const std::vector<Sequence>& sequences) {
  std::size_t size = kHeaderSize + sizeof flags + 1 + body.size();
  for (const Sequence& sequence : sequences) size += 1 + size_of(sequence);
  if (flags & kChecksumPresent) size += 4;
  std::string out = begin(size, request_id, response_to, Opcode::msg);
  put(out, flags);
  put(out, std::uint8_t{0});
  out += body;
  for (const Sequence& sequence : sequences) {
    put(out, std::uint8_t{1});
    put(out, static_cast<std::int32_t>(size_of(sequence)));
    out += sequence.identifier;
    out += '\0';
    for (const std::string_view document : sequence.documents) out += document;
  }
  if (flags & kChecksumPresent) put(out, crc32c(out));
  return out;
}

std::string write_query(std::int32_t request_id, const Query& query) {
  std::string out =
      begin(kHeaderSize + 12 + query.collection.size() + 1 + query.query.size() + query.fields.size(), request_id, 0, Opcode::query);
  put(out, query.flags);
  out += query.collection;
  out += '\0';
  put(out, query.skip);
  put(out, query.limit);
  out += query.query;
  out += query.fields;
  return out;
}

std::string write_reply(std::int32_t request_id, std::int32_t response_to, std::uint32_t flags, std::string_view document) {
  return write_reply(request_id, response_to, Reply{flags, 0, 0, {document}});
}

std::string write_reply(std::int32_t request_id, std::int32_t response_to, const Reply& reply) {
  std::string out = begin(kHeaderSize + 20 + size_of(reply.documents), request_id, response_to, Opcode::reply);
  put(out, reply.flags);
  put(out, reply.cursor);
  put(out, reply.starting_from);
  put(out, static_cast<std::int32_t>(reply.documents.size()));
  for (const std::string_view document : reply.documents) out += document;
  return out;
}

}  // namespace failc::wire
