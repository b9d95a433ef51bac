// What the stages leave for each other, without processes of a cluster.
#include "interpreter/live_cluster/state_file.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "interpreter/host/paths.hpp"
#include "interpreter/host/spawn.hpp"
#include "interpreter/live_cluster/common.hpp"
#include "interpreter/live_cluster/marked.hpp"

namespace failc::live_cluster {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class Folder : public testing::Test {
 protected:
  Folder() {
    char made[] = "/tmp/failc-live-XXXXXX";
    folder_ = ::mkdtemp(made);
  }
  ~Folder() override { fs::remove_all(folder_); }
  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  static std::string content(const std::string& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  State state() const {
    State out;
    out.agent = {.pid = 4'000'000, .start_time = 7, .boot = "another"};  // nobody
    out.config = path("agent-config.json");
    out.log = path("agent.log");
    out.topology = {{"version", 3}, {"processes", nlohmann::ordered_json::array()}};
    return out;
  }
  std::string folder_;
};

using StateFile = Folder;
using Recovering = Folder;
using Marks = Folder;

TEST_F(StateFile, IsReadAsItWasWritten) {
  const auto back = read_state(to_text(state()));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(to_text(*back), to_text(state()));
  EXPECT_EQ(back->agent.start_time, 7u);
  EXPECT_EQ(back->topology["version"], 3);
}

TEST_F(StateFile, NothingElseIsTaken) {
  const std::string good = to_text(state());
  for (std::size_t length = 0; length + 2 < good.size(); ++length) EXPECT_FALSE(read_state(good.substr(0, length))) << length;
  nlohmann::ordered_json json = nlohmann::ordered_json::parse(good);
  for (const auto& [key, value] : json.items()) {
    auto without = json;
    without.erase(key);
    EXPECT_FALSE(read_state(without.dump())) << key;
  }
  json["agent_config"] = "relative.json";
  EXPECT_FALSE(read_state(json.dump()));
  // Copied and written by recursion.
  EXPECT_FALSE(read_state(good.substr(0, good.rfind('}')) + ", \"deep\": " + std::string(1'000'000, '[') + std::string(1'000'000, ']') + "}"));
}

TEST_F(StateFile, AbsentOrEmptyIsNone) {
  EXPECT_FALSE(*load_state(path("none")));
  ASSERT_TRUE(write_atomically(path("empty"), ""));
  EXPECT_FALSE(*load_state(path("empty")));
  ASSERT_TRUE(write_atomically(path("bad"), "x"));
  const auto bad = load_state(path("bad"));
  ASSERT_FALSE(bad);
  EXPECT_NE(bad.error().message.find(path("bad")), std::string::npos);
}

TEST_F(StateFile, IsWrittenWholeOrNotAtAll) {
  ASSERT_TRUE(write_atomically(path("a"), "one"));
  ASSERT_TRUE(write_atomically(path("a"), "two"));
  EXPECT_EQ(content(path("a")), "two");
  EXPECT_FALSE(write_atomically(path("no/a"), "x"));
  EXPECT_FALSE(write_atomically(folder_ + "/", "x"));
  fs::create_directory(path("a.failc-new"));
  EXPECT_FALSE(write_atomically(path("a"), "three"));
  EXPECT_EQ(content(path("a")), "two");
}

TEST_F(StateFile, ALockedOneGrows) {
  auto lock = host::lock_file(path("s"));
  ASSERT_TRUE(lock && *lock);
  ASSERT_TRUE(write_locked(**lock, "short"));
  ASSERT_TRUE(write_locked(**lock, "longer text"));
  EXPECT_EQ(content(path("s")), "longer text");
}

TEST_F(StateFile, OpensForTheStageThatIsMeant) {
  StageOptions options;
  options.folder = folder_;
  options.agent_config = path("agent-config.json");
  options.agent_log = path("./x/../agent.log");
  EXPECT_NE(open_state(options).why.find("`failc start CONFIG` comes first"), std::string::npos);
  ASSERT_TRUE(write_atomically(path(kStartingName), to_text(state())));
  EXPECT_NE(open_state(options).why.find("`failc recover` cleans up"), std::string::npos);
  ASSERT_TRUE(write_atomically(path(kStateName), to_text(state())));
  {
    const Opened opened = open_state(options);
    EXPECT_TRUE(opened.state) << opened.why;
    EXPECT_NE(open_state(options).why.find("another stage"), std::string::npos) << "while the first holds it";
  }
  options.agent_log = path("other.log");
  EXPECT_NE(open_state(options).why.find("`--agent-log " + path("agent.log")), std::string::npos);
}

TEST_F(Recovering, OfNothingFindsNothing) { EXPECT_FALSE(recover(folder_).found); }

TEST_F(Recovering, RemovesWhatADeadOneLeft) {
  for (const char* name : {kStateName, kStartingName}) {
    ASSERT_TRUE(write_atomically(path(name), to_text(state())));
    ASSERT_TRUE(write_atomically(path("agent-config.json"), "{}"));
    const Recovery done = recover(folder_);
    EXPECT_TRUE(done.found && !done.alive && done.leaked.empty());
    EXPECT_TRUE(fs::is_empty(folder_)) << name;
  }
}

TEST_F(Recovering, SaysWhatItCouldNotRemove) {
  ASSERT_TRUE(write_atomically(path(kStateName), to_text(state())));
  fs::create_directory(path("agent-config.json"));
  EXPECT_NE(recover(folder_).leaked.find("agent-config.json"), std::string::npos);
  EXPECT_TRUE(fs::exists(path(kStateName))) << "by it the next try knows what there is";
  ASSERT_TRUE(write_atomically(path(kStateName), "{"));
  EXPECT_NE(recover(folder_).leaked.find("cannot be used"), std::string::npos);
}

TEST_F(Marks, FindAProcessWhoeverItsParentIs) {
  const std::string config = path("agent-config.json");
  host::SpawnOptions options;
  options.argv = {"sleep", "60"};
  options.environment = server_marks(config, "a", "f00d");
  const auto pid = host::spawn(options);
  ASSERT_TRUE(pid) << pid.error().message;
  const auto found = marked_processes(config);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].stat.pid, *pid);
  EXPECT_EQ(found[0].process, "a");
  EXPECT_EQ(found[0].fingerprint, "f00d");
  EXPECT_TRUE(marked_processes(config + "x").empty());
  EXPECT_TRUE(marked_processes(path("agent-config.jso")).empty());
  EXPECT_TRUE(end_processes({found[0].stat}, 5s));
  EXPECT_TRUE(marked_processes(config).empty()) << "one that is over but not reaped is none";
  EXPECT_EQ(::waitpid(*pid, nullptr, 0), *pid);
}

