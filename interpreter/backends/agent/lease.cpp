#include "interpreter/backends/agent/lease.hpp"

#include <signal.h>
#include <sys/socket.h>

#include <string>

#include "interpreter/backends/agent/protocol.hpp"

namespace failc::agent {

LeaseKeeper::LeaseKeeper(host::Fd connection, std::chrono::nanoseconds length) : connection_(std::move(connection)) {
  // Signals are for the thread that runs the scenario.
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::jthread([this, length](const std::stop_token& over) { keep(over, length); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void LeaseKeeper::keep(const std::stop_token& over, std::chrono::nanoseconds length) {
  const std::string line = encode(Call{0, Lease{}}) + "\n";
  while (!over.stop_requested()) {
    const ssize_t sent = ::send(connection_.get(), line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    // An agent that has not read the last thousands of them is beyond help, and half a line would be malformed.
    if (sent != static_cast<ssize_t>(line.size())) return;
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, over, length / 3, [] { return false; });
  }
}

}  // namespace failc::agent
