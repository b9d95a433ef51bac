#include "interpreter/systems/mongodb/specs/formats.hpp"

#include <algorithm>

#include "interpreter/systems/mongodb/played/connection_string.hpp"
#include "interpreter/systems/mongodb/played/formats.hpp"
#include "interpreter/systems/mongodb/played/round_trip.hpp"
#include "interpreter/systems/mongodb/played/selection.hpp"
#include "interpreter/systems/mongodb/sdam_phases/format.hpp"
#include "interpreter/systems/mongodb/sdam_phases/player.hpp"

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
bool bson(const Ref& root) { return static_cast<bool>(root.find("bson_type")); }
bool binary_vectors(const Ref& root) { return static_cast<bool>(first_test(root).find("dtype_hex")); }
bool schema(const Ref& root) { return static_cast<bool>(root.find("$schema")); }

}  // namespace

std::vector<check::SpecFormat> spec_formats() {
  return {
      {"discovery phases", "", sdam::has_phases_shape, sdam::read_phases_format, sdam::lint_phases},
      {"unified, with client-side encryption", "encryption in the client needs libraries that failc does not have", unified_csfle},
      {"unified", "operations of a driver on servers are not run from these files yet", unified},
      {"legacy client-side encryption", "encryption in the client needs libraries that failc does not have", legacy},
      {"connection pool, integration", "a driver's pool on a server is not run from these files yet", pool_integration},
      {"connection pool, unit", "there is no model of a connection pool yet", pool},
      {"DNS seed list", "resolving seed lists needs a name server of failc's own, which there is not yet", seed_list},
      {"choices in the latency window", "", played::has_window_shape, played::read_window_format, played::lint_topology},
      {"server selection and max staleness", "", played::has_selection_shape, played::read_selection_format, played::lint_topology},
      {"round-trip time", "", played::has_round_trip_shape, played::read_round_trip_format},
      {"credentials", "", played::has_credential_shape, played::read_credential_format},
      {"read and write concern strings", "", played::has_concern_string_shape, played::read_concern_string_format},
      {"read and write concern documents", "", played::has_concern_document_shape, played::read_concern_document_format},
      {"connection strings and options", "", played::has_connection_string_shape, played::read_connection_string_format},
      {"BSON corpus", "encoding is not played from these files yet", bson},
      {"BSON vectors", "encoding is not played from these files yet", binary_vectors},
      {"JSON schema", "it describes a format and holds no test", schema},
  };
}

std::vector<backend::PlayerModel> spec_players() {
  return {{"sdam", sdam::check_played, sdam::make_player}, played::selection_model(),  played::round_trip_model(), played::connection_string_model(),
          played::credential_model(),                      played::concern_model()};
}

}  // namespace failc::mongodb
