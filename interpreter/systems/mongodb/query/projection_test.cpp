#include "interpreter/systems/mongodb/query/projection.hpp"

#include <gtest/gtest.h>

#include "interpreter/systems/mongodb/query/sort.hpp"
#include "interpreter/systems/mongodb/query/test_json.hpp"

namespace failc::query {
namespace {

TEST(Projection, Finds) {
  struct Case { const char* spec; const char* document; const char* shown; };
  const Case cases[] = {
      {"{}", "{'_id': 1, 'a': 2}", "{ _id: 1, a: 2 }"}, {"{'a': 1}", "{'_id': 1, 'a': 2, 'b': 3}", "{ _id: 1, a: 2 }"}, {"{'a': true, '_id': 0}", "{'_id': 1, 'a': 2, 'b': 3}", "{ a: 2 }"},
      {"{'a': 0}", "{'_id': 1, 'a': 2, 'b': 3}", "{ _id: 1, b: 3 }"}, {"{'_id': 0}", "{'_id': 1, 'a': 2}", "{ a: 2 }"}, {"{'_id': 1}", "{'_id': 1, 'a': 2}", "{ _id: 1 }"},
      {"{'a.b': 1}", "{'a': {'b': 1, 'c': 2}}", "{ a: { b: 1 } }"}, {"{'a.b': 1}", "{'a': [{'b': 1, 'c': 2}, 5, {'c': 1}]}", "{ a: [ { b: 1 }, {} ] }"}, {"{'a.b': 1}", "{'a': 5}", "{}"},
      {"{'a.b': 0}", "{'a': [{'b': 1, 'c': 2}, 5]}", "{ a: [ { c: 2 }, 5 ] }"}, {"{'a': {'b': 1}}", "{'a': {'b': 1, 'c': 2}}", "{ a: { b: 1 } }"},
      {"{'a': {'$slice': 1}}", "{'a': [1, 2], 'b': 1}", "{ a: [ 1 ], b: 1 }"}, {"{'a': {'$slice': -1}}", "{'a': [1, 2]}", "{ a: [ 2 ] }"}, {"{'a': {'$slice': [1, 1]}}", "{'a': [1, 2, 3]}", "{ a: [ 2 ] }"},
      {"{'a': {'$elemMatch': {'b': 2}}}", "{'_id': 1, 'a': [{'b': 1}, {'b': 2, 'c': 3}], 'z': 1}", "{ _id: 1, a: [ { b: 2, c: 3 } ] }"}, {"{'a': {'$elemMatch': {'b': 9}}}", "{'_id': 1, 'a': [{'b': 1}]}", "{ _id: 1 }"},
      {"{'x': '$a', 'y': {'$add': ['$a', 1]}}", "{'_id': 1, 'a': 2}", "{ _id: 1, x: 2, y: 3 }"}, {"{'a': 1, 'x': 'text'}", "{'_id': 1, 'a': 2}", "{ _id: 1, a: 2, x: \"text\" }"},
  };
  for (const Case& c : cases) {
    const Outcome<Projection> projection = Projection::of_find(doc(c.spec));
    ASSERT_TRUE(projection) << c.spec << ": " << projection.error().message;
    EXPECT_EQ(bson::show(projection->apply(doc(c.document), Constants{})), c.shown) << c.spec;
  }
  EXPECT_EQ(bson::show(Projection::of_find(doc("{'a.$': 1}"))->apply(doc("{'_id': 1, 'a': [5, 6], 'b': 1}"), Constants{}, 1)), "{ _id: 1, a: [ 6 ] }");
}

TEST(Projection, Errors) {
  struct Case { const char* spec; int code; };
  for (const Case& c : {Case{"{'a': 1, 'b': 0}", 31254}, {"{'a': 0, 'b': 1}", 31253}, {"{'a': 1, 'a.b': 1}", 31249}, {"{'a.b': 1, 'a': 1}", 31250}, {"{'a': 0, 'b': '$x'}", 31252}, {"{'a': {}}", 51270},
                        {"{'a': {'$foo': 1}}", 168}, {"{'$a': 1}", 16410}, {"{'a': {'$elemMatch': 1}}", 31274}, {"{'a.b': {'$elemMatch': {}}}", 31275}, {"{'a': {'$slice': 'x'}}", 28667}}) {
    const Outcome<Projection> projection = Projection::of_find(doc(c.spec));
    ASSERT_FALSE(projection) << c.spec;
    EXPECT_EQ(projection.error().code, c.code) << c.spec << ": " << projection.error().message;
  }
}

std::string sorted(const char* order, const char* documents) {
  std::vector<bson::Document> all;
  for (const bson::Element& element : doc(documents)) all.emplace_back(element.value.as_document());
  SortOrder::parse(doc(order))->sort(all);
  std::string out;
  for (const bson::Document& document : all) out += bson::show(document["_id"]);
  return out;
}

TEST(Sort, Orders) {
  EXPECT_EQ(sorted("{'a': 1}", "[{'_id': 1, 'a': 3}, {'_id': 2}, {'_id': 3, 'a': 'x'}, {'_id': 4, 'a': 1.5}, {'_id': 5, 'a': null}]"), "25413");
  EXPECT_EQ(sorted("{'a': -1, '_id': 1}", "[{'_id': 2, 'a': 1}, {'_id': 1, 'a': 1}, {'_id': 3, 'a': 2}]"), "312");
  EXPECT_EQ(sorted("{'a': 1}", "[{'_id': 1, 'a': [5, 2]}, {'_id': 2, 'a': 3}, {'_id': 3, 'a': []}]"), "312") << "an array by its least";
  EXPECT_EQ(sorted("{'a': -1}", "[{'_id': 1, 'a': 4}, {'_id': 2, 'a': [5, 1]}]"), "21") << "and by its greatest";
  EXPECT_EQ(sorted("{'a.b': 1}", "[{'_id': 1, 'a': [{'b': 3}]}, {'_id': 2, 'a': {'b': 2}}]"), "21");
  EXPECT_EQ(sorted("{'a': 1}", "[{'_id': 1, 'a': [[1]]}, {'_id': 2, 'a': 9}]"), "21") << "an array inside counts as one";
  EXPECT_EQ(SortOrder::parse(doc("{'a': 2}")).error().code, 15975);
  EXPECT_EQ(SortOrder::parse(doc("{'a': 'x'}")).error().code, 15974);
  EXPECT_TRUE(SortOrder::parse(doc("{'$natural': -1}"))->reversed_natural());
}

}  // namespace
}  // namespace failc::query
