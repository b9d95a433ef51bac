// Lines in, lines out; requests that may block run on threads, as many as are busy at a time.
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <thread>

#include "drivers/libmongoc/driver.hpp"

namespace failc::driver {
namespace {

constexpr int kProtocol = 2;
constexpr std::size_t kLineLimit = 16u << 20;
constexpr int kDeepest = 200;  // JSON is read and written by recursion
constexpr std::chrono::milliseconds kClosing(300);

/// The requests that have no answer yet, and when each gives up.
class Open {
 public:
  Open() : clock_([this] { watch(); }) { clock_.detach(); }

  bool add(std::uint64_t id) {
    const std::lock_guard lock(mutex_);
    return ids_.insert(id).second;
  }
  /// False where the answer is not wanted: it was cancelled, or it is too late.
  bool take(std::uint64_t id) {
    const std::lock_guard lock(mutex_);
    return ids_.erase(id) > 0;
  }
  void limit(std::uint64_t id, std::int64_t milliseconds) {
    const std::lock_guard lock(mutex_);
    limits_.emplace(std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds), std::make_pair(id, milliseconds));
    changed_.notify_one();
  }

 private:
  void watch() {
    std::unique_lock lock(mutex_);
    while (true) {
      if (limits_.empty()) {
        changed_.wait(lock);
        continue;
      }
      const auto first = limits_.begin();
      if (first->first > std::chrono::steady_clock::now()) {
        changed_.wait_until(lock, first->first);
        continue;
      }
      const auto [id, milliseconds] = first->second;
      limits_.erase(first);
      if (ids_.erase(id) == 0) continue;
      lock.unlock();
      Failure failure;
      failure.message = "no answer within " + std::to_string(milliseconds) + " ms (deadlineMS)";
      failure.timeout = true;
      failure.more = {{"deadline", true}};
      write({{"id", id}, {"error", error_of(failure)}});
      lock.lock();
    }
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::uint64_t> ids_;
  std::multimap<std::chrono::steady_clock::time_point, std::pair<std::uint64_t, std::int64_t>> limits_;
  std::thread clock_;
};

/// None is destroyed: at the end of the input whatever still waits for a server is left where it is.
struct Program {
  Clients& clients = *new Clients;
  Entities& entities = *new Entities;
  Open& open = *new Open;
};

Json hello() {
  return {{"protocol", kProtocol},
          {"adapter", "failc-driver-mongoc"},
          {"driver", "libmongoc"},
          {"version", mongoc_get_version()},
          {"requests", {"hello", "create", "close", "operation", "run", "topology", "events", "state", "sync"}},
          {"operations", operation_names()},
          {"objects", object_operations()},
          {"events", event_names()},
          {"capabilities",
           {{"addressMap", "program"},
            {"cancel", "drops"},
            {"callbacks", false},
            {"poolGeneration", false},
            {"unsaid", {"compatible", "logicalSessionTimeoutMinutes", "maxElectionId", "maxSetVersion", "setName", "servers.error", "servers.topologyVersion"}}}}};
}

Outcome outcome_of(const Program& program, const Json& request) {
  const Json op = request.value("op", Json());
  if (op == "run") return run(program.clients, program.entities, request);
  if (op == "operation") return operation(program.entities, request);
  if (op == "create") return program.entities.create(request);
  if (op == "close") return program.entities.close(request);
  if (op == "topology") return program.entities.topology(request);
  if (op == "events") return program.entities.events(request);
  if (op == "state") return program.entities.state(request);
  if (op == "hello") return hello();
  // libmongoc reports within the call that writes the line, so that there is nothing to wait for.
  if (op == "sync") {
    if (auto wrong = other_members(request, {})) return *wrong;
    return Json{{"events", program.entities.sequences()}};
  }
  if (op.is_null()) return bad("op", "is missing");
  return unsupported("op", "is no request: " + (op.is_string() ? op.get<std::string>() : op.dump()));
}

void serve(const Program& program, const Json& request) {
  const std::uint64_t id = request["id"];
  Outcome outcome;
  try {
    outcome = outcome_of(program, request);
  } catch (const Json::exception& wrong) {  // a member is of another kind than those that are tried say
    outcome = bad("arguments", std::string("cannot be read: ") + wrong.what());
  }
  if (!program.open.take(id)) return;
  if (const auto* failure = std::get_if<Failure>(&outcome))
    write({{"id", id}, {"error", error_of(*failure)}});
  else
    write({{"id", id}, {"ok", std::get<Json>(std::move(outcome))}});
}

class Workers {
 public:
  explicit Workers(const Program& program) : program_(program) {}
  void add(Json request) {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(request));
    if (queue_.size() > idle_)
      std::thread([this] { work(); }).detach();
    else
      some_.notify_one();
  }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      while (queue_.empty()) {
        ++idle_;
        some_.wait(lock);
        --idle_;
      }
      const Json request = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      serve(program_, request);
      lock.lock();
    }
  }
  const Program& program_;
  std::mutex mutex_;
  std::condition_variable some_;
  std::deque<Json> queue_;
  std::size_t idle_ = 0;
};

