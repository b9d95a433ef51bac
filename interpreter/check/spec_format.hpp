#pragma once
// What a format of spec files is to failc: a shape to know it by, and either how a file of it is played or why it is not run.
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "grammar/diag/diagnostic.hpp"
#include "grammar/import/tree.hpp"
#include "interpreter/value/value.hpp"

namespace failc::check {

/// One scenario of a file: groups of steps to one player.
struct SpecPlay {
  struct Part {
    std::string key;
    spec::Ref value;
  };
  /// The document of these entries, which may stand apart in the file.
  using Parts = std::vector<Part>;
  struct Group {
    std::string title;  // "": its steps are the scenario's own
    spec::Ref at;
    std::vector<Parts> steps;
    spec::Ref wanted_at;  // a key; or nothing, where `wanted` stands apart
    spec::Ref whole;      // its value, where all of `wanted` is there
    Parts wanted;         // what the player must show then
  };
  std::string title, model;  // a title of "": the file's name
  std::string skip;          // why it is not run; "": it is
  spec::Ref at;
  Parts options;
  std::vector<Group> groups;
};

struct SpecFormat {
  std::string name;    // "SDAM phases"
  std::string reason;  // why files of it are not run; "": they are
  bool (*has_shape)(const spec::Ref& root);
  /// The file's scenarios. Nothing where something was reported. Null where files of it are not run.
  std::optional<std::vector<SpecPlay>> (*read)(const spec::Ref& root, diag::Sink& sink) = nullptr;
  /// Warns of what is likely a mistake in a file that `read` took. Null: there is nothing to look for.
  void (*lint)(const spec::Ref& root, diag::Sink& sink) = nullptr;
  /// Why this file of it is not run; "": it is. Of a file that `read` took.
  std::function<std::string(const Document& file)> leave_out = nullptr;
};

}  // namespace failc::check
