#pragma once
// Updates: a replacement, operators, or a pipeline.
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "interpreter/systems/mongodb/query/transform.hpp"

namespace failc::query {

struct Modifier;

/// What an update does to one document.
struct Updated {
  bson::Document document;
  bool changed = false;
};

class Update {
 public:
  /// `update` is a document (replacement or operators) or an array (pipeline); `array_filters` an array of documents, or missing.
  static Outcome<Update> compile(bson::ValueView update, bson::ValueView array_filters, Constants constants = {});
  Update(Update&&) noexcept;
  Update& operator=(Update&&) noexcept;
  ~Update();

  bool replaces() const;
  /// To `document`, which `matcher` matched (for `$`; may be null). Its _id stays. `insert`: it is the seed of an upsert.
  Outcome<Updated> apply(bson::View document, const Matcher* matcher = nullptr, bool insert = false) const;

  /// For this folder.
  using Filters = std::vector<std::pair<std::string, Matcher>>;

 private:
  Update() = default;
  struct Replacement { bson::Document document; };
  struct Operators { std::vector<Modifier> modifiers; };
  struct Pipeline { std::vector<Transform> stages; };
  bson::Document changed(bson::View document, const Matcher* matcher, bool insert) const;
  std::variant<Replacement, Operators, Pipeline> what_;
  Filters filters_;
  std::unique_ptr<const Constants> constants_;
};

/// What an upsert starts from: the equalities of the filter. Errors where two of them meet in one path.
Outcome<bson::Document> upsert_seed(const Matcher& matcher, bool replaces);

}  // namespace failc::query
