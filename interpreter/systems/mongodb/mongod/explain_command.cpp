// explain: what little there is to say of plans that always read the whole collection, or look one document up by an index.
#include <array>

#include "interpreter/systems/mongodb/mongod/reading.hpp"
#include "interpreter/systems/mongodb/mongod/registry.hpp"
#include "interpreter/systems/mongodb/query/pipeline.hpp"

namespace failc::mongod {
namespace {

constexpr std::array<std::string_view, 7> kExplained = {"find", "aggregate", "count", "distinct", "update", "delete", "findAndModify"};

bson::View filter_of(bson::View inner, std::string_view name) {
  if (name == "find") return document_or_empty(inner, name, "filter");
  if (name == "update" || name == "delete") {
    const bson::ValueView statement = inner.at(name == "update" ? "updates.0.q" : "deletes.0.q");
    return statement.is(bson::Type::document) ? statement.as_document() : bson::View();
  }
  return document_or_empty(inner, name, "query");
}

std::int64_t returned(Server& server, const Operation& operation, bson::View inner, std::string_view name, const query::Namespace& ns) {
  const query::Constants constants = constants_of(server, operation);
  if (name == "aggregate") {
    if (!inner["pipeline"].is(bson::Type::array)) refuse(code::kTypeMismatch, "'pipeline' option must be specified as an array");
    return static_cast<std::int64_t>(
        need(query::aggregate(server.catalog, ns, inner["pipeline"].as_document(), constants)).documents.size());
  }
  query::FindRequest request;
  request.filter = filter_of(inner, name);
  request.constants = constants;
  if (name == "find") {
    request.skip = integer_or(inner, name, "skip", 0);
    request.limit = integer_or(inner, name, "limit", 0);
  }
  return need(query::count(server.catalog, ns, request));
}

Answer explain(Server& server, Operation& operation) {
  const bson::View inner = Field{"explain", "explain", operation.command.argument}.document();
  const std::string_view verbosity = text_or(operation.command.body, "explain", "verbosity", "allPlansExecution");
  if (verbosity != "queryPlanner" && verbosity != "executionStats" && verbosity != "allPlansExecution")
    refuse(code::kBadValue, "Enumeration value '" + std::string(verbosity) + "' for field 'explain.verbosity' is not a valid value.");
  const bson::Element first = inner.front();
  if (std::find(kExplained.begin(), kExplained.end(), first.key) == kExplained.end())
    refuse(code::kCommandNotFound, "Explain failed due to unknown command: " + std::string(first.key));
  const query::Namespace ns{std::string(operation.command.database), collection_name(operation.command.database, first.value, first.key)};
  const std::int64_t count = returned(server, operation, inner, first.key, ns);
  bson::Builder out;
  out.append("explainVersion", "1").open("queryPlanner").append("namespace", ns.text()).append("parsedQuery", filter_of(inner, first.key));
  out.open("winningPlan")
      .append("stage", server.catalog.find(ns) == nullptr ? "EOF" : "COLLSCAN")
      .close()
      .open_array("rejectedPlans")
      .close()
      .close();
  if (verbosity != "queryPlanner") {
    out.open("executionStats").append("executionSuccess", true).append("nReturned", count).append("executionTimeMillis", 0).close();
  }
  out.append("command", inner)
      .open("serverInfo")
      .append("host", server.options.host)
      .append("port", static_cast<std::int32_t>(server.options.port));
  return out.append("version", server.parameters.version().text()).append("gitVersion", "failc-mongod").finish();
}

}  // namespace

std::vector<Spec> explain_commands() { return {{"explain", {}, explain, trait::kRead, {"verbosity"}}}; }

}  // namespace failc::mongod
