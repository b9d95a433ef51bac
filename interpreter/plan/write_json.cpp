#include <nlohmann/json.hpp>

#include "interpreter/plan/fields.hpp"

namespace failc::plan {
namespace {

using nlohmann::json;

json written(bool value) { return value; }
json written(int value) { return value; }
json written(std::uint32_t value) { return value; }
json written(std::uint64_t value) { return value; }
json written(const std::string& value) { return failc::to_json(Value(value)); }  // tagged where it is not UTF-8
json written(Nanos value) { return show(value); }
json written(const Value& value) { return failc::to_json(value); }
json written(const Source& at) { return json::array({at.file, at.line, at.column, at.length}); }
json written(const OptionalExpr& value);
json written(const std::optional<Nanos>& value) { return value ? json(show(*value)) : json(); }
json written(const std::pair<std::string, Value>& pair) { return json::array({written(pair.first), written(pair.second)}); }
template <class T>
  requires std::is_enum_v<T>
json written(T value) { return name_of(value); }
template <class T>
  requires std::is_class_v<T>
json written(const T& value);
template <class T>
json written(const std::vector<T>& values) {
  json out = json::array();
  for (const T& value : values) out.push_back(written(value));
  return out;
}

template <class T>
bool initial(const T& value) { return value == T(); }
template <class T>
bool initial(const std::vector<T>& value) { return value.empty(); }
bool initial(const Value& value) { return value.is<Null>(); }
bool initial(const OptionalExpr& value) { return !value; }
bool initial(const Source& at) { return at.file == 0 && at.line == 0 && at.column == 0 && at.length == 0; }

struct Writer {
  json out = json::object();
  template <class T>
  void operator()(const char* key, const T& value) { out[key] = written(value); }
  template <class T>
  void maybe(const char* key, const T& value) {
    if (!initial(value)) (*this)(key, value);
  }
  template <class... T, class... K>
  void one_of(const std::variant<T...>& value, K... keys) {
    const char* const names[] = {keys...};
    std::visit([&](const auto& chosen) { (*this)(names[value.index()], chosen); }, value);
  }
};

template <class T>
  requires std::is_class_v<T>
json written(const T& value) {
  Writer writer;
  fields(writer, value);
  return std::move(writer.out);
}
json written(const OptionalExpr& value) { return value ? written(*value) : json(); }

}  // namespace

nlohmann::json to_json(const Plan& plan) { return written(plan); }

}  // namespace failc::plan
