#pragma once
// One driver's program (drivers/PROTOCOL.md) and the servers that are played to it, on one thread: questions that wait for their answers,
// and waits for what the driver reports by itself. Every wait has an end.
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "grammar/base/result.hpp"
#include "interpreter/host/driver.hpp"
#include "interpreter/host/fd.hpp"

namespace failc::black_box {

/// The driver said no: as an answer's `error` has it.
struct Refusal {
  std::string message;
  bool unsupported = false;
};

class Program {
 public:
  using Json = nlohmann::json;
  using Wait = std::chrono::milliseconds;
  /// `interrupted` is asked at least every 50 ms: then every wait ends.
  Program(std::vector<std::string> argv, std::function<bool()> interrupted);
  ~Program();

  boost::asio::io_context& loop() { return loop_; }
  /// Its `ok`. An error: no answer in time, or the program broke down, which `broken` then says.
  Result<Json> ask(const Json& request, Wait limit, std::optional<Refusal>* refusal = nullptr);
  /// Goes on meanwhile: its number, for `answered`.
  std::uint64_t begin(const Json& request);
  bool answered(std::uint64_t number) const { return answers_.contains(number); }
  /// Until `held` holds. An error says that `what` did not come.
  Status wait(const std::function<bool()>& held, Wait limit, const std::string& what);
  /// Lets things happen for that long.
  Status pause(Wait length);
  /// Who is told what is reported of `entity`; nobody: empty.
  void listen(std::string entity, std::function<void(const host::DriverEvent&)> listener);
  bool broken() const { return !broken_.empty(); }
  std::uint64_t next_number() { return ++numbers_; }

 private:
  Status trouble() const;
  std::string last_words() const;

  boost::asio::io_context loop_;
  std::vector<std::string> argv_;
  std::function<bool()> interrupted_;
  host::Fd log_;
  std::unique_ptr<host::DriverClient> client_;
  std::map<std::uint64_t, host::DriverAnswer> answers_;
  std::string entity_, broken_;
  std::function<void(const host::DriverEvent&)> listener_;
  std::uint64_t asked_ = 0, numbers_ = 0;
};

}  // namespace failc::black_box
