// A plan from JSON: every shape is checked, and the first that is wrong is named by its place, as in `/scenarios/0/body/2/bound`.
#include <limits>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "interpreter/plan/fields.hpp"

namespace failc::plan {
namespace {

using nlohmann::json;

// More than the language allows, less than overflows a stack.
constexpr int kDeepestJson = 400;

/// Where the reading is, and the first mistake.
struct Reading {
  std::vector<std::string> place;
  std::string problem;
  int depth = 0;

  bool failed() const { return !problem.empty(); }
  void fail(const std::string& what) {
    if (failed()) return;
    std::string pointer;
    for (const std::string& part : place) pointer += "/" + part;
    problem = fmt::format("the plan is not valid at `{}`: {}", pointer.empty() ? "/" : pointer, what);
  }
};

void read(Reading& reading, const json& in, OptionalExpr& out);
template <class T>
  requires std::is_class_v<T>
void read(Reading& reading, const json& in, T& out);
template <class T>
void read(Reading& reading, const json& in, std::vector<T>& out);
void read(Reading& reading, const json& in, std::pair<std::string, Value>& out);

void read(Reading& reading, const json& in, bool& out) {
  if (!in.is_boolean()) return reading.fail("a bool is expected");
  out = in.get<bool>();
}
void read(Reading& reading, const json& in, std::uint64_t& out) {
  if (!in.is_number_integer() || (!in.is_number_unsigned() && in.get<std::int64_t>() < 0)) return reading.fail("a number that is not negative is expected");
  out = in.get<std::uint64_t>();
}
void read(Reading& reading, const json& in, std::uint32_t& out) {
  std::uint64_t wide = 0;
  read(reading, in, wide);
  if (wide > std::numeric_limits<std::uint32_t>::max()) return reading.fail("the number is too large");
  out = static_cast<std::uint32_t>(wide);
}
void read(Reading& reading, const json& in, int& out) {
  if (!in.is_number_integer() || in.get<std::int64_t>() < 0 || in.get<std::int64_t>() > 1'000'000) return reading.fail("a small number is expected");
  out = in.get<int>();
}
void read(Reading& reading, const json& in, Value& out) {
  auto value = read_tagged_json(in);
  if (!value) return reading.fail(value.error().message);
  out = std::move(*value);
}
void read(Reading& reading, const json& in, std::string& out) {
  Value value;
  if (in.is_string() || in.is_object()) read(reading, in, value);
  auto* text = std::get_if<std::string>(&value.data);
  if (!text) return reading.fail("a text is expected");
  out = std::move(*text);
}
void read(Reading& reading, const json& in, Nanos& out) {
  const auto duration = in.is_string() ? parse_duration(in.get_ref<const std::string&>()) : std::nullopt;
  if (!duration || *duration < Nanos()) return reading.fail("a duration like `5s` is expected");
  out = *duration;
}
void read(Reading& reading, const json& in, std::optional<Nanos>& out) {
  Nanos duration{};
  read(reading, in, duration);
  out = duration;
}
void read(Reading& reading, const json& in, Source& out) {
  if (!in.is_array() || in.size() != 4) return reading.fail("a place is [file, line, column, length]");
  read(reading, in[0], out.file);
  read(reading, in[1], out.line);
  read(reading, in[2], out.column);
  read(reading, in[3], out.length);
}
template <class T>
  requires std::is_enum_v<T>
void read(Reading& reading, const json& in, T& out) {
  if (in.is_string())
    for (std::size_t i = 0; i < std::size(Names<T>::of); ++i)
      if (in.get_ref<const std::string&>() == Names<T>::of[i]) {
        out = static_cast<T>(i);
        return;
      }
  reading.fail("an unknown kind");
}

struct Reader {
  Reading& reading;
  const json& in;
  std::set<std::string> known;

  template <class T>
  void operator()(const char* key, T& value) {
    const auto found = member(key);
    if (found == in.end()) return reading.fail(fmt::format("`{}` is absent", key));
    take(key, *found, value);
  }
  template <class T>
  void maybe(const char* key, T& value) {
    if (const auto found = member(key); found != in.end()) take(key, *found, value);
  }
  template <class... T, class... K>
  void one_of(std::variant<T...>& value, K... keys) {
    (alternative<T>(keys, value), ...);
    if (known.size() != 1) reading.fail("one of `step`, `scope` and `condition` is expected");
  }
  void finish() {
    for (const auto& [key, value] : in.items())
      if (known.count(key) == 0) return reading.fail(fmt::format("unknown key `{}`", key));
  }

 private:
  json::const_iterator member(const char* key) {
    const auto found = reading.failed() ? in.end() : in.find(key);
    if (found != in.end()) known.insert(key);
    return found;
  }
  template <class T>
  void take(const char* key, const json& from, T& value) {
    reading.place.push_back(key);
    read(reading, from, value);
    if (!reading.failed()) reading.place.pop_back();
  }
  template <class T, class V>
  void alternative(const char* key, V& value) {
    const auto found = member(key);
    if (found == in.end()) return;
    T chosen;
    take(key, *found, chosen);
    value = std::move(chosen);
  }
};

template <class T>
  requires std::is_class_v<T>
void read(Reading& reading, const json& in, T& out) {
  if (!in.is_object()) return reading.fail("an object is expected");
  if (++reading.depth > kDeepestJson) return reading.fail("nested too deep");
  Reader reader{reading, in, {}};
  fields(reader, out);
  if (!reading.failed()) reader.finish();
  --reading.depth;
}
template <class T>
void read(Reading& reading, const json& in, std::vector<T>& out) {
  if (!in.is_array()) return reading.fail("a list is expected");
  out.clear();
  for (std::size_t i = 0; i < in.size() && !reading.failed(); ++i) {
    reading.place.push_back(std::to_string(i));
    T value{};
    read(reading, in[i], value);
    out.push_back(std::move(value));
    if (!reading.failed()) reading.place.pop_back();
  }
}
void read(Reading& reading, const json& in, std::pair<std::string, Value>& out) {
  if (!in.is_array() || in.size() != 2) return reading.fail("a pair of name and value is expected");
  read(reading, in[0], out.first);
  read(reading, in[1], out.second);
}
void read(Reading& reading, const json& in, OptionalExpr& out) {
  out = std::make_unique<Expr>();
  read(reading, in, *out);
}

}  // namespace

Result<Plan> from_json(const nlohmann::json& json) {
  Reading reading;
  Plan plan;
  if (json.is_object() && json.contains("format") && json["format"] != kFormat)
    return Error{fmt::format("the plan is of another format than {}, which this program reads", kFormat)};
  read(reading, json, plan);
  if (reading.failed()) return Error{reading.problem};
  auto verified = verify(plan);
  if (!verified) return verified.error();
  return plan;
}

}  // namespace failc::plan
