#pragma once
// `--report KIND=PATH`: which kinds there are, and where they go. `-` is standard output.
#include <string>
#include <vector>

#include "interpreter/host/fd.hpp"
#include "interpreter/report/report.hpp"
#include "tools/failc/arguments.hpp"

namespace failc::tools {

struct ReportTo { std::string kind, path; };

void add_reports(Arguments& arguments, std::vector<ReportTo>& target);

/// Whether any goes to standard output, which then is for it alone.
bool to_output(const std::vector<ReportTo>& reports);
/// Whether all could be written now.
Status probe_reports(const std::vector<ReportTo>& reports);
/// Writes all but the events; complains, and is false, where one could not be.
bool write_reports(const report::Run& run, const std::vector<ReportTo>& reports, const report::Records& records);
/// The records of a run's folder; none where its journal cannot be read.
std::vector<nlohmann::ordered_json> read_records(const std::string& folder);

/// Where events go, each as soon as it is there.
class EventStream {
 public:
  explicit EventStream(const std::vector<ReportTo>& reports);
  bool wanted() const { return !targets_.empty(); }
  void put(const std::string& event);
  /// Complains, once, where something could not be written.
  bool whole();

 private:
  struct Target { std::string path; host::Fd file; std::string error; };  // no file: standard output
  std::vector<Target> targets_;
};

}  // namespace failc::tools
