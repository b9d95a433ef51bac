#include "interpreter/systems/mongodb/query/index.hpp"

#include <algorithm>

#include "interpreter/systems/mongodb/bson/builder.hpp"
#include "interpreter/systems/mongodb/bson/compare.hpp"
#include "interpreter/systems/mongodb/bson/json.hpp"
#include "interpreter/systems/mongodb/query/fail.hpp"

namespace failc::query {
namespace {

using bson::Element;
using bson::Type;
using bson::Value;
using bson::ValueView;
using bson::View;

std::string name_of(View pattern) {
  std::string out;
  for (const Element& element : pattern) {
    if (!out.empty()) out += "_";
    const std::optional<std::int64_t> direction = element.value.integer();
    out += std::string(element.key) + "_" + (direction ? std::to_string(*direction) : element.value.is(Type::string) ? std::string(element.value.as_string()) : bson::show(element.value));
  }
  return out;
}

/// Whether entries are kept for a key of this kind.
bool check_field(const Element& field) {
  const auto refuse = [&](const std::string& why) { fail(code::kCannotCreateIndex, why); };
  if (field.key.empty()) refuse("Index keys cannot be an empty field.");
  if (field.value.is(Type::string)) {
    constexpr std::string_view kKinds[] = {"text", "2d", "2dsphere", "hashed", "geoHaystack"};
    if (std::find(std::begin(kKinds), std::end(kKinds), field.value.as_string()) == std::end(kKinds))
      refuse("Unknown index plugin '" + std::string(field.value.as_string()) + "'");
    return field.value.as_string() == "hashed";
  }
  if (!field.value.is_number()) refuse("Values in v:2 index key pattern cannot be of type " + std::string(bson::type_name(field.value.type())) + ". Only numbers > 0, numbers < 0, and strings are allowed.");
  if (*field.value.number() == 0) refuse("Values in the index key pattern cannot be 0.");
  if (field.key == "$**" || field.key.ends_with(".$**")) return false;
  for (const std::string& part : bson::split_path(field.key)) {
    if (part.empty()) refuse("Index keys cannot contain an empty field.");
    if (part.starts_with('$')) refuse("Index key contains an illegal field name: field name starts with '$'.");
  }
  return true;
}

void check_option(const Element& option) {
  constexpr std::string_view kKnown[] = {"v", "key", "name", "unique", "sparse", "partialFilterExpression", "background", "expireAfterSeconds", "hidden", "collation", "ns",
                                         "storageEngine", "weights", "default_language", "language_override", "textIndexVersion", "2dsphereIndexVersion", "bits", "min", "max",
                                         "bucketSize", "wildcardProjection", "dropDups", "clustered", "prepareUnique"};
  if (std::find(std::begin(kKnown), std::end(kKnown), option.key) == std::end(kKnown))
    fail(code::kInvalidIndexSpecificationOption, "Error in specification: the field '" + std::string(option.key) + "' is not valid for an index specification.");
  if ((option.key == "unique" || option.key == "sparse" || option.key == "hidden") && !option.value.is(Type::boolean) && !option.value.is_number())
    fail(code::kTypeMismatch, "The field '" + std::string(option.key) + "' has value " + bson::show(option) + ", which is not convertible to bool");
  if (option.key == "expireAfterSeconds" && (!option.value.is_number() || *option.value.number() < 0))
    fail(code::kCannotCreateIndex, "TTL index 'expireAfterSeconds' option must be numeric and not negative. Index spec: " + bson::show(option));
}

std::string encoded(const std::vector<Value>& values) {
  std::string out;
  for (const Value& value : values) bson::append_equality_key(out, value);
  return out;
}

}  // namespace

Outcome<Index> Index::of(View spec) {
  return guarded([&] {
    Index out;
    const ValueView key = spec["key"], name = spec["name"];
    if (!key.is(Type::document)) fail(key.exists() ? code::kTypeMismatch : code::kFailedToParse, "The 'key' field is a required property of an index specification and must be an object");
    if (key.as_document().empty()) fail(code::kCannotCreateIndex, "Index keys cannot be an empty document.");
    if (name.exists() && !name.is(Type::string)) fail(code::kTypeMismatch, "The field 'name' must be a string, but got " + std::string(bson::type_name(name.type())));
    if (name.exists() && (name.as_string().empty() || name.as_string() == "*")) fail(code::kCannotCreateIndex, "The index name '" + std::string(name.as_string()) + "' is not valid");
    for (const Element& option : spec) check_option(option);
    for (const Element& field : key.as_document()) {
      out.kept_ = check_field(field) && out.kept_;
      for (const Field& known : out.fields_)
        if (known.text == field.key) fail(code::kCannotCreateIndex, "duplicate key in index: " + std::string(field.key));
      out.fields_.push_back({std::string(field.key), bson::split_path(field.key)});
    }
    out.unique_ = spec["unique"].truthy();
    out.sparse_ = spec["sparse"].truthy();
    if (const ValueView filter = spec["partialFilterExpression"]; filter.exists()) {
      if (!filter.is(Type::document)) fail(code::kTypeMismatch, "The field 'partialFilterExpression' must be an object, but got " + std::string(bson::type_name(filter.type())));
      if (out.sparse_) fail(code::kCannotCreateIndex, "cannot mix \"partialFilterExpression\" and \"sparse\" options");
      out.partial_ = std::make_unique<Matcher>(need(Matcher::compile(filter.as_document())));
    }
    bson::Builder full;
    full.append("v", spec["v"].exists() ? Value(spec["v"]) : Value(2)).append("key", key);
    full.append("name", name.exists() ? Value(name) : Value(name_of(key.as_document())));
    for (const Element& option : spec)
      if (option.key != "v" && option.key != "key" && option.key != "name" && option.key != "ns" && option.key != "background") full.append(option.key, option.value);
    out.spec_ = full.finish();
    if (out.name() == "_id_") {  // it holds every document, whatever the options say
      if (out.fields_.size() != 1 || out.fields_.front().text != "_id" || out.pattern().front().value.integer() != 1)
        fail(code::kBadValue, "The index name '_id_' is reserved for the _id index, which must have key pattern {_id: 1}, found key: " + bson::show(out.pattern()));
      out.unique_ = true;
      out.sparse_ = false;
      out.partial_.reset();
    }
    return out;
  });
}

std::vector<Index::Values> Index::values(View document) const {
  std::vector<Values> out(1);
  bool any = false, spread = false;
  for (const Field& field : fields_) {
    Values its;
    std::size_t arrays = 0;
    std::string_view open;  // the array whose elements follow
    bson::visit_path(document, field.path, bson::Leaf::spread, [&](ValueView value, bson::Position) {
      const bool inside = value.bytes().data() > open.data() && value.bytes().data() < open.data() + open.size();
      any = any || value.exists();
      if (value.is(Type::array) && !inside) {
        ++arrays;
        open = value.bytes();
        if (value.as_document().empty()) its.emplace_back(bson::Undefined{});
      } else if (value.exists()) {
        its.emplace_back(value);
      } else {
        its.emplace_back(bson::Null{});
      }
      return false;
    });
    if (its.empty()) its.emplace_back(bson::Null{});
    if (its.size() > 1 || arrays) {
      if (spread) fail(171, "cannot index parallel arrays [" + field.text + "]");
      spread = true;
    }
    std::vector<Values> product;
    for (const Values& before : out)
      for (const Value& value : its) {
        product.push_back(before);
        product.back().push_back(value);
      }
    out = std::move(product);
  }
  if (sparse_ && !any) out.clear();
  return out;
}

Index::Keys Index::keys(View document) const {
  Keys out;
  if (!kept_ || (partial_ && !partial_->test(document))) return out;
  if (fields_.size() == 1 && fields_.front().path.size() == 1) {  // what nearly all are
    const ValueView value = document.find(fields_.front().text);
    if (!value.is(Type::array)) {
      if (!value.exists() && sparse_) return out;
      static const Value kNull = bson::Null{};
      bson::append_equality_key(out.emplace_back(), value.exists() ? value : kNull.view());
      return out;
    }
  }
  for (const Values& key : values(document)) out.push_back(encoded(key));
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

void Index::add(const Keys& keys, RecordId record) {
  for (const std::string& key : keys) entries_.insert({key, record});
}

void Index::remove(const Keys& keys, RecordId record) {
  for (const std::string& key : keys) {
    if (const auto at = entries_.find(Order::Key(key, record)); at != entries_.end()) entries_.take(at);
  }
}

std::vector<RecordId> Index::lookup(ValueView value) const {
  std::string prefix;
  bson::append_equality_key(prefix, value);
  std::vector<RecordId> out;
  for (auto at = entries_.lower_bound(Order::Key(prefix, 0)); at != entries_.end() && at->first.starts_with(prefix); ++at) out.push_back(at->second);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::vector<RecordId> Index::holders(const std::string& key) const {
  std::vector<RecordId> out;
  for (auto at = entries_.lower_bound(Order::Key(key, 0)); at != entries_.end() && at->first == key; ++at) out.push_back(at->second);
  return out;
}

std::optional<RecordId> Index::holder(const std::string& key, RecordId except) const {
  for (auto at = entries_.lower_bound(Order::Key(key, 0)); at != entries_.end() && at->first == key; ++at)
    if (at->second != except) return at->second;
  return std::nullopt;
}

bson::Document Index::key_value(View document, const std::string& key) const {
  for (const Values& candidate : values(document)) {
    if (encoded(candidate) != key) continue;
    bson::Builder out;
    for (std::size_t i = 0; i < fields_.size(); ++i) out.append(fields_[i].text, candidate[i]);
    return out.finish();
  }
  return {};
}

QueryError Index::duplicate(std::string_view ns, View document, const std::string& key) const {
  const bson::Document value = key_value(document, key);
  bson::Document extra = bson::Builder().append("keyPattern", pattern()).append("keyValue", value).finish();
  return query_error(code::kDuplicateKey, "E11000 duplicate key error collection: " + std::string(ns) + " index: " + std::string(name()) + " dup key: " + bson::show(value), std::move(extra));
}

}  // namespace failc::query