TEST_F(Marks, OnAProcessThatDoesNotListen) {
  host::SpawnOptions options;
  options.argv = {"sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done"};
  options.environment = agent_marks(path("c"));
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  options.output = ends[1];
  const auto pid = host::spawn(options);
  ASSERT_TRUE(pid);
  ::close(ends[1]);
  char byte = 0;
  EXPECT_EQ(::read(ends[0], &byte, 1), 1) << "it ignores SIGTERM from here on";
  ::close(ends[0]);
  const auto found = marked_processes(path("c"));
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found[0].process, "");
  std::vector<host::ProcessStat> all;
  for (const Marked& one : found) all.push_back(one.stat);
  EXPECT_TRUE(end_processes(all, 100ms));
  int status = 0;
  EXPECT_EQ(::waitpid(*pid, &status, 0), *pid);
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
}

TEST_F(Marks, SameFiles) {
  ASSERT_TRUE(write_atomically(path("a"), ""));
  fs::create_symlink("a", path("b"));
  fs::create_hard_link(path("a"), path("c"));
  EXPECT_TRUE(same_file(path("a"), path("x/../a")));
  EXPECT_TRUE(same_file(path("a"), path("b")));
  EXPECT_TRUE(same_file(path("a"), path("c")));
  EXPECT_FALSE(same_file(path("a"), path("d")));
  EXPECT_TRUE(same_file(path("d"), path("./d"))) << "it need not be there";
}

}  // namespace
}  // namespace failc::live_cluster
