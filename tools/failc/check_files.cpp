#include "tools/failc/check_files.hpp"

#include "tools/failc/threads.hpp"

namespace failc::tools {

std::vector<check::Checked> check_files(const std::vector<std::string>& paths, const check::Options& options, unsigned jobs, SourceMap& sources, diag::Sink& sink) {
  struct One {
    SourceMap sources;
    diag::Sink sink;
  };
  std::vector<check::Checked> checked(paths.size());
  std::vector<One> each(paths.size());
  in_parallel(jobs, paths.size(), [&](std::size_t i) { checked[i] = check::check_file(paths[i], options, each[i].sources, each[i].sink); });
  for (One& one : each) sink.absorb(std::move(one.sink), sources.absorb(std::move(one.sources)));
  return checked;
}

}  // namespace failc::tools
