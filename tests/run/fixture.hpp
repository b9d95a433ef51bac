#pragma once
// Scenarios as text, run on the fake world.
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "interpreter/backend/fake.hpp"
#include "interpreter/check/check.hpp"
#include "interpreter/journal/journal.hpp"
#include "interpreter/run/run.hpp"

namespace failc::testing {

using namespace std::chrono_literals;

/// A component with a query and an operation of every kind, in a cluster `kv` of `nodes` nodes; and one `w` of one node with a role.
std::string prelude(int nodes = 3);

/// The plan of `prelude(nodes) + text`; the test fails with the diagnostics where there is none.
std::unique_ptr<plan::Plan> plan_of(const std::string& text, int nodes = 3);
/// The same for one scenario with this body.
std::unique_ptr<plan::Plan> plan_of_body(const std::string& body, int nodes = 3);

struct Ran {
  run::ScenarioResult result;
  std::vector<std::string> journal, history, messages;
};

/// Runs the first scenario.
Ran run_one(const plan::Plan& plan, backend::FakeWorld& world, run::Options options = {});

/// Every record of a kind, in order.
std::vector<nlohmann::json> records(const Ran& ran, const std::string& kind);
/// Message, wanted, notes and what was seen, as one text to look into.
std::string text_of(const run::Failure& failure);
/// Whether the effect records leave nothing that would have to be undone.
::testing::AssertionResult all_taken_back(const Ran& ran);
/// The path of a URL, for handlers: "/up".
std::string path_of(const backend::Request& request);
backend::NodeIndex node_of(const backend::Request& request);

}  // namespace failc::testing
