#pragma once
// configureFailPoint: what is switched on, and which command meets it. Behaves as sections on failCommand in the public manual of
// MongoDB's test commands say; no other fail point than those listed here is known.
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "interpreter/systems/mongodb/bson/document.hpp"
#include "interpreter/systems/mongodb/replication/random.hpp"

namespace failc::mongod {

/// What a command is, to a fail point.
struct Passing {
  std::string_view command;  // as the client wrote it
  std::vector<std::string_view> aliases;
  std::string_view app_name;    // of the connection's handshake
  std::string_view name_space;  // "db.collection", or "db"
  bool internal = false;        // from another member of the set
};

/// What `failCommand` does to one command: first it blocks, then it closes or errs; a write concern error comes after the command has run.
struct FailCommand {
  std::chrono::milliseconds block{0};
  bool close = false;
  std::optional<int> error_code;
  bson::Value error_extra_info;                          // a document
  std::optional<std::vector<std::string>> error_labels;  // exactly these
  std::optional<bson::Document> write_concern_error;
};

class FailPoints {
 public:
  explicit FailPoints(std::uint64_t seed) : dice_(seed) {}

  /// The reply's fields. Refused: 266 for a name that is none, 2 and 9 for bad modes and data.
  bson::Document configure(bson::View command);
  /// Counts the command: at most one hit.
  std::optional<FailCommand> fail_command(const Passing& passing);
  /// Of any other fail point: its data, when it is on for this once.
  std::optional<bson::Document> hit(std::string_view name);
  /// Times a point was met while on, since it was made; nothing for an unknown name.
  std::optional<std::int64_t> times_entered(std::string_view name) const;
  bson::Document show(std::string_view name) const;
  static bool known(std::string_view name);

 private:
  enum class Mode : std::uint8_t { off, always_on, times, skip, random };
  struct Point {
    Mode mode = Mode::off;
    std::int64_t left = 0;  // of times and skip
    double probability = 0;
    bson::Document data;
    std::int64_t entered = 0;
  };
  static Point parse_mode(bson::ValueView mode);
  bool enter(Point& point);

  replication::Random dice_;
  std::map<std::string, Point, std::less<>> points_;
};

}  // namespace failc::mongod
