#include "interpreter/systems/mongodb/query/pipeline.hpp"

#include <algorithm>

#include "interpreter/systems/mongodb/bson/json.hpp"
#include "interpreter/systems/mongodb/query/fail.hpp"
#include "interpreter/systems/mongodb/query/scan.hpp"
#include "interpreter/systems/mongodb/query/stage.hpp"
#include "interpreter/systems/mongodb/query/tree.hpp"

namespace failc::query {
namespace {

using bson::Document;
using bson::Element;
using bson::Type;
using bson::Value;
using bson::ValueView;
using bson::View;
using Documents = std::vector<Document>;

struct Run {
  const Catalog& catalog;
  const Namespace& ns;
  const Constants& constants;
  std::optional<FinalStage> final_stage;
};

std::vector<Stage> parse(View pipeline, const Namespace& ns, const Constants& constants) {
  std::vector<Stage> out;
  const std::size_t count = pipeline.count();
  std::size_t index = 0;
  for (const Element& element : pipeline) {
    if (!element.value.is(Type::document)) fail(code::kTypeMismatch, "Each element of the 'pipeline' array must be an object");
    if (element.value.as_document().count() != 1) fail(40323, "A pipeline stage specification object must contain exactly one field.");
    for (Stage& stage : parse_stage(element.value.as_document().front(), ns, constants, index == 0, index + 1 == count)) out.push_back(std::move(stage));
    ++index;
  }
  return out;
}

Documents perform(const MatchStage& stage, Documents in, Run&) {
  std::erase_if(in, [&](const Document& document) { return !stage.matcher.test(document); });
  return in;
}

Documents perform(const SortStage& stage, Documents in, Run&) {
  stage.order.sort(in);
  return in;
}

Documents perform(const Transform& stage, Documents in, Run& run) {
  for (Document& document : in) document = apply(stage, document, run.constants);
  return in;
}

Documents perform(const LimitStage& stage, Documents in, Run&) {
  if (static_cast<std::int64_t>(in.size()) > stage.count) in.resize(static_cast<std::size_t>(stage.count));
  return in;
}

Documents perform(const SkipStage& stage, Documents in, Run&) {
  in.erase(in.begin(), in.begin() + std::min<std::int64_t>(stage.count, static_cast<std::int64_t>(in.size())));
  return in;
}

/// No documents give no count.
Documents perform(const CountStage& stage, Documents in, Run&) {
  if (in.empty()) return {};
  return {bson::Builder().append(stage.field, static_cast<std::int32_t>(in.size())).finish()};
}

/// `document` with the value at `path`; documents are made on the way.
Document with_path(View document, const std::vector<std::string>& path, const Value& value) {
  Tree root{Value(document)};
  Tree* at = &root;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    if (Tree* next = at->child(path[i]); !next || next->type() != Type::document) at->set(path[i], Tree(Value(Document())));
    at = at->child(path[i]);
  }
  if (value.exists())
    at->set(path.back(), Tree(value));
  else
    at->remove(path.back());
  return Document(root.value().view().as_document());
}

ValueView plain_at(View document, const std::vector<std::string>& path) {
  ValueView value = document.find(path.front());
  for (std::size_t i = 1; i < path.size(); ++i) {
    if (!value.is(Type::document)) return {};
    value = value.as_document().find(path[i]);
  }
  return value;
}

Documents perform(const UnwindStage& stage, Documents in, Run&) {
  Documents out;
  const auto add = [&](const Document& document, std::optional<std::int64_t> index) {
    if (stage.index_field.empty()) return out.push_back(document);
    out.push_back(with_path(document, bson::split_path(stage.index_field), index ? Value(*index) : Value(bson::Null{})));
  };
  for (const Document& document : in) {
    const ValueView value = plain_at(document, stage.path);
    const bool array = value.is(Type::array);
    if (array && !value.as_document().empty()) {
      std::int64_t index = 0;
      for (const Element& element : value.as_document()) add(with_path(document, stage.path, element.value), index++);
    } else if (array) {
      if (stage.preserve) add(with_path(document, stage.path, Value()), std::nullopt);
    } else if (!value.is_nullish() || stage.preserve) {
      add(document, std::nullopt);
    }
  }
  return out;
}

Documents perform(const GroupStage& stage, Documents in, Run& run) { return group(stage, in, run.constants); }

/// The filter on the foreign field: equal to the local value, or to one of its elements.
Document join_filter(const LookupStage& stage, View document) {
  const Value local = value_at(Value(document), bson::split_path(stage.local));
  bson::ArrayBuilder wanted;
  if (local.is(Type::array))
    for (const Element& element : local.view().as_document()) wanted.push(element.value);
  else
    wanted.push(local.exists() ? local : Value(bson::Null{}));
  // Values of $in that are regular expressions would be patterns; as values they match no string.
  return bson::Builder().open(stage.foreign).append("$in", wanted.finish()).close().finish();
}

Documents perform(const LookupStage& stage, Documents in, Run& run) {
  for (Document& document : in) {
    Documents found;
    const Collection* collection = run.catalog.find(stage.from);
    const Document filter = stage.local.empty() ? Document() : join_filter(stage, document);
    const Matcher matcher = need(Matcher::compile(filter, run.constants));
    if (collection)
      scan(*collection, matcher, false, [&](RecordId, const Document& other) { return found.push_back(other), true; });
    if (stage.pipeline.exists()) {
      Constants inner = run.constants;
      const Scope scope{document, &run.constants, nullptr};
      for (const auto& [name, expression] : stage.let) {
        const Value value = expression.evaluate(scope);
        inner.let = bson::with(inner.let, name, value.exists() ? value : Value(bson::Null{}));
      }
      found = need(aggregate(run.catalog, stage.from, std::move(found), stage.pipeline.view().as_document(), inner)).documents;
    }
    bson::ArrayBuilder list;
    for (const Document& other : found) {
      list.push(other);
      check_size(list.size());
    }
    document = with_path(document, bson::split_path(stage.as), list.finish());
  }
  return in;
}

Documents perform(const DocumentsStage& stage, Documents, Run& run) {
  const Value list = stage.documents.evaluate(Scope{View(), &run.constants, nullptr});
  if (!list.is(Type::array)) fail(5858203, "Expected array: $documents found " + std::string(bson::type_name(list.type())));
  Documents out;
  for (const Element& element : list.view().as_document()) {
    if (!element.value.is(Type::document)) fail(5858204, "$documents elements must be objects, found " + std::string(bson::type_name(element.value.type())));
    out.emplace_back(element.value.as_document());
  }
  return out;
}

Documents perform(const OutStage& stage, Documents in, Run& run) {
  run.final_stage = stage;
  return in;
}
Documents perform(const MergeStage& stage, Documents in, Run& run) {
  run.final_stage = stage;
  return in;
}

Aggregated perform_all(const std::vector<Stage>& stages, std::size_t from, Documents documents, Run& run) {
  for (std::size_t i = from; i < stages.size(); ++i)
    documents = std::visit([&](const auto& stage) { return perform(stage, std::move(documents), run); }, stages[i]);
  return {std::move(documents), std::move(run.final_stage)};
}

}  // namespace

