#include "tools/failc-mongod/addresses.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace failc::mongod_host {
namespace {

const Names kNames{
    "box", "# hosts\n127.0.0.1 localhost\n10.0.0.7\tnode7 Node7.example # comment other\nbroken node8\nfe80::1 node9\n10.0.0.9 node9\n"};

std::string text(const Result<Endpoints>& endpoints) {
  if (!endpoints) return endpoints.error().message;
  std::ostringstream out;
  for (const auto& endpoint : *endpoints) out << endpoint << " ";
  return out.str();
}

TEST(Addresses, OfPeers) {
  EXPECT_EQ(text(endpoints_of("127.0.0.1:27017", kNames)), "127.0.0.1:27017 ");
  EXPECT_EQ(text(endpoints_of("[::1]:1", kNames)), "[::1]:1 ");
  EXPECT_EQ(text(endpoints_of("::1:1", kNames)), "[::1]:1 ");
  EXPECT_EQ(text(endpoints_of("LOCALHOST:1", kNames)), "127.0.0.1:1 [::1]:1 ");
  EXPECT_EQ(text(endpoints_of("a.localhost:1", kNames)), "127.0.0.1:1 [::1]:1 ");
  EXPECT_EQ(text(endpoints_of("box:1", kNames)), "127.0.0.1:1 ");
  EXPECT_EQ(text(endpoints_of("node7:1", kNames)), "10.0.0.7:1 ");
  EXPECT_EQ(text(endpoints_of("NODE7.example:1", kNames)), "10.0.0.7:1 ");
  EXPECT_EQ(text(endpoints_of("node9:1", kNames)), "[fe80::1]:1 10.0.0.9:1 ");
}

TEST(Addresses, OfNobody) {
  for (const char* word : {"comment:1", "other:1", "node8:1", "node:1", "nowhere.example:1"})
    EXPECT_NE(text(endpoints_of(word, kNames)).find("neither an address"), std::string::npos) << word;
  for (const char* word : {"", ":1", "localhost"})
    EXPECT_NE(text(endpoints_of(word, kNames)).find("is no HOST:PORT"), std::string::npos) << word;
  for (const char* word : {"localhost:", "localhost:0", "localhost:65536", "localhost:x"})
    EXPECT_NE(text(endpoints_of(word, kNames)).find("the port of"), std::string::npos) << word;
}

TEST(Addresses, ToListenOn) {
  EXPECT_EQ(text(endpoints_to_listen({"localhost"}, 5, kNames)), "127.0.0.1:5 ");
  EXPECT_EQ(text(endpoints_to_listen({"127.0.0.1", "localhost", "::1"}, 5, kNames)), "127.0.0.1:5 [::1]:5 ");
  EXPECT_EQ(text(endpoints_to_listen({"127.0.0.1", "0.0.0.0", "::1"}, 5, kNames)), "0.0.0.0:5 [::1]:5 ");
  EXPECT_EQ(text(endpoints_to_listen({"*", "node7"}, 5, kNames)), "0.0.0.0:5 ");
  EXPECT_FALSE(endpoints_to_listen({"127.0.0.1", "nowhere"}, 5, kNames));
}

}  // namespace
}  // namespace failc::mongod_host
