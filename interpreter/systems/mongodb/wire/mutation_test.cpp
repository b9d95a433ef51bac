// Good messages, changed in a million ways: read or refused with a reason, and whatever was read lies within the bytes.
#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <memory>
#include <random>

#include "interpreter/systems/mongodb/wire/samples_test.hpp"

namespace failc::wire {
namespace {

bool within(std::string_view part, const char* begin, std::size_t size) {
  return part.empty() || (part.data() >= begin && part.data() + part.size() <= begin + size);
}

bool points_within(const Message& message, const char* begin, std::size_t size) {
  bool good = true;
  const auto all = [&](const std::vector<std::string_view>& parts) {
    for (const std::string_view part : parts) good = good && within(part, begin, size);
  };
  if (const Msg* msg = std::get_if<Msg>(&message.content)) {
    good = within(msg->body, begin, size) && msg->body.size() >= 5;
    for (const Sequence& sequence : msg->sequences) all(sequence.documents);
  } else if (const Query* query = std::get_if<Query>(&message.content)) {
    good = within(query->query, begin, size) && within(query->fields, begin, size) && within(query->collection, begin, size);
  } else {
    all(std::get<Reply>(message.content).documents);
  }
  return good;
}

void fix_length(std::string& bytes) {
  const std::int32_t length = static_cast<std::int32_t>(bytes.size());
  std::memcpy(bytes.data(), &length, sizeof length);
}

void mutate(std::string& bytes, std::mt19937& dice) {
  const auto place = [&] { return dice() % bytes.size(); };
  switch (dice() % 6) {
    case 0:
      bytes[place()] ^= static_cast<char>(1 << (dice() % 8));
      break;
    case 1:
      bytes[place()] = static_cast<char>(dice());
      break;
    case 2: {  // a length somewhere
      if (bytes.size() < 8) break;
      const std::int32_t values[] = {
          0, 1, 4, 5, -1, INT32_MAX, INT32_MIN, static_cast<std::int32_t>(bytes.size()), static_cast<std::int32_t>(dice())};
      std::memcpy(bytes.data() + dice() % (bytes.size() - 4), &values[dice() % 9], 4);
      break;
    }
    case 3:
      bytes.erase(place(), 1 + dice() % 8);
      break;
    case 4:
      bytes.insert(place(), 1 + dice() % 8, static_cast<char>(dice()));
      break;
    case 5:
      bytes += bytes.substr(place(), dice() % 32);
      break;
  }
}

TEST(Mutation, AMillionWays) {
  const std::vector<std::string> samples = samples::messages();
  for (const std::string& sample : samples) ASSERT_TRUE(parse(sample)) << parse(sample).error().message;
  std::mt19937 dice(20240501);
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(900);
  std::size_t tried = 0, read = 0;
  std::string bytes;
  for (; tried < 1000000; ++tried) {
    if (tried % 1024 == 0 && std::chrono::steady_clock::now() > end) break;
    bytes = samples[dice() % samples.size()];
    for (std::uint32_t i = 1 + dice() % 3; i > 0 && !bytes.empty(); --i) mutate(bytes, dice);
    if (bytes.size() >= 4 && dice() % 8 != 0) fix_length(bytes);
    // Of just that size, so that a sanitizer sees a read past the end.
    const std::unique_ptr<char[]> exact(new char[bytes.size()]);
    std::memcpy(exact.get(), bytes.data(), bytes.size());
    const Result<Message> message = parse(std::string_view(exact.get(), bytes.size()));
    if (message) {
      ++read;
      ASSERT_TRUE(points_within(*message, exact.get(), bytes.size()));
    } else {
      ASSERT_FALSE(message.error().message.empty());
    }
  }
  EXPECT_GT(tried, 5000u);
  EXPECT_GT(read, tried / 100) << "the changes are too rough to reach the depths";
  EXPECT_LT(read, tried - tried / 10) << "next to nothing is refused";
  RecordProperty("tried", static_cast<int>(tried));
}

}  // namespace
}  // namespace failc::wire
