#pragma once
// Documents from JSON, for the tests beside the code. `'` may stand for `"`. Where libbson's reader would take an operator for a value,
// `@` stands for its dollar: `{'@type': 2}`, `{'@regex': 'a'}`.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "interpreter/systems/mongodb/bson/builder.hpp"
#include "interpreter/systems/mongodb/bson/json.hpp"

namespace failc::query {

inline void with_dollars(bson::Builder& out, bson::View document) {
  for (const bson::Element& element : document) {
    std::string key(element.key);
    if (key.starts_with('@')) key.front() = '$';
    if (element.value.is(bson::Type::document)) {
      out.open(key);
      with_dollars(out, element.value.as_document());
      out.close();
    } else if (element.value.is(bson::Type::array)) {
      out.open_array(key);
      with_dollars(out, element.value.as_document());
      out.close();
    } else {
      out.append(key, element.value);
    }
  }
}

inline bson::Document doc(std::string json) {
  std::replace(json.begin(), json.end(), '\'', '"');
  Result<bson::Document> out = bson::from_json(json);
  EXPECT_TRUE(out) << json;
  if (!out) return {};
  bson::Builder builder;
  with_dollars(builder, *out);
  return builder.finish();
}

inline bson::Value list(const std::string& json) { return {bson::Type::array, doc(json).bytes()}; }

}  // namespace failc::query
