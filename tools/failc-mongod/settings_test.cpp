#include "tools/failc-mongod/settings.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace failc::mongod_host {
namespace {

Settings read(const std::vector<std::string>& words) {
  const Result<Invocation> asked = read_command_line(words);
  EXPECT_TRUE(asked) << asked.error().message;
  return asked ? asked->settings : Settings{};
}

std::string refused(const std::vector<std::string>& words) {
  const Result<Invocation> asked = read_command_line(words);
  return asked ? "it was taken" : asked.error().message;
}

void expect_refused(const std::vector<std::string>& words, const std::string& part) {
  EXPECT_NE(refused(words).find(part), std::string::npos) << "wanted: " << part << "\ngot: " << refused(words);
}

/// A file that is gone with this object.
class Config {
 public:
  explicit Config(const std::string& text) : path_(::testing::TempDir() + "failc-mongod-" + std::to_string(::getpid()) + ".conf") {
    std::ofstream(path_) << text;
  }
  ~Config() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(CommandLine, SaysNothing) {
  const Settings settings = read({});
  EXPECT_EQ(settings.port, 27017);
  EXPECT_EQ(settings.bind, std::vector<std::string>{"127.0.0.1"});
  EXPECT_EQ(settings.dbpath, "/data/db");
  EXPECT_EQ(settings.version, "8.0.4");
  EXPECT_EQ(settings.max_connections, 1000u);
  EXPECT_EQ(settings.oplog_megabytes, 4u);
  EXPECT_FALSE(settings.fork || settings.log_append || settings.quiet);
  EXPECT_FALSE(settings.seed);
}

TEST(CommandLine, SaysWhatHasNoEffect) {
  const Settings settings = read({"--storageEngine", "wiredTiger", "--directoryperdb", "--wiredTigerCacheSizeGB=0.5", "--ipv6", "--timeStampFormat", "iso8601-utc", "--networkMessageCompressors", "zlib,zstd",
                                  "--wiredTigerCollectionBlockCompressor", "zstd", "--wiredTigerJournalCompressor", "none", "--wiredTigerDirectoryForIndexes", "--port", "77"});
  EXPECT_EQ(settings.port, 77);
  EXPECT_EQ(settings.bind, std::vector<std::string>{"127.0.0.1"});
  expect_refused({"--storageEngine"}, "--storageEngine");
}

TEST(CommandLine, SaysEverything) {
  const Settings settings = read({"--port",
                                  "1234",
                                  "--bind_ip=localhost, ::1,10.0.0.1",
                                  "--dbpath",
                                  "d",
                                  "--logpath",
                                  "l",
                                  "--logappend",
                                  "--fork",
                                  "--pidfilepath",
                                  "p",
                                  "--replSet",
                                  "rs0",
                                  "--setParameter",
                                  "a=1",
                                  "--setParameter=b=x=y",
                                  "--reportVersion",
                                  "4.4",
                                  "--seed",
                                  "18446744073709551615",
                                  "--quiet",
                                  "-vvv",
                                  "--oplogSize",
                                  "50",
                                  "--maxConns",
                                  "5"});
  EXPECT_EQ(settings.port, 1234);
  EXPECT_EQ(settings.bind, (std::vector<std::string>{"localhost", "::1", "10.0.0.1"}));
  EXPECT_EQ(settings.dbpath, "d");
  EXPECT_EQ(settings.log_path, "l");
  EXPECT_TRUE(settings.log_append && settings.fork && settings.quiet);
  EXPECT_EQ(settings.pid_file, "p");
  EXPECT_EQ(settings.replica_set, "rs0");
  EXPECT_EQ(settings.parameters, (Parameters{{"a", "1"}, {"b", "x=y"}}));
  EXPECT_EQ(settings.version, "4.4.29");
  EXPECT_EQ(settings.seed, 18446744073709551615u);
  EXPECT_EQ(settings.max_connections, 5u);
  EXPECT_EQ(settings.oplog_megabytes, 50u);
  EXPECT_EQ(read({"--bind_ip_all"}).bind, std::vector<std::string>{"0.0.0.0"});
}

TEST(CommandLine, Tasks) {
  EXPECT_EQ(read_command_line({"--shutdown", "--dbpath", "d"})->task, Task::shut_down);
  EXPECT_EQ(read_command_line({"--help"})->task, Task::print);
  const Result<Invocation> version = read_command_line({"--version", "--reportVersion", "5.0.1"});
  ASSERT_EQ(version->task, Task::print);
  EXPECT_NE(version->text.find("not MongoDB's server"), std::string::npos);
  EXPECT_NE(version->text.find("5.0.1"), std::string::npos);
}

TEST(CommandLine, BadWords) {
  expect_refused({"--dbpth", "x"}, "unknown option `--dbpth`; did you mean `--dbpath`?");
  expect_refused({"--dbpth=x"}, "unknown option `--dbpth`; did you mean");
  expect_refused({"--frobnicate"}, "unknown option `--frobnicate`; `--help` lists all");
  expect_refused({"-x"}, "unknown option `-x`");
  expect_refused({"stray"}, "`stray` belongs to no option");
  for (const char* port : {"0", "65536", "-1", "x", "", "1x", "27017 "}) expect_refused({std::string("--port=") + port}, "--port");
  expect_refused({"--port"}, "--port");
  expect_refused({"--port", "1", "--port", "2"}, "--port");
  expect_refused({"--dbpath="}, "--dbpath");
  expect_refused({"--seed", "-1"}, "`--seed -1`");
  expect_refused({"--maxConns", "0"}, "`--maxConns 0`");
  expect_refused({"--oplogSize", "0"}, "`--oplogSize 0` is not a number from 1");
  expect_refused({"--oplogSize", "4MB"}, "`--oplogSize 4MB`");
  expect_refused({"--setParameter", "a"}, "`--setParameter a`: wanted is NAME=VALUE");
  expect_refused({"--setParameter", "=a"}, "NAME=VALUE");
  expect_refused({"--setParameter", "a=1", "b=2"}, "`b=2` belongs to no option");
  expect_refused({"--bind_ip", "a,,b"}, "an empty address");
  expect_refused({"--bind_ip", "a", "--bind_ip_all"}, "both given");
  expect_refused({"--fork"}, "`--fork` needs `--logpath`");
  expect_refused({"--config", "/nowhere/at/all"}, "`--config /nowhere/at/all` cannot be read");
  expect_refused({"--config", "/"}, "`--config /` cannot be read");
}

TEST(CommandLine, Versions) {
  for (const auto& [word, version] : std::vector<std::pair<std::string, std::string>>{{"4.0", "4.0.28"},
                                                                                      {"4.2", "4.2.25"},
                                                                                      {"5.0", "5.0.31"},
                                                                                      {"6.0", "6.0.20"},
                                                                                      {"7.0", "7.0.16"},
                                                                                      {"8.0", "8.0.4"},
                                                                                      {"8.0.0", "8.0.0"},
                                                                                      {"4.2.1", "4.2.1"}})
    EXPECT_EQ(read({"--reportVersion", word}).version, version);
  for (const char* word : {"3.6", "4", "4.1", "8.1", "8.0.", "8.0.x", "8.0.1.2", "v8.0", "8.0.1234", "80", ""})
    expect_refused({std::string("--reportVersion=") + word}, "--reportVersion");
}

TEST(Config, WholeFileAndTheCommandLineWins) {
  const Config config(
      "systemLog:\n  destination: file\n  path: /l\n  logAppend: true\n  verbosity: 1\nstorage: {dbPath: /d}\nnet:\n  port: 1\n  bindIp: "
      "127.0.0.1,::1\n"
      "  maxIncomingConnections: 7\nreplication:\n  replSetName: rs1\n  oplogSizeMB: 9\nsetParameter:\n  a: 1\n  b: "
      "true\nprocessManagement:\n  fork: true\n "
      " pidFilePath: /p\n");
  const Settings file = read({"-f", config.path()});
  EXPECT_EQ(file.log_path, "/l");
  EXPECT_TRUE(file.log_append && file.fork);
  EXPECT_EQ(file.dbpath, "/d");
  EXPECT_EQ(file.port, 1);
  EXPECT_EQ(file.bind, (std::vector<std::string>{"127.0.0.1", "::1"}));
  EXPECT_EQ(file.max_connections, 7u);
  EXPECT_EQ(file.oplog_megabytes, 9u);
  EXPECT_EQ(file.replica_set, "rs1");
  EXPECT_EQ(file.pid_file, "/p");
  EXPECT_EQ(file.parameters, (Parameters{{"a", "1"}, {"b", "true"}}));

  const Settings both =
      read({"--config", config.path(), "--port", "2", "--replSet", "rs2", "--setParameter", "a=2", "--bind_ip_all", "--dbpath", "/e"});
  EXPECT_EQ(both.port, 2);
  EXPECT_EQ(both.replica_set, "rs2");
  EXPECT_EQ(both.dbpath, "/e");
  EXPECT_EQ(both.bind, std::vector<std::string>{"0.0.0.0"});
  EXPECT_EQ(both.parameters, (Parameters{{"b", "true"}, {"a", "2"}}));
  EXPECT_EQ(both.log_path, "/l");
}

TEST(Config, OtherFormsOfTheSame) {
  EXPECT_EQ(read_config("net.port: 5\nstorage.dbPath: /x\n", "c")->port, 5);
  EXPECT_EQ(read_config(R"({"net": {"port": 6}})", "c")->port, 6);
  EXPECT_FALSE(read_config("", "c")->port);
  EXPECT_FALSE(read_config("# nothing\nnet:\nsetParameter:\n", "c")->port);
}

TEST(Config, MistakesHaveTheirLine) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"net:\n  port: 1\n  prot: 2\n", "c:3: unknown key `net.prot`; did you mean `net.port`?"},
      {"sharding:\n  clusterRole: shardsvr\n", "c:1: unknown key `sharding`"},
      {"net:\n  port: 0\n", "c:2: `net.port: 0` is not a number from 1 to 65535"},
      {"net:\n  port: [1]\n", "c:2: `net.port` takes one value"},
      {"net: 5\n", "c:1: `net` is a map of keys"},
      {"net:\n  port: 1\n  port: 2\n", "c:3: `net.port` is given twice"},
      {"net:\n  port: 1\nnet.port: 2\n", "c:3: `net.port` is given twice"},
      {"- a\n", "c:1: a configuration is a map of keys"},
      {"? [a]\n: b\n", "c:1: a key is a word"},
      {"systemLog:\n  destination: syslog\n", "c:2: `systemLog.destination: syslog` is not supported"},
      {"systemLog:\n  logAppend: yes\n", "c:2: `systemLog.logAppend: yes` is neither"},
      {"\nstorage:\n  dbPath: \"\"\n", "c:3: `storage.dbPath: ` is empty"},
      {"setParameter: 1\n", "c:1: `setParameter` is a map"},
      {"setParameter:\n  a: {b: 1}\n", "c:2: a parameter has a name and one value"},
      {"setParameter:\n  a: 1\n  a: 2\n", "c:3: the parameter `a` is given twice"},
      {"net:\n\tport: 1\n", "c:2: not YAML"},
      {"net: {port: 1\n", ": not YAML"},
      {"net: *nothing\n", "c:1: not YAML"},
  };
  for (const auto& [text, part] : cases) {
    const Result<Given> given = read_config(text, "c");
    ASSERT_FALSE(given) << text;
    EXPECT_NE(given.error().message.find(part), std::string::npos) << "wanted: " << part << "\ngot: " << given.error().message;
  }
  EXPECT_FALSE(read_config(std::string(100000, '['), "c")) << "nesting without an end";
}

}  // namespace
}  // namespace failc::mongod_host
