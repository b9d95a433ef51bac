#include "grammar/diag/render.hpp"

#include <algorithm>

#include "grammar/base/bug.hpp"

namespace failc::diag {

const char* severity_name(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "error";
    case Severity::warning:
      return "warning";
  }
  FAILC_BUG("a severity without a name");
}

Region region(const SourceMap& sources, Place place) {
  const SourceFile& file = sources[place.file];
  const LineColumn begin = file.position(place.span.begin);
  return {begin, file.position(std::max(place.span.begin, place.span.end))};
}

std::string render(const std::vector<Diagnostic>& items, const SourceMap& sources, Format format, bool colour) {
  switch (format) {
    case Format::text:
      return render_text(items, sources, colour);
    case Format::json:
      return render_json(items, sources);
    case Format::sarif:
      return render_sarif(items, sources);
    case Format::github:
      return render_github(items, sources);
  }
  FAILC_BUG("a format without a renderer");
}

}  // namespace failc::diag
