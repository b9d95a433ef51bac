#include "interpreter/systems/mongodb/wire/document.hpp"

#include <bson/bson.h>

#include <cstdint>
#include <cstring>
#include <string>

namespace failc::wire {
namespace {

/// One walk through a document. libbson checks each element as it passes; it does not limit the nesting by itself.
struct Walk {
  int depth = 1;
  bool corrupt = false;
  bool deep = false;
};

bool walk(const bson_t* document, Walk& state);

bool enter(const bson_t* child, void* data) {
  Walk& state = *static_cast<Walk*>(data);
  if (state.depth == kMaxDepth) {
    state.deep = true;
    return true;
  }
  ++state.depth;
  const bool whole = walk(child, state);
  --state.depth;
  return !whole;
}

bool visit_container(const bson_iter_t*, const char*, const bson_t* child, void* data) { return enter(child, data); }
bool visit_code(const bson_iter_t*, const char*, std::size_t, const char*, const bson_t* scope, void* data) { return enter(scope, data); }
void visit_corrupt(const bson_iter_t*, void* data) { static_cast<Walk*>(data)->corrupt = true; }

const bson_visitor_t& visitor() {
  static const bson_visitor_t table = [] {
    bson_visitor_t out{};
    out.visit_document = visit_container;
    out.visit_array = visit_container;
    out.visit_codewscope = visit_code;
    out.visit_corrupt = visit_corrupt;
    return out;
  }();
  return table;
}

/// Whether all of it is well formed.
bool walk(const bson_t* document, Walk& state) {
  bson_iter_t at;
  if (!bson_iter_init(&at, document)) {
    state.corrupt = true;
    return false;
  }
  const bool stopped = bson_iter_visit_all(&at, &visitor(), &state);
  if (stopped || at.err_off != 0) state.corrupt = state.corrupt || !state.deep;
  return !state.corrupt && !state.deep;
}

}  // namespace

Result<std::string_view> first_document(std::string_view bytes) {
  if (bytes.size() < 5) return Error{"a document of " + std::to_string(bytes.size()) + " bytes, where the shortest takes 5"};
  std::int32_t length;
  std::memcpy(&length, bytes.data(), sizeof length);
  if (length < 5 || static_cast<std::size_t>(length) > bytes.size())
    return Error{"a document says it is " + std::to_string(length) + " bytes long, and " + std::to_string(bytes.size()) + " are there"};
  const std::string_view document = bytes.substr(0, static_cast<std::size_t>(length));
  bson_t view;
  if (!bson_init_static(&view, reinterpret_cast<const std::uint8_t*>(document.data()), document.size()))
    return Error{"a document of " + std::to_string(length) + " bytes does not end as one"};
  Walk state;
  if (walk(&view, state)) return document;
  if (state.deep) return Error{"a document is nested deeper than " + std::to_string(kMaxDepth) + " levels"};
  return Error{"a document is not well-formed BSON"};
}

bool has_field(std::string_view document, std::string_view name) {
  bson_iter_t at;
  return bson_iter_init_from_data(&at, reinterpret_cast<const std::uint8_t*>(document.data()), document.size()) &&
         bson_iter_find_w_len(&at, name.data(), static_cast<int>(name.size()));
}

}  // namespace failc::wire
