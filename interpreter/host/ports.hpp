#pragma once
// TCP ports of this host's loopback.
#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "grammar/base/result.hpp"

namespace failc::host {

/// Whether a server could listen on 127.0.0.1:port now.
bool port_is_free(std::uint16_t port);
/// `held by process 123 (kvdb)`, or empty where /proc does not tell.
std::string holder_of_port(std::uint16_t port);

/// Chooses free ports that no connection of the kernel's own choosing can take, each at most once.
class PortChooser {
 public:
  /// `start` spreads choosers of different runs over the range.
  explicit PortChooser(std::uint64_t start);
  Result<std::uint16_t> choose();
  /// Never to be chosen: somebody fixed it.
  void reserve(std::uint16_t port) { used_.insert(port); }
  bool reserved(std::uint16_t port) const { return used_.contains(port); }

 private:
  std::set<std::uint16_t> used_;
  std::uint64_t next_;
  std::uint16_t ephemeral_low_ = 32768, ephemeral_high_ = 60999;
};

}  // namespace failc::host
