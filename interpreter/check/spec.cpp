// Spec files: from their trees to scenarios of the plan.
#include "interpreter/check/spec.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <span>
#include <utility>

#include "grammar/base/bug.hpp"
#include "grammar/import/keys.hpp"
#include "grammar/import/read.hpp"

namespace failc::check {
namespace {

using spec::Kind;
using spec::Ref;

/// The part of a document `{key: value}` that a path leads to, or as near to it as there is one.
Ref part(Ref at, const backend::DocumentPath& path, std::size_t from) {
  for (std::size_t i = from; i < path.size(); ++i) {
    Ref next;
    if (at.is(Kind::document)) {
      const spec::Entry entry = at.entry(path[i]);
      // A key is what the last step means: it may be the mistake.
      next = i + 1 == path.size() ? entry.key : entry.value;
    } else {
      std::size_t index = 0;
      for (const Ref item : at.items())
        if (std::to_string(index++) == path[i]) next = item;
    }
    if (!next) break;
    at = next;
  }
  return at;
}

class Lowering {
 public:
  Lowering(const SpecPlay& play, const backend::PlayerModel& model, const Places& places, diag::Sink& sink)
      : play_(play), model_(model), places_(places), sink_(sink) {}

  /// Plays it, and warns of the first outcome that is not as it is wanted. Of a play that is good.
  void contradictions() {
    auto player = model_.make(make_document(play_.options), 1);
    if (!player || !play_.skip.empty()) return;
    for (const SpecPlay::Group& group : play_.groups) {
      for (const SpecPlay::Parts& parts : group.steps)
        if (!(*player)->play(make_document(parts))) return;
      const std::vector<backend::Difference> differences = (*player)->compare(make_document(group.wanted));
      if (differences.empty()) continue;
      const backend::Difference& first = differences.front();
      std::string key;
      for (const std::string& each : first.path) key += (key.empty() ? "" : ".") + each;
      const Ref place = wanted_place(group, first.path);
      spec::note_alias(sink_.report(diag::Code::contradicted, place.place(), {"`" + key + "` is " + first.seen + ", and " + first.wanted + " is wanted"}), place);
      return;
    }
  }

  plan::Scenario scenario(const std::string& path, std::string title) {
    plan::Scenario out;
    out.title = std::move(title);
    out.id = path + "::" + out.title;
    out.skip = play_.skip;
    out.at = places_.source(play_.at.span());
    out.players.push_back(play_.model);
    plan::Step make = step(play_.options);
    make.binds = true;
    add(out.body, play_.options.empty() ? play_.at : play_.options.front().value, std::move(make), "play " + play_.model);
    (void)check(backend::PlayerPart::options, make_document(play_.options), [&](const backend::DocumentPath& path) { return of_parts(play_.options, path, play_.at); });
    for (const SpecPlay::Group& group : play_.groups) {
      plan::Scope scope;
      scope.kind = plan::ScopeKind::group;
      scope.title = group.title;
      plan::Body& body = group.title.empty() ? out.body : scope.body;
      for (const SpecPlay::Parts& parts : group.steps) {
        if (parts.empty()) FAILC_BUG("a step that plays nothing");
        plan::Step played = step(parts);
        played.reading = check(backend::PlayerPart::step, *played.args.front().literal.as<Document>(), [&](const backend::DocumentPath& path) { return of_parts(parts, path, group.at); });
        add(body, parts.front().value, std::move(played), text_of(parts));
      }
      wanted(group, body);
      if (!group.title.empty()) add(out.body, group.at, std::move(scope), "step \"" + group.title + "\"");
    }
    return out;
  }

 private:
  static Document make_document(const SpecPlay::Parts& parts) {
    Document out;
    for (const SpecPlay::Part& part : parts) out.entries.emplace_back(part.key, value_of(part.value));
    return out;
  }
  /// Where `path` leads; `whole` where it leads nowhere.
  static Ref of_parts(const SpecPlay::Parts& parts, const backend::DocumentPath& path, const Ref& whole) {
    for (const SpecPlay::Part& each : parts)
      if (!path.empty() && each.key == path.front()) return part(each.value, path, 1);
    return parts.size() == 1 ? parts.front().value : whole;
  }
  std::string text_of(const SpecPlay::Parts& parts) const {
    std::string out = parts.front().key;
    if (parts.size() == 1) return out + " " + std::string(places_.first_line(parts.front().value.span(), 200));
    for (std::size_t i = 1; i < parts.size(); ++i) out += ", " + parts[i].key;
    return out;
  }

