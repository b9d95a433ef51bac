#pragma once
// Models that show what they made of their options at once: nothing is played to them.
#include "interpreter/systems/mongodb/played/reading.hpp"

namespace failc::played {

/// Compares a shown document. Where `wanted` has null for a key of `free`, it says nothing.
std::vector<backend::Difference> compare_shown(const Document& wanted, const Document& seen, const std::vector<std::string_view>& free);
/// Values of secrets are left out, and documents as a whole; the place is that of what holds them.
void hide(std::vector<backend::Difference>& differences, bool (*is_secret)(const std::string& key));

/// A player that shows a document. `compare` may change what is compared.
class ShownPlayer : public backend::Player {
 public:
  using Compare = std::vector<backend::Difference> (*)(const Document& wanted, const Document& seen);
  ShownPlayer(Document seen, Compare compare) : seen_(std::move(seen)), compare_(compare) {}
  Status play(const Document&) override { return Error{"nothing can be played to this model"}; }
  std::vector<backend::Difference> compare(const Document& wanted) override { return compare_(wanted, seen_); }

 private:
  Document seen_;
  Compare compare_;
};

}  // namespace failc::played
