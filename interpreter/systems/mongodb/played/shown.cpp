#include "interpreter/systems/mongodb/played/shown.hpp"

#include <algorithm>

namespace failc::played {

std::vector<backend::Difference> compare_shown(const Document& wanted, const Document& seen, const std::vector<std::string_view>& free) {
  std::vector<backend::Difference> out;
  for (const auto& [key, value] : wanted.entries)
    if (!value.is<Null>() || std::find(free.begin(), free.end(), key) == free.end()) compare_values(value, seen.find(key), {key}, out);
  return out;
}

void hide(std::vector<backend::Difference>& differences, bool (*is_secret)(const std::string& key)) {
  for (backend::Difference& difference : differences) {
    // As a whole they have whatever is in them.
    for (std::string* text : {&difference.wanted, &difference.seen})
      if (text->starts_with("{")) *text = "a document";
    const auto secret = std::find_if(difference.path.begin(), difference.path.end(), is_secret);
    if (secret == difference.path.end()) continue;
    const bool absent = difference.seen == "absent" || difference.seen == "null", unwanted = difference.wanted == "absent" || difference.wanted == "null";
    difference.seen = "`" + *secret + "`, which is " + (absent ? "not there" : "not shown");
    difference.wanted = unwanted ? "none" : absent ? "one" : "another";
    // The line of a secret is not shown either, so the place is that of what holds it.
    difference.path.erase(secret, difference.path.end());
  }
}

}  // namespace failc::played
