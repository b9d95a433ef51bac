#include "interpreter/systems/mongodb/query/output.hpp"

#include "interpreter/systems/mongodb/bson/builder.hpp"
#include "interpreter/systems/mongodb/query/fail.hpp"

namespace failc::query {
namespace {

using bson::Document;
using bson::Value;
using bson::View;

/// Changes over a copy of one collection, so that each document is checked against those before it.
Document filled_image(const Namespace& ns, const Document& empty, const std::vector<Document>& documents, const WriteContext& context,
                      const std::function<bson::ObjectId()>& next_id) {
  Catalog scratch;
  (void)need(scratch.apply({Change::Kind::create, ns, 0, {}, empty, {}}));
  WriteContext inner = context;
  for (const Document& document : documents) {
    if (!document.has("_id")) inner.new_id = next_id();
    for (const Change& change : need(plan_insert(scratch, ns, document, inner))) (void)need(scratch.apply(change));
  }
  return scratch.find(ns)->image();
}

Document empty_copy(const Collection* collection, const Uuid& uuid) {
  if (!collection) return empty_image(uuid, View());
  Document out = empty_image(uuid, collection->options());
  bson::ArrayBuilder indexes;
  for (const Index& index : collection->indexes()) indexes.push(index.spec());
  return bson::with(out, "indexes", indexes.finish());
}

}  // namespace

Outcome<std::vector<Change>> plan_out(const Catalog& catalog, const OutStage& stage, const std::vector<Document>& documents, const WriteContext& context,
                                      const std::function<bson::ObjectId()>& next_id) {
  return guarded([&] {
    const Collection* known = catalog.find(stage.target);
    std::vector<Change> out;
    const Document image = filled_image(stage.target, empty_copy(known, context.new_uuid), documents, context, next_id);
    if (known) out.push_back({Change::Kind::drop, stage.target, 0, known->image(), {}, {}});
    out.push_back({Change::Kind::create, stage.target, 0, {}, image, {}});
    return out;
  });
}

Outcome<std::vector<Change>> plan_merge(const Catalog& catalog, const MergeStage& stage, View document, const WriteContext& context) {
  return guarded([&]() -> std::vector<Change> {
    using Matched = MergeStage::Matched;
    using NotMatched = MergeStage::NotMatched;
    bson::Builder on;
    for (const std::string& field : stage.on) {
      const bson::ValueView value = document.at(field);
      if (value.is_nullish() && field != "_id") fail(51132, "$merge write error: 'on' field '" + field + "' cannot be missing, null, undefined or an array");
      on.open(field).append("$eq", value.exists() ? Value(value) : Value(context.new_id)).close();
    }
    const Document filter = on.finish();
    UpdateStatement statement;
    statement.filter = filter;
    Value update;
    WriteContext inner = context;
    switch (stage.matched) {
      case Matched::replace: update = bson::without(document, "_id"); break;
      case Matched::merge: update = bson::Builder().append("$set", bson::without(document, "_id")).finish(); break;
      case Matched::pipeline:
        update = stage.pipeline;
        inner.constants.let = bson::with(inner.constants.let, "new", Value(document));
        break;
      case Matched::keep_existing: case Matched::fail: update = bson::Builder().open("$set").close().finish(); break;
    }
    statement.update = update;
    UpdatePlan plan = need(plan_update(catalog, stage.target, statement, inner));
    if (plan.matched > 0 && stage.matched == Matched::fail)
      fail(code::kDuplicateKey, "$merge could not write a document: whenMatched is 'fail' and a matching document was found in the target collection");
    if (plan.matched > 0) return std::move(plan.changes);
    if (stage.not_matched == NotMatched::discard) return {};
    if (stage.not_matched == NotMatched::fail) fail(13113, "$merge could not find a matching document in the target collection for at least one document in the source collection");
    return need(plan_insert(catalog, stage.target, document, context));
  });
}

}  // namespace failc::query
