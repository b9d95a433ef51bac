#pragma once
// Tokens of a `.fail` file. A token is its kind and its place; comments and blank lines are kept beside them, so that
// the formatter loses nothing.
#include <cstdint>
#include <string_view>
#include <vector>

#include "grammar/base/span.hpp"

namespace failc::ast {

// Words: WORD(kind, text, reserved). A reserved word is never a name; the others are names wherever one may stand.
#define FAILC_WORDS(WORD)                                                                                             \
  WORD(kAfter, "after", false) WORD(kAll, "all", true) WORD(kAlways, "always", true) WORD(kAnd, "and", true)           \
  WORD(kAre, "are", true) WORD(kAs, "as", true) WORD(kAt, "at", true) WORD(kAwait, "await", true)                     \
  WORD(kBecause, "because", true) WORD(kBefore, "before", false) WORD(kBy, "by", true) WORD(kCheck, "check", true)     \
  WORD(kCleanup, "cleanup", true) WORD(kClient, "client", true) WORD(kCluster, "cluster", true)                       \
  WORD(kComponent, "component", true) WORD(kDrop, "drop", true) WORD(kDuring, "during", true)                         \
  WORD(kElse, "else", true) WORD(kEventually, "eventually", true) WORD(kEvery, "every", true)                         \
  WORD(kExec, "exec", true) WORD(kExpect, "expect", true) WORD(kFailpoint, "failpoint", true)                         \
  WORD(kFalse, "false", true) WORD(kFor, "for", true) WORD(kFrom, "from", true) WORD(kIf, "if", true)                 \
  WORD(kImport, "import", true) WORD(kIn, "in", true) WORD(kInto, "into", true) WORD(kIs, "is", true)                 \
  WORD(kIsolate, "isolate", true) WORD(kKill, "kill", true) WORD(kLet, "let", true) WORD(kLog, "log", true)           \
  WORD(kMatches, "matches", true) WORD(kMatrix, "matrix", true) WORD(kNever, "never", true) WORD(kNot, "not", true)   \
  WORD(kNull, "null", true) WORD(kOf, "of", true) WORD(kOn, "on", true) WORD(kOr, "or", true)                         \
  WORD(kParallel, "parallel", true) WORD(kParam, "param", true) WORD(kPartition, "partition", true)                   \
  WORD(kPause, "pause", true) WORD(kRandom, "random", true) WORD(kRepeat, "repeat", true)                             \
  WORD(kRequires, "requires", true) WORD(kRestart, "restart", true) WORD(kResume, "resume", true)                     \
  WORD(kRun, "run", true) WORD(kScenario, "scenario", true) WORD(kSetup, "setup", true) WORD(kSince, "since", true)   \
  WORD(kSkip, "skip", true) WORD(kSleep, "sleep", true) WORD(kSlow, "slow", true) WORD(kSometimes, "sometimes", true) \
  WORD(kStart, "start", true) WORD(kStep, "step", true) WORD(kStop, "stop", true) WORD(kThen, "then", true)           \
  WORD(kTimeout, "timeout", true) WORD(kTo, "to", true) WORD(kTrue, "true", true) WORD(kUse, "use", true)             \
  WORD(kWith, "with", true) WORD(kWithin, "within", true) WORD(kWorkload, "workload", true)                           \
  WORD(kActor, "actor", false) WORD(kAny, "any", false) WORD(kBarrier, "barrier", false)                              \
  WORD(kConnect, "connect", false) WORD(kDefine, "define", false) WORD(kDo, "do", false)                              \
  WORD(kDriver, "driver", false) WORD(kEach, "each", false)                                                           \
  WORD(kEvidence, "evidence", false) WORD(kExclude, "exclude", false)                                                 \
  WORD(kFails, "fails", false) WORD(kFile, "file", false) WORD(kHits, "hits", false) WORD(kHttp, "http", false)       \
  WORD(kLimit, "limit", false) WORD(kNodes, "nodes", false) WORD(kObserver, "observer", false)                        \
  WORD(kObserving, "observing", false)                                                                                \
  WORD(kOk, "ok", false) WORD(kOnly, "only", false) WORD(kOperation, "operation", false)                              \
  WORD(kPort, "port", false) WORD(kQuery, "query", false) WORD(kQuorum, "quorum", false) WORD(kReady, "ready", false)                                \
  WORD(kResult, "result", false) WORD(kRole, "role", false) WORD(kScoped, "scoped", false)                            \
  WORD(kSend, "send", false) WORD(kSettle, "settle", false) WORD(kSource, "source", false) WORD(kState, "state", false)                              \
  WORD(kTags, "tags", false) WORD(kTcp, "tcp", false) WORD(kTerm, "term", false) WORD(kTimes, "times", false)         \
  WORD(kUndo, "undo", false) WORD(kUnknown, "unknown", false) WORD(kUntil, "until", false) WORD(kVersion, "version", false)                      \
  WORD(kWhen, "when", false)

// Values fit in one byte: the rules run over the string of kinds.
enum class Kind : std::uint8_t {
  end,      // of the file
  newline,  // one or more line ends, or `;`
  invalid,  // a character that begins no token; the parser reports it
  name,
  integer,
  decimal,
  version_number,
  duration,
  size,
  percent,
  string,
  regex,
  l_brace,
  r_brace,
  l_paren,
  r_paren,
  l_bracket,
  r_bracket,
  comma,
  colon,
  dot,
  range,      // ..
  tolerance,  // +-
  bar,
  assign,  // =
  eq,
  ne,
  lt,
  le,
  gt,
  ge,
  plus,
  minus,
  star,
  slash,
#define WORD(kind, text, reserved) kind,
  FAILC_WORDS(WORD)
#undef WORD
};

struct Token {
  Kind kind = Kind::end;
  bool touches = false;  // no space, comment or line end before it
  Span span;
  std::uint32_t match = 0;  // for a bracket: the index of its partner
};

struct Comment {
  Span span;                // from `#` to before the line end
  std::uint32_t token = 0;  // index of the first token behind it
  bool own_line = false;    // nothing but spaces stands before it on its line
};

/// The tokens of one file. `kinds[i]` is the byte of `tokens[i].kind`. The last token is `end`.
struct Tokens {
  std::string_view text;
  std::vector<Token> tokens;
  std::vector<char> kinds;
  std::vector<Comment> comments;
  bool brackets_match = true;  // false: an unclosed or stray bracket was reported; `match` of the wrong ones is their own index
  std::string_view of(std::uint32_t index) const {
    Span s = tokens[index].span;
    return text.substr(s.begin, s.end - s.begin);
  }
};

bool is_reserved(Kind kind);
bool is_word(Kind kind);           // a word of either sort, or a name
bool may_be_name(Kind kind);       // a name, or a word that is not reserved
std::string_view spelling(Kind kind);  // "within", "{", "a duration like `5s`": for messages
/// All words of the language, for suggestions.
const std::vector<std::string_view>& words();

}  // namespace failc::ast
