#include "interpreter/host/driver.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <cstring>
#include <nlohmann/json.hpp>
#include <thread>

#include "interpreter/host/driver_answer.hpp"
#include "interpreter/host/line_channel.hpp"
#include "interpreter/host/paths.hpp"

namespace failc::host {
namespace {

constexpr std::size_t kLineLimit = 16u << 20;

}  // namespace

struct DriverClient::Driver {
  std::string name;
  pid_t pid = -1;
  bool over = false;
  std::unique_ptr<LineChannel> channel;

  void kill() const { ::kill(-pid, SIGKILL); }  // it leads a group of its own, and is not reaped before
  bool reaped() {
    if (pid > 0 && ::waitpid(pid, nullptr, WNOHANG) == pid) pid = -1;
    return pid < 0;
  }
};

DriverClient::DriverClient(boost::asio::io_context& loop, Options options) : loop_(loop), options_(std::move(options)) {}

DriverClient::~DriverClient() { finish(); }

Result<DriverClient::Driver*> DriverClient::driver_of(const std::vector<std::string>& argv) {
  if (const auto found = drivers_.find(argv); found != drivers_.end()) {
    if (!found->second->over) return found->second.get();
    found->second->kill();
    ::waitpid(found->second->pid, nullptr, 0);
    drivers_.erase(found);
  }
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return Error{std::string("no socket for a driver: ") + std::strerror(errno)};
  Fd ours(ends[0]);
  const Fd theirs(ends[1]);
  auto driver = std::make_unique<Driver>();
  driver->name = argv[0];
  SpawnOptions spawning;
  spawning.argv = argv;
  spawning.argv[0] = beside_this(argv[0]);
  spawning.environment = options_.environment;
  spawning.input = spawning.output = theirs.get();
  const std::string log = options_.folder + "/driver-" + argv[0].substr(argv[0].rfind('/') + 1) + ".log";
  const Fd errors(options_.folder.empty() ? -1 : ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
  spawning.error = errors ? errors.get() : options_.error;
  const Result<pid_t> pid = spawn(spawning);
  if (!pid) return pid.error();
  driver->pid = *pid;
  Driver* const made = driver.get();
  made->channel = std::make_unique<LineChannel>(loop_, std::move(ours), kLineLimit,
                                                LineChannel::Handlers{[this, made](std::string_view line) { answered(*made, line); },
                                                                      [this, made](const std::string& why) { ended(*made, why); }});
  drivers_.emplace(argv, std::move(driver));
  return made;
}

void DriverClient::start(std::uint64_t id, const std::vector<std::string>& argv, const std::string& message, std::function<void(DriverAnswer)> done) {
  const auto refuse = [&](std::string why) {
    boost::asio::post(loop_, [done, why = std::move(why)] { done({Sent::not_sent, why, {}, {}}); });
  };
  nlohmann::json line = nlohmann::json::parse(message, nullptr, false);
  if (!line.is_object()) return refuse("what a driver is asked is a JSON object");
  const Result<Driver*> driver = argv.empty() ? Result<Driver*>(Error{"the driver has no program"}) : driver_of(argv);
  if (!driver) return refuse(driver.error().message);
  line["id"] = id;
  asked_.emplace(id, Asked{*driver, std::move(done)});
  (*driver)->channel->send(line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

Sent DriverClient::cancel(std::uint64_t id) {
  const auto found = asked_.find(id);
  if (found == asked_.end()) return Sent::not_sent;
  if (!found->second.driver->over) found->second.driver->channel->send(nlohmann::json{{"cancel", id}}.dump());
  asked_.erase(found);
  return Sent::interrupted;
}

void DriverClient::answered(Driver& driver, std::string_view line) {
  auto answer = read_driver_line(line);
  if (!answer) return ended(driver, answer.error().message);
  if (answer->event && options_.event) return options_.event(*answer->event);
  const auto found = answer->id ? asked_.find(*answer->id) : asked_.end();
  if (found == asked_.end()) return;  // of nobody's interest, or cancelled
  const auto done = std::move(found->second.done);
  asked_.erase(found);
  DriverAnswer out{Sent::answered, {}, std::move(answer->ok), std::move(answer->failure)};
  if (out.ok.empty() == out.failure.empty()) out = {Sent::interrupted, "the driver `" + driver.name + "` answered with neither `ok` nor `error`, or with both", {}, {}, true};
  else if (out.ok.empty() && !out.failure.starts_with("{")) out = {Sent::interrupted, "the driver `" + driver.name + "` answered with an `error` that is no document", {}, {}, true};
  done(std::move(out));
}

void DriverClient::ended(Driver& driver, const std::string& why) {
  driver.over = true;
  driver.channel->close();
  std::vector<std::function<void(DriverAnswer)>> open;
  for (auto each = asked_.begin(); each != asked_.end();) {
    if (each->second.driver != &driver) {
      ++each;
      continue;
    }
    open.push_back(std::move(each->second.done));
    each = asked_.erase(each);
  }
  for (const auto& done : open) done({Sent::interrupted, "the driver `" + driver.name + "` has ended: " + why, {}, {}, true});
}

void DriverClient::finish(std::chrono::nanoseconds grace) {
  asked_.clear();
  for (const auto& [argv, driver] : drivers_) driver->channel.reset();  // the end of its input
  const auto give_up = std::chrono::steady_clock::now() + grace;
  for (const auto& [argv, driver] : drivers_) {
    while (!driver->reaped() && std::chrono::steady_clock::now() < give_up) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    if (driver->pid > 0) {
      driver->kill();
      ::waitpid(driver->pid, nullptr, 0);
    }
  }
  drivers_.clear();
}

}  // namespace failc::host
