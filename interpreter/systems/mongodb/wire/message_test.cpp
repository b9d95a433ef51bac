#include "interpreter/systems/mongodb/wire/message.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "interpreter/systems/mongodb/wire/crc32c.hpp"
#include "interpreter/systems/mongodb/wire/document.hpp"
#include "interpreter/systems/mongodb/wire/samples_test.hpp"

namespace failc::wire {
namespace {

const std::string kPing = samples::from_json(R"({"ping": 1, "$db": "admin"})");

std::string refused(std::string_view whole) {
  const Result<Message> read = parse(whole);
  return read ? "it was read" : read.error().message;
}

/// A message of `opcode` around `rest`, with the right length.
std::string around(std::int32_t opcode, const std::string& rest) {
  const std::int32_t header[] = {static_cast<std::int32_t>(kHeaderSize + rest.size()), 1, 0, opcode};
  return std::string(reinterpret_cast<const char*>(header), sizeof header) + rest;
}

std::string little(std::uint32_t value) { return std::string(reinterpret_cast<const char*>(&value), sizeof value); }

void expect_refused(const std::string& whole, const std::string& part) {
  EXPECT_NE(refused(whole).find(part), std::string::npos) << "wanted: " << part << "\ngot: " << refused(whole);
}

TEST(Crc32c, IsThePublishedOne) {
  EXPECT_EQ(crc32c(""), 0u);
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aau);  // RFC 3720, B.4
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43u);
  EXPECT_EQ(crc32c("6789", crc32c("12345")), 0xe3069283u);
}

TEST(Message, MsgWithABodyOnly) {
  const std::string bytes = write_msg(7, 3, kExhaustAllowed, kPing);
  const Result<Message> read = parse(bytes);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->header.request_id, 7);
  EXPECT_EQ(read->header.response_to, 3);
  EXPECT_EQ(read->header.length, static_cast<std::int32_t>(bytes.size()));
  const Msg& msg = std::get<Msg>(read->content);
  EXPECT_EQ(msg.body, kPing);
  EXPECT_TRUE(msg.exhaust_allowed());
  EXPECT_FALSE(msg.more_to_come());
  EXPECT_TRUE(msg.sequences.empty());
}

TEST(Message, MsgWithSequencesAndChecksum) {
  const std::string one = samples::from_json(R"({"_id": 1})"), two = samples::from_json(R"({"_id": 2, "x": "yes"})");
  const std::string bytes = write_msg(7, 0, kChecksumPresent | kMoreToCome, kPing, {{"documents", {one, two}}, {"nothing", {}}});
  const Result<Message> read = parse(bytes);
  ASSERT_TRUE(read) << read.error().message;
  const Msg& msg = std::get<Msg>(read->content);
  EXPECT_TRUE(msg.more_to_come());
  ASSERT_EQ(msg.sequences.size(), 2u);
  EXPECT_EQ(msg.sequences[0].identifier, "documents");
  EXPECT_EQ(msg.sequences[0].documents, (std::vector<std::string_view>{one, two}));
  EXPECT_TRUE(msg.sequences[1].documents.empty());
}

TEST(Message, MsgWhoseBodyComesLast) {
  const std::string body = std::string(1, '\0') + kPing;
  const std::string one = samples::from_json(R"({"_id": 1})");
  const std::string sequence = "\1" + little(4 + 5 + static_cast<std::uint32_t>(one.size())) + std::string("docs\0", 5) + one;
  const Result<Message> read = parse(around(2013, little(0) + sequence + body));
  ASSERT_TRUE(read) << read.error().message;
}

TEST(Message, QueryAndReply) {
  const std::string fields = samples::from_json(R"({"a": 1})");
  const std::string query = write_query(5, Query{4, "admin.$cmd", 1, -1, kPing, fields});
  const Result<Message> asked = parse(query);
  ASSERT_TRUE(asked) << asked.error().message;
  EXPECT_EQ(std::get<Query>(asked->content).collection, "admin.$cmd");
  EXPECT_EQ(std::get<Query>(asked->content).limit, -1);
  EXPECT_EQ(std::get<Query>(asked->content).query, kPing);
  EXPECT_EQ(std::get<Query>(asked->content).fields, fields);

  const std::string reply = write_reply(6, 5, kAwaitCapable, kPing);
  const Result<Message> answered = parse(reply);
  ASSERT_TRUE(answered) << answered.error().message;
  EXPECT_EQ(answered->header.response_to, 5);
  EXPECT_EQ(std::get<Reply>(answered->content).flags, kAwaitCapable);
  EXPECT_EQ(std::get<Reply>(answered->content).documents, (std::vector<std::string_view>{kPing}));
}

TEST(Message, BadHeadersAreRefused) {
  expect_refused("", "within its header");
  expect_refused(std::string(15, '\0'), "within its header");
  expect_refused(std::string(16, '\0'), "a message of 0 bytes");
  expect_refused(write_msg(1, 0, 0, kPing) + "x", "bytes long");
  const std::int32_t huge[] = {static_cast<std::int32_t>(kMaxMessage) + 1, 1, 0, 2013};
  expect_refused(std::string(reinterpret_cast<const char*>(huge), sizeof huge), "a message of 48000001 bytes");
  expect_refused(around(2012, std::string(20, '\0')), "OP_COMPRESSED");
  expect_refused(around(2001, ""), "unknown opcode 2001");
}

