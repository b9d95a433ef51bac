// A plan's hash, over its fields as they are: to write it as JSON first took longer than all else in a run without clusters.
#include <bit>
#include <cstring>

#include <fmt/format.h>

#include "grammar/base/bug.hpp"
#include "interpreter/plan/fields.hpp"

namespace failc::plan {
namespace {

/// FNV-1a by words: it tells plans apart, it does not defend against anyone. What has a length says it first, so that no two plans are one text.
class Hasher {
 public:
  std::uint64_t state = 0xcbf29ce484222325;

  // A type's fields come in one order, so their names add nothing.
  template <class T>
  void operator()(const char*, const T& value) {
    add(value);
  }
  template <class T>
  void maybe(const char* key, const T& value) { (*this)(key, value); }
  template <class... T, class... K>
  void one_of(const std::variant<T...>& value, K...) {
    word(value.index());
    std::visit([&](const auto& chosen) { add(chosen); }, value);
  }

 private:
  void word(std::uint64_t value) {
    state = (state ^ value) * 0x100000001b3;
    state ^= state >> 29;
  }
  void add(std::string_view text) {
    word(text.size());
    std::size_t at = 0;
    for (; at + 8 <= text.size(); at += 8) {
      std::uint64_t bytes = 0;
      std::memcpy(&bytes, text.data() + at, 8);
      word(std::endian::native == std::endian::little ? bytes : __builtin_bswap64(bytes));
    }
    std::uint64_t bytes = 0;
    for (; at < text.size(); ++at) bytes = bytes << 8 | static_cast<unsigned char>(text[at]);
    word(bytes);
  }
  void add(const std::string& text) { add(std::string_view(text)); }
  void add(double number) { word(std::bit_cast<std::uint64_t>(number)); }
  template <class T>
    requires std::is_integral_v<T> || std::is_enum_v<T>
  void add(T value) { word(static_cast<std::uint64_t>(value)); }
  void add(Nanos value) { word(static_cast<std::uint64_t>(value.count())); }
  void add(const Source& at) {
    word(std::uint64_t{at.file} << 32 | at.line);
    word(std::uint64_t{at.column} << 32 | at.length);
  }
  void add(const OptionalExpr& value) {
    word(value != nullptr);
    if (value) add(*value);
  }
  template <class T>
  void add(const std::optional<T>& value) {
    word(value.has_value());
    if (value) add(*value);
  }
  template <class A, class B>
  void add(const std::pair<A, B>& pair) {
    add(pair.first);
    add(pair.second);
  }
  template <class T>
  void add(const std::vector<T>& values) {
    word(values.size());
    for (const T& value : values) add(value);
  }
  void add(const Value& value) {
    word(value.data.index());
    std::visit([&](const auto& one) { add_data(one); }, value.data);
  }
  void add_data(const Undefined& value) { add(value.reason); }
  void add_data(const Null&) {}
  void add_data(const Bytes& value) { add(value.count); }
  void add_data(const Percent& value) { add(value.value); }
  void add_data(const Version& value) { add(value.parts); }
  void add_data(const Regex& value) { add(value.pattern); }
  void add_data(const NodeRef& value) { add(value.index); }
  void add_data(const Document& value) { add(value.entries); }
  void add_data(const Range& value) { add(value.ends); }
  template <class T>
  void add_data(const T& value) { add(value); }
  template <class T>
    requires std::is_class_v<T>
  void add(const T& value) { fields(*this, value); }
};

}  // namespace

std::string hash(const Plan& plan) {
  Hasher hasher;
  fields(hasher, plan);
  return fmt::format("{:016x}", hasher.state);
}

}  // namespace failc::plan
