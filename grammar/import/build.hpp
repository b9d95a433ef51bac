#pragma once
// Makes a tree from a reader's events and keeps the limits. Not for other folders. Functions return false once something was reported.
#include <vector>

#include "grammar/diag/diagnostic.hpp"
#include "grammar/import/tree.hpp"

namespace failc::spec {

class Builder {
 public:
  Builder(FileId file, std::string_view source, diag::Sink& sink);

  bool scalar(Kind kind, Span span, std::string_view text, bool is_key_of_merge = false);
  /// `kind`: a list or a document.
  bool begin(Kind kind, Span span);
  /// `end`: where it ends, if that is known.
  bool end(std::uint32_t end = 0);
  /// To a node that is complete.
  bool alias(Span span, NodeIndex target);
  bool at_key() const { return !open_.empty() && open_.back().document && open_.back().count % 2 == 0; }
  /// The node last begun or added.
  NodeIndex last() const { return static_cast<NodeIndex>(tree_.nodes.size() - 1); }
  bool is_open(NodeIndex node) const;
  Span last_span() const { return last_span_; }

  /// Not valid UTF-8, a control character, or too large a file.
  bool check_text();
  bool fail(diag::Code code, Span span, std::initializer_list<std::string_view> arguments);
  bool beyond(Span span, std::string_view what, std::size_t limit);
  Tree take() { return std::move(tree_); }

 private:
  struct Open {
    NodeIndex node = 0, last = 0;
    std::uint32_t count = 0;
    bool document = false, merges = false;
  };
  NodeIndex resolved(NodeIndex node) const { return tree_.nodes[node].alias ? tree_.nodes[node].first : node; }
  bool add(Node node);
  bool check_keys(const Open& document);
  bool merge(const Open& document);
  /// Appends the entries of what stands behind `<<` in the order in which they are overridden.
  bool merged_entries(NodeIndex value, std::vector<std::pair<NodeIndex, NodeIndex>>& out);
  bool weigh(NodeIndex container);
  std::string_view text_of(NodeIndex scalar) const;

  Tree tree_;
  diag::Sink& sink_;
  std::vector<Open> open_;
  Span last_span_;
};

/// Of a plain scalar of YAML's core schema, or of a JSON literal.
Kind kind_of_plain(std::string_view text);

}  // namespace failc::spec
