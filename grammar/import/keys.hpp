#pragma once
// What readers of particular formats ask of a document, with messages at the place. Where a value came by an alias, a note says where.
#include <string_view>
#include <vector>

#include "grammar/diag/diagnostic.hpp"
#include "grammar/import/tree.hpp"

namespace failc::spec {

/// Adds where the alias stands through which `value` came in, if it did.
diag::Diagnostic& note_alias(diag::Diagnostic& item, const Ref& value);

/// A key that stands elsewhere in a format, and what it is a key of.
struct ElsewhereKey {
  std::string_view key, of;
};
/// Reports each key that is none of `known`. `what` is the document: "a phase". One that stands `elsewhere` is said to.
bool only_keys(const Ref& document, const std::vector<std::string_view>& known, std::string_view what, diag::Sink& sink, const std::vector<ElsewhereKey>& elsewhere = {});
/// The value of `key`, of that kind; what is absent or null is reported unless it is `optional`, and empty.
Ref value_of(const Ref& document, std::string_view key, Kind kind, std::string_view what, diag::Sink& sink, bool optional = false);
/// Reports `value` where it is of another kind.
bool is_kind(const Ref& value, Kind kind, std::string_view what, diag::Sink& sink);

}  // namespace failc::spec
