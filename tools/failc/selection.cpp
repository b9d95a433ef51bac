#include "tools/failc/selection.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>

#include "grammar/import/read.hpp"
#include "interpreter/run/dice.hpp"

namespace failc::tools {
namespace {

namespace fs = std::filesystem;

bool hidden_or_built(const fs::path& folder) {
  const std::string name = folder.filename().string();
  return name.starts_with(".") || name == "build";
}

/// Folders that cannot be read are an error: what they hold would be left out silently.
Status search(const std::string& root, Specs specs, std::vector<std::string>& out) {
  std::error_code error;
  fs::recursive_directory_iterator it(root, error), end;
  std::vector<std::string> found;
  while (!error && it != end) {
    std::error_code status_error;
    if (it->is_directory(status_error)) {
      if (hidden_or_built(it->path())) it.disable_recursion_pending();
    } else if (const std::string name = it->path().filename().string();
               !name.starts_with(".") && (it->path().extension() == ".fail" || (specs == Specs::yes && spec::is_spec(name)))) {
      found.push_back(it->path().string());
    }
    it.increment(error);
  }
  if (error) return Error{"cannot search `" + root + "`: " + error.message()};
  std::sort(found.begin(), found.end());
  out.insert(out.end(), found.begin(), found.end());
  return Done{};
}

}  // namespace

Result<std::vector<std::string>> select_files(const std::vector<std::string>& words, Specs specs) {
  if (words.empty()) return Error{"no file is named; give a `.fail` file or a folder of them"};
  std::vector<std::string> found;
  for (const std::string& word : words) {
    std::error_code error;
    const fs::file_status status = fs::status(word, error);
    if (fs::is_directory(status)) {
      std::string root = word;
      while (root.size() > 1 && root.back() == '/') root.pop_back();
      if (auto searched = search(root, specs, found); !searched) return searched.error();
      continue;
    }
    if (specs == Specs::no && spec::is_spec(word)) return Error{"`" + word + "` is in YAML or JSON; give a `.fail` file"};
    found.push_back(word);  // an absent or unreadable one is diagnosed like any other mistake in it
  }
  if (found.empty()) return Error{std::string("there is no `.fail` file") + (specs == Specs::yes ? " and no spec" : "") + " in `" + words.front() + (words.size() > 1 ? "` and the others" : "`")};
  std::set<std::string_view> seen;
  std::vector<std::string> out;
  for (const std::string& path : found)
    if (seen.insert(path).second) out.push_back(path);
  return out;
}

bool glob_matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p, ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::vector<std::size_t> select_scenarios(const std::vector<Candidate>& candidates, const std::vector<std::string>& only, const std::vector<std::string>& tags) {
  std::vector<bool> taken(candidates.size(), only.empty());
  for (const std::string& pattern : only) {
    const auto whole = [&](const Candidate& c) { return c.title == pattern || c.id == pattern || (!c.base.empty() && c.base == pattern); };
    const bool literal = std::any_of(candidates.begin(), candidates.end(), whole);
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const Candidate& c = candidates[i];
      if (literal ? whole(c) : glob_matches(pattern, c.title) || glob_matches(pattern, c.id) || (!c.base.empty() && glob_matches(pattern, c.base))) taken[i] = true;
    }
  }
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const auto tagged = [&](const std::string& tag) { return std::find(candidates[i].tags->begin(), candidates[i].tags->end(), tag) != candidates[i].tags->end(); };
    if (taken[i] && std::all_of(tags.begin(), tags.end(), tagged)) out.push_back(i);
  }
  return out;
}

Take shard_into(std::optional<Shard>& target) {
  return [&target](const std::string& text) -> std::optional<std::string> {
    Shard shard;
    const char* const end = text.data() + text.size();
    const auto [slash, wrong] = std::from_chars(text.data(), end, shard.index);
    if (wrong != std::errc{} || slash == end || *slash != '/') return "the form is `I/N`, like `1/4`";
    const auto [rest, bad] = std::from_chars(slash + 1, end, shard.count);
    if (bad != std::errc{} || rest != end) return "the form is `I/N`, like `1/4`";
    if (shard.count == 0 || shard.index == 0 || shard.index > shard.count) return "`I` is from 1 to `N`";
    target = shard;
    return std::nullopt;
  };
}

std::vector<std::size_t> select_shard(const std::vector<Candidate>& candidates, const std::vector<std::size_t>& taken, Shard shard) {
  // By a hash first: neighbours, like the instances of a matrix, are often alike in how long they take.
  std::vector<std::pair<std::uint64_t, std::size_t>> ranked;
  for (const std::size_t index : taken) ranked.emplace_back(run::mix(0, candidates[index].id), index);
  std::sort(ranked.begin(), ranked.end(), [&](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : candidates[a.second].id < candidates[b.second].id;
  });
  std::vector<std::size_t> out;
  for (std::size_t rank = shard.index - 1; rank < ranked.size(); rank += shard.count) out.push_back(ranked[rank].second);
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace failc::tools
