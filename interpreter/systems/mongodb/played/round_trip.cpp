#include "interpreter/systems/mongodb/played/round_trip.hpp"

#include <cmath>

#include "grammar/base/bug.hpp"
#include "interpreter/systems/mongodb/played/reading.hpp"
#include "interpreter/systems/mongodb/sdam/round_trip_time.hpp"

namespace failc::played {
namespace {

using RoundTrip = sdam::RoundTripTime;

/// Nanoseconds are counted: an average of files in decimal digits is not that exact.
constexpr double kExact = 1e-5;

std::optional<Nanos> round_trip_of(Reading& of, std::string_view key) {
  const std::optional<double> milliseconds = of.number(key);
  if (milliseconds && *milliseconds >= 0 && *milliseconds < 1e12) return Nanos(std::llround(*milliseconds * 1e6));
  if (milliseconds) of.wrong(key, "`" + std::string(key) + "` is in milliseconds, and less than a trillion of them");
  return std::nullopt;
}

RoundTrip read_average(const Document& document, Problems& problems) {
  Reading options(document, problems);
  options.only("this model", {"avg_rtt_ms"});
  const Value* value = document.find("avg_rtt_ms");
  const auto* text = value == nullptr ? nullptr : value->as<std::string>();
  if (text != nullptr && *text == "NULL") return RoundTrip();
  return RoundTrip(round_trip_of(options, "avg_rtt_ms"));
}

std::optional<Nanos> read_sample(const Document& document, Problems& problems) {
  Reading step(document, problems);
  step.only("a round trip", {"new_rtt_ms"});
  step.needs("a round trip", "new_rtt_ms");
  return round_trip_of(step, "new_rtt_ms");
}

std::optional<double> read_wanted_average(const Document& document, Problems& problems) {
  Reading wanted(document, problems);
  wanted.only("what this model shows", {"new_avg_rtt"});
  wanted.needs("what is wanted", "new_avg_rtt");
  return wanted.number("new_avg_rtt");
}

class RoundTripPlayer : public backend::Player {
 public:
  explicit RoundTripPlayer(RoundTrip time) : time_(std::move(time)) {}

  Status play(const Document& document) override {
    Problems problems;
    const std::optional<Nanos> sample = read_sample(document, problems);
    if (!problems.empty()) return Error{problems.front().message};
    time_.add(*sample);
    return Done{};
  }

  std::vector<backend::Difference> compare(const Document& document) override {
    Problems problems;
    const std::optional<double> wanted = read_wanted_average(document, problems);
    if (!problems.empty()) return {{problems.front().path, "what this model shows", problems.front().message}};
    const std::optional<Nanos> average = time_.average();
    const double is = average ? static_cast<double>(average->count()) / 1e6 : 0;
    if (average && std::abs(is - *wanted) <= kExact) return {};
    return {{{"new_avg_rtt"}, show(Value(*wanted)), average ? show(Value(is)) : "nothing yet"}};
  }

 private:
  RoundTrip time_;
};

Problems check_round_trip(backend::PlayerPart part, const Document& document) {
  Problems out;
  switch (part) {
    case backend::PlayerPart::options: (void)read_average(document, out); return out;
    case backend::PlayerPart::step: (void)read_sample(document, out); return out;
    case backend::PlayerPart::wanted: (void)read_wanted_average(document, out); return out;
  }
  FAILC_BUG("no such part");
}

Result<std::unique_ptr<backend::Player>> make_round_trip(const Document& options, std::uint64_t) {
  Problems problems;
  RoundTrip time = read_average(options, problems);
  if (!problems.empty()) return Error{problems.front().message};
  return std::unique_ptr<backend::Player>(std::make_unique<RoundTripPlayer>(std::move(time)));
}

}  // namespace

backend::PlayerModel round_trip_model() { return {"round_trip", check_round_trip, make_round_trip}; }

}  // namespace failc::played
