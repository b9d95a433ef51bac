// failc: picks the subcommand. `--version` is answered before anything else is made, since scripts ask for it often.
#include <malloc.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "grammar/diag/diagnostic.hpp"
#include "interpreter/host/standard.hpp"
#include "interpreter/systems/automation/names.hpp"
#include "tools/failc/command.hpp"
#include "tools/failc/terminal.hpp"

namespace failc::tools {
namespace {

constexpr const char* kHelp =
    "failc runs what a `.fail` file says: it brings a cluster up, breaks it, asks what must hold, and undoes everything\n"
    "\n"
    "  failc check   FILE|DIR...   everything that can be known before running\n"
    "  failc lint    FILE|DIR...   likely mistakes on top of that; `--fix` mends what it can\n"
    "  failc fmt     FILE|DIR...   one style, without options; `-` is standard input\n"
    "  failc plan    FILE          what would be done, how long it can take, what it touches\n"
    "  failc run     FILE|DIR...   does it\n"
    "  failc list    FILE|DIR...   scenarios with their ids, tags, backends and bounds\n"
    "  failc import  SPEC...       a spec in YAML or JSON as a `.fail` file\n"
    "  failc report  JOURNAL       reports of a run from its folder, later\n"
    "  failc recover [DIR]         undoes whatever runs that died left behind\n"
    "  failc explain [CODE]        what a diagnostic means, with a wrong and a right sample\n"
    "\n"
    "  failc start    CONFIG       a live cluster by an automation config, to be failed over in stages\n"
    "  failc scenario --sleep T    restarts each of its processes\n"
    "  failc stop                  ends it\n"
    "  failc agent -cluster CONFIG the automation agent's stand-in, which the three above use\n"
    "\n"
    "  failc COMMAND --help        the options of one\n"
    "  failc --version\n";

struct Command {
  const char* name;
  Exit (*run)(const Words&);  // null: part of the command line's contract, not in this version
};

constexpr Command kCommands[] = {
    {"check", check_command}, {"fmt", fmt_command}, {"plan", plan_command}, {"run", run_command}, {"list", list_command}, {"recover", recover_command},
    {"lint", lint_command},  {"import", import_command},  {"report", report_command},    {"explain", explain_command}, {"start", start_command}, {"scenario", scenario_command},
    {"stop", stop_command},   {"agent", agent_command}, {"node", nullptr},   {"lsp", nullptr},
};

/// A pipe that closes early, or a limit on file sizes, must not end failc before it has undone what it did. A handler, unlike
/// SIG_IGN, is not inherited by the programs that failc starts.
void outlive_failed_writes() {
  struct sigaction action {};
  action.sa_handler = [](int) {};
  action.sa_flags = SA_RESTART;
  sigaction(SIGPIPE, &action, nullptr);
  sigaction(SIGXFSZ, &action, nullptr);
}

Exit unknown(const std::string& word) {
  std::vector<std::string_view> names;
  for (const Command& command : kCommands)
    if (command.run) names.push_back(command.name);
  const std::string_view near = diag::nearest(word, names);
  const bool option = word.starts_with("-");
  complain(std::string("unknown ") + (option ? "option" : "command") + " `" + word + "`" +
           (near.empty() ? "; `failc --help` lists all" : "; did you mean `" + std::string(near) + "`?"));
  return Exit::input;
}

Exit dispatch(int argc, char** argv) {
  const std::string_view called = argc > 0 ? argv[0] : "";
  if (called.substr(called.rfind('/') + 1) == automation::kAgentProgram) return agent_command(Words(argv + 1, argv + argc));
  if (argc < 2) {
    std::fputs(kHelp, stderr);
    return Exit::input;
  }
  const std::string word = argv[1];
  if (word == "--help" || word == "-h" || word == "help") {
    say(kHelp);
    return Exit::pass;
  }
  const Words rest(argv + 2, argv + argc);
  for (const Command& command : kCommands) {
    if (word != command.name) continue;
    if (command.run) return command.run(rest);
    complain("`failc " + word + "` is not in this version yet");
    return Exit::input;
  }
  return unknown(word);
}

/// Standard output that could not be written is a failure like any other, but for a reader that has gone.
Exit finish(Exit code) {
  put("");
  const int wrong = output_error();
  if (wrong == 0 || wrong == EPIPE || code != Exit::pass) return code;
  complain(std::string("cannot write standard output: ") + std::strerror(wrong));
  return Exit::environment;
}

}  // namespace
}  // namespace failc::tools

int main(int argc, char** argv) {
  failc::host::occupy_standard_descriptors();
  if (argc == 2 && std::strcmp(argv[1], "--version") == 0) {
    constexpr char text[] = "failc " FAILC_VERSION "\n";
    return ::write(STDOUT_FILENO, text, sizeof text - 1) == sizeof text - 1 ? 0 : 3;
  }
  // What a short run gives back it asks for again: the trees of spec files, batch by batch.
  ::mallopt(M_TRIM_THRESHOLD, 256 << 20);
  ::mallopt(M_TOP_PAD, 4 << 20);
  failc::tools::outlive_failed_writes();
  return static_cast<int>(failc::tools::finish(failc::tools::dispatch(argc, argv)));
}