Outcome<Aggregated> aggregate(const Catalog& catalog, const Namespace& ns, View pipeline, const Constants& constants) {
  return guarded([&] {
    const std::vector<Stage> stages = parse(pipeline, ns, constants);
    Run run{catalog, ns, constants, std::nullopt};
    if (!stages.empty() && std::holds_alternative<DocumentsStage>(stages.front())) return perform_all(stages, 0, {}, run);
    Documents documents;
    const Collection* collection = catalog.find(ns);
    const MatchStage* match = stages.empty() ? nullptr : std::get_if<MatchStage>(&stages.front());
    if (collection && match)
      scan(*collection, match->matcher, false, [&](RecordId, const Document& document) { return documents.push_back(document), true; });
    else if (collection)
      for (const auto& [record, document] : collection->records()) documents.push_back(document);
    return perform_all(stages, match ? 1 : 0, std::move(documents), run);
  });
}

Outcome<Aggregated> aggregate(const Catalog& catalog, const Namespace& ns, Documents input, View pipeline, const Constants& constants) {
  return guarded([&] {
    const std::vector<Stage> stages = parse(pipeline, ns, constants);
    Run run{catalog, ns, constants, std::nullopt};
    return perform_all(stages, 0, std::move(input), run);
  });
}

}  // namespace failc::query
