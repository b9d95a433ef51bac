#pragma once
// JSON as the machine formats write it. Apart from render.hpp, because the library is slow to compile.
#include <nlohmann/json.hpp>
#include <string>

namespace failc::diag {

using Json = nlohmann::ordered_json;

/// JSON text; bytes that are no UTF-8 become U+FFFD.
std::string dump(const Json& json);

}  // namespace failc::diag
