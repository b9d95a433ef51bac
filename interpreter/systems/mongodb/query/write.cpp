#include "interpreter/systems/mongodb/query/write.hpp"

#include <algorithm>

#include "interpreter/systems/mongodb/bson/builder.hpp"
#include "interpreter/systems/mongodb/query/fail.hpp"
#include "interpreter/systems/mongodb/query/pending.hpp"
#include "interpreter/systems/mongodb/query/scan.hpp"
#include "interpreter/systems/mongodb/query/sort.hpp"
#include "interpreter/systems/mongodb/query/update.hpp"

namespace failc::query {
namespace {

using bson::Document;
using bson::Type;
using bson::Value;
using bson::ValueView;
using bson::View;

void check_namespace(const Namespace& ns) {
  if (std::optional<QueryError> error = invalid_namespace(ns)) fail(*error);
}

void check_id(ValueView id) {
  if (id.is(Type::array) || id.is(Type::regex) || id.is(Type::undefined))
    fail(code::kInvalidIdField, "The '_id' value cannot be of type " + std::string(bson::type_name(id.type())));
  if (!id.is(Type::document)) return;
  for (const bson::Element& element : id.as_document())
    if (element.key.starts_with('$'))
      fail(code::kDollarPrefixedFieldName, "_id fields may not contain '$'-prefixed fields: " + std::string(element.key) + " is not valid for storage.");
}

Document with_id(View document, const bson::ObjectId& new_id) {
  const bson::Element first = document.front();
  if (first.key == "_id") return Document(document);
  bson::Builder out;
  const ValueView id = document["_id"];
  out.append("_id", id.exists() ? Value(id) : Value(new_id));
  for (const bson::Element& element : document)
    if (element.key != "_id") out.append(element.key, element.value);
  return out.finish();
}

/// A capped collection loses its oldest where the new one does not fit.
void trim_capped(const Namespace& ns, const Collection* collection, std::size_t added, std::vector<Change>& changes) {
  if (!collection || !collection->options()["capped"].truthy()) return;
  const std::int64_t most_bytes = collection->options()["size"].integer().value_or(INT64_MAX);
  std::int64_t most = collection->options()["max"].integer().value_or(0);
  if (most <= 0) most = INT64_MAX;
  std::int64_t bytes = collection->bytes() + static_cast<std::int64_t>(added), count = static_cast<std::int64_t>(collection->count()) + 1;
  for (const auto& [record, document] : collection->records()) {
    if (bytes <= most_bytes && count <= most) return;
    bytes -= static_cast<std::int64_t>(document.size());
    --count;
    changes.push_back({Change::Kind::remove, ns, record, document, {}, {}});
  }
}

void add_insert(const Catalog& catalog, const Namespace& ns, Document document, const WriteContext& context, std::vector<Change>& changes) {
  const Collection* collection = catalog.find(ns);
  check_document(ns, collection, document, 0, context, nullptr);
  if (!collection) changes.push_back({Change::Kind::create, ns, 0, {}, empty_image(context.new_uuid, View()), {}});
  trim_capped(ns, collection, document.size(), changes);
  changes.push_back({Change::Kind::insert, ns, collection ? collection->next_record() : 1, {}, std::move(document), {}});
}

/// The document an upsert inserts; its id is the plan's.
Document upserted(const Matcher& matcher, const Update& update, const WriteContext& context) {
  const Document seed = need(upsert_seed(matcher, update.replaces()));
  return with_id(need(update.apply(seed, nullptr, true)).document, context.new_id);
}

struct Match {
  RecordId record = 0;
  const Document* document = nullptr;
};

/// The first by `order`; without one the first that is found. Nothing: `document` is null.
Match first_match(const Collection* collection, const Matcher& matcher, const SortOrder& order) {
  std::vector<Match> matches;
  if (collection)
    scan(*collection, matcher, order.reversed_natural(), [&](RecordId record, const Document& document) {
      matches.push_back({record, &document});
      return !order.empty();
    });
  if (matches.empty()) return {};
  if (matches.size() == 1) return matches.front();
  std::vector<View> views;
  for (const Match& match : matches) views.emplace_back(*match.document);
  order.sort(views);
  return *std::find_if(matches.begin(), matches.end(), [&](const Match& match) { return match.document->bytes().data() == views.front().bytes().data(); });
}

}  // namespace

void check_document(const Namespace& ns, const Collection* collection, View document, RecordId record, const WriteContext& context, Pending* pending) {
  constexpr std::size_t kMostBytes = 16 * 1024 * 1024;
  if (document.size() > kMostBytes)
    fail(10334, "BSONObj size: " + std::to_string(document.size()) + " is invalid. Size must be between 0 and 16793600(16MB)");
  // Below what the wire takes, so that what is stored still fits inside a command.
  constexpr int kMostLevels = 180;
  if (bson::deeper_than(document, kMostLevels)) fail(code::kOverflow, "cannot insert document because it exceeds 180 levels of nesting");
  check_id(document["_id"]);
  if (!collection) return;
  if (collection->validator() && !context.bypass_validation && collection->options()["validationAction"].string() != "warn" && collection->options()["validationLevel"].string() != "off" &&
      !collection->validator()->test(document)) {
    bson::Builder extra;
    extra.open("errInfo").append("failingDocumentId", document["_id"]).open("details").append("operatorName", "validator");
    fail(query_error(code::kDocumentValidationFailure, "Document failed validation", extra.finish()));
  }
  for (std::size_t i = 0; i < collection->indexes().size(); ++i) {
    const Index& index = collection->indexes()[i];
    const Index::Keys keys = index.keys(document);
    if (!index.unique()) continue;
    for (const std::string& key : keys)
      if (pending ? pending->taken(i, index, key, record) : index.holder(key, record).has_value()) fail(index.duplicate(ns.text(), document, key));
    if (pending) pending->add(i, keys);
  }
  if (pending) pending->replaced(record);
}

Outcome<std::vector<Change>> plan_insert(const Catalog& catalog, const Namespace& ns, View document, const WriteContext& context) {
  return guarded([&] {
    check_namespace(ns);
    std::vector<Change> out;
    add_insert(catalog, ns, with_id(document, context.new_id), context, out);
    return out;
  });
}

Outcome<UpdatePlan> plan_update(const Catalog& catalog, const Namespace& ns, const UpdateStatement& statement, const WriteContext& context) {
  return guarded([&] {
    check_namespace(ns);
    const Matcher matcher = need(Matcher::compile(statement.filter, context.constants));
    const Update update = need(Update::compile(statement.update, statement.array_filters, context.constants));
    if (statement.multi && update.replaces()) fail(code::kFailedToParse, "multi update is not supported for replacement-style update");
    const SortOrder order = need(SortOrder::parse(statement.sort));
    if (statement.multi && !order.empty()) fail(code::kFailedToParse, "Cannot specify sort with multi=true");
    UpdatePlan plan;
    const Collection* collection = catalog.find(ns);
    check_hint(collection, statement.hint);
    Pending pending;
    const auto change = [&](RecordId record, const Document& document) {
      Updated after = need(update.apply(document, &matcher));
      if (after.changed) {
        check_document(ns, collection, after.document, record, context, &pending);
        plan.changes.push_back({Change::Kind::replace, ns, record, document, std::move(after.document), {}});
        ++plan.modified;
      }
      ++plan.matched;
      return statement.multi;
    };
    try {
      if (const Match match = order.empty() ? Match() : first_match(collection, matcher, order); match.document)
        change(match.record, *match.document);
      else if (collection && order.empty())
        scan(*collection, matcher, false, change);
    } catch (Failure& failure) {
      if (!statement.multi || plan.changes.empty()) throw;
      plan.error = std::move(failure.error);
    }
    if (plan.matched == 0 && statement.upsert) {
      Document document = upserted(matcher, update, context);
      plan.upserted_id = Value(document["_id"]);
      add_insert(catalog, ns, std::move(document), context, plan.changes);
    }
    return plan;
  });
}

Outcome<std::vector<Change>> plan_delete(const Catalog& catalog, const Namespace& ns, View filter, bool only_first, const WriteContext& context, ValueView hint) {
  return guarded([&] {
    check_namespace(ns);
    const Matcher matcher = need(Matcher::compile(filter, context.constants));
    std::vector<Change> out;
    const Collection* collection = catalog.find(ns);
    check_hint(collection, hint);
    if (collection)
      scan(*collection, matcher, false, [&](RecordId record, const Document& document) {
        out.push_back({Change::Kind::remove, ns, record, document, {}, {}});
        return !only_first;
      });
    return out;
  });
}

Outcome<FoundPlan> plan_find_and_modify(const Catalog& catalog, const Namespace& ns, const FindAndModify& request, const WriteContext& context) {
  return guarded([&] {
    check_namespace(ns);
    if (request.remove && request.update.exists()) fail(code::kFailedToParse, "Cannot specify both an update and remove=true");
    if (request.remove && request.upsert) fail(code::kFailedToParse, "Cannot specify both upsert=true and remove=true");
    if (request.remove && request.return_new) fail(code::kFailedToParse, "Cannot specify both new=true and remove=true; 'remove' always returns the deleted document");
    if (!request.remove && !request.update.exists()) fail(code::kFailedToParse, "Either an update or remove=true must be specified");
    const Matcher matcher = need(Matcher::compile(request.filter, context.constants));
    const SortOrder order = need(SortOrder::parse(request.sort));
    const Projection projection = need(Projection::of_find(request.fields, context.constants));
    FoundPlan plan;
    const auto answer = [&](View document) {
      bson::Position where;
      if (projection.positional()) matcher.test(document, &where);
      plan.value = projection.apply(document, context.constants, where);
    };
    const Collection* collection = catalog.find(ns);
    check_hint(collection, request.hint);
    const Match match = first_match(collection, matcher, order);
    plan.found = match.document != nullptr;
    if (request.remove) {
      if (!plan.found) return plan;
      answer(*match.document);
      plan.changes.push_back({Change::Kind::remove, ns, match.record, *match.document, {}, {}});
      return plan;
    }
    const Update update = need(Update::compile(request.update, request.array_filters, context.constants));
    if (plan.found) {
      const auto [record, document] = match;
      Updated after = need(update.apply(*document, &matcher));
      if (after.changed) check_document(ns, collection, after.document, record, context, nullptr);
      answer(request.return_new ? View(after.document) : View(*document));
      if (after.changed) plan.changes.push_back({Change::Kind::replace, ns, record, *document, std::move(after.document), {}});
    } else if (request.upsert) {
      Document document = upserted(matcher, update, context);
      plan.upserted_id = Value(document["_id"]);
      if (request.return_new) answer(document);
      add_insert(catalog, ns, std::move(document), context, plan.changes);
    }
    return plan;
  });
}

}  // namespace failc::query
