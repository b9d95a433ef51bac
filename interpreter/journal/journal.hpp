#pragma once
// The run's record: append-only JSON Lines, one write(2) a record, written ahead of every effect; where there are none, a scenario's together.
// docs/decisions/0003-journal.md describes each kind of record; reports are made from it alone.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "grammar/base/result.hpp"

namespace failc::journal {

inline constexpr int kFormat = 2;

/// As one line; bytes that are no UTF-8 are replaced.
std::string text_of(const nlohmann::ordered_json& record);
/// Writes the text of a record behind what is in `out`: as a line without its newline, with `n` as its first key.
void write_numbered(std::string& out, std::string_view record, std::uint64_t n);
inline std::string numbered(std::string_view record, std::uint64_t n) {
  std::string line;
  write_numbered(line, record, n);
  return line;
}

/// Where records go. The journal numbers them; `at` and `kind` are the writer's. `durable` asks for fsync: set for those that a recovery depends on.
class Journal {
 public:
  virtual ~Journal() = default;
  /// An error (a full disk, say) is final: the run stops, undoes and ends with exit 3.
  Status append(const nlohmann::ordered_json& record, bool durable) { return write(text_of(record), durable); }
  /// The same of a record that is text already: an object on one line.
  virtual Status write(const std::string& record, bool durable) = 0;
  /// One finished operation of a workload; buffered, into the side file `history.jsonl`.
  virtual Status history(const nlohmann::ordered_json& record) = 0;
  virtual Status flush() = 0;
  /// What was written of a scenario should soon be where others see it.
  virtual Status scenario_ended() { return flush(); }
};

/// In memory, for tests and the fake.
class MemoryJournal : public Journal {
 public:
  Status write(const std::string& record, bool) override { lines.push_back(numbered(record, lines.size() + 1)); return Done{}; }
  Status history(const nlohmann::ordered_json& record) override { operations.push_back(text_of(record)); return Done{}; }
  Status flush() override { return Done{}; }
  std::vector<std::string> lines, operations;
};

}  // namespace failc::journal
