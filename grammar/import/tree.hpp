#pragma once
// A YAML or JSON file as a tree of values with their places. Aliases are not copied: a Ref that goes through one remembers where it stood,
// so that a message can say where a value is written and where it came in.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/base/span.hpp"

namespace failc::spec {

// Limits, all of them reported at the place that goes beyond.
inline constexpr std::size_t kMostBytes = 16u << 20;    // of a file
inline constexpr std::size_t kLongestScalar = 1u << 20;  // in bytes
inline constexpr std::size_t kDeepest = 100;             // lists and documents in each other, aliases followed
inline constexpr std::size_t kMostValues = 1'000'000;    // aliases followed: what a reader of the whole tree would visit

enum class Kind : std::uint8_t { null, boolean, integer, real, text, list, document };
/// "a document", "a list", "null" …
std::string_view noun(Kind kind);

using NodeIndex = std::uint32_t;  // 0: none

struct Node {
  Kind kind = Kind::null;
  bool alias = false;   // `first` is what it stands for; `kind` and `count` are that one's
  bool copied = false;  // its text is not in the file as it is
  std::uint16_t depth = 0;     // of what is in it
  Span span;
  NodeIndex next = 0;          // in the same list or document; of a document keys and values take turns
  std::uint32_t first = 0;     // its first child, or where its text begins
  std::uint32_t count = 0;     // its children, or how long its text is
  std::uint32_t values = 1;    // in it and itself, aliases followed
};

struct Entry;
class Items;
class Entries;

/// `&name`, of YAML.
struct Anchor {
  Span span;
  bool used = false;
};

struct Tree {
  FileId file;
  std::string_view source;  // outlives the tree
  std::string copied;
  std::vector<Node> nodes;
  std::vector<Anchor> anchors;  // in the order of the text
  NodeIndex root = 0;
};

/// A value of a tree, and how it was reached.
class Ref {
 public:
  Ref() = default;
  explicit Ref(const Tree& tree) : tree_(&tree) { go(tree.root); }

  explicit operator bool() const { return node_ != 0; }
  Kind kind() const { return node().kind; }
  bool is(Kind kind) const { return node_ != 0 && node().kind == kind; }
  Span span() const { return node().span; }
  Place place() const { return {tree_->file, span()}; }
  /// Where the alias stood that led here, or to what holds it.
  std::optional<Place> alias() const;
  /// Of a scalar, as the file means it: without quotes, escapes replaced. "" of null.
  std::string_view text() const;
  bool boolean() const { return text().front() == 't' || text().front() == 'T'; }
  /// Of an integer that has 64 bits.
  std::optional<std::int64_t> integer() const;
  /// Of an integer or a real.
  std::optional<double> real() const;
  /// Of a list: its items. Of a document: its entries.
  std::size_t size() const { return kind() == Kind::document ? node().count / 2 : node().count; }
  /// Of a document, with the merged ones; an empty Ref where it is absent, or this is no document.
  Ref find(std::string_view key) const;
  Entry entry(std::string_view key) const;

  Items items() const;
  Entries entries() const;

 private:
  friend class Items;
  friend class Entries;
  const Node& node() const { return tree_->nodes[node_]; }
  Ref child(NodeIndex at) const {
    Ref out = *this;
    out.go(at);
    return out;
  }
  void go(NodeIndex at) {
    if (at != 0 && tree_->nodes[at].alias) {
      alias_ = at;
      at = tree_->nodes[at].first;
    }
    node_ = at;
  }

  const Tree* tree_ = nullptr;
  NodeIndex node_ = 0, alias_ = 0;
};

struct Entry {
  Ref key, value;
};

/// Ranges, for `for`.
class Items {
 public:
  Items(Ref of, NodeIndex at) : of_(of), at_(at) {}
  Ref operator*() const { return of_.child(at_); }
  Items& operator++() {
    at_ = of_.tree_->nodes[at_].next;
    return *this;
  }
  bool operator!=(const Items& other) const { return at_ != other.at_; }
  Items begin() const { return *this; }
  Items end() const { return {of_, 0}; }

 private:
  Ref of_;
  NodeIndex at_;
};

class Entries {
 public:
  Entries(Ref of, NodeIndex at) : of_(of), at_(at) {}
  Entry operator*() const { return {of_.child(at_), of_.child(of_.tree_->nodes[at_].next)}; }
  Entries& operator++() {
    at_ = of_.tree_->nodes[of_.tree_->nodes[at_].next].next;
    return *this;
  }
  bool operator!=(const Entries& other) const { return at_ != other.at_; }
  Entries begin() const { return *this; }
  Entries end() const { return {of_, 0}; }

 private:
  Ref of_;
  NodeIndex at_;
};

inline Items Ref::items() const { return {*this, is(Kind::list) ? node().first : 0}; }
inline Entries Ref::entries() const { return {*this, is(Kind::document) ? node().first : 0}; }

}  // namespace failc::spec