TEST(Message, BadSectionsAreRefused) {
  const std::string body = std::string(1, '\0') + kPing;
  expect_refused(around(2013, "\1"), "within its flags");
  expect_refused(around(2013, little(0)), "without a section of kind 0");
  expect_refused(around(2013, little(0) + body + body), "two sections of kind 0");
  expect_refused(around(2013, little(0) + "\2"), "section of kind 2");
  expect_refused(around(2013, little(4) + body), "unknown required flag bits: 4");
  EXPECT_TRUE(parse(around(2013, little(1u << 17) + body))) << "bits from 16 on are optional";
  expect_refused(around(2013, little(0) + body + "\1\1"), "the size of a document sequence");
  expect_refused(around(2013, little(0) + body + "\1" + little(100) + "a"), "a document sequence says it is 100");
  expect_refused(around(2013, little(0) + body + "\1" + little(4)), "a document sequence says it is 4");
  expect_refused(around(2013, little(0) + body + "\1" + little(0xffffffff) + "abc"), "a document sequence says it is -1");
  expect_refused(around(2013, little(0) + body + "\1" + little(7) + "abc"), "does not end within it");
  expect_refused(around(2013, little(0) + body + "\1" + little(5) + std::string(1, '\0')), "has no name");
  expect_refused(around(2013, little(0) + body + "\1" + little(8) + std::string("a\0xy", 4)), "in the document sequence `a`");
  expect_refused(write_msg(1, 0, 0, kPing, {{"a", {}}, {"a", {}}}), "two document sequences are called `a`");
  expect_refused(write_msg(1, 0, 0, kPing, {{"ping", {}}}), "`ping` is a field of the body");
  std::vector<std::string> names;
  for (std::size_t i = 0; i <= kMaxSequences; ++i) names.push_back("s" + std::to_string(i));
  std::vector<Sequence> many;
  for (const std::string& name : names) many.push_back({name, {}});
  expect_refused(write_msg(1, 0, 0, kPing, many), "more than 16 document sequences");
  many.pop_back();
  EXPECT_TRUE(parse(write_msg(1, 0, 0, kPing, many)));
}

TEST(Message, AWrongChecksumIsRefused) {
  std::string bytes = write_msg(1, 0, kChecksumPresent, kPing);
  bytes.back() ^= 1;
  expect_refused(bytes, "checksum");
  bytes.back() ^= 1;
  bytes[5] ^= 1;  // the request's id: the header counts too
  expect_refused(bytes, "checksum");
  expect_refused(around(2013, little(1) + "abc"), "within its checksum");
}

TEST(Message, BadQueriesAndRepliesAreRefused) {
  expect_refused(around(2004, "abc"), "within its flags");
  expect_refused(around(2004, little(0) + "a.b"), "the name of its collection");
  expect_refused(around(2004, little(0) + std::string("a.b\0", 4) + little(0)), "numbers to skip");
  expect_refused(around(2004, little(0) + std::string("a.b\0", 4) + little(0) + little(0)), "a document of 0 bytes");
  expect_refused(around(2004, little(0) + std::string("a.b\0", 4) + little(0) + little(0) + kPing + kPing + "x"), "1 bytes behind");
  expect_refused(around(1, std::string(19, '\0')), "within its numbers");
  expect_refused(around(1, std::string(16, '\0') + little(2) + kPing), "says it holds 2 documents, and holds 1");
}

TEST(Document, IsCheckedWhole) {
  EXPECT_EQ(*first_document(kPing + "more"), kPing);
  EXPECT_FALSE(first_document(std::string_view(kPing).substr(0, kPing.size() - 1)));
  EXPECT_FALSE(first_document(little(5) + "x")) << "it does not end in a zero";
  EXPECT_FALSE(first_document(little(8) + std::string("\x77"
                                                      "a\0\0",
                                                      4)))
      << "a type that is none";
  EXPECT_FALSE(first_document(little(9) + std::string("\x08"
                                                      "a\0\2\0",
                                                      5)))
      << "a bool that is neither";
  EXPECT_FALSE(first_document(little(14) + std::string("\2a\0\x9\0\0\0a\0\0", 10))) << "a string that is longer than the document";
  EXPECT_FALSE(first_document(little(12) + std::string("\xa"
                                                       "a\0\0\xa"
                                                       "b\0\0",
                                                       8)))
      << "an end before the end";
  EXPECT_FALSE(first_document(little(14) + std::string("\2\xff\0\2\0\0\0a\0\0", 10))) << "a key that is not UTF-8";
  EXPECT_FALSE(first_document(little(14) + std::string("\2a\0\2\0\0\0\xff\0\0", 10))) << "a value that is not UTF-8";
  EXPECT_TRUE(first_document(little(14) + std::string("\2a\0\2\0\0\0\0\0\0", 10))) << "a string of one zero byte is UTF-8";
}

TEST(Document, NestingHasALimit) {
  EXPECT_TRUE(first_document(samples::nested(kMaxDepth)));
  const Result<std::string_view> deeper = first_document(samples::nested(kMaxDepth + 1));
  ASSERT_FALSE(deeper);
  EXPECT_NE(deeper.error().message.find("nested deeper than 180"), std::string::npos);
  EXPECT_FALSE(first_document(samples::nested(3000)));
}

}  // namespace
}  // namespace failc::wire
