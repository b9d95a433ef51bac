// Any bytes at all from a client: cut into messages, each read or refused with a reason; what was read can be written and read again, and
// libbson finds nothing wrong with its documents.
#include <bson/bson.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "interpreter/systems/mongodb/wire/message.hpp"
#include "interpreter/systems/mongodb/wire/splitter.hpp"

namespace {

using namespace failc::wire;

void check(bool right) {
  if (!right) std::abort();
}

std::string write(const Message& message) {
  const Header& header = message.header;
  if (const Msg* msg = std::get_if<Msg>(&message.content))
    return write_msg(header.request_id, header.response_to, msg->flags, msg->body, msg->sequences);
  if (const Query* query = std::get_if<Query>(&message.content)) return write_query(header.request_id, *query);
  return write_reply(header.request_id, header.response_to, std::get<Reply>(message.content));
}

void judge(std::string_view document) {
  bson_t view;
  check(bson_init_static(&view, reinterpret_cast<const std::uint8_t*>(document.data()), document.size()));
  check(bson_validate(&view, static_cast<bson_validate_flags_t>(BSON_VALIDATE_UTF8 | BSON_VALIDATE_UTF8_ALLOW_NULL), nullptr));
}

void judge(const Message& message) {
  if (const Msg* msg = std::get_if<Msg>(&message.content)) {
    judge(msg->body);
    for (const Sequence& sequence : msg->sequences) std::ranges::for_each(sequence.documents, [](std::string_view each) { judge(each); });
  } else if (const Query* query = std::get_if<Query>(&message.content)) {
    judge(query->query);
    if (!query->fields.empty()) judge(query->fields);
  } else {
    std::ranges::for_each(std::get<Reply>(message.content).documents, [](std::string_view each) { judge(each); });
  }
}

void read(std::string_view whole) {
  const failc::Result<Message> message = parse(whole);
  if (!message) return check(!message.error().message.empty());
  judge(*message);
  const std::string again = write(*message);
  check(again.size() == whole.size());
  const failc::Result<Message> twice = parse(again);
  check(static_cast<bool>(twice));
  check(write(*twice) == again);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  read(bytes);
  // In steps that the first byte tells, and at once: the same messages.
  std::vector<std::string> stepwise, at_once;
  Splitter slow, fast;
  const std::size_t step = size == 0 ? 1 : 1 + data[0] % 64;
  bool fed = true;
  for (std::size_t at = 0; at < size && fed; at += step) fed = static_cast<bool>(slow.feed(bytes.substr(at, step), stepwise));
  check(static_cast<bool>(fast.feed(bytes, at_once)) == fed);
  check(stepwise == at_once);
  for (const std::string& message : at_once) read(message);
  return 0;
}
