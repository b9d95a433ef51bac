#include "tools/failc/unified_diff.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace failc::tools {
namespace {

using Lines = std::vector<std::string_view>;  // each with its line end, if it has one

Lines cut(std::string_view text) {
  Lines out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::size_t length = end == std::string_view::npos ? text.size() : end + 1;
    out.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return out;
}

/// One line of the edit: ' ' in both, '-' only before, '+' only after.
struct Edit { char sign; std::string_view line; };

/// Myers' greedy algorithm. Its memory grows with the square of the number of differences, so that beyond `kMostDifferences` the whole
/// stretch is shown as replaced, which is a correct diff too.
constexpr long kMostDifferences = 2000;

std::vector<Edit> replaced(const Lines& a, const Lines& b) {
  std::vector<Edit> out;
  for (const auto& line : a) out.push_back({'-', line});
  for (const auto& line : b) out.push_back({'+', line});
  return out;
}

std::vector<Edit> shortest(const Lines& a, const Lines& b) {
  const long n = static_cast<long>(a.size()), m = static_cast<long>(b.size());
  const long most = std::min(n + m, kMostDifferences);
  std::vector<std::vector<long>> trace;  // trace[d][k + d]: the furthest x on diagonal k with d differences
  bool found = false;
  for (long d = 0; d <= most && !found; ++d) {
    std::vector<long> row(static_cast<std::size_t>(2 * d + 1), 0);
    for (long k = -d; k <= d && !found; k += 2) {
      const auto previous = [&](long diagonal) { return trace.back()[static_cast<std::size_t>(diagonal + d - 1)]; };
      long x = 0;
      if (d > 0) x = k == -d || (k != d && previous(k - 1) < previous(k + 1)) ? previous(k + 1) : previous(k - 1) + 1;
      long y = x - k;
      while (x < n && y < m && a[static_cast<std::size_t>(x)] == b[static_cast<std::size_t>(y)]) ++x, ++y;
      row[static_cast<std::size_t>(k + d)] = x;
      found = x >= n && y >= m;
    }
    trace.push_back(std::move(row));
  }
  if (!found) return replaced(a, b);
  std::vector<Edit> out;
  long x = n, y = m;
  for (long d = static_cast<long>(trace.size()) - 1; d > 0; --d) {
    const auto previous = [&](long diagonal) { return trace[static_cast<std::size_t>(d - 1)][static_cast<std::size_t>(diagonal + d - 1)]; };
    const long k = x - y;
    const bool down = k == -d || (k != d && previous(k - 1) < previous(k + 1));
    const long from = down ? k + 1 : k - 1;
    const long before_x = previous(from), before_y = before_x - from;
    while (x > before_x && y > before_y) {
      out.push_back({' ', a[static_cast<std::size_t>(--x)]});
      --y;
    }
    if (down) out.push_back({'+', b[static_cast<std::size_t>(--y)]});
    else out.push_back({'-', a[static_cast<std::size_t>(--x)]});
  }
  while (x > 0) out.push_back({' ', a[static_cast<std::size_t>(--x)]}), --y;
  std::reverse(out.begin(), out.end());
  return out;
}

std::string range(std::size_t first, std::size_t count) {
  if (count == 1) return fmt::format("{}", first + 1);
  return fmt::format("{},{}", count == 0 ? first : first + 1, count);
}

}  // namespace

std::string unified_diff(std::string_view before, std::string_view after, const std::string& name) {
  if (before == after) return "";
  const Lines a = cut(before), b = cut(after);
  std::size_t head = 0, tail = 0;
  while (head < a.size() && head < b.size() && a[head] == b[head]) ++head;
  while (tail < a.size() - head && tail < b.size() - head && a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) ++tail;
  std::vector<Edit> edits;
  for (std::size_t i = 0; i < head; ++i) edits.push_back({' ', a[i]});
  const auto middle = shortest(Lines(a.begin() + static_cast<long>(head), a.end() - static_cast<long>(tail)),
                               Lines(b.begin() + static_cast<long>(head), b.end() - static_cast<long>(tail)));
  edits.insert(edits.end(), middle.begin(), middle.end());
  for (std::size_t i = a.size() - tail; i < a.size(); ++i) edits.push_back({' ', a[i]});

  constexpr std::size_t context = 3;
  std::string out = fmt::format("--- {}\n+++ {}\n", name, name);
  std::size_t at = 0, a_line = 0, b_line = 0;  // lines before edits[at]
  while (true) {
    std::size_t change = at;
    while (change < edits.size() && edits[change].sign == ' ') ++change;
    if (change == edits.size()) return out;
    const std::size_t begin = change - std::min(context, change - at);
    a_line += begin - at;
    b_line += begin - at;
    // The hunk goes on while less than twice the context lies between two changes.
    std::size_t end = change, last = change;
    while (end < edits.size() && end - last <= 2 * context) {
      if (edits[end].sign != ' ') last = end;
      ++end;
    }
    end = std::min(last + 1 + context, edits.size());
    std::size_t a_count = 0, b_count = 0;
    std::string body;
    for (std::size_t i = begin; i < end; ++i) {
      a_count += edits[i].sign != '+';
      b_count += edits[i].sign != '-';
      body += edits[i].sign;
      body += edits[i].line;
      if (edits[i].line.empty() || edits[i].line.back() != '\n') body += "\n\\ No newline at end of file\n";
    }
    out += fmt::format("@@ -{} +{} @@\n{}", range(a_line, a_count), range(b_line, b_count), body);
    a_line += a_count;
    b_line += b_count;
    at = end;
  }
}

}  // namespace failc::tools
