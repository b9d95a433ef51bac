#include "interpreter/systems/automation/reader.hpp"

#include <fmt/format.h>

#include "grammar/diag/diagnostic.hpp"

namespace failc::automation {

std::string_view unfit(std::string_view text) {
  if (text.empty()) return "is empty";
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return "holds a control character";
  return {};
}

Reader::Reader(const Located& object, std::string what, std::vector<Problem>& problems) : object_(object), what_(std::move(what)), problems_(problems) {
  if (object.kind != Located::Kind::object) problem(object.place, fmt::format("{} is an object, not {}", what_, noun(object.kind)));
}

Span Reader::place(const char* key) const {
  const LocatedMember* found = object_.find(key);
  return found ? found->value.place : object_.place;
}

const Located* Reader::member(const char* key, Located::Kind kind, bool required) {
  known_.insert(key);
  if (object_.kind != Located::Kind::object) return nullptr;
  const LocatedMember* found = object_.find(key);
  if (!found || (found->value.kind == Located::Kind::null && !required)) {
    if (required) problem(object_.place, fmt::format("`{}` is missing in {}", key, what_));
    return nullptr;
  }
  if (found->value.kind == kind || (kind == Located::Kind::real && found->value.kind == Located::Kind::integer)) return &found->value;
  problem(found->value.place, fmt::format("`{}` is {}, not {}", key, noun(kind), noun(found->value.kind)));
  return nullptr;
}

std::optional<std::string> Reader::text(const char* key, bool required) {
  const Located* found = member(key, Located::Kind::text, required);
  if (!found) return std::nullopt;
  if (const std::string_view why = unfit(found->text); !why.empty()) {
    problem(found->place, fmt::format("`{}` {}", key, why));
    return std::nullopt;
  }
  return found->text;
}

std::optional<bool> Reader::boolean(const char* key) {
  const Located* found = member(key, Located::Kind::boolean);
  return found ? std::optional<bool>(found->boolean) : std::nullopt;
}

std::optional<std::int64_t> Reader::integer(const char* key, std::int64_t least, std::int64_t most, bool required) {
  const Located* found = member(key, Located::Kind::integer, required);
  if (!found) return std::nullopt;
  if (found->integer >= least && found->integer <= most) return found->integer;
  problem(found->place, fmt::format("`{}` is from {} to {}", key, least, most));
  return std::nullopt;
}

std::optional<double> Reader::number(const char* key, double least, double most) {
  const Located* found = member(key, Located::Kind::real);
  if (!found) return std::nullopt;
  if (found->real >= least && found->real <= most) return found->real;
  problem(found->place, fmt::format("`{}` is from {} to {}", key, least, most));
  return std::nullopt;
}

void Reader::accept(std::initializer_list<const char*> keys) { known_.insert(keys.begin(), keys.end()); }

void Reader::refuse_unknown() {
  const std::vector<std::string_view> known(known_.begin(), known_.end());
  for (const LocatedMember& member : object_.members) {
    if (known_.contains(member.key)) continue;
    const std::string_view near = diag::nearest(member.key, known);
    problem(member.key_place, fmt::format("`{}` is no key of {}", member.key, what_), near.empty() ? "" : fmt::format("did you mean `{}`?", near));
  }
}

}  // namespace failc::automation
