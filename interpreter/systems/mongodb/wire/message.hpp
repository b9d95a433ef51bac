#pragma once
// Messages of MongoDB's wire protocol: bytes to values and back. Shapes: OP_MSG, OP_QUERY and OP_REPLY of the public wire protocol
// reference; all integers little-endian. Nothing here copies a document: a `Message` points into the bytes it was read from.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "grammar/base/result.hpp"

namespace failc::wire {

inline constexpr std::size_t kHeaderSize = 16;
inline constexpr std::size_t kMaxMessage = 48000000;
/// Document sequences of one message; no command knows more than a few.
inline constexpr std::size_t kMaxSequences = 16;

enum class Opcode : std::int32_t { reply = 1, query = 2004, compressed = 2012, msg = 2013 };

struct Header {
  std::int32_t length = 0;  // of the whole message, the header included
  std::int32_t request_id = 0;
  std::int32_t response_to = 0;
  std::int32_t opcode = 0;
};

/// Flag bits of OP_MSG. A message with another of the bits 0–15 is refused; the bits 16–31 may be ignored.
inline constexpr std::uint32_t kChecksumPresent = 1u << 0;
inline constexpr std::uint32_t kMoreToCome = 1u << 1;
inline constexpr std::uint32_t kExhaustAllowed = 1u << 16;

/// A section of kind 1.
struct Sequence {
  std::string_view identifier;
  std::vector<std::string_view> documents;
};

struct Msg {
  std::uint32_t flags = 0;
  std::string_view body;  // the one section of kind 0
  std::vector<Sequence> sequences;

  bool more_to_come() const { return flags & kMoreToCome; }
  bool exhaust_allowed() const { return flags & kExhaustAllowed; }
};

struct Query {
  std::uint32_t flags = 0;
  std::string_view collection;  // "admin.$cmd"
  std::int32_t skip = 0;
  std::int32_t limit = 0;
  std::string_view query;
  std::string_view fields;  // empty: none
};

/// Flag bits of OP_REPLY.
inline constexpr std::uint32_t kQueryFailure = 1u << 1;
inline constexpr std::uint32_t kAwaitCapable = 1u << 3;

struct Reply {
  std::uint32_t flags = 0;
  std::int64_t cursor = 0;
  std::int32_t starting_from = 0;
  std::vector<std::string_view> documents;
};

struct Message {
  Header header;
  std::variant<Msg, Query, Reply> content;
};

/// The header alone, whatever the opcode; an error where `bytes` are fewer than one, or its length is no message's (16 to kMaxMessage).
Result<Header> parse_header(std::string_view bytes);

/// One whole message. The result points into `whole`. Everything is checked: lengths, flags, sections, checksum, documents; an opcode
/// other than those of `content` is an error that names it.
Result<Message> parse(std::string_view whole);

/// `body` and the documents are BSON and are taken as they are. With kChecksumPresent in `flags` the checksum is appended.
std::string write_msg(std::int32_t request_id, std::int32_t response_to, std::uint32_t flags, std::string_view body,
                      const std::vector<Sequence>& sequences = {});
std::string write_query(std::int32_t request_id, const Query& query);
/// An OP_REPLY of one document.
std::string write_reply(std::int32_t request_id, std::int32_t response_to, std::uint32_t flags, std::string_view document);
std::string write_reply(std::int32_t request_id, std::int32_t response_to, const Reply& reply);

}  // namespace failc::wire