  static Ref wanted_place(const SpecPlay::Group& group, const backend::DocumentPath& path) {
    return group.whole ? part(group.whole, path, 0) : of_parts(group.wanted, path, group.at);
  }

  plan::Step step(const SpecPlay::Parts& parts) {
    plan::Step out;
    out.kind = plan::StepKind::play;
    plan::Expr& document = out.args.emplace_back();
    document.literal = make_document(parts);
    document.at = places_.source(parts.empty() ? play_.at.span() : parts.front().value.span());
    return out;
  }

  void wanted(const SpecPlay::Group& group, plan::Body& out) {
    plan::Condition condition;
    condition.reading = check(backend::PlayerPart::wanted, make_document(group.wanted), [&](const backend::DocumentPath& path) { return wanted_place(group, path); });
    condition.kind = plan::ConditionKind::shows;
    if (!group.whole) {
      condition.condition.at = places_.source(group.at.span());
      condition.condition.op = plan::Op::doc;
      std::string keys;
      for (const SpecPlay::Part& each : group.wanted) {
        condition.condition.names.push_back(each.key);
        condition.condition.args.push_back(expr_of(each.value, places_));
        keys += (keys.empty() ? "" : ", ") + each.key;
      }
      return add(out, group.wanted.empty() ? group.at : group.wanted.front().value, std::move(condition), keys);
    }
    condition.condition = expr_of(group.whole, places_);
    const Place came = group.whole.alias().value_or(group.whole.place());
    add(out, group.wanted_at, std::move(condition), std::string(places_.first_line({group.wanted_at.span().begin, std::max(came.span.end, group.wanted_at.span().end)}, 200)));
  }

  template <class Where>
  std::shared_ptr<const Reading> check(backend::PlayerPart part, const Document& document, const Where& where) {
    const backend::PlayerModel::Checked checked = model_.check(part, document);
    for (const backend::PlayerModel::Problem& problem : checked.problems) {
      const Ref place = where(problem.path);
      diag::Diagnostic& item = spec::note_alias(sink_.report(diag::Code::unplayable, place.place(), {problem.message, problem.help}), place);
      (void)item;
    }
    return checked.reading;
  }

  void add(plan::Body& out, const Ref& at, std::variant<plan::Step, plan::Scope, plan::Condition> node, std::string text) {
    plan::BodyNode& added = out.emplace_back();
    added.node = std::move(node);
    added.at = places_.source(at.span());
    added.text = std::move(text);
  }

  const SpecPlay& play_;
  const backend::PlayerModel& model_;
  const Places& places_;
  diag::Sink& sink_;
};

}  // namespace

Value value_of(const Ref& ref) {
  switch (ref.kind()) {
    case Kind::null: return Null{};
    case Kind::boolean: return ref.boolean();
    case Kind::integer:
      if (const auto whole = ref.integer()) return *whole;
      return ref.real().value_or(0);
    case Kind::real: return ref.real().value_or(0);
    case Kind::text: return std::string(ref.text());
    case Kind::list: {
      List out;
      out.reserve(ref.size());
      for (const Ref item : ref.items()) out.push_back(value_of(item));
      return out;
    }
    case Kind::document: {
      Document out;
      out.entries.reserve(ref.size());
      for (const spec::Entry entry : ref.entries()) out.entries.emplace_back(entry.key.text(), value_of(entry.value));
      return out;
    }
  }
  FAILC_BUG("no such kind");
}

plan::Expr expr_of(const Ref& ref, const Places& places) {
  plan::Expr out;
  out.at = places.source(ref.span());
  if (ref.is(Kind::list) || ref.is(Kind::document)) {
    out.op = ref.is(Kind::list) ? plan::Op::list : plan::Op::doc;
    out.args.reserve(ref.size());
    for (const Ref item : ref.items()) out.args.push_back(expr_of(item, places));
    for (const spec::Entry entry : ref.entries()) {
      out.names.emplace_back(entry.key.text());
      out.args.push_back(expr_of(entry.value, places));
    }
    return out;
  }
  out.literal = value_of(ref);
  return out;
}

namespace {

/// What tells parts of a file apart: `document`'s description.
class Descriptions {
 public:
  Descriptions(const Places& places, diag::Sink& sink) : places_(places), sink_(sink) {}
  void look(const Ref& document) {
    const Ref description = document.find("description");
    if (!description.is(Kind::text) || description.text().empty()) return;
    const auto [before, fresh] = seen_.emplace(description.text(), description);
    if (!fresh) spec::note_alias(sink_.report(diag::Code::repeated_description, description.place(), {std::to_string(places_.source(before->second.span()).line)}), description);
  }

