#pragma once
// Driver programs: one process an argument list, started when it is first asked, asked over one socket that is its standard input
// and output. One JSON object a line each way (drivers/PROTOCOL.md); answers may come in any order.
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "interpreter/host/driver_answer.hpp"
#include "interpreter/host/http.hpp"
#include "interpreter/host/spawn.hpp"

namespace failc::host {

struct DriverAnswer {
  Sent sent = Sent::answered;
  std::string error;    // where there is no answer
  std::string ok;       // the answer's `ok`, as JSON; empty where it is a failure
  std::string failure;  // its `error`, as JSON
  bool breach = false;  // `error` is the program's own mistake: it broke the protocol, or ended unasked
};

class DriverClient {
 public:
  struct Options {
    std::vector<std::pair<std::string, std::string>> environment;  // of every driver
    std::string folder;   // standard errors go to `driver-NAME.log` in it
    int error = -1;       // else to this descriptor
    std::function<void(const DriverEvent&)> event = nullptr;  // is told each, before the answers behind it
  };
  DriverClient(boost::asio::io_context& loop, Options options);
  /// As finish().
  ~DriverClient();

  /// `message` is a JSON object; its `id` is set here. `done` is called once, from the loop, never from within this call; not at all after
  /// `cancel(id)`. A program without a `/` is looked for beside this one first, then in PATH.
  void start(std::uint64_t id, const std::vector<std::string>& argv, const std::string& message, std::function<void(DriverAnswer)> done);
  Sent cancel(std::uint64_t id);
  /// Ends every driver: the end of its input, and SIGKILL to its group where that is not enough within `grace`.
  void finish(std::chrono::nanoseconds grace = std::chrono::seconds(1));

 private:
  struct Driver;
  struct Asked {
    Driver* driver;
    std::function<void(DriverAnswer)> done;
  };
  Result<Driver*> driver_of(const std::vector<std::string>& argv);
  void answered(Driver& driver, std::string_view line);
  void ended(Driver& driver, const std::string& why);

  boost::asio::io_context& loop_;
  Options options_;
  std::map<std::vector<std::string>, std::unique_ptr<Driver>> drivers_;
  std::map<std::uint64_t, Asked> asked_;
};

}  // namespace failc::host
