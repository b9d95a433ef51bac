#pragma once
// The servers that an agent runs: started, watched and ended.
#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "grammar/base/result.hpp"
#include "interpreter/live_cluster/marked.hpp"
#include "interpreter/systems/automation/config.hpp"

namespace failc::live_cluster {

class Servers {
 public:
  /// `ended(process, how)` is called from the loop, once a server that was started or taken over.
  Servers(boost::asio::io_context& loop, std::string config, std::function<void(const std::string& process, const std::string& how)> ended);
  ~Servers();
  /// Makes its folders and starts it: its command line, and its pid in front.
  Result<std::string> launch(const automation::Process& process, const std::string& program);
  /// One that an earlier agent started.
  void take_over(const Marked& found);
  void end(const std::string& process, bool at_once);

 private:
  struct Watched;
  void watch(const std::string& process, const host::ProcessStat& stat, bool child, std::string output);
  void reap(const std::string& process);
  boost::asio::io_context& loop_;
  std::string config_;
  std::function<void(const std::string&, const std::string&)> ended_;
  std::map<std::string, std::unique_ptr<Watched>> watched_;
};

}  // namespace failc::live_cluster
