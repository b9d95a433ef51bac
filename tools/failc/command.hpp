#pragma once
// The subcommands, one file each, and what their exit codes mean.
#include <string>
#include <string_view>
#include <vector>

namespace failc::tools {

enum class Exit : int { pass = 0, failed = 1, input = 2, environment = 3, leaked = 4, interrupted = 130 };

/// What stands behind the subcommand's name.
using Words = std::vector<std::string>;

Exit check_command(const Words& words);
Exit lint_command(const Words& words);
Exit fmt_command(const Words& words);
Exit plan_command(const Words& words);
Exit run_command(const Words& words);
Exit list_command(const Words& words);
Exit import_command(const Words& words);
Exit report_command(const Words& words);
Exit recover_command(const Words& words);
Exit explain_command(const Words& words);
Exit start_command(const Words& words);
Exit scenario_command(const Words& words);
Exit stop_command(const Words& words);
Exit agent_command(const Words& words);

/// `failc: TEXT` on standard error.
void complain(std::string_view text);

}  // namespace failc::tools
