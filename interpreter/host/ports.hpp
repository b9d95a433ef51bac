#pragma once
// TCP ports of this host's loopback.
#include <cstdint>
#include <optional>
#include <map>
#include <string>

#include "grammar/base/result.hpp"
#include "interpreter/host/fd.hpp"

namespace failc::host {

/// Whether a server could listen on 127.0.0.1:port now.
bool port_is_free(std::uint16_t port);
/// `held by process 123 (kvdb)`, or empty where /proc does not tell.
std::string holder_of_port(std::uint16_t port);

struct PortRange { std::uint16_t low = 32768, high = 60999; };  // both included
/// From which the kernel takes the ports of connections: net.ipv4.ip_local_port_range.
PortRange ephemeral_ports();

/// Chooses free ports that no connection of the kernel's own choosing can take (where the kernel's range leaves next to none, any
/// unprivileged ones), each at most once, and none that another chooser of this machine holds: two runs may start at the same time, long
/// before their servers listen.
class PortChooser {
 public:
  /// `start` spreads choosers of different runs over the range.
  explicit PortChooser(std::uint64_t start, PortRange ephemeral = ephemeral_ports());
  Result<std::uint16_t> choose();
  /// Never to be chosen: somebody fixed it.
  void reserve(std::uint16_t port) { used_.try_emplace(port); }
  bool reserved(std::uint16_t port) const { return used_.contains(port); }

 private:
  std::map<std::uint16_t, Fd> used_;  // with the claim that keeps others off; none where the port is fixed
  std::uint64_t next_;
  PortRange ephemeral_;
};

}  // namespace failc::host
