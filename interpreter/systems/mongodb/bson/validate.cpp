#include <cstring>
#include <utility>

#include "grammar/base/utf8.hpp"
#include "interpreter/systems/mongodb/bson/document.hpp"

namespace failc::bson {
namespace {

/// Reads front to back and never past `end`; `why` is empty until something is wrong.
class Reader {
 public:
  Reader(const char* at, const char* end, int max_depth) : at_(at), end_(end), max_depth_(max_depth) {}
  std::string why;

  void document(int depth) {
    if (depth == 0) return fail("it is nested deeper than " + std::to_string(max_depth_) + " levels");
    const char* start = at_;
    const std::int64_t size = length("a document");
    if (!why.empty()) return;
    if (size < 5 || size > end_ - start) return fail("the length of a document does not fit");
    const char* outer = std::exchange(end_, start + size);
    if (end_[-1] != '\0') return fail("a document does not end with a zero byte");
    while (why.empty() && at_ < end_ - 1) element(depth);
    if (!why.empty()) return;
    if (at_ != end_ - 1) return fail("an element reaches over the end of its document");
    at_ = std::exchange(end_, outer) ;
  }
  bool at_end() const { return at_ == end_; }

 private:
  void fail(std::string_view reason) {
    if (why.empty()) why = reason;
  }

  std::int64_t length(const char* what) {
    if (end_ - at_ < 4) return fail(std::string("the length of ") + what + " is cut off"), 0;
    std::int32_t out;
    std::memcpy(&out, at_, sizeof out);
    at_ += 4;
    return out;
  }

  void skip(std::int64_t size, const char* what) {
    if (size < 0 || size > end_ - at_) return fail(std::string(what) + " is cut off");
    at_ += size;
  }

  void check_utf8(const char* from, const char* to, const char* what) {
    while (from < to) {
      const std::size_t step = utf8::length(from, to);
      if (step == 0) return fail(std::string(what) + " is no UTF-8");
      from += step;
    }
  }

  void c_string(const char* what) {
    const void* zero = std::memchr(at_, '\0', static_cast<std::size_t>(end_ - at_));
    if (!zero) return fail(std::string(what) + " is not closed");
    const char* stop = static_cast<const char*>(zero);
    check_utf8(at_, stop, what);
    at_ = stop + 1;
  }

  void text(const char* what) {
    const std::int64_t size = length(what);
    if (!why.empty()) return;
    if (size < 1 || size > end_ - at_) return fail(std::string("the length of ") + what + " does not fit");
    if (at_[size - 1] != '\0') return fail(std::string(what) + " does not end with a zero byte");
    check_utf8(at_, at_ + size - 1, what);
    at_ += size;
  }

  void element(int depth) {
    const Type type = static_cast<Type>(*at_++);
    c_string("a key");
    if (why.empty()) value(type, depth);
  }

  void value(Type type, int depth) {
    switch (type) {
      case Type::double_: case Type::date: case Type::timestamp: case Type::int64: return skip(8, "a number");
      case Type::int32: return skip(4, "a number");
      case Type::decimal128: return skip(16, "a number");
      case Type::object_id: return skip(12, "an ObjectId");
      case Type::undefined: case Type::null: case Type::min_key: case Type::max_key: return;
      case Type::string: case Type::code: case Type::symbol: return text("a string");
      case Type::document: case Type::array: return document(depth - 1);
      case Type::boolean:
        if (at_ < end_ && *at_ != 0 && *at_ != 1) return fail("a boolean is neither 0 nor 1");
        return skip(1, "a boolean");
      case Type::regex:
        c_string("a regular expression");
        if (why.empty()) c_string("the options of a regular expression");
        return;
      case Type::db_pointer:
        text("a DBPointer");
        if (why.empty()) skip(12, "a DBPointer");
        return;
      case Type::binary: return binary();
      case Type::code_with_scope: return code_with_scope(depth);
      case Type::missing: break;
    }
    fail("a type is not known");
  }

  void binary() {
    const std::int64_t size = length("a binary");
    if (!why.empty()) return;
    if (size < 0 || size >= end_ - at_) return fail("the length of a binary does not fit");
    const std::uint8_t subtype = static_cast<std::uint8_t>(*at_++);
    if (subtype == 2) {  // the old kind has its length once more inside
      std::int32_t inner = 0;
      if (size >= 4) std::memcpy(&inner, at_, sizeof inner);
      if (size < 4 || inner != size - 4) return fail("the inner length of an old binary does not fit");
    }
    at_ += size;
  }

  void code_with_scope(int depth) {
    const char* start = at_;
    const std::int64_t size = length("code with scope");
    if (!why.empty()) return;
    if (size < 14 || size > end_ - start) return fail("the length of code with scope does not fit");
    const char* outer = std::exchange(end_, start + size);
    text("code with scope");
    if (why.empty()) document(depth - 1);
    if (why.empty() && at_ != end_) return fail("the length of code with scope does not fit");
    end_ = outer;
  }

  const char* at_;
  const char* end_;
  int max_depth_;
};

}  // namespace

std::optional<std::string> invalid(std::string_view bytes, int max_depth) {
  if (bytes.size() < 5) return "it has less than five bytes";
  Reader reader(bytes.data(), bytes.data() + bytes.size(), max_depth);
  reader.document(max_depth);
  if (!reader.why.empty()) return reader.why;
  if (!reader.at_end()) return "bytes follow it";
  return std::nullopt;
}

}  // namespace failc::bson
