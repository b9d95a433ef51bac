#pragma once
// Builds documents and arrays front to back, in one buffer.
#include <string>
#include <string_view>
#include <vector>

#include "interpreter/systems/mongodb/bson/document.hpp"

namespace failc::bson {

class Builder {
 public:
  Builder();
  /// Anything `encode` takes. A missing value appends nothing. Keys hold no zero byte; the rest of such a key is dropped.
  template <class T>
  Builder& append(std::string_view key, const T& value) {
    const std::size_t start = begin_element(key);
    end_element(start, encode(out_, value));
    return *this;
  }
  /// All elements of `document`.
  Builder& append_all(View document);
  /// What follows goes inside, until `close`.
  Builder& open(std::string_view key) { return open(key, Type::document); }
  Builder& open_array(std::string_view key) { return open(key, Type::array); }
  Builder& close();
  /// So many bytes so far, of the whole.
  std::size_t size() const { return out_.size(); }
  /// Closes what is open. The builder is spent.
  Document finish();

 private:
  friend class ArrayBuilder;
  Builder& open(std::string_view key, Type type);
  std::size_t begin_element(std::string_view key);
  void end_element(std::size_t start, Type type);
  void end_document(std::size_t start);
  std::string out_;
  std::vector<std::size_t> open_;  // where each open document starts, but the outermost
};

class ArrayBuilder {
 public:
  /// A missing value appends null: an array has no holes.
  template <class T>
  ArrayBuilder& push(const T& value) {
    const std::size_t before = builder_.size();
    builder_.append(std::to_string(count_), value);
    if (builder_.size() == before) builder_.append(std::to_string(count_), Null{});
    ++count_;
    return *this;
  }
  std::size_t count() const { return count_; }
  std::size_t size() const { return builder_.size(); }
  /// Of type array. The builder is spent.
  Value finish();

 private:
  Builder builder_;
  std::size_t count_ = 0;
};

/// `document` with `key` set: in its place if it is there, else at the end.
Document with(View document, std::string_view key, ValueView value);
Document without(View document, std::string_view key);

}  // namespace failc::bson
