#include "interpreter/backends/agent/protocol.hpp"

#include <gtest/gtest.h>

#include "interpreter/backends/agent/wire.hpp"

namespace failc::agent {
namespace {

TEST(Wire, BytesSurvive) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  for (const std::string& bytes : {std::string(), std::string("text\n"), std::string("gr\xc3\xbc\xc3\x9f"), std::string("\xff"), all, all + "x", all + "xy"}) {
    EXPECT_EQ(from_wire(to_wire(bytes)), bytes);
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
  }
  EXPECT_EQ(to_base64("failc"), "ZmFpbGM=");
  for (const char* bad : {"a", "====", "ab=c", "a=bc", "ab!d", "ab==abcd"}) EXPECT_FALSE(from_base64(bad)) << bad;
  for (const char* bad : {"\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\x80"}) EXPECT_FALSE(valid_utf8(bad));
}

TEST(Protocol, CallsSurvive) {
  const std::vector<Call> calls = {
      {1, Hello{1, "r"}}, {2, Launch{"n", {"a", "\xff"}, {{"K", "v"}}, {{"f", "c\x01"}}}}, {3, Stop{"n", "TERM", std::chrono::seconds(5)}}, {4, Kill{"n"}},
      {5, Pause{"n"}}, {6, Resume{"n"}}, {7, Exec{"n", {"x"}, {}, std::chrono::seconds(1)}}, {8, Read{"n", "p"}}, {9, WatchFile{"n", "p"}}, {10, Cancel{7}},
      {11, Lease{}}, {12, UndoAll{}}, {13, Keep{}}, {14, Shutdown{}}};
  for (const Call& call : calls) {
    const auto decoded = decode_call(encode(call));
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(decoded->id, call.id);
    EXPECT_EQ(decoded->request.index(), call.request.index());
    EXPECT_EQ(encode(*decoded), encode(call));
  }
  const std::vector<Notice> notices = {Answer{1, backend::Delivery::not_sent, {{"pid", 1}}, "why"}, Exited{"n", 5, 9, true, {"l\xff"}}, LogLines{"n", {"a", ""}}, FileChanged{"n", "p"}};
  for (const Notice& notice : notices) {
    const auto decoded = decode_notice(encode(notice));
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(encode(*decoded), encode(notice));
  }
}

TEST(Protocol, WhatIsNoMessageIsSaidToBeNone) {
  for (const char* bad : {"", "x", "[]", "{}", R"({"id":1})", R"({"id":1,"do":"dance"})", R"({"id":-1,"do":"lease"})", R"({"id":1.5,"do":"lease"})",
                          R"({"id":99999999999999999999,"do":"lease"})", R"({"id":1,"do":"launch","node":"n","argv":[1],"environment":[],"files":[]})",
                          R"({"id":1,"do":"launch","node":"n","argv":[],"environment":[["a"]],"files":[]})", R"({"id":1,"do":"stop","node":7,"signal":"T","grace":1})",
                          R"({"id":1,"do":"stop","node":"n","signal":"T","grace":-1})", R"({"id":1,"do":"read","node":"n","path":{"base64":"!"}})"}) {
    const auto decoded = decode_call(bad);
    ASSERT_FALSE(decoded) << bad;
    EXPECT_FALSE(decoded.error().message.empty());
  }
  for (const char* bad : {"", "{}", R"({"event":"x"})", R"({"event":"exit","node":"n"})", R"({"id":1,"delivery":"perhaps","data":{}})", R"({"id":1,"delivery":"answered","data":[]})"}) {
    EXPECT_FALSE(decode_notice(bad)) << bad;
  }
  EXPECT_FALSE(decode_call(std::string(100'000, '[')));
}

}  // namespace
}  // namespace failc::agent
