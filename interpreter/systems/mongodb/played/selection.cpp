#include "interpreter/systems/mongodb/played/selection.hpp"

#include <algorithm>
#include <cmath>

#include "grammar/base/bug.hpp"
#include "interpreter/systems/mongodb/played/selection_read.hpp"
#include "interpreter/systems/mongodb/sdam/address.hpp"

namespace failc::played {
namespace {

using Found = std::vector<sdam::ServerDescription>;

/// SplitMix64, and a number below a bound without the bias of a remainder.
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : state_(seed) {}
  std::size_t below(std::size_t bound) {
    const std::uint64_t range = bound, unfair = (0 - range) % range;
    for (;;)
      if (const std::uint64_t number = next(); number >= unfair) return static_cast<std::size_t>(number % range);
  }

 private:
  std::uint64_t next() {
    std::uint64_t out = state_ += 0x9e3779b97f4a7c15u;
    out = (out ^ (out >> 30)) * 0xbf58476d1ce4e5b9u;
    out = (out ^ (out >> 27)) * 0x94d049bb133111ebu;
    return out ^ (out >> 31);
  }
  std::uint64_t state_;
};

std::string addresses_of(const Found& servers) {
  std::string out;
  for (const sdam::ServerDescription& server : servers) out += (out.empty() ? "" : ", ") + server.address;
  return out.empty() ? "none" : out;
}

class SelectionPlayer : public backend::Player {
 public:
  SelectionPlayer(SelectionSetting setting, std::uint64_t seed) : setting_(std::move(setting)), draws_(seed) {}

  Status play(const Document& document) override {
    Problems problems;
    SelectionStep step = read_selection_step(document, problems);
    if (!problems.empty()) return Error{problems.front().message};
    step.request.heartbeat_frequency = setting_.heartbeat_frequency;
    step.request.local_threshold = setting_.local_threshold;
    selected_ = sdam::suitable_servers(setting_.topology, step.request);
    window_ = *selected_ ? sdam::in_latency_window(**selected_, setting_.local_threshold) : Found{};
    if (step.iterations > 0) choose(step.iterations);
    return Done{};
  }

  std::vector<backend::Difference> compare(const Document& document) override {
    Problems problems;
    const SelectionWanted wanted = read_selection_wanted(document, problems);
    if (!problems.empty()) return {{problems.front().path, "what this model shows", problems.front().message}};
    std::vector<backend::Difference> out;
    if (wanted.frequencies) compare_frequencies(wanted, out);
    if (!wanted.suitable && !wanted.window && !wanted.error) return out;
    if (!selected_) return {{{}, "a selection", "none was played"}};
    const bool failed = !*selected_;
    if (wanted.error && *wanted.error != failed) out.push_back({{"error"}, *wanted.error ? "an error" : "none", failed ? selected_->error().message : "none"});
    if (failed && !wanted.error) out.push_back({{wanted.suitable ? "suitable_servers" : "in_latency_window"}, "servers", "an error: " + selected_->error().message});
    if (failed) return out;
    if (wanted.suitable) compare_servers("suitable_servers", *wanted.suitable, **selected_, out);
    if (wanted.window) compare_servers("in_latency_window", *wanted.window, window_, out);
    return out;
  }

 private:
  void choose(std::int64_t iterations) {
    chosen_.clear();
    iterations_ = iterations;
    if (window_.empty()) return;
    std::vector<std::uint64_t> counts;
    for (const sdam::ServerDescription& server : window_) {
      const auto found = setting_.counts.find(server.address);
      counts.push_back(found == setting_.counts.end() ? 0 : found->second);
    }
    std::vector<std::int64_t> chosen(window_.size());
    for (std::int64_t i = 0; i < iterations; ++i)
      ++chosen[sdam::choose_index(counts.size(), [&](std::size_t index) { return counts[index]; }, [&](std::size_t bound) { return draws_.below(bound); })];
    for (std::size_t i = 0; i < window_.size(); ++i) chosen_[window_[i].address] = chosen[i];
  }

  void compare_frequencies(const SelectionWanted& wanted, std::vector<backend::Difference>& out) const {
    if (iterations_ == 0) return out.push_back({{"expected_frequencies"}, "choices", "none were played"});
    for (const auto& [written, frequency] : *wanted.frequencies) {
      const auto found = chosen_.find(*sdam::normalize_address(written));
      const double is = found == chosen_.end() ? 0 : static_cast<double>(found->second) / static_cast<double>(iterations_);
      // Always and never are exact.
      const double allowed = frequency == 0 || frequency == 1 ? 0 : wanted.tolerance.value_or(0);
      if (std::abs(is - frequency) > allowed) out.push_back({{"expected_frequencies", written}, show(Value(frequency)) + " within " + show(Value(allowed)), show(Value(is))});
    }
  }

  /// Which servers; and of each, what is written of it here as in the topology.
  void compare_servers(const char* key, const SelectionWanted::Servers& wanted, const Found& seen, std::vector<backend::Difference>& out) const {
    const auto is_one = [&](const std::string& address) {
      return std::any_of(seen.begin(), seen.end(), [&](const sdam::ServerDescription& server) { return server.address == address; });
    };
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const backend::DocumentPath path = {key, std::to_string(i)};
      if (!is_one(wanted[i].first)) {
        out.push_back({{key, std::to_string(i), "address"}, wanted[i].first, "not one of them: " + addresses_of(seen)});
        continue;
      }
      const Document& written = setting_.written.at(wanted[i].first);
      for (const auto& [name, value] : wanted[i].second->entries) {
        if (name == "address") continue;
        backend::DocumentPath deeper = path;
        deeper.push_back(name);
        compare_values(value, written.find(name), std::move(deeper), out);
      }
    }
    for (const sdam::ServerDescription& server : seen)
      if (std::none_of(wanted.begin(), wanted.end(), [&](const auto& one) { return one.first == server.address; })) out.push_back({{key}, "without " + server.address, addresses_of(seen)});
  }

  SelectionSetting setting_;
  Draws draws_;
  std::optional<Result<Found>> selected_;
  Found window_;
  std::map<std::string, std::int64_t> chosen_;
  std::int64_t iterations_ = 0;
};

Problems check_selection(backend::PlayerPart part, const Document& document) {
  Problems out;
  switch (part) {
    case backend::PlayerPart::options: (void)read_selection_setting(document, out); return out;
    case backend::PlayerPart::step: (void)read_selection_step(document, out); return out;
    case backend::PlayerPart::wanted: (void)read_selection_wanted(document, out); return out;
  }
  FAILC_BUG("no such part");
}

Result<std::unique_ptr<backend::Player>> make_selection(const Document& options, std::uint64_t seed) {
  Problems problems;
  SelectionSetting setting = read_selection_setting(options, problems);
  if (!problems.empty()) return Error{problems.front().message};
  return std::unique_ptr<backend::Player>(std::make_unique<SelectionPlayer>(std::move(setting), seed));
}

}  // namespace

backend::PlayerModel selection_model() { return {"selection", check_selection, make_selection}; }

}  // namespace failc::played
