#include "interpreter/run/seen.hpp"

#include <fmt/format.h>

namespace failc::run {
namespace {

constexpr std::size_t kKept = 3;

bool same(const plan::Source& a, const plan::Source& b) { return a.file == b.file && a.line == b.line && a.column == b.column && a.length == b.length; }

/// Where code point `index` (from 0) begins.
std::size_t byte_of(const std::string& text, std::size_t index) {
  std::size_t byte = 0;
  for (; byte < text.size(); ++byte) {
    const bool begins = (static_cast<unsigned char>(text[byte]) & 0xc0) != 0x80;
    if (begins && index-- == 0) break;
  }
  return byte;
}

}  // namespace

const char* name_of(Truth truth) {
  switch (truth) {
    case Truth::no: return "no";
    case Truth::yes: return "yes";
    case Truth::undefined: return "undefined";
  }
  FAILC_BUG("no such truth");
}

std::string source_text(const ScenarioRun& run, const plan::BodyNode& node, const plan::Source& at) {
  if (at.file == node.at.file && at.line == node.at.line && at.column >= node.at.column) {
    const std::size_t begin = byte_of(node.text, at.column - node.at.column);
    const std::size_t end = byte_of(node.text, at.column - node.at.column + at.length);
    if (begin < end) return node.text.substr(begin, end - begin);
  }
  if (run.options.text_of) {
    if (std::string text = run.options.text_of(at); !text.empty()) return text;
  }
  const std::string& file = at.file < run.plan.files.size() ? run.plan.files[at.file] : std::string();
  return fmt::format("{}:{}:{}", file, at.line, at.column);
}

SeenLog::Operand& SeenLog::operand(const plan::Source& at) {
  for (Operand& one : operands_) {
    if (same(one.at, at)) return one;
  }
  return operands_.emplace_back(Operand{at, source_text(run_, node_, at), {}});
}

std::string SeenLog::values(const Sample& sample) {
  std::string list = "[";
  for (const eval::Evaluated& evaluated : sample.evaluated) {
    for (const eval::Operand& one : evaluated.operands) {
      list += list.size() > 1 ? ",[" : "[";
      journal::write_json(list, std::string_view(operand(one.at).text));
      list += ',';
      journal::write_json(list, std::string_view(run_.text(one.value)));
      list += ']';
    }
  }
  return list + "]";
}

void SeenLog::add(const Sample& sample, Truth truth) {
  reason_.clear();
  for (const eval::Evaluated& evaluated : sample.evaluated) {
    if (const auto* undefined = evaluated.value.as<Undefined>()) reason_ = undefined->reason;
    for (const eval::Operand& one : evaluated.operands) {
      Operand& seen = operand(one.at);
      std::deque<Seen>& values = seen.values;
      std::string text = run_.text(one.value);
      if (!values.empty() && values.back().value == text) continue;
      values.push_back({sample.at, seen.text, std::move(text)});
      if (values.size() > kKept) values.pop_front();
    }
  }
  last_ = values(sample);
  last_truth_ = name_of(truth);
  std::string text = last_truth_ + last_;
  open_ = text == written_;
  if (open_) return;
  written_ = std::move(text);
  run_.recorder.sample(node_, last_, last_truth_);
}

void SeenLog::finish() {
  if (open_) run_.recorder.sample(node_, last_, last_truth_);
  open_ = false;
}

std::vector<Seen> SeenLog::seen() const {
  std::vector<Seen> all;
  for (const Operand& one : operands_) all.insert(all.end(), one.values.begin(), one.values.end());
  return all;
}

}  // namespace failc::run
