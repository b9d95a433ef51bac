#pragma once
// Resolved schedules of scenarios that are run on the fake world, held against everything that they promise.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "interpreter/resolve/schedule.hpp"
#include "tests/run/fixture.hpp"

namespace failc::testing::resolving {

/// A plan with the text that it was made from, which must have no mistake.
struct Checked {
  std::unique_ptr<SourceMap> sources = std::make_unique<SourceMap>();
  std::unique_ptr<plan::Plan> plan;
};
check::Options options_with(std::map<std::string, std::string> params);
bool sound(const std::string& text);
Checked checked(const std::string& text, std::map<std::string, std::string> params = {});

struct Done {
  run::ScenarioResult result;
  std::vector<std::string> requests;  // that change nodes, in order
  std::vector<std::string> writes;    // sorted: those of several workloads come as their questions let them
};
/// `boss` is node 1 for two seconds, and then node 2. `schedules` hear what stands around all scenarios.
Done done(const plan::Plan& plan, std::uint64_t seed, std::uint32_t scenario = 0, resolve::Schedules* schedules = nullptr);

/// The resolved text of `text` under seed 7: sound, formatted, and with the same verdict, requests and writes under other seeds.
std::string resolved(const std::string& text, const std::map<std::string, std::string>& params = {}, run::Verdict verdict = run::Verdict::pass);
/// Of a scenario of that body, with `nodes` nodes.
std::string resolved_body(const std::string& body, int nodes = 5, run::Verdict verdict = run::Verdict::pass);
/// The scenario's part.
std::string scenario_of(const std::string& text);

}  // namespace failc::testing::resolving
