#include "interpreter/systems/mongodb/query/change.hpp"

#include <algorithm>
#include <iterator>

#include "interpreter/systems/mongodb/bson/builder.hpp"

namespace failc::query {
namespace {

constexpr std::string_view kKinds[] = {"insert", "replace", "remove", "create", "drop", "createIndex", "dropIndex", "dropDatabase", "rename", "modify"};

Namespace split(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return {std::string(text), ""};
  return {std::string(text.substr(0, dot)), std::string(text.substr(dot + 1))};
}

}  // namespace

std::optional<QueryError> invalid_database(std::string_view name) {
  if (name.empty() || name.size() > 63 || name.find_first_of(std::string_view("/\\. \"$\0", 7)) != std::string_view::npos)
    return query_error(code::kInvalidNamespace, "Invalid database name: '" + std::string(name) + "'");
  return std::nullopt;
}

std::optional<QueryError> invalid_namespace(const Namespace& ns) {
  const bool database = invalid_database(ns.database).has_value();
  const std::string& name = ns.collection;
  if (database || name.empty() || name.front() == '.' || name.find_first_of(std::string_view("$\0", 2)) != std::string::npos || ns.text().size() > 255)
    return query_error(code::kInvalidNamespace, "Invalid namespace specified '" + ns.text() + "'");
  return std::nullopt;
}

Outcome<Namespace> parse_namespace(std::string_view text) {
  Namespace out = split(text);
  if (std::optional<QueryError> error = invalid_namespace(out)) return *error;
  return out;
}

Change inverse(const Change& change) {
  using Kind = Change::Kind;
  Change out = change;
  std::swap(out.before, out.after);
  switch (change.kind) {
    case Kind::insert: out.kind = Kind::remove; break;
    case Kind::remove: out.kind = Kind::insert; break;
    case Kind::create: out.kind = Kind::drop; break;
    case Kind::drop: out.kind = Kind::create; break;
    case Kind::create_index: out.kind = Kind::drop_index; break;
    case Kind::drop_index: out.kind = Kind::create_index; break;
    case Kind::rename: std::swap(out.ns, out.target); break;
    case Kind::replace: case Kind::modify: case Kind::drop_database: break;
  }
  return out;
}

bson::Document to_bson(const Change& change) {
  bson::Builder out;
  out.append("kind", kKinds[static_cast<std::size_t>(change.kind)]).append("ns", change.ns.text());
  if (change.record != 0) out.append("record", change.record);
  if (!change.before.empty()) out.append("before", change.before);
  if (!change.after.empty()) out.append("after", change.after);
  if (!change.target.database.empty()) out.append("target", change.target.text());
  return out.finish();
}

Result<Change> from_bson(bson::View document) {
  Change out;
  const std::string_view kind = document["kind"].string().value_or("");
  const auto at = std::find(std::begin(kKinds), std::end(kKinds), kind);
  if (at == std::end(kKinds)) return Error{"a change has no known `kind`: `" + std::string(kind) + "`"};
  out.kind = static_cast<Change::Kind>(at - std::begin(kKinds));
  const auto ns = document["ns"].string();
  if (!ns) return Error{"a change has no `ns`"};
  out.ns = split(*ns);
  if (out.kind != Change::Kind::drop_database && invalid_namespace(out.ns)) return Error{"a change has a bad `ns`: `" + std::string(*ns) + "`"};
  const bool of_record = out.kind == Change::Kind::insert || out.kind == Change::Kind::replace || out.kind == Change::Kind::remove;
  if (of_record) {
    const auto record = document["record"].integer();
    if (!record || *record < 1) return Error{"a change of a document has no `record`"};
    out.record = *record;
  }
  for (const auto& [key, field] : {std::pair{"before", &Change::before}, {"after", &Change::after}}) {
    const bson::ValueView value = document[key];
    if (!value.exists()) continue;
    if (!value.is(bson::Type::document)) return Error{std::string("a change has a `") + key + "` that is no document"};
    out.*field = bson::Document(value.as_document());
  }
  if (out.kind == Change::Kind::rename) {
    const auto target = document["target"].string();
    if (!target || invalid_namespace(split(*target))) return Error{"a rename has no good `target`"};
    out.target = split(*target);
  }
  return out;
}

}  // namespace failc::query
