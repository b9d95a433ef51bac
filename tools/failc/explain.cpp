// failc explain: what a diagnostic means, why it is one, and how it is mended.
#include <cctype>
#include <string>

#include "grammar/diag/diagnostic.hpp"
#include "tools/failc/arguments.hpp"
#include "tools/failc/command.hpp"
#include "tools/failc/pages.hpp"
#include "tools/failc/terminal.hpp"

namespace failc::tools {
namespace {

/// "# F0201: an unknown name" is the first line of a page.
std::string_view title(std::string_view page) {
  const std::string_view line = page.substr(0, page.find('\n'));
  const std::size_t colon = line.find(": ");
  return colon == std::string_view::npos ? line : line.substr(colon + 2);
}

std::string contents() {
  std::string out;
  for (std::size_t i = 0; i < diag::row_count(); ++i) {
    const diag::Row& row = diag::row(static_cast<diag::Code>(i));
    const auto page = pages::find(row.code);
    out += std::string(row.code) + (row.severity == diag::Severity::warning ? "  warning  " : "  error    ") +
           std::string(page ? title(*page) : row.message) + "\n";
  }
  return out;
}

/// `f0201` and `error[F0201]` are typed and pasted too.
std::string code_of(std::string_view word) {
  if (const std::size_t bracket = word.find('['); bracket != std::string_view::npos)
    word = word.substr(bracket + 1, word.find(']') - bracket - 1);
  std::string out;
  for (const char c : word) out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

Exit explain(const std::string& word) {
  const std::string code = code_of(word);
  if (const auto page = pages::find(code)) {
    say(*page);
    return Exit::pass;
  }
  const std::string_view near = diag::nearest(code, pages::names());
  complain("no diagnostic is called `" + word + "`" +
           (near.empty() ? "; `failc explain` lists all" : "; did you mean `" + std::string(near) + "`?"));
  return Exit::input;
}

}  // namespace

Exit explain_command(const Words& words) {
  Arguments arguments("failc explain [CODE...]",
                      "says what a diagnostic means, with a wrong and a right sample; without a code, lists all");
  std::vector<std::string> codes;
  arguments.words(codes);
  if (const auto over = arguments.parse(words)) return *over;
  if (codes.empty()) say(contents());
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (i > 0) say("\n");
    if (const Exit exit = explain(codes[i]); exit != Exit::pass) return exit;
  }
  return Exit::pass;
}

}  // namespace failc::tools
