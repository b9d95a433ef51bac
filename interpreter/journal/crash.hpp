#pragma once
// A failpoint of failc's own: dies by SIGKILL right before or after a chosen record is written, so that tests can put a
// death around every kind of record. Armed by FAILC_CRASH=before:N or after:N (see tools/failc).
#include <signal.h>

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

#include "interpreter/journal/journal.hpp"

namespace failc::journal {

struct CrashPoint {
  bool before = false;
  std::uint64_t record = 0;  // the `n` of the record, from 1
};

/// Nothing where the text is not `before:N` or `after:N`.
inline std::optional<CrashPoint> parse_crash_point(std::string_view text) {
  CrashPoint point;
  const std::size_t colon = text.find(':');
  const std::string_view side = text.substr(0, colon);
  if (colon == std::string_view::npos || (side != "before" && side != "after")) return std::nullopt;
  point.before = side == "before";
  const std::string_view number = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), point.record);
  if (error != std::errc{} || end != number.data() + number.size() || point.record == 0) return std::nullopt;
  return point;
}

class CrashingJournal : public Journal {
 public:
  CrashingJournal(Journal& inner, CrashPoint point) : inner_(inner), point_(point) {}

  Status write(const std::string& record, bool durable) override {
    const bool here = ++written_ == point_.record;
    if (here && point_.before) ::raise(SIGKILL);
    Status status = inner_.write(record, durable);
    if (here) ::raise(SIGKILL);
    return status;
  }
  Status history(const nlohmann::ordered_json& record) override { return inner_.history(record); }
  Status flush() override { return inner_.flush(); }

 private:
  Journal& inner_;  // outlives this
  CrashPoint point_;
  std::uint64_t written_ = 0;
};

}  // namespace failc::journal
