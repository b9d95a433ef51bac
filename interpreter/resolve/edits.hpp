#pragma once
// Text with some of its parts replaced.
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/base/span.hpp"

namespace failc::resolve {

class Edits {
 public:
  /// Replaces `span`. Where others lie in it, they are lost; none may overlap it otherwise.
  void replace(Span span, std::string text) { edits_.push_back({span, std::move(text)}); }
  void append(Edits other) { edits_.insert(edits_.end(), std::make_move_iterator(other.edits_.begin()), std::make_move_iterator(other.edits_.end())); }
  bool empty() const { return edits_.empty(); }
  /// `range` of `text` with what was replaced in it.
  std::string applied(std::string_view text, Span range) const;

 private:
  struct Edit {
    Span span;
    std::string text;
  };
  std::vector<Edit> edits_;
};

}  // namespace failc::resolve
