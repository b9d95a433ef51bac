#include "interpreter/systems/mongodb/specs/formats.hpp"

#include <algorithm>

#include "interpreter/systems/mongodb/sdam_phases/format.hpp"

namespace failc::mongodb {
namespace {

using spec::Kind;
using spec::Ref;

bool has_all(const Ref& document, std::initializer_list<std::string_view> keys) {
  return std::all_of(keys.begin(), keys.end(), [&](std::string_view key) { return static_cast<bool>(document.find(key)); });
}

/// Of the first test.
Ref first_test(const Ref& root) {
  for (const Ref test : root.find("tests").items()) return test;
  return {};
}

bool unified_csfle(const Ref& root) {
  if (!root.find("schemaVersion")) return false;
  const auto asks = [](const Ref& requirements) {
    for (const Ref one : requirements.items())
      if (one.find("csfle")) return true;
    return false;
  };
  return asks(root.find("runOnRequirements"));
}
bool unified(const Ref& root) { return root.find("schemaVersion") || (first_test(root).find("operations") && !root.find("runOn")); }
bool legacy(const Ref& root) { return root.find("runOn") && root.find("tests"); }
bool pool_integration(const Ref& root) { return has_all(root, {"version", "style"}) && root.find("style").is(Kind::text) && root.find("style").text() == "integration"; }
bool pool(const Ref& root) { return has_all(root, {"version", "style"}); }
bool seed_list(const Ref& root) { return root.find("uri") && (root.find("seeds") || root.find("numSeeds")); }
bool in_window(const Ref& root) { return static_cast<bool>(root.find("mocked_topology_state")); }
bool round_trip(const Ref& root) { return has_all(root, {"avg_rtt_ms", "new_rtt_ms"}); }
bool selection(const Ref& root) { return has_all(root, {"topology_description", "read_preference"}); }
bool concern_documents(const Ref& root) { return first_test(root).find("readConcernDocument") || first_test(root).find("writeConcernDocument"); }
bool connection_strings(const Ref& root) { return static_cast<bool>(first_test(root).find("uri")); }
bool bson(const Ref& root) { return static_cast<bool>(root.find("bson_type")); }
bool binary_vectors(const Ref& root) { return static_cast<bool>(first_test(root).find("dtype_hex")); }
bool schema(const Ref& root) { return static_cast<bool>(root.find("$schema")); }

}  // namespace

std::vector<check::SpecFormat> spec_formats() {
  return {
      {"discovery phases", "", sdam::has_phases_shape, sdam::read_phases_format},
      {"unified, with client-side encryption", "encryption in the client needs libraries that failc does not have", unified_csfle},
      {"unified", "operations of a driver on servers are not run from these files yet", unified},
      {"legacy client-side encryption", "encryption in the client needs libraries that failc does not have", legacy},
      {"connection pool, integration", "a driver's pool on a server is not run from these files yet", pool_integration},
      {"connection pool, unit", "there is no model of a connection pool yet", pool},
      {"DNS seed list", "resolving seed lists needs a name server of failc's own, which there is not yet", seed_list},
      {"server selection in the latency window", "selection is not played from these files yet", in_window},
      {"round-trip time", "averages are not played from these files yet", round_trip},
      {"server selection and max staleness", "selection is not played from these files yet", selection},
      {"read and write concern documents", "options are not played from these files yet", concern_documents},
      {"connection strings and options", "options are not played from these files yet", connection_strings},
      {"BSON corpus", "encoding is not played from these files yet", bson},
      {"BSON vectors", "encoding is not played from these files yet", binary_vectors},
      {"JSON schema", "it describes a format and holds no test", schema},
  };
}

}  // namespace failc::mongodb
