#pragma once
// Protocol models that follow a server by its own stream of news, instead of asking it again and again. A model does no I/O: its host
// makes the one connection that it has at a time, and tells it what happened.
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "grammar/base/result.hpp"
#include "interpreter/value/value.hpp"

namespace failc::backend {

class Observer {
 public:
  /// To `host:port`; replaces the connection before it.
  struct Connect { std::string address; };
  struct Send { std::string bytes; };
  /// Nothing of this connection is reported any more.
  struct Close {};
  /// Monotonic; replaces the one before. There is no other timeout.
  struct WakeAt { Nanos at; };
  /// What is known now; undefined, with the reason, where nothing is. Said only when it changes.
  struct Seen { Value value; };
  using Step = std::variant<Connect, Send, Close, WakeAt, Seen>;
  using Steps = std::vector<Step>;

  virtual ~Observer() = default;
  virtual Steps start(Nanos now) = 0;
  virtual Steps connected(Nanos now) = 0;
  virtual Steps received(std::string_view bytes, Nanos now) = 0;
  /// It could not be opened, or was closed by the other side.
  virtual Steps lost(const std::string& why, Nanos now) = 0;
  virtual Steps wake(Nanos now) = 0;
};

/// `name` is what stands behind `observer x =`. Errors of `make` name the option.
struct ObserverModel {
  std::string name;
  Result<std::unique_ptr<Observer>> (*make)(const Document& options);
};

}  // namespace failc::backend
