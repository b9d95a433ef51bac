#pragma once
// What a format of spec files is to failc: a shape to know it by, and either how a file of it is played or why it is not run.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "grammar/diag/diagnostic.hpp"
#include "grammar/import/tree.hpp"

namespace failc::check {

/// What is played in one file: groups of steps to one player. Each step is the document `{key: value}`.
struct SpecPlay {
  struct Step {
    std::string key;
    spec::Ref value;
  };
  struct Group {
    std::string title;
    spec::Ref at;
    std::vector<Step> steps;
    spec::Ref wanted_at, wanted;  // a key, and the document that the player must show then
  };
  std::string title, model;
  spec::Ref at;
  std::vector<Step> options;
  std::vector<Group> groups;
};

struct SpecFormat {
  std::string name;    // "SDAM phases"
  std::string reason;  // why files of it are not run; "": they are
  bool (*has_shape)(const spec::Ref& root);
  /// Nothing where something was reported. Null where files of it are not run.
  std::optional<SpecPlay> (*read)(const spec::Ref& root, diag::Sink& sink) = nullptr;
};

}  // namespace failc::check
