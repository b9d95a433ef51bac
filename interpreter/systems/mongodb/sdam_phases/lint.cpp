#include <set>

#include "grammar/import/keys.hpp"
#include "interpreter/systems/mongodb/sdam/address.hpp"
#include "interpreter/systems/mongodb/sdam/uri.hpp"
#include "interpreter/systems/mongodb/sdam_phases/format.hpp"

namespace failc::sdam {
namespace {

using spec::Kind;
using spec::Ref;

/// What is known so far, by address.
class KnownServers {
 public:
  explicit KnownServers(diag::Sink& sink) : sink_(sink) {}

  void learn(std::string_view address) {
    if (const Result<std::string> normal = normalize_address(address)) known_.insert(*normal);
  }
  void learn_list(const Ref& list) {
    for (const Ref item : list.items())
      if (item.is(Kind::text)) learn(item.text());
  }
  /// Warns once of each address.
  void look(const Ref& at, const char* consequence) {
    if (!at.is(Kind::text)) return;
    const Result<std::string> normal = normalize_address(at.text());
    if (!normal || !known_.insert(*normal).second) return;
    spec::note_alias(sink_.report(diag::Code::unknown_address, at.place(), {*normal, "it is no seed, and no reply lists it", consequence}), at);
  }

 private:
  std::set<std::string> known_;
  diag::Sink& sink_;
};

}  // namespace

void lint_phases(const Ref& root, diag::Sink& sink) {
  KnownServers known(sink);
  if (const Result<ConnectionString> uri = parse_connection_string(root.find("uri").text()))
    for (const std::string& seed : uri->hosts) known.learn(seed);
  for (const Ref phase : root.find("phases").items()) {
    for (const Ref response : phase.find("responses").items()) {
      Ref address, reply;
      for (const Ref part : response.items()) (address ? reply : address) = part;
      if (!address) continue;
      known.look(address, "the model passes over what such a server says");
      for (const char* list : {"hosts", "passives", "arbiters"}) known.learn_list(reply.find(list));
      if (const Ref primary = reply.find("primary"); primary.is(Kind::text)) known.learn(primary.text());
    }
    for (const Ref error : phase.find("applicationErrors").items())
      if (const Ref address = error.find("address")) known.look(address, "the model passes over errors of such a server");
    for (const spec::Entry server : phase.find("outcome").find("servers").entries()) known.look(server.key, "no client finds such a server");
  }
}

}  // namespace failc::sdam
