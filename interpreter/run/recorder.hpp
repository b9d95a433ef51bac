#pragma once
// Writes the records of a run. The first error is kept and ends all writing: the run undoes what it did and stops.
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "interpreter/journal/journal.hpp"
#include "interpreter/journal/record.hpp"
#include "interpreter/plan/plan.hpp"
#include "interpreter/run/run.hpp"

namespace failc::run {

const char* name_of(Verdict verdict);
const char* name_of(FaultEnd end);

class Recorder {
 public:
  using Json = nlohmann::ordered_json;

  /// `failed` is called once, with the first error.
  Recorder(const plan::Plan& plan, journal::Journal& journal, backend::World& world, std::function<void()> failed)
      : plan_(plan), journal_(journal), world_(world), failed_(std::move(failed)) {}

  const std::optional<std::string>& error() const { return error_; }

  void scenario(const plan::Plan& plan, const plan::Scenario& scenario);
  void step(const plan::Plan& plan, const plan::Scenario& scenario, const plan::BodyNode& node);
  /// Before anything is done to the world: its number, or nothing where it could not be written, and then it must not be done.
  std::optional<std::uint64_t> effect(const std::string& verb, const std::string& node, const std::string& undo, const std::string& detail, bool durable);
  void done(std::uint64_t effect, FaultEnd end, const std::string& evidence);
  /// `values`: JSON.
  void sample(const plan::BodyNode& node, std::string_view values, const char* truth);
  void observed(const std::string& node, const std::string& observer, const std::string& value);
  void wait(const WaitUsed& wait, bool held);
  void failure(const Failure& failure, bool later);
  void log(const std::string& text);
  void verdict(const plan::Scenario& scenario, const ScenarioResult& result);
  /// `lasts`: beyond the end of the nodes.
  void leaked(const std::string& what, bool lasts);
  /// What stays on purpose; with a node, where a later run finds it.
  void kept(const std::string& what);
  void kept(const std::string& what, const std::string& node, const backend::NodeInfo& info);
  void history(const Json& record);
  void scenario_ended();

 private:
  journal::Record record(const char* kind);
  bool append(journal::Record& record, bool durable);
  bool check(const Status& status);

  void put_place(journal::Record& record, const plan::Source& at) const;

  const plan::Plan& plan_;
  journal::Journal& journal_;
  backend::World& world_;
  std::function<void()> failed_;
  std::optional<std::string> error_;
  std::uint64_t effects_ = 0;
};

}  // namespace failc::run
