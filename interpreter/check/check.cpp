#include "interpreter/check/check.hpp"

#include "grammar/import/read.hpp"
#include "interpreter/check/checker.hpp"

namespace failc::check {

Checked check_source(FileId file, const Options& options, SourceMap& sources, diag::Sink& sink) {
  Checker checker(options, sources, sink);
  Checked checked;
  checked.plan = checker.run(file);
  sink.finish();
  return checked;
}

Checked check_file(const std::string& path, const Options& options, SourceMap& sources, diag::Sink& sink) {
  if (spec::is_spec(path)) {
    Checked checked;
    checked.plan = check_specs({path}, options, sources, sink).plan;
    sink.finish();
    return checked;
  }
  Result<std::string> text = read_file(path);
  if (!text) {
    const FileId empty = sources.add(path, "");
    sink.report(diag::Code::unreadable_file, {empty, {}}, {path, text.error().message});
    return {};
  }
  return check_source(sources.add(path, std::move(*text)), options, sources, sink);
}

}  // namespace failc::check