/// Standard output is for answers; libmongoc's own handler would write there.
void log_line(mongoc_log_level_t level, const char* domain, const char* message, void*) {
  std::fprintf(stderr, "%s %s: %s\n", mongoc_log_level_str(level), domain, message);
}

bool deeper_than(const std::string& text, int limit) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '\\')
      ++i;
    else if (c == '"')
      quoted = !quoted;
    else if (!quoted && (c == '{' || c == '[') && ++depth > limit)
      return true;
    else if (!quoted && (c == '}' || c == ']'))
      --depth;
  }
  return false;
}

/// A line, read.
class Reader {
 public:
  Reader(const Program& program, Workers& workers) : program_(program), workers_(workers) {}

  void line(const std::string& text, bool too_long) {
    ++number_;
    if (too_long) return refuse("line", "longer than 16 MiB");
    if (text.find_first_not_of(" \t\r") == std::string::npos) return;
    if (deeper_than(text, kDeepest)) return refuse("line", "nested deeper than " + std::to_string(kDeepest));
    Json request = Json::parse(text, nullptr, false);
    if (request.is_discarded()) return refuse("line", "not JSON");
    if (!request.is_object()) return refuse("line", "not a JSON object");
    if (const auto cancelled = request.find("cancel"); cancelled != request.end()) {
      if (cancelled->is_number_unsigned()) program_.open.take(*cancelled);
      return;
    }
    if (request.contains("callback")) return refuse("callback", "`callback` is the number of none that is open");
    if (!request.contains("id")) return refuse("id", "`id` is missing");
    if (!request["id"].is_number_unsigned()) return refuse("id", "`id` is a whole number from 0 on");
    const std::uint64_t id = request["id"];
    if (!program_.open.add(id)) return refuse("id", "`id` is that of a request that is not answered yet: " + std::to_string(id));
    if (const auto limit = request.find("deadlineMS"); limit != request.end()) {
      if (!limit->is_number_unsigned() || *limit < 1 || *limit > 1u << 31) {
        program_.open.take(id);
        return write({{"id", id}, {"error", error_of(bad("deadlineMS", "is a whole number above 0"))}});
      }
      program_.open.limit(id, *limit);
    }
    workers_.add(std::move(request));
  }

 private:
  void refuse(const char* field, const std::string& why) {
    Failure failure = bad(field, why);
    failure.message = "line " + std::to_string(number_) + ": " + why;
    write({{"id", nullptr}, {"error", error_of(failure)}});
  }
  const Program& program_;
  Workers& workers_;
  std::size_t number_ = 0;
};

void read_input(Reader& reader) {
  std::string line;
  bool too_long = false;
  std::vector<char> part(1 << 16);
  for (ssize_t size; (size = ::read(STDIN_FILENO, part.data(), part.size())) > 0;) {
    for (const char* at = part.data(); at < part.data() + size;) {
      const char* const end = std::find(at, static_cast<const char*>(part.data() + size), '\n');
      if (!too_long) line.append(at, end);
      if (line.size() > kLineLimit) {
        too_long = true;
        line.clear();
      }
      if (end == part.data() + size) break;
      reader.line(line, too_long);
      line.clear();
      too_long = false;
      at = end + 1;
    }
  }
}

int main_loop() {
  mongoc_init();
  mongoc_log_set_handler(log_line, nullptr);
  const Program& program = *new Program;
  Workers& workers = *new Workers(program);
  Reader reader(program, workers);
  read_input(reader);
  // Clients are closed where that does not make it wait.
  auto& closed = *new std::promise<void>;
  std::thread([&] {
    const Json open = program.entities.sequences();
    for (const auto& [name, seq] : open.items()) program.entities.close({{"entity", name}});
    closed.set_value();
  }).detach();
  closed.get_future().wait_for(kClosing);
  std::fflush(nullptr);
  std::_Exit(0);
}

}  // namespace
}  // namespace failc::driver

int main(int count, char** words) {
  if (count > 1) {
    const std::string word = words[1];
    if (word == "--version") {
      std::printf("failc-driver-mongoc %s, libmongoc %s\n", FAILC_VERSION, mongoc_get_version());
      return 0;
    }
    std::fprintf(stderr, "failc-driver-mongoc takes no `%s`: it is started by failc (drivers/PROTOCOL.md)\n", words[1]);
    return 2;
  }
  return failc::driver::main_loop();
}
