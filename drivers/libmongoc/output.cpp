// What is written: one line at a time, and events in the order of their numbers.
#include <chrono>
#include <cstdio>

#include "drivers/libmongoc/driver.hpp"

namespace failc::driver {
namespace {

constexpr std::size_t kKept = 10000;  // events of a client
std::mutex output;

void put(const Json& line) {
  const std::string text = line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

}  // namespace

void write(const Json& line) {
  const std::lock_guard lock(output);
  put(line);
}

void write_event(const std::string& entity, Told& told, const char* name, Json data) {
  const std::lock_guard lock(output);
  const auto at = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch());
  put({{"event", name}, {"entity", entity}, {"seq", ++told.seq}, {"data", data}});
  told.last.push_back({{"event", name}, {"seq", told.seq}, {"atUS", at.count()}, {"data", std::move(data)}});
  if (told.last.size() > kKept) told.last.pop_front();
}

Json between_lines(const std::function<Json()>& read) {
  const std::lock_guard lock(output);
  return read();
}

Failure bad(std::string field, const std::string& message) {
  Failure out;
  out.message = "`" + field + "` " + message;
  out.not_sent = true;
  out.field = std::move(field);
  return out;
}

Failure unsupported(std::string field, const std::string& message) {
  Failure out = bad(std::move(field), message);
  out.unsupported = true;
  return out;
}

Json error_of(const Failure& failure) {
  Json out = {
      {"message", failure.message},   {"code", failure.code},         {"codeName", failure.code_name}, {"labels", failure.labels},
      {"isNetwork", failure.network}, {"isTimeout", failure.timeout}, {"notSent", failure.not_sent},   {"unsupported", failure.unsupported},
      {"isClient", failure.client}};
  if (!failure.field.empty()) out["field"] = failure.field;
  out.update(failure.more);
  return out;
}

}  // namespace failc::driver
