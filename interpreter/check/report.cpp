// How the checker says what is wrong.
#include <string>

#include "interpreter/check/checker.hpp"

namespace failc::check {

namespace {

/// What is wrong with a value, and not with what was written: where a parameter makes the place dead, it is no mistake.
bool of_values(diag::Code code) {
  switch (code) {
    case diag::Code::no_value:
    case diag::Code::out_of_range:
    case diag::Code::range_reversed:
    case diag::Code::bound_not_positive:
    case diag::Code::every_above_within:
    case diag::Code::empty_loop:
    case diag::Code::never_fails:
    case diag::Code::never_holds: return true;
    default: return false;
  }
}

}  // namespace

diag::Diagnostic& Checker::report(diag::Code code, Span span, std::initializer_list<std::string_view> arguments) {
  doubtful_ = true;
  if (dead_ && of_values(code)) return unsaid_.report(code, {files_[env_->file]->id, span}, arguments);
  diag::Diagnostic& item = sink_.report(code, {files_[env_->file]->id, span}, arguments);
  if (!instance_.empty()) item.notes.push_back({std::nullopt, "where " + instance_});
  return item;
}

void Checker::warn(diag::Code code, Span span, std::initializer_list<std::string_view> arguments) {
  if (options_.lint && !dead_) sink_.report(code, {files_[env_->file]->id, span}, arguments);
}

void Checker::report_unknown(diag::Code code, Span span, std::vector<std::string_view> arguments, std::string_view word,
                             const std::vector<std::string_view>& candidates, std::string otherwise) {
  const std::string_view near = diag::nearest(word, candidates);
  const std::string hint = near.empty() ? std::move(otherwise) : "did you mean `" + std::string(near) + "`?";
  diag::Diagnostic* item = nullptr;
  switch (arguments.size()) {
    case 1: item = &report(code, span, {arguments[0], hint}); break;
    case 2: item = &report(code, span, {arguments[0], arguments[1], hint}); break;
    default: item = &report(code, span, {arguments[0], arguments[1], arguments[2], hint}); break;
  }
  if (!near.empty() && span.end - span.begin == word.size()) item->fix = diag::Fix{item->place, std::string(near)};
}

void Checker::not_yet(Span span, std::string_view construct) { report(diag::Code::not_yet, span, {construct}); }

std::string Checker::snippet(Span span) const {
  constexpr std::size_t kMost = 60;
  const std::string_view whole = places().text(span);
  std::string_view line = places().first_line(span, kMost);
  std::string out(line);
  if (line.size() < whole.size()) out += " …";
  return out;
}

}  // namespace failc::check
