#pragma once
// What the players of one driver share.
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "interpreter/systems/mongodb/black_box/driver.hpp"
#include "interpreter/systems/mongodb/black_box/program.hpp"

namespace failc::black_box {

struct Driver::State {
  std::vector<std::string> argv;
  std::function<bool()> interrupted;
  DriverFacts facts;

  std::unique_ptr<Program> take();
  void give_back(std::unique_ptr<Program> program);

  std::mutex mutex;  // of what follows
  std::vector<std::unique_ptr<Program>> idle;
  std::map<std::string, std::size_t> not_compared;
};

Result<std::unique_ptr<backend::Player>> make_player(std::shared_ptr<Driver::State> driver, const Document& options);

}  // namespace failc::black_box
