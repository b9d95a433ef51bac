#pragma once
// Options of one subcommand. The only includer of CLI11 is arguments.cpp.
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/failc/command.hpp"

namespace failc::tools {

/// Takes a value; what is wrong with it, or nothing. The text completes "`--seed abc`: …".
using Take = std::function<std::optional<std::string>(const std::string&)>;

class Arguments {
 public:
  /// `usage` is the first line of the help: "failc fmt FILE|DIR... [options]".
  Arguments(std::string usage, std::string purpose);
  void flag(std::string name, bool& target, std::string help);
  /// `--name VALUE` or `--name=VALUE`. Given twice it is an error, unless `repeatable`.
  void value(std::string name, std::string placeholder, std::string help, Take take, bool repeatable = false);
  /// Options of the contract that this version has not got: refused by name.
  void not_yet(std::vector<std::string> names);
  /// The words that are no options go to `target`.
  void words(std::vector<std::string>& target);
  /// Nothing: go on. Else the exit code; the message, or the help, was printed.
  std::optional<Exit> parse(const Words& words);

 private:
  struct Flag { std::string name; bool* target; std::string help; };
  struct Valued { std::string name, placeholder, help; Take take; bool repeatable; };
  std::string help() const;
  std::optional<Exit> refuse(const std::vector<std::string>& extras) const;
  std::string usage_, purpose_;
  std::vector<Flag> flags_;
  std::vector<Valued> values_;
  std::vector<std::string> not_yet_;
  std::vector<std::string>* words_ = nullptr;
};

// Ways to take a value.
Take text_into(std::string& target);
/// Any but an empty one.
Take text_into(std::optional<std::string>& target);
Take texts_into(std::vector<std::string>& target);
Take choice_into(std::string& target, std::vector<std::string_view> choices);
Take whole_number_into(std::optional<std::uint64_t>& target);
/// A whole number from `least` to `most`.
Take number_into(unsigned& target, unsigned least, unsigned most);
/// A finite decimal above zero.
Take factor_into(double& target);
/// `30s`, `1.5m`; above zero.
/// From `least` to `most`.
Take duration_into(std::optional<std::chrono::nanoseconds>& target, std::chrono::nanoseconds least = std::chrono::nanoseconds(1),
                   std::chrono::nanoseconds most = std::chrono::nanoseconds::max());
/// `30s`, `1.5m`, or bare seconds: `5`, `0.5`; zero too where `zero` says so.
Take seconds_into(std::chrono::nanoseconds& target, bool zero);

}  // namespace failc::tools
