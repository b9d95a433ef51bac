// A document of any bytes, or of Extended JSON, whose fields are what a client may send: filter, update, pipeline and so on. An answer or an error that
// says something; what is planned can be applied and undone, and every document that comes out is well-formed.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "interpreter/systems/mongodb/bson/json.hpp"
#include "interpreter/systems/mongodb/query/define.hpp"
#include "interpreter/systems/mongodb/query/pipeline.hpp"
#include "interpreter/systems/mongodb/query/read.hpp"
#include "interpreter/systems/mongodb/query/write.hpp"

namespace {

using namespace failc;
using namespace failc::query;

const Namespace kNamespace{"db", "c"};

void check(bool right) {
  if (!right) std::abort();
}

template <class T>
const Outcome<T>& checked(const Outcome<T>& outcome) {
  if (!outcome) check(outcome.error().code != 0 && !outcome.error().code_name.empty());
  return outcome;
}

void check_document(bson::View document) { check(!bson::invalid(document.bytes(), bson::kMaxDepth + kChangeDepth)); }

/// Applied, kept as a document, undone in reverse, and applied again.
void apply(Catalog& catalog, const std::vector<Change>& changes) {
  for (const Change& change : changes) {
    check(static_cast<bool>(catalog.apply(change)));
    const auto kept = from_bson(to_bson(change));
    check(kept && *kept == change);
  }
  for (auto change = changes.rbegin(); change != changes.rend(); ++change) check(static_cast<bool>(catalog.apply(inverse(*change))));
  for (const Change& change : changes) check(static_cast<bool>(catalog.apply(change)));
}

bson::Document read(const std::string& text) {
  auto document = text.starts_with('{') ? bson::from_json(text) : bson::Document::from_bytes(text);
  return document ? std::move(*document) : bson::Document();
}

bson::View document_at(bson::View input, std::string_view key) { return input[key].document().value_or(bson::View()); }

void fill(Catalog& catalog, bson::View input) {
  const auto documents = input["documents"].array();
  if (!documents) return;
  std::uint8_t number = 0;
  for (const bson::Element& each : *documents) {
    if (!each.value.is(bson::Type::document)) continue;
    WriteContext context;
    context.new_id.bytes[0] = ++number;
    if (const auto planned = plan_insert(catalog, kNamespace, each.value.as_document(), context); checked(planned)) apply(catalog, *planned);
  }
}

void read_from(const Catalog& catalog, bson::View input) {
  FindRequest request;
  request.filter = document_at(input, "filter");
  request.sort = document_at(input, "sort");
  request.projection = document_at(input, "projection");
  if (const auto found = find(catalog, kNamespace, request); checked(found))
    for (const bson::Document& document : *found) check_document(document);
  checked(distinct(catalog, kNamespace, "a.b", request));
  if (const auto pipeline = input["pipeline"].array())
    if (const auto made = aggregate(catalog, kNamespace, *pipeline, Constants{}); checked(made))
      for (const bson::Document& document : made->documents) check_document(document);
}

void write_to(Catalog& catalog, bson::View input) {
  if (const auto specs = input["indexes"].array())
    if (const auto planned = plan_create_indexes(catalog, kNamespace, *specs, {}); checked(planned)) apply(catalog, *planned);
  for (const bool upsert : {false, true}) {
    UpdateStatement statement;
    statement.filter = document_at(input, "filter");
    statement.update = input["update"];
    statement.array_filters = input["arrayFilters"];
    statement.multi = !upsert;
    statement.upsert = upsert;
    if (const auto planned = plan_update(catalog, kNamespace, statement, {}); checked(planned)) apply(catalog, planned->changes);
  }
  if (const auto planned = plan_delete(catalog, kNamespace, document_at(input, "filter"), false, {}); checked(planned)) apply(catalog, *planned);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const bson::Document input = read(std::string(reinterpret_cast<const char*>(data), size));
  Catalog catalog;
  fill(catalog, input);
  read_from(catalog, input);
  write_to(catalog, input);
  return 0;
}
