#pragma once
// Documents and messages for the tests beside.
#include <bson/bson.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "interpreter/systems/mongodb/wire/message.hpp"

namespace failc::wire::samples {

inline std::string from_json(std::string_view json) {
  bson_error_t error;
  bson_t* document = bson_new_from_json(reinterpret_cast<const std::uint8_t*>(json.data()), static_cast<ssize_t>(json.size()), &error);
  if (!document) return "";
  std::string out(reinterpret_cast<const char*>(bson_get_data(document)), document->len);
  bson_destroy(document);
  return out;
}

/// {a: {a: ... {}}}: as many documents as `depth` says, the outermost included.
inline std::string nested(int depth) {
  std::string document("\5\0\0\0\0", 5);
  for (int i = 1; i < depth; ++i) {
    const std::int32_t length = static_cast<std::int32_t>(document.size()) + 8;
    std::string outer(reinterpret_cast<const char*>(&length), 4);
    outer += '\3';
    outer += "a";
    outer += '\0';
    outer += document;
    outer += '\0';
    document = outer;
  }
  return document;
}

/// One of every kind of message that `parse` takes, with every type of BSON.
inline std::vector<std::string> messages() {
  const std::string hello = from_json(R"({"hello": 1, "$db": "admin", "helloOk": true, "client": {"driver": {"name": "x"}}})");
  const std::string insert = from_json(R"({"insert": "c", "$db": "d", "ordered": true})");
  const std::string rich = from_json(
      R"({"_id": {"$oid": "507f1f77bcf86cd799439011"}, "d": 1.5, "s": "text", "o": {"a": [1, {"b": []}]}, "b": {"$binary": {"base64": "AAEC", "subType": "00"}},
          "t": true, "at": {"$date": {"$numberLong": "1"}}, "n": null, "r": {"$regularExpression": {"pattern": "^a", "options": "i"}},
          "code": {"$code": "f", "$scope": {"x": 1}}, "i": {"$numberInt": "7"}, "ts": {"$timestamp": {"t": 1, "i": 2}}, "l": {"$numberLong": "8"},
          "dec": {"$numberDecimal": "1.25"}, "min": {"$minKey": 1}, "max": {"$maxKey": 1}})");
  const std::string small = from_json(R"({"_id": 1})");
  return {
      write_msg(1, 0, 0, hello),
      write_msg(2, 0, kChecksumPresent | kMoreToCome | kExhaustAllowed, hello),
      write_msg(3, 0, kChecksumPresent, insert, {{"documents", {rich, small}}, {"extra", {}}}),
      write_msg(4, 3, kMoreToCome, rich),
      write_query(5, Query{4, "admin.$cmd", 0, -1, hello, ""}),
      write_query(6, Query{0, "admin.$cmd", 0, -1, hello, small}),
      write_reply(7, 6, kAwaitCapable, rich),
      write_reply(8, 6, Reply{0, 9, 2, {small, rich, small}}),
  };
}

}  // namespace failc::wire::samples
