// What is certain of the finished plan, as diagnostics of its text.
#include "interpreter/check/checker.hpp"
#include "interpreter/prove/prove.hpp"

namespace failc::check {

void Checker::proofs() {
  const auto place = [&](const plan::Source& source) { return Place{files_[source.file]->id, files_[source.file]->places->span(source)}; };
  prove::prove(*plan_, [&](const prove::Finding& finding) {
    const bool warning = diag::row(finding.code).severity == diag::Severity::warning;
    // Files that are used are somebody else's to tidy up.
    if (finding.at.line == 0 || (warning && (!options_.lint || finding.at.file != 0))) return;
    const auto& [first, second, third] = finding.arguments;
    diag::Diagnostic& item = sink_.report(finding.code, place(finding.at), {first, second, third});
    if (finding.since) item.notes.push_back({place(*finding.since), "since here"});
  });
}

}  // namespace failc::check
