#pragma once
// The connection and the clock of one observer.
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>

#include "interpreter/backend/observer.hpp"

namespace failc::host {

class ObserverSession {
 public:
  /// `seen` is called from the loop, never from within this constructor; not after the destructor. Times are those of `clock`.
  ObserverSession(boost::asio::io_context& loop, std::unique_ptr<backend::Observer> observer, std::function<Nanos()> clock, std::function<void(Value)> seen);
  ~ObserverSession();
  ObserverSession(const ObserverSession&) = delete;
  ObserverSession& operator=(const ObserverSession&) = delete;

 private:
  class State;
  std::shared_ptr<State> state_;  // also held by the handlers in flight
};

}  // namespace failc::host
