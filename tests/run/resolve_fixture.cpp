#include "tests/run/resolve_fixture.hpp"

#include <algorithm>

#include "grammar/format/format.hpp"

namespace failc::testing::resolving {

check::Options options_with(std::map<std::string, std::string> params) {
  check::Options options;
  options.final = true;
  options.params = std::move(params);
  check::Capabilities agent;
  agent.name = "agent";
  agent.processes = agent.pause = true;
  options.backends.push_back(agent);
  return options;
}

bool sound(const std::string& text) {
  SourceMap sources;
  diag::Sink sink;
  return check::check_source(sources.add("test.fail", text), options_with({}), sources, sink).plan != nullptr;
}

Checked checked(const std::string& text, std::map<std::string, std::string> params) {
  Checked out;
  diag::Sink sink;
  out.plan = check::check_source(out.sources->add("test.fail", text), options_with(std::move(params)), *out.sources, sink).plan;
  if (!out.plan) ADD_FAILURE() << text << "\n" << diag::render(sink.all(), *out.sources, diag::Format::text, false);
  return out;
}

namespace {

/// What a request is about, without what the world decides: "kill kv.app[2]", "put /k on kv.app[1]". Instances of a matrix have clusters of their own: "kv#2".
std::string named(const plan::Plan& plan, const backend::Request& request) {
  struct Name {
    const plan::Plan& plan;
    std::string of(backend::NodeIndex node) const {
      std::string out = plan.nodes[node].name;
      if (const std::size_t mark = out.find('#'); mark != std::string::npos) out.erase(mark, out.find('.', mark) - mark);
      return out;
    }
    std::string operator()(const backend::Launch& r) const { return "launch " + of(r.node); }
    std::string operator()(const backend::Stop& r) const { return "stop " + of(r.node); }
    std::string operator()(const backend::Kill& r) const { return "kill " + of(r.node); }
    std::string operator()(const backend::Pause& r) const { return "pause " + of(r.node); }
    std::string operator()(const backend::Resume& r) const { return "resume " + of(r.node); }
    std::string operator()(const backend::Exec& r) const { return "exec " + of(r.node) + " " + r.argv.back(); }
    std::string operator()(const backend::Http& r) const { return r.method == "PUT" ? "put " + path_of(r) + " on " + of(r.node) : ""; }
    std::string operator()(const backend::Tcp&) const { return ""; }
    std::string operator()(const backend::Drive&) const { return ""; }
    std::string operator()(const backend::ReadNodeFile&) const { return ""; }
  };
  return std::visit(Name{plan}, request);
}

}  // namespace

Done done(const plan::Plan& plan, std::uint64_t seed, std::uint32_t scenario, resolve::Schedules* schedules) {
  backend::FakeWorld world;
  world.on_request([](const backend::Request& request, backend::Instant now) -> std::optional<backend::FakeReply> {
    const std::string path = path_of(request);
    if (path == "/boss") return backend::http_reply(200, node_of(request) == (now < 2s ? 1u : 2u) ? "true" : "false");
    if (path == "/up") return backend::http_reply(200, "true");
    return std::nullopt;
  });
  run::Options options;
  options.seed = seed;
  options.scenarios = {scenario};
  journal::MemoryJournal journal;
  run::Progress progress;
  progress.ended = [&](const run::ScenarioResult& result) {
    if (schedules && (result.scenario == run::kSetup || result.scenario == run::kCleanup)) schedules->around(result);
  };
  Done out;
  out.result = std::move(run::run(plan, options, world, journal, progress).front());
  for (const auto& [at, request] : world.requests())
    if (const std::string name = named(plan, request); !name.empty()) (name.starts_with("put") ? out.writes : out.requests).push_back(name);
  std::sort(out.writes.begin(), out.writes.end());
  return out;
}

std::string resolved(const std::string& text, const std::map<std::string, std::string>& params, run::Verdict verdict) {
  const Checked first = checked(text, params);
  if (!first.plan) return "";
  const Done original = done(*first.plan, 7);
  EXPECT_EQ(original.result.verdict, verdict) << (original.result.failure ? text_of(*original.result.failure) : "");
  resolve::Schedules schedules(*first.plan, *first.sources, "seed 7");
  auto written = schedules.text(original.result);
  if (!written) {
    ADD_FAILURE() << written.error().message;
    return "";
  }
  // What is certain of one run is no mistake of the file.
  if (!sound(*written)) {
    written = schedules.text(original.result, resolve::Form::opaque);
    EXPECT_NE(written->find("Nodes are `opaque` to proofs"), std::string::npos);
  }
  const Checked second = checked(*written);
  if (!second.plan) return *written;
  diag::Sink sink;
  const auto formatted = format::format(*second.sources, FileId{0}, sink);
  EXPECT_TRUE(formatted && *formatted == *written) << *written;
  for (const std::uint64_t seed : {1u, 2u, 8u, 99u}) {
    const Done again = done(*second.plan, seed);
    EXPECT_EQ(again.result.verdict, verdict) << *written << (again.result.failure ? text_of(*again.result.failure) : "");
    EXPECT_EQ(again.requests, original.requests) << "seed " << seed << "\n" << *written;
    EXPECT_EQ(again.writes, original.writes) << "seed " << seed << "\n" << *written;
  }
  return *written;
}

std::string resolved_body(const std::string& body, int nodes, run::Verdict verdict) {
  return resolved(prelude(nodes) + "scenario \"one\" {\n" + body + "\n}\n", {}, verdict);
}

std::string scenario_of(const std::string& text) { return text.substr(std::min(text.find("\nscenario"), text.size())); }

}  // namespace failc::testing::resolving
