// Formatting loses nothing and is stable, whatever stands between the tokens.
#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "grammar/format/layout.hpp"
#include "grammar/format/proof.hpp"
#include "grammar/format/spacing.hpp"
#include "grammar/parse/parse.hpp"

namespace failc::format {
namespace {

using ast::Kind;

constexpr const char* kSample = R"fail(# A comment at the top, before anything.
use std.kvdb; use "lib/x.fail"
param size: int = 3
cluster c on agent with { a: 1 } {
  data = kvdb[size] with { heartbeat: 50ms, list: [1, -2, 3.5,], doc: {}, "key": r"^a\"b (c)$" }
  kvdb[1]
}
workload w = put "w/" + string(counter), string(counter) on (random 1 of c.data) every 5ms with { concurrency: 4 }
step twice n: node, k: string on m: node { put k, "1" on n; put k, "2" on m }
check fine xs = every x in xs: x is healthy and not (x.index > 3 or x.index - 1 == -1)
scenario "everything" tags [a, "b"] timeout 2m {
  let range = [for n in c if n.index != 0: n.name][0]  # trailing
  always every 100ms: count(leaders of c) <= 1
  # own line
  during w {

    pause (50% of c.data) then (leader of c) for 2s {
      eventually within 500ms..2s: w.p99 since 1s < 20ms +- 5ms
    }
    partition 2 of c | others of c { expect x in a .. b + 1 because "so" }
    exec on c.data[0] ["sh", "-c", "true"] with { A: "b" } within 2s as r expect r.code == 0 and r.all(3)[1] == null

    # before the brace
  }
  if a { log "x" } else if b { log "y", -1 } else { sleep 1s because "z" }
  put -1, f(x, (y), [z, [1]])[2] (1) into c
}
)fail";

struct Lexed {
  SourceMap sources;
  diag::Sink sink;
  ast::Tokens tokens;
  explicit Lexed(std::string text) {
    const FileId file = sources.add("a.fail", std::move(text));
    tokens = parse::lex(sources, file, sink);
  }
};

/// The text again with other space between its tokens.
class Mutator {
 public:
  Mutator(const ast::Tokens& tokens, unsigned seed, bool lines) : tokens_(tokens), dice_(seed), lines_(lines) {}

  std::string run() {
    Seen last;
    bool first = true;
    std::size_t comment = 0;
    bool ended = false;
    std::vector<Kind> open;
    for (const ast::Token& token : tokens_.tokens) {
      if (token.kind == Kind::newline) {
        ended = true;
        continue;
      }
      std::string kept;
      for (; comment < tokens_.comments.size() && tokens_.comments[comment].span.begin < token.span.begin; ++comment) {
        const ast::Comment& found = tokens_.comments[comment];
        kept += (found.own_line && !(first && kept.empty()) ? "\n" : " ") +
                std::string(tokens_.text.substr(found.span.begin, found.span.end - found.span.begin));
        ++comments_;
        if (lines_ && roll(3) == 0) kept += "\n#" + std::to_string(++comments_);
      }
      if (!kept.empty()) {
        out_ += lines_ ? kept + "\n" + spaces(0) : source_gap(token);
      } else if (lines_ && (ended || first || may_break(open, last, token))) {
        out_ += breaks(ended || first);
      } else if (ended) {
        out_ += roll(2) == 0 && lines_ ? ";" : source_gap(token);
      } else if (!first) {
        out_ += blanks(last, token);
      }
      if (closes(token.kind) && !open.empty()) open.pop_back();
      if (opens(token.kind)) open.push_back(token.kind);
      out_ += tokens_.text.substr(token.span.begin, token.span.end - token.span.begin);
      end_ = token.span.end;
      last = see(token, last, false);
      first = ended = false;
    }
    return out_;
  }
  std::size_t comments() const { return comments_; }

 private:
  unsigned roll(unsigned sides) { return static_cast<unsigned>(dice_() % sides); }
  std::string spaces(unsigned least) {
    std::string out;
    for (unsigned i = least + roll(4); i > 0; --i) out += roll(5) == 0 ? '\t' : ' ';
    return out;
  }
  std::string source_gap(const ast::Token& token) const { return std::string(tokens_.text.substr(end_, token.span.begin - end_)); }

