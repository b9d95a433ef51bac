#pragma once
// Documents: `View` refers to bytes, `Document` owns them. Both are well-formed: `Document::from_bytes` checks what comes from outside.
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "grammar/base/result.hpp"
#include "interpreter/systems/mongodb/bson/value.hpp"

namespace failc::bson {

struct Element {
  std::string_view key;
  ValueView value;
};

/// The elements in order. A cheap copy; lives as long as the bytes.
class View {
 public:
  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = Element;
    using difference_type = std::ptrdiff_t;
    using pointer = const Element*;
    using reference = const Element&;
    Iterator() = default;
    explicit Iterator(const char* at) : at_(at) { read(); }
    const Element& operator*() const { return element_; }
    const Element* operator->() const { return &element_; }
    Iterator& operator++() { at_ = next_; read(); return *this; }
    Iterator operator++(int) { Iterator before = *this; ++*this; return before; }
    bool operator==(const Iterator& other) const { return at_ == other.at_; }

   private:
    void read();
    const char* at_ = nullptr;
    const char* next_ = nullptr;
    Element element_;
  };

  View();  // the empty document
  /// `bytes` are a whole well-formed document: this library's, or validated.
  explicit View(std::string_view bytes) : bytes_(bytes) {}
  std::string_view bytes() const { return bytes_; }
  std::size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.size() <= 5; }
  Iterator begin() const { return Iterator(bytes_.data() + 4); }
  Iterator end() const { return Iterator(bytes_.data() + bytes_.size() - 1); }
  std::size_t count() const;

  /// The first element of that key, or missing.
  ValueView find(std::string_view key) const;
  ValueView operator[](std::string_view key) const { return find(key); }
  bool has(std::string_view key) const { return find(key).exists(); }
  /// `a.b.0`: one value by keys and array indexes, or missing. Nothing is spread over arrays; see path.hpp for that.
  ValueView at(std::string_view path) const;
  /// The first element; its key is empty and its value missing in an empty document.
  Element front() const { return empty() ? Element{} : *begin(); }

 private:
  std::string_view bytes_;
};

/// What is wrong with foreign bytes, or nothing: lengths, terminators, types, UTF-8 of keys and text, booleans 0 or 1, and at most
/// `max_depth` documents inside each other (the outermost counts). The whole of `bytes` is the document.
inline constexpr int kMaxDepth = 200;
std::optional<std::string> invalid(std::string_view bytes, int max_depth = kMaxDepth);

/// Whether more than `max_depth` documents are inside each other; the outermost counts.
bool deeper_than(View document, int max_depth);

class Document {
 public:
  Document();  // empty
  explicit Document(View view) : bytes_(view.bytes()) {}
  static Result<Document> from_bytes(std::string bytes, int max_depth = kMaxDepth);
  /// `bytes` are known to be well-formed.
  static Document trusted(std::string bytes);

  View view() const { return View(std::string_view(bytes_)); }
  operator View() const { return view(); }
  const std::string& bytes() const { return bytes_; }
  std::size_t size() const { return bytes_.size(); }
  bool empty() const { return view().empty(); }
  View::Iterator begin() const { return view().begin(); }
  View::Iterator end() const { return view().end(); }
  ValueView find(std::string_view key) const { return view().find(key); }
  ValueView operator[](std::string_view key) const { return view().find(key); }
  ValueView at(std::string_view path) const { return view().at(path); }
  bool has(std::string_view key) const { return view().has(key); }
  /// Same bytes: order of keys and types of numbers count.
  bool operator==(const Document& other) const = default;

 private:
  std::string bytes_;
};

}  // namespace failc::bson
