#pragma once
// The pages of docs/explain, embedded: one a code of the catalogue, in Markdown. See CONTRIBUTING.md for their form.
#include <optional>
#include <string_view>
#include <vector>

namespace failc::tools::pages {

/// By code: "F0201".
std::optional<std::string_view> find(std::string_view code);
std::vector<std::string_view> names();

}  // namespace failc::tools::pages
