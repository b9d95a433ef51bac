#include "tools/failc-mongod/clock.hpp"

#include <cstdio>
#include <ctime>

namespace failc::mongod_host {

mongod::Moment now() {
  return {std::chrono::steady_clock::now().time_since_epoch(),
          std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())};
}

std::string iso_time(std::chrono::milliseconds since_epoch) {
  const std::time_t seconds = since_epoch.count() / 1000;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char day[32], out[64];
  std::strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(out, sizeof out, "%s.%03d+00:00", day, static_cast<int>(since_epoch.count() % 1000));
  return out;
}

}  // namespace failc::mongod_host
