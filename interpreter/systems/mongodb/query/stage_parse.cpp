#include "interpreter/systems/mongodb/bson/json.hpp"
#include "interpreter/systems/mongodb/query/fail.hpp"
#include "interpreter/systems/mongodb/query/stage.hpp"

namespace failc::query {
namespace {

using bson::Element;
using bson::Type;
using bson::Value;
using bson::ValueView;
using bson::View;

std::string type_of(ValueView value) { return std::string(bson::type_name(value.type())); }

SortStage parse_sort(ValueView spec) {
  if (!spec.is(Type::document)) fail(15973, "the $sort key specification must be an object");
  if (spec.as_document().empty()) fail(15976, "$sort stage must have at least one sort key");
  return {need(SortOrder::parse(spec.as_document()))};
}

std::int64_t parse_count(const Element& stage, int code, std::int64_t least) {
  const std::string what = "invalid argument to " + std::string(stage.key) + " stage: Expected ";
  if (!stage.value.is_number()) fail(code, what + "a number in: " + bson::show(stage));
  const std::optional<std::int64_t> count = stage.value.integer();
  if (!count) fail(code, what + "an integer: " + bson::show(stage));
  if (*count < 0) fail(code, what + "a non-negative number in: " + bson::show(stage));
  if (*count < least) fail(15958, "the limit must be positive");
  return *count;
}

CountStage parse_count_field(ValueView spec) {
  if (!spec.is(Type::string) || spec.as_string().empty()) fail(40156, "the count field must be a non-empty string");
  const std::string name(spec.as_string());
  if (name.starts_with('$')) fail(40158, "the count field cannot be a $-prefixed path");
  if (name.find('.') != std::string::npos) fail(40160, "the count field cannot contain '.'");
  return {name};
}

UnwindStage parse_unwind(ValueView spec) {
  UnwindStage out;
  ValueView path = spec;
  if (spec.is(Type::document)) {
    path = {};
    for (const Element& option : spec.as_document()) {
      if (option.key == "path") {
        if (!option.value.is(Type::string)) fail(28808, "expected a string as the path for $unwind stage, got " + type_of(option.value));
        path = option.value;
      } else if (option.key == "preserveNullAndEmptyArrays") {
        if (!option.value.is(Type::boolean)) fail(28809, "expected a boolean for the preserveNullAndEmptyArrays option to $unwind stage, got " + type_of(option.value));
        out.preserve = option.value.as_bool();
      } else if (option.key == "includeArrayIndex") {
        if (!option.value.is(Type::string) || option.value.as_string().empty()) fail(28810, "expected a non-empty string for the includeArrayIndex option to $unwind stage, got " + type_of(option.value));
        if (option.value.as_string().starts_with('$')) fail(28822, "includeArrayIndex option to $unwind stage should not be prefixed with a '$': " + std::string(option.value.as_string()));
        if (bson::split_path(option.value.as_string()).size() > 200) fail(code::kOverflow, "FieldPath is too long");
        out.index_field = option.value.as_string();
      } else {
        fail(28811, "unrecognized option to $unwind stage: " + std::string(option.key));
      }
    }
    if (!path.exists()) fail(28812, "no path specified to $unwind stage");
  } else if (!spec.is(Type::string)) {
    fail(15981, "expected either a string or an object as specification for $unwind stage, got " + type_of(spec));
  }
  if (!path.as_string().starts_with('$')) fail(28818, "path option to $unwind stage should be prefixed with a '$': " + std::string(path.as_string()));
  out.path = bson::split_path(path.as_string().substr(1));
  if (out.path.size() > 200) fail(code::kOverflow, "FieldPath is too long");
  for (const std::string& part : out.path)
    if (part.empty()) fail(15998, "FieldPath field names may not be empty strings.");
  return out;
}

LookupStage parse_lookup(ValueView spec, const Namespace& ns, const Names& names) {
  if (!spec.is(Type::document)) fail(code::kFailedToParse, "the $lookup stage specification must be an object, but found " + type_of(spec));
  LookupStage out;
  out.from.database = ns.database;
  for (const Element& option : spec.as_document()) {
    const bool named = option.key == "from" || option.key == "localField" || option.key == "foreignField" || option.key == "as";
    if (named && !option.value.is(Type::string))
      fail(code::kFailedToParse, "$lookup argument '" + bson::show(option) + "' must be a string, found " + type_of(option.value));
    if (option.key == "from") {
      out.from.collection = option.value.as_string();
    } else if (option.key == "localField") {
      out.local = option.value.as_string();
    } else if (option.key == "foreignField") {
      out.foreign = option.value.as_string();
    } else if (option.key == "as") {
      out.as = option.value.as_string();
    } else if (option.key == "pipeline") {
      if (!option.value.is(Type::array)) fail(code::kTypeMismatch, "'pipeline' option must be specified as an array");
      out.pipeline = option.value;
    } else if (option.key == "let") {
      if (!option.value.is(Type::document)) fail(code::kFailedToParse, "$lookup argument '" + bson::show(option) + "' must be an object, is type " + type_of(option.value));
      for (const Element& variable : option.value.as_document()) out.let.emplace_back(std::string(variable.key), parse_expression(variable.value, names));
    } else {
      fail(code::kFailedToParse, "unknown argument to $lookup: " + std::string(option.key));
    }
  }
  if (bson::split_path(out.as).size() > 200) fail(code::kOverflow, "FieldPath is too long");
  if (out.as.empty()) fail(code::kFailedToParse, "must specify 'as' field for a $lookup");
  if (out.from.collection.empty()) fail(code::kFailedToParse, "must specify 'from' field for a $lookup");
  if (out.local.empty() != out.foreign.empty()) fail(code::kFailedToParse, "$lookup requires both or neither of 'localField' and 'foreignField' to be specified");
  if (out.local.empty() && !out.pipeline.exists()) fail(code::kFailedToParse, "$lookup requires either 'pipeline' or both 'localField' and 'foreignField' to be specified");
  return out;
}

Namespace target_of(ValueView spec, const Namespace& ns, std::string_view stage) {
  Namespace out = ns;
  if (spec.is(Type::string)) {
    out.collection = spec.as_string();
  } else if (spec.is(Type::document)) {
    for (const Element& part : spec.as_document()) {
      if (!part.value.is(Type::string) || (part.key != "db" && part.key != "coll"))
        fail(16994, std::string(stage) + " supports only a string or an object with 'db' and 'coll', found: " + bson::show(part));
      (part.key == "db" ? out.database : out.collection) = part.value.as_string();
    }
  } else {
    fail(stage == "$out" ? 16990 : 51178, std::string(stage) + " only supports a string or object argument, but found " + type_of(spec));
  }
  if (std::optional<QueryError> error = invalid_namespace(out)) fail(*error);
  return out;
}

template <class Enum>
Enum choice(const Element& option, std::initializer_list<std::pair<std::string_view, Enum>> known) {
  for (const auto& [name, value] : known)
    if (option.value.string() == name) return value;
  fail(code::kBadValue, "Enumeration value '" + (option.value.is(Type::string) ? std::string(option.value.as_string()) : bson::show(option.value)) + "' for field '$merge." + std::string(option.key) + "' is not a valid value.");
}

std::vector<Stage> one(Stage stage) {
  std::vector<Stage> out;
  out.push_back(std::move(stage));
  return out;
}

}  // namespace

FinalStage parse_out(ValueView spec, const Namespace& ns) { return OutStage{target_of(spec, ns, "$out")}; }

FinalStage parse_merge(ValueView spec, const Namespace& ns) {
  MergeStage out;
  const bool options = spec.is(Type::document);
  if (options && !spec.as_document().has("into")) fail(40414, "BSON field '$merge.into' is missing but a required field");
  out.target = target_of(options ? spec.as_document()["into"] : spec, ns, "$merge");
  if (!options) return out;
  using Matched = MergeStage::Matched;
  using NotMatched = MergeStage::NotMatched;
  for (const Element& option : spec.as_document()) {
    if (option.key == "into" || option.key == "let") continue;
    if (option.key == "on") {
      out.on.clear();
      if (option.value.is(Type::string)) out.on.emplace_back(option.value.as_string());
      if (option.value.is(Type::array))
        for (const Element& field : option.value.as_document()) {
          if (!field.value.is(Type::string)) fail(51134, "$merge 'on' array elements must be strings, but found " + type_of(field.value));
          out.on.emplace_back(field.value.as_string());
        }
      if (out.on.empty()) fail(51187, "If explicitly specifying $merge 'on', must include at least one field");
    } else if (option.key == "whenMatched") {
      if (option.value.is(Type::array)) {
        out.matched = Matched::pipeline;
        out.pipeline = option.value;
      } else {
        out.matched = choice<Matched>(option, {{"merge", Matched::merge}, {"replace", Matched::replace}, {"keepExisting", Matched::keep_existing}, {"fail", Matched::fail}});
      }
    } else if (option.key == "whenNotMatched") {
      out.not_matched = choice<NotMatched>(option, {{"insert", NotMatched::insert}, {"discard", NotMatched::discard}, {"fail", NotMatched::fail}});
    } else {
      fail(40415, "BSON field '$merge." + std::string(option.key) + "' is an unknown field.");
    }
  }
  return out;
}

std::vector<Stage> parse_stage(const Element& stage, const Namespace& ns, const Constants& constants, bool first, bool last) {
  const std::string_view name = stage.key;
  const ValueView spec = stage.value;
  if (std::optional<Transform> transform = parse_transform(name, spec, constants)) return one(std::move(*transform));
  if (name == "$match") {
    if (!spec.is(Type::document)) fail(15959, "the match filter must be an expression in an object");
    return one(MatchStage{need(Matcher::compile(spec.as_document(), constants))});
  }
  const Names names = names_of(constants);
  if (name == "$sort") return one(parse_sort(spec));
  if (name == "$limit") return one(LimitStage{parse_count(stage, 5107201, 1)});
  if (name == "$skip") return one(SkipStage{parse_count(stage, 5107200, 0)});
  if (name == "$count") return one(parse_count_field(spec));
  if (name == "$unwind") return one(parse_unwind(spec));
  if (name == "$group") return one(parse_group(spec, names));
  if (name == "$lookup") return one(parse_lookup(spec, ns, names));
  if (name == "$sortByCount") {
    const bool expression = (spec.is(Type::string) && spec.as_string().starts_with('$')) || (spec.is(Type::document) && spec.as_document().front().key.starts_with('$'));
    if (!expression) fail(40149, "the sortByCount field must be defined as a $-prefixed path or an expression");
    bson::Builder sort;
    std::vector<Stage> out = one(parse_group(Value(bson::Builder().append("_id", spec).open("count").append("$sum", 1).close().finish()), names));
    out.push_back(parse_sort(Value(sort.append("count", -1).finish())));
    return out;
  }
  if (name == "$documents") {
    if (!first) fail(40602, "$documents is only valid as the first stage in a pipeline");
    return one(DocumentsStage{parse_expression(spec, names)});
  }
  if (name == "$out" || name == "$merge") {
    if (!last) fail(40601, std::string(name) + " can only be the final stage in the pipeline");
    return one(std::visit([](auto final_stage) { return Stage(std::move(final_stage)); }, name == "$out" ? parse_out(spec, ns) : parse_merge(spec, ns)));
  }
  fail(code::kUnrecognizedStage, "Unrecognized pipeline stage name: '" + std::string(name) + "'");
}

}  // namespace failc::query
