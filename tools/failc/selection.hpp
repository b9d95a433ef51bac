#pragma once
// Which files a command line means, and which scenarios of them.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/base/result.hpp"
#include "tools/failc/arguments.hpp"

namespace failc::tools {

enum class Specs : bool { no, yes };

/// Files as they are; folders searched for `*.fail`, and for specs in YAML or JSON where they are taken, sorted, without hidden folders and
/// `build`. Each path once. An error names the folder that cannot be searched, the spec that is not taken, or says that nothing was found.
Result<std::vector<std::string>> select_files(const std::vector<std::string>& words, Specs specs);

/// `*` any text, `?` any character; everything else itself.
bool glob_matches(std::string_view pattern, std::string_view text);

/// A scenario as the filters see it.
struct Candidate {
  std::string_view id, title;
  const std::vector<std::string>* tags;
  std::string_view base = {};  // of an instance of a matrix: the title that all of them share
};

/// Indices of the candidates that one of `only` (a title, an id, or a pattern over either; the title of a matrix's scenario means all its instances; empty: all) and every one of
/// `tags` take. A pattern that is some candidate's whole title or id means that one alone.
std::vector<std::size_t> select_scenarios(const std::vector<Candidate>& candidates, const std::vector<std::string>& only, const std::vector<std::string>& tags);

/// The `index`th of `count` parts, from 1.
struct Shard { std::uint32_t index = 1, count = 1; };
/// Takes "I/N".
Take shard_into(std::optional<Shard>& target);

/// Those of `taken` that belong to the shard, in their order. The parts are disjoint, make up the whole and differ in size by one at most. Which is whose follows
/// from the ids alone: neither from their order nor from the machine.
std::vector<std::size_t> select_shard(const std::vector<Candidate>& candidates, const std::vector<std::size_t>& taken, Shard shard);

}  // namespace failc::tools
