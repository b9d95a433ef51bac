#include "interpreter/systems/mongodb/wire/splitter.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "interpreter/systems/mongodb/wire/samples_test.hpp"

namespace failc::wire {
namespace {

std::string message(std::int32_t length, std::int32_t opcode) {
  std::string out(static_cast<std::size_t>(length), '\0');
  std::memcpy(out.data(), &length, 4);
  std::memcpy(out.data() + 12, &opcode, 4);
  return out;
}

TEST(Splitter, GivesTheSameMessagesHoweverTheBytesCome) {
  const std::vector<std::string> wanted = samples::messages();
  std::string stream;
  for (const std::string& message : wanted) stream += message;
  for (std::size_t step : {std::size_t{1}, std::size_t{3}, std::size_t{4}, std::size_t{16}, std::size_t{63}, stream.size()}) {
    Splitter splitter;
    std::vector<std::string> messages;
    for (std::size_t at = 0; at < stream.size(); at += step)
      ASSERT_TRUE(splitter.feed(std::string_view(stream).substr(at, step), messages));
    EXPECT_EQ(messages, wanted) << "in steps of " << step;
    EXPECT_EQ(splitter.held(), 0u);
  }
}

TEST(Splitter, HoldsWhatIsNotWhole) {
  const std::string whole = samples::messages().front();
  Splitter splitter;
  std::vector<std::string> messages;
  ASSERT_TRUE(splitter.feed(whole.substr(0, whole.size() - 1), messages));
  EXPECT_TRUE(messages.empty());
  EXPECT_EQ(splitter.held(), whole.size() - 1);
  ASSERT_TRUE(splitter.feed(whole.substr(whole.size() - 1) + whole, messages));
  EXPECT_EQ(messages, (std::vector<std::string>{whole, whole}));
}

TEST(Splitter, RefusesLengthsThatCannotBe) {
  for (const std::int32_t length : {0, 15, -1, INT32_MIN, 101, INT32_MAX}) {
    for (const std::size_t step : {1, 4}) {
      const std::string good = message(100, 2013);
      std::string bytes = good + std::string(reinterpret_cast<const char*>(&length), 4);
      Splitter splitter(100);
      std::vector<std::string> messages;
      Status fed = Done{};
      for (std::size_t at = 0; at < bytes.size() && fed; at += step) fed = splitter.feed(bytes.substr(at, step), messages);
      ASSERT_FALSE(fed) << length;
      EXPECT_NE(fed.error().message.find("a message of " + std::to_string(length) + " bytes, where 16 to 100 are possible"),
                std::string::npos)
          << fed.error().message;
      EXPECT_EQ(messages.size(), 1u) << "what came before it counts";
      EXPECT_FALSE(splitter.feed(good, messages)) << "there is no way back";
      EXPECT_EQ(splitter.held(), 0u);
    }
  }
}

TEST(Splitter, RefusesOpcodesThatNeverWere) {
  for (const std::size_t step : {1, 16, 200}) {
    for (const std::int32_t opcode : {0, 2, 2000, 2008, 2014, -1, 0x01030201}) {
      const std::string bytes = message(100, 2013) + message(1000000, opcode).substr(0, 16);
      Splitter splitter;
      std::vector<std::string> messages;
      Status fed = Done{};
      for (std::size_t at = 0; at < bytes.size() && fed; at += step) fed = splitter.feed(bytes.substr(at, step), messages);
      ASSERT_FALSE(fed) << opcode;
      EXPECT_NE(fed.error().message.find("opcode " + std::to_string(opcode)), std::string::npos) << fed.error().message;
      EXPECT_EQ(messages.size(), 1u);
    }
  }
  Splitter splitter;
  std::vector<std::string> messages;
  for (const std::int32_t opcode : {1, 1000, 2001, 2007, 2012, 2013}) EXPECT_TRUE(splitter.feed(message(16, opcode), messages)) << opcode;
  EXPECT_EQ(messages.size(), 6u);
}

TEST(Splitter, AnAnnouncedLengthCostsNothing) {
  const std::int32_t length = static_cast<std::int32_t>(kMaxMessage);
  Splitter splitter;
  std::vector<std::string> messages;
  ASSERT_TRUE(splitter.feed(std::string(reinterpret_cast<const char*>(&length), 4), messages));
  EXPECT_EQ(splitter.held(), 4u);
}

}  // namespace
}  // namespace failc::wire
