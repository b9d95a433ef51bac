#pragma once
// From the text of a YAML or JSON file to its tree. A file holds one document. What is wrong is a diagnostic, and then there is no tree.
//
// YAML is 1.2's core schema with 1.1's merge keys, which are resolved: merged entries stand first, and an entry of the document itself
// overrides them; of a list of merged documents the first one wins. Plain `y`, `n`, `yes`, `on` … are strings, an empty scalar is null, keys
// are scalars and are told apart by their text. Anchors may be defined again. Tags are refused, but for `!!str`.
#include <optional>

#include "grammar/diag/diagnostic.hpp"
#include "grammar/import/tree.hpp"

namespace failc::spec {

std::optional<Tree> read_yaml(const SourceMap& sources, FileId file, diag::Sink& sink);
std::optional<Tree> read_json(const SourceMap& sources, FileId file, diag::Sink& sink);
/// By the file's name: `.json` is JSON.
std::optional<Tree> read(const SourceMap& sources, FileId file, diag::Sink& sink);
/// Whether files of this name are read.
bool is_spec(std::string_view path);

}  // namespace failc::spec
