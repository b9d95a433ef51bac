#include "interpreter/systems/mongodb/query/update_walk.hpp"

#include "interpreter/systems/mongodb/bson/json.hpp"
#include "interpreter/systems/mongodb/query/fail.hpp"

namespace failc::query {
namespace {

using bson::Type;
using bson::Value;
using bson::ValueView;

class Walker {
 public:
  Walker(const Modifier& modifier, const Walk& walk, ValueView id) : modifier_(modifier), walk_(walk), id_(id) {}

  /// `name` is what leads to `here`, for messages.
  void go(Tree& here, std::size_t part, const std::string& name) {
    const std::string& key = modifier_.parts[part];
    if (key.starts_with("$[")) return each(here, part, name);
    step(here, part, key == "$" ? found() : key, name);
  }

 private:
  std::string found() const {
    if (!walk_.found) fail(code::kBadValue, "The positional operator did not find the match needed from the query.");
    return std::to_string(*walk_.found);
  }

  Value computed(ValueView now) const {
    const ModifierPlace place{id_, modifier_.parts.back(), modifier_.path, walk_.constants, walk_.insert};
    return modifier_.compute(modifier_, now, place);
  }

  void step(Tree& here, std::size_t part, const std::string& key, const std::string& name) {
    Tree* next = here.child(key);
    const bool last = part + 1 == modifier_.parts.size();
    if (next && !last) return go(*next, part + 1, key);
    const Value now = next ? next->value() : Value();
    const Value after = next || last ? computed(now) : missing_below(part + 1);
    if (next ? after.type() == now.type() && after.bytes() == now.bytes() : !after.exists()) return;
    if (!after.exists()) return here.remove(key);
    const Tree child = last || next ? Tree(after) : grown(part + 1, after);
    if (!here.set(key, child)) not_viable(here, key, name);
  }

  /// What the modifier makes of nothing, where the path ends early.
  Value missing_below(std::size_t part) const {
    for (std::size_t i = part; i < modifier_.parts.size(); ++i) {
      const std::string& key = modifier_.parts[i];
      if (key == "$") found();
      if (!key.starts_with("$[")) continue;
      std::string before;
      for (std::size_t j = 0; j < i; ++j) before += (j ? "." : "") + modifier_.parts[j];
      fail(code::kBadValue, "The path '" + before + "' must exist in the document in order to apply array updates.");
    }
    return computed({});
  }

  /// The documents between, down to `value`.
  Tree grown(std::size_t part, const Value& value) const {
    Value out = value;
    for (std::size_t i = modifier_.parts.size(); i-- > part;) out = bson::Builder().append(modifier_.parts[i] == "$" ? found() : modifier_.parts[i], out).finish();
    return Tree(out);
  }

  [[noreturn]] void not_viable(const Tree& here, const std::string& key, const std::string& name) const {
    if (here.type() == Type::array && bson::array_index(key)) fail(34, "can't backfill more than 1500000 elements");
    fail(code::kPathNotViable, "Cannot create field '" + key + "' in element {" + name + ": " + bson::show(here.value()) + "}");
  }

  void each(Tree& here, std::size_t part, const std::string& name) {
    if (here.type() != Type::array) fail(code::kBadValue, "Cannot apply array updates to non-array element " + name + ": " + bson::show(here.value()));
    const std::string& key = modifier_.parts[part];
    const Matcher* filter = nullptr;
    for (const auto& [identifier, matcher] : walk_.filters)
      if (key.size() == identifier.size() + 3 && key.compare(2, identifier.size(), identifier) == 0) filter = &matcher;
    const std::size_t count = here.children().size();
    for (std::size_t i = 0; i < count; ++i) {
      if (filter) {
        const std::string& identifier = key.substr(2, key.size() - 3);
        const Value element = here.children()[i].second.value();
        if (!filter->test(bson::Builder().append(identifier, element).finish())) continue;
      }
      step(here, part, std::to_string(i), name);
    }
  }

  const Modifier& modifier_;
  const Walk& walk_;
  ValueView id_;
};

/// The tree at `parts`, or null; arrays may not be on the way.
Tree* rename_source(Tree& root, const Modifier& modifier, const std::vector<std::string>& parts, std::string_view what, ValueView id) {
  Tree* here = &root;
  for (std::size_t i = 0; i < parts.size() && here; ++i) {
    if (here->type() == Type::array)
      fail(code::kBadValue, "The " + std::string(what) + " field cannot be an array element, '" + (what == "source" ? modifier.path : std::string(modifier.argument.view().as_string())) +
                                "' in doc with _id: " + bson::show(id) + " has an array field called '" + parts[i - 1] + "'");
    here = here->child(parts[i]);
  }
  return here;
}

void rename(Tree& root, const Modifier& modifier, const Walk& walk, ValueView id) {
  Tree* source = rename_source(root, modifier, modifier.parts, "source", id);
  if (!source) return;
  const std::string to(modifier.argument.view().as_string());
  rename_source(root, modifier, bson::split_path(to), "destination", id);
  const Value moved = source->value();
  Tree* parent = &root;
  for (std::size_t i = 0; i + 1 < modifier.parts.size(); ++i) parent = parent->child(modifier.parts[i]);
  parent->remove(modifier.parts.back());
  const Modifier set = parse_modifier("$set", bson::Element{to, moved}, walk.constants);
  Walker(set, walk, id).go(root, 0, "");
}

}  // namespace

bson::Document walk(const std::vector<Modifier>& modifiers, bson::View document, const Walk& walk) {
  Tree root{Value(document)};
  for (const Modifier& modifier : modifiers) {
    if (modifier.name == "$rename")
      rename(root, modifier, walk, document["_id"]);
    else
      Walker(modifier, walk, document["_id"]).go(root, 0, "");
  }
  return bson::Document::trusted(root.value().bytes());
}

}  // namespace failc::query
