#include <algorithm>
#include <string>

#include "interpreter/systems/mongodb/wire/bytes.hpp"
#include "interpreter/systems/mongodb/wire/crc32c.hpp"
#include "interpreter/systems/mongodb/wire/document.hpp"
#include "interpreter/systems/mongodb/wire/message.hpp"

namespace failc::wire {
namespace {

constexpr std::uint32_t kRequired = 0xffff;  // the bits that a reader has to know
constexpr std::size_t kChecksumSize = 4;

Error cut_short(const char* what) { return Error{std::string("the message ends within ") + what}; }

/// Documents one after the other until nothing is left.
Result<std::vector<std::string_view>> documents(Cursor at) {
  std::vector<std::string_view> out;
  while (at.left() > 0) {
    const Result<std::string_view> document = first_document(at.rest());
    if (!document) return document.error();
    out.push_back(*document);
    at.skip(document->size());
  }
  return out;
}

Result<Sequence> sequence(Cursor& at) {
  std::int32_t size;
  const std::size_t room = at.left();
  if (!at.take(size)) return cut_short("the size of a document sequence");
  if (size < 0 || static_cast<std::size_t>(size) > room || static_cast<std::size_t>(size) < sizeof size + 1)
    return Error{"a document sequence says it is " + std::to_string(size) + " bytes long, and " + std::to_string(room) + " are there"};
  Cursor own(at.rest().substr(0, static_cast<std::size_t>(size) - sizeof size));
  at.skip(own.left());
  Sequence out;
  if (!own.take_string(out.identifier)) return Error{"a document sequence's name does not end within it"};
  if (out.identifier.empty()) return Error{"a document sequence has no name"};
  Result<std::vector<std::string_view>> found = documents(own);
  if (!found) return Error{"in the document sequence `" + std::string(out.identifier) + "`: " + found.error().message};
  out.documents = std::move(*found);
  return out;
}

Status check_sum(std::string_view whole) {
  std::uint32_t said;
  Cursor(whole.substr(whole.size() - kChecksumSize)).take(said);
  if (crc32c(whole.substr(0, whole.size() - kChecksumSize)) != said) return Error{"the message's checksum does not fit its bytes"};
  return Done{};
}

Result<Msg> parse_msg(std::string_view whole, Cursor at) {
  Msg out;
  if (!at.take(out.flags)) return cut_short("its flags");
  if (const std::uint32_t unknown = out.flags & kRequired & ~(kChecksumPresent | kMoreToCome))
    return Error{"OP_MSG with unknown required flag bits: " + std::to_string(unknown)};
  if (out.flags & kChecksumPresent) {
    if (at.left() < kChecksumSize) return cut_short("its checksum");
    if (const Status right = check_sum(whole); !right) return right.error();
    at = Cursor(at.rest().substr(0, at.left() - kChecksumSize));
  }
  while (at.left() > 0) {
    std::uint8_t kind = 0;
    at.take(kind);
    if (kind == 0) {
      if (!out.body.empty()) return Error{"OP_MSG with two sections of kind 0"};
      const Result<std::string_view> body = first_document(at.rest());
      if (!body) return body.error();
      out.body = *body;
      at.skip(body->size());
    } else if (kind == 1) {
      Result<Sequence> next = sequence(at);
      if (!next) return next.error();
      const auto same = [&](const Sequence& other) { return other.identifier == next->identifier; };
      if (std::any_of(out.sequences.begin(), out.sequences.end(), same))
        return Error{"two document sequences are called `" + std::string(next->identifier) + "`"};
      // Each has a name of its own, so that a message of nothing but empty ones would be compared for hours.
      if (out.sequences.size() == kMaxSequences)
        return Error{"OP_MSG with more than " + std::to_string(kMaxSequences) + " document sequences"};
      out.sequences.push_back(std::move(*next));
    } else {
      return Error{"OP_MSG with a section of kind " + std::to_string(kind) + ", where only 0 and 1 are known"};
    }
  }
  if (out.body.empty()) return Error{"OP_MSG without a section of kind 0"};
  for (const Sequence& each : out.sequences)
    if (has_field(out.body, each.identifier))
      return Error{"`" + std::string(each.identifier) + "` is a field of the body and a document sequence"};
  return out;
}

Result<Query> parse_query(Cursor at) {
  Query out;
  if (!at.take(out.flags)) return cut_short("its flags");
  if (!at.take_string(out.collection)) return cut_short("the name of its collection");
  if (!at.take(out.skip) || !at.take(out.limit)) return cut_short("its numbers to skip and return");
  const Result<std::string_view> query = first_document(at.rest());
  if (!query) return query.error();
  out.query = *query;
  at.skip(query->size());
  if (at.left() > 0) {
    const Result<std::string_view> fields = first_document(at.rest());
    if (!fields) return fields.error();
    out.fields = *fields;
    at.skip(fields->size());
  }
  if (at.left() > 0) return Error{"OP_QUERY with " + std::to_string(at.left()) + " bytes behind its documents"};
  return out;
}

Result<Reply> parse_reply(Cursor at) {
  Reply out;
  std::int32_t count;
  if (!at.take(out.flags) || !at.take(out.cursor) || !at.take(out.starting_from) || !at.take(count)) return cut_short("its numbers");
  Result<std::vector<std::string_view>> found = documents(at);
  if (!found) return found.error();
  if (count < 0 || found->size() != static_cast<std::size_t>(count))
    return Error{"OP_REPLY says it holds " + std::to_string(count) + " documents, and holds " + std::to_string(found->size())};
  out.documents = std::move(*found);
  return out;
}

template <class Content>
Result<Message> assemble(const Header& header, Result<Content> content) {
  if (!content) return content.error();
  return Message{header, std::move(*content)};
}

}  // namespace

Result<Header> parse_header(std::string_view bytes) {
  Cursor at(bytes);
  Header out;
  if (!at.take(out.length) || !at.take(out.request_id) || !at.take(out.response_to) || !at.take(out.opcode)) return cut_short("its header");
  if (out.length < static_cast<std::int32_t>(kHeaderSize) || static_cast<std::size_t>(out.length) > kMaxMessage)
    return Error{"a message of " + std::to_string(out.length) + " bytes, where 16 to " + std::to_string(kMaxMessage) + " are possible"};
  return out;
}

Result<Message> parse(std::string_view whole) {
  const Result<Header> header = parse_header(whole);
  if (!header) return header.error();
  if (static_cast<std::size_t>(header->length) != whole.size())
    return Error{"a message says it is " + std::to_string(header->length) + " bytes long, and " + std::to_string(whole.size()) +
                 " are there"};
  const Cursor at(whole.substr(kHeaderSize));
  switch (header->opcode) {
    case static_cast<std::int32_t>(Opcode::msg):
      return assemble(*header, parse_msg(whole, at));
    case static_cast<std::int32_t>(Opcode::query):
      return assemble(*header, parse_query(at));
    case static_cast<std::int32_t>(Opcode::reply):
      return assemble(*header, parse_reply(at));
    case static_cast<std::int32_t>(Opcode::compressed):
      return Error{"OP_COMPRESSED, where no compression was agreed on"};
  }
  return Error{"unknown opcode " + std::to_string(header->opcode)};
}

}  // namespace failc::wire