  static bool call(Seen last, const ast::Token& token) {
    return last.operand && (token.kind == Kind::l_paren || token.kind == Kind::l_bracket);
  }
  /// Line ends mean nothing inside `(` and `[`, nor at the inner edges of brackets.
  bool may_break(const std::vector<Kind>& open, Seen last, const ast::Token& token) {
    if (open.empty() || roll(6) != 0 || (call(last, token) && token.touches)) return false;
    return open.back() != Kind::l_brace || last.kind == Kind::l_brace || token.kind == Kind::r_brace;
  }

  std::string breaks(bool statement) {
    std::string out = spaces(0);
    if (statement && roll(6) == 0) return out + ";" + spaces(0);
    for (unsigned i = roll(4); i > 0; --i) {
      switch (roll(4)) {
        case 0:
          out += "#comment " + std::to_string(++comments_) + spaces(0) + "\n";
          break;
        case 1:
          out += "\r\n";
          break;
        case 2:
          out += statement ? " ;\n" : "\n";
          break;
        default:
          out += "\n" + spaces(0);
      }
    }
    return out + "\n" + spaces(0);
  }

  std::string blanks(Seen last, const ast::Token& token) {
    if (token.touches) {
      const bool stays = call(last, token) || token.kind == Kind::dot || last.kind == Kind::dot;
      return stays ? "" : spaces(0);
    }
    const bool droppable = token.kind == Kind::comma || last.kind == Kind::comma || last.kind == Kind::colon ||
                           last.kind == Kind::l_brace || token.kind == Kind::r_brace;
    return droppable ? spaces(0) : spaces(1);
  }

  const ast::Tokens& tokens_;
  std::mt19937 dice_;
  bool lines_;
  std::string out_;
  std::uint32_t end_ = 0;
  std::size_t comments_ = 0;
};

std::string formatted(const std::string& text) {
  const Lexed before(text);
  const auto output = proven(before.tokens, lay_out(before.tokens), "a.fail");
  EXPECT_TRUE(output) << output.error().message << "\n" << text;
  return output ? *output : "";
}

std::vector<std::string> samples() {
  std::vector<std::string> out{kSample};
  for (const auto& entry : std::filesystem::recursive_directory_iterator(FAILC_SOURCE_DIR)) {
    if (entry.path().extension() != ".fail" || !entry.is_regular_file()) continue;
    const auto text = read_file(entry.path().string());
    if (!text) continue;
    const Lexed lexed(*text);
    if (!lexed.sink.has_errors() && lexed.tokens.brackets_match) out.push_back(*text);
  }
  return out;
}

TEST(Property, SpacesAloneNeverChangeTheResult) {
  for (const std::string& sample : samples()) {
    const Lexed before(sample);
    ASSERT_FALSE(before.sink.has_errors());
    const std::string wanted = formatted(sample);
    for (unsigned seed = 0; seed < 40; ++seed) {
      const std::string mutant = Mutator(before.tokens, seed, false).run();
      ASSERT_EQ(formatted(mutant), wanted) << "seed " << seed << "\n" << mutant;
    }
  }
}

TEST(Property, CommentsAndLineBreaksAnywhereAreKept) {
  for (const std::string& sample : samples()) {
    const Lexed before(sample);
    for (unsigned seed = 0; seed < 150; ++seed) {
      Mutator mutator(before.tokens, seed, true);
      const std::string mutant = mutator.run();
      const std::string once = formatted(mutant);
      const Lexed after(once);
      ASSERT_EQ(after.tokens.comments.size(), mutator.comments()) << "seed " << seed << "\n" << mutant;
      ASSERT_EQ(formatted(once), once) << "seed " << seed << "\n" << mutant;
      ASSERT_EQ(once.find("\n\n\n"), std::string::npos) << once;
      ASSERT_EQ(once.find(" \n"), std::string::npos) << once;
      ASSERT_EQ(once.find('\r'), std::string::npos) << once;
      ASSERT_EQ(once.find('\t'), std::string::npos) << once;
    }
  }
}

}  // namespace
}  // namespace failc::format
