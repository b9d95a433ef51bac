// A file: cut into declarations, each read alone.
#include <algorithm>

#include "grammar/parse/declaration/declaration.hpp"
#include "grammar/parse/parse.hpp"
#include "grammar/parse/recover.hpp"

namespace failc::parse {
namespace {

using ast::Kind;

/// Words that begin declarations and neither statements nor items: where brackets are wrong, reading goes on at a line that begins so.
bool begins_only_declarations(const Context& context, std::uint32_t at) {
  switch (context.kind(at)) {
    case Kind::kUse:
    case Kind::kImport:
    case Kind::kComponent:
    case Kind::kCluster:
    case Kind::kWorkload:
    case Kind::kClient:
    case Kind::kCheck:
    case Kind::kMatrix:
    case Kind::kScenario:
    case Kind::kSetup:
    case Kind::kBefore:
    case Kind::kAfter:
      return true;
    case Kind::kStep:
    case Kind::kDefine:
      return context.kind(at + 1) == Kind::name;
    default:
      return false;
  }
}

/// Where reading may go on in a file whose brackets do not match, and the `}` that close nothing.
struct Landmarks {
  explicit Landmarks(const Context& context) {
    for (std::uint32_t i = 1; context.kind(i - 1) != Kind::end; ++i)
      if (context.kind(i - 1) == Kind::newline && begins_only_declarations(context, i)) declarations.push_back(i);
    for (const std::uint32_t token : context.bad_tokens())
      if (context.kind(token) == Kind::r_brace) stray.push_back(token);
  }
  static std::uint32_t next(const std::vector<std::uint32_t>& sorted, std::uint32_t from, std::uint32_t otherwise) {
    const auto found = std::lower_bound(sorted.begin(), sorted.end(), from);
    return found == sorted.end() ? otherwise : *found;
  }
  std::vector<std::uint32_t> declarations;
  std::vector<std::uint32_t> stray;
};

class FileReader {
 public:
  FileReader(Context& context, const ast::Tokens& tokens, ast::File& out)
      : context_(context), limit_(static_cast<std::uint32_t>(tokens.kinds.size()) - 1), out_(out) {
    if (!tokens.brackets_match) landmarks_.emplace(context);
  }

  void read() {
    for (Range range = next(0); range.begin < limit_; range = next(range.end)) {
      if (landmarks_ && affected(range)) {
        out_.broken = true;
        continue;
      }
      ast::Declaration& declaration = out_.declarations.emplace_back();
      if (!read_declaration(context_, range, declaration)) out_.broken = true;
    }
  }

 private:
  Range next(std::uint32_t from) {
    Range range = context_.cut(from, limit_);
    if (landmarks_ && range.end == limit_ && context_.tainted(range))
      range.end = Landmarks::next(landmarks_->declarations, range.begin + 1, limit_);
    return range;
  }

  /// Behind a block that a surplus `}` has ended too early come its other statements, and then a `}` that closes nothing.
  bool affected(Range range) const {
    if (begins_only_declarations(context_, range.begin)) return false;
    const std::uint32_t stray = Landmarks::next(landmarks_->stray, range.begin, limit_);
    return stray < Landmarks::next(landmarks_->declarations, range.begin, limit_);
  }

  Context& context_;
  std::uint32_t limit_;
  ast::File& out_;
  std::optional<Landmarks> landmarks_;
};

}  // namespace

ast::File file(const SourceMap&, FileId id, const ast::Tokens& tokens, diag::Sink& sink) {
  ast::File out;
  out.id = id;
  Context context(tokens, id, sink);
  FileReader(context, tokens, out).read();
  report_rest(context);
  return out;
}

}  // namespace failc::parse
