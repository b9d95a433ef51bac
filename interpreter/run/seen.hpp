#pragma once
// What a condition's operands were while it was asked: the last three values that differed, and the journal's samples.
#include <deque>
#include <string>
#include <vector>

#include "interpreter/run/sample.hpp"

namespace failc::run {

/// The text at `at`, where it lies on the first line of the statement or the caller's sources have it; else its place.
std::string source_text(const ScenarioRun& run, const plan::BodyNode& node, const plan::Source& at);

class SeenLog {
 public:
  SeenLog(ScenarioRun& run, const plan::BodyNode& node) : run_(run), node_(node) {}

  /// Writes a sample record if it is the first or differs from the one before.
  void add(const Sample& sample, Truth truth);
  /// Writes the last sample, unless it was written.
  void finish();

  /// Oldest first, operand by operand.
  std::vector<Seen> seen() const;
  /// Why the last sample was undefined, or "".
  const std::string& reason() const { return reason_; }

 private:
  struct Operand {
    plan::Source at;
    std::string text;
    std::deque<Seen> values;
  };
  Operand& operand(const plan::Source& at);
  /// As JSON: a pair of texts for each operand.
  std::string values(const Sample& sample);

  ScenarioRun& run_;
  const plan::BodyNode& node_;
  std::vector<Operand> operands_;
  std::string reason_;
  std::string written_;       // the sample that was written last, as text
  std::string last_;          // the last sample, likewise
  const char* last_truth_ = nullptr;
  bool open_ = false;         // the last sample has not been written
};

const char* name_of(Truth truth);

}  // namespace failc::run
