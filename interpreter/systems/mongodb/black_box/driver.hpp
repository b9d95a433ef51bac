#pragma once
// Phase files played to a driver from outside: `sdam` as a driver under test shows it, in place of the model.
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "grammar/base/result.hpp"
#include "interpreter/backend/player.hpp"
#include "interpreter/check/spec_format.hpp"
#include "interpreter/systems/mongodb/black_box/file.hpp"

namespace failc::black_box {

class Driver {
 public:
  /// Starts the adapter and asks what it can do. `interrupted` is asked from any thread.
  static Result<std::shared_ptr<Driver>> open(std::vector<std::string> argv, std::function<bool()> interrupted);
  ~Driver();

  const DriverFacts& facts() const;
  /// Its players share this driver's programs: one for each that plays at the same time. They keep the driver alive.
  backend::PlayerModel model();
  /// Of `all`, phase files are run, but for those that cannot be told from outside, and no others.
  std::vector<check::SpecFormat> formats(std::vector<check::SpecFormat> all);
  /// What of the outcomes so far was not compared, since the driver says nothing of it: by key, in how many outcomes.
  std::map<std::string, std::size_t> not_compared() const;

  struct State;

 private:
  explicit Driver(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;  // owned here, and by its players and formats
};

}  // namespace failc::black_box
