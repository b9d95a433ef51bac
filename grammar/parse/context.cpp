#include "grammar/rules/context.hpp"

#include <algorithm>
#include <cstring>

namespace failc::rules {

using ast::Kind;

Context::Context(const ast::Tokens& tokens, FileId file, diag::Sink& sink)
    : tokens_(tokens), file_(file), sink_(sink), kinds_(tokens.kinds) {
  const char* const begin = kinds_.data();
  const char* const end = begin + kinds_.size();
  if (tokens.brackets_match) {
    for (const char* at = begin; at != end; ++at) {
      at = static_cast<const char*>(std::memchr(at, static_cast<char>(Kind::invalid), static_cast<std::size_t>(end - at)));
      if (at == nullptr) break;
      bad_.push_back(index(at));
    }
    return;
  }
  for (std::uint32_t i = 0; i < kinds_.size(); ++i) {
    const Kind here = kind(i);
    const bool bracket = here >= Kind::l_brace && here <= Kind::r_bracket;
    if (here == Kind::invalid || (bracket && token(i).match == i)) bad_.push_back(i);
  }
}

Span Context::span(Range range) const {
  if (range.begin >= range.end) return token(range.begin).span;
  return cover(token(range.begin).span, token(range.end - 1).span);
}

bool Context::tainted(Range range) const {
  if (bad_.empty()) return false;
  const auto first = std::lower_bound(bad_.begin(), bad_.end(), range.begin);
  return first != bad_.end() && *first < range.end;
}

void Context::begin_attempt(Range range) {
  failure.furthest = range.begin;
  failure.labels.clear();
  failure.name_declared = false;
  failure.mistake.reset();
}

void Context::expect(std::uint32_t index, std::string_view label) {
  if (index < failure.furthest) return;
  if (index > failure.furthest) {
    failure.furthest = index;
    failure.labels.clear();
    failure.name_declared = false;
  }
  failure.labels.push_back(label);
}

void Context::expect_declared(std::uint32_t index) {
  expect(index, "a name");
  if (index == failure.furthest) failure.name_declared = true;
}

void Context::mistake(diag::Code code, std::uint32_t token, std::string argument) {
  if (!failure.mistake) failure.mistake = Mistake{code, token, std::move(argument)};
}

Range Context::cut(std::uint32_t from, std::uint32_t limit) const {
  while (from < limit && kind(from) == Kind::newline) ++from;
  std::uint32_t at = from;
  while (at < limit && kind(at) != Kind::newline) {
    const Kind here = kind(at);
    if (here != Kind::l_brace && here != Kind::l_paren && here != Kind::l_bracket) {
      ++at;
      continue;
    }
    const std::uint32_t partner = token(at).match;
    if (partner == at && here == Kind::l_brace) return {from, limit};
    at = partner + 1;
  }
  return {from, at};
}

}  // namespace failc::rules
