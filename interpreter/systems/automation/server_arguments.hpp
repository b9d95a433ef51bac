#pragma once
// `args2_6`, which is a server's configuration file in JSON, as the server's command line.
#include <cstdint>
#include <string>
#include <vector>

#include "interpreter/systems/automation/located_json.hpp"

namespace failc::automation {

struct ServerArguments {
  std::uint16_t port = 0;
  bool binds_all = false;  // then without --bind_ip
  std::string bind_ip, db_path, log_path, set;  // empty where not given
  Span port_place, db_path_place, log_path_place, set_place;
  std::vector<std::string> words;  // but for --bind_ip
};

/// `owner` is the object that ought to hold `args2_6`. With `lenient`, keys that have no option here are left out.
ServerArguments read_server_arguments(const Located& owner, bool lenient, std::vector<Problem>& problems);

}  // namespace failc::automation