 private:
  const Places& places_;
  diag::Sink& sink_;
  std::map<std::string_view, Ref> seen_;
};

void lint_spec(const spec::Tree& tree, const std::vector<SpecPlay>& plays, const SpecFormat& format, const SourceFile& source, const Places& places, diag::Sink& sink) {
  for (const spec::Anchor& anchor : tree.anchors) {
    if (anchor.used) continue;
    const std::string_view text = std::string_view(source.text).substr(anchor.span.begin, anchor.span.end - anchor.span.begin);
    Span whole = anchor.span;
    while (whole.end < source.text.size() && source.text[whole.end] == ' ') ++whole.end;
    // At the end of its line, the spaces before it go with it.
    if (whole.end == source.text.size() || source.text[whole.end] == '\n' || source.text[whole.end] == '\r')
      while (whole.begin > 0 && source.text[whole.begin - 1] == ' ') --whole.begin;
    diag::Diagnostic& item = sink.report(diag::Code::unused_anchor, {tree.file, anchor.span}, {text});
    item.fix = diag::Fix{{tree.file, whole}, ""};
  }
  Descriptions tests(places, sink);
  for (const SpecPlay& play : plays) {
    Descriptions steps(places, sink);
    for (const SpecPlay::Group& group : play.groups) (plays.size() > 1 ? tests : steps).look(group.at);
  }
  if (format.lint != nullptr) format.lint(Ref(tree), sink);
}

}  // namespace

std::vector<std::string> titles_of(const std::vector<SpecPlay>& plays, const std::string& path) {
  std::vector<std::string> out;
  std::set<std::string> seen;
  for (const SpecPlay& play : plays) {
    std::string title = play.title.empty() ? std::filesystem::path(path).stem().string() : play.title;
    // Nothing says that descriptions differ, and scenarios are told apart by them.
    const std::string base = title;
    for (std::size_t number = 2; !seen.insert(title).second; ++number) title = base + " (" + std::to_string(number) + ")";
    out.push_back(std::move(title));
  }
  return out;
}

namespace {

/// What becomes of a file, by steps that know of no other file. It stays where it is: plays point into the tree.
struct SpecFile {
  FileId file;
  std::uint32_t index = 0;  // of the plan's files, where it has plays
  std::optional<spec::Tree> tree;
  const SpecFormat* format = nullptr;  // what it is counted under
  std::optional<std::vector<SpecPlay>> plays;
  std::optional<NotRun> not_run;
  std::vector<plan::Scenario> scenarios;
  diag::Sink said;
};

void read_spec(SpecFile& out, const Options& options, const SourceMap& sources) {
  const bool lenient = options.found.contains(sources[out.file].path);
  out.tree = spec::read(sources, out.file, out.said);
  if (lenient) {
    const diag::Sink said = std::exchange(out.said, {});
    if (!out.tree) {
      const diag::Diagnostic& item = said.all().front();
      const LineColumn at = sources[out.file].position(item.place.span.begin);
      out.not_run = {out.file, "cannot be read", "line " + std::to_string(at.line) + ", column " + std::to_string(at.column) + ": " + item.message};
    }
  }
  if (!out.tree) return;
  const Ref root(*out.tree);
  const auto format = std::find_if(options.formats.begin(), options.formats.end(), [&](const SpecFormat& one) { return one.has_shape(root); });
  if (format == options.formats.end()) {
    out.not_run = {out.file, "no test format", "its shape is that of no format that failc knows"};
    return;
  }
  if (format->read == nullptr) {
    out.not_run = {out.file, format->name, format->reason};
    return;
  }
  std::optional<std::vector<SpecPlay>> plays = format->read(root, out.said);
  if (plays && format->leave_out) {
    const Value file_value = value_of(root);
    const std::string reason = format->leave_out(*file_value.as<Document>());
    if (!reason.empty()) {
      out.not_run = {out.file, format->name, reason};
      return;
    }
  }
  out.format = &*format;
  out.plays = std::move(plays);
}

void lower_spec(SpecFile& out, const Options& options, const SourceMap& sources) {
  const SourceFile& source = sources[out.file];
  const Places places(source.text, out.index);
  const std::vector<std::string> titles = titles_of(*out.plays, source.path);
  for (std::size_t i = 0; i < out.plays->size(); ++i) {
    const SpecPlay& play = (*out.plays)[i];
    const auto model = std::find_if(options.players.begin(), options.players.end(), [&](const backend::PlayerModel& one) { return one.name == play.model; });
    if (model == options.players.end()) FAILC_BUG("a format of a model that is not registered");
    Lowering lowering(play, *model, places, out.said);
    out.scenarios.push_back(lowering.scenario(source.path, titles[i]));
    if (options.lint && out.said.errors() == 0) lowering.contradictions();
  }
  if (options.lint && out.said.errors() == 0) lint_spec(*out.tree, *out.plays, *out.format, source, places, out.said);
}

/// So many are read before what was read is taken in: trees are larger than what is kept of them.
constexpr std::size_t kReadAtOnce = 64;

void each_of(const Options& options, std::size_t count, const std::function<void(std::size_t)>& work) {
  if (options.in_parallel) return options.in_parallel(count, work);
  for (std::size_t i = 0; i < count; ++i) work(i);
}

void add_specs(std::span<const FileId> files, const Options& options, const SourceMap& sources, diag::Sink& sink, plan::Plan& plan, Specs& out) {
  std::vector<SpecFile> read(files.size());
  const auto each = [&](const std::function<void(std::size_t)>& work) { each_of(options, read.size(), work); };
  each([&](std::size_t i) {
    read[i].file = files[i];
    read_spec(read[i], options, sources);
  });
  for (SpecFile& one : read) {
    one.index = static_cast<std::uint32_t>(plan.files.size());
    if (one.plays) plan.files.push_back(sources[one.file].path);
  }
  each([&](std::size_t i) {
    if (read[i].plays) lower_spec(read[i], options, sources);
  });
  for (SpecFile& one : read) {
    sink.absorb(std::move(one.said), 0);
    if (one.not_run) out.not_run.push_back(std::move(*one.not_run));
    if (one.format != nullptr) ++out.run[one.format->name];
    std::move(one.scenarios.begin(), one.scenarios.end(), std::back_inserter(plan.scenarios));
  }
}

}  // namespace

void add_spec(FileId file, const Options& options, const SourceMap& sources, diag::Sink& sink, plan::Plan& plan, Specs& out) {
  add_specs(std::span(&file, 1), options, sources, sink, plan, out);
}

Specs check_specs(const std::vector<FileId>& files, const Options& options, const SourceMap& sources, diag::Sink& sink) {
  Specs out;
  out.plan = std::make_unique<plan::Plan>();
  const std::size_t before = sink.errors();
  for (std::size_t first = 0; first < files.size(); first += kReadAtOnce)
    add_specs(std::span(files).subspan(first, std::min(kReadAtOnce, files.size() - first)), options, sources, sink, *out.plan, out);
  if (sink.errors() > before) {
    out.plan = nullptr;
    return out;
  }
  plan::fill_bounds(*out.plan);
  if (const Status verified = plan::verify(*out.plan); !verified) bug(verified.error().message.c_str(), __FILE__, __LINE__);
  return out;
}

Specs check_specs(const std::vector<std::string>& paths, const Options& options, SourceMap& sources, diag::Sink& sink) {
  std::vector<FileId> files;
  bool whole = true;
  std::vector<Result<std::string>> texts(paths.size(), Error{});
  each_of(options, paths.size(), [&](std::size_t i) { texts[i] = read_file(paths[i]); });
  for (std::size_t i = 0; i < paths.size(); ++i) {
    files.push_back(sources.add(paths[i], texts[i] ? std::move(*texts[i]) : ""));
    if (texts[i]) continue;
    sink.report(diag::Code::unreadable_file, {files.back(), {}}, {paths[i], texts[i].error().message});
    files.pop_back();
    whole = false;
  }
  Specs out = check_specs(files, options, sources, sink);
  if (!whole) out.plan = nullptr;
  return out;
}

}  // namespace failc::check
