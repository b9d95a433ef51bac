#include "interpreter/journal/file_journal.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "interpreter/journal/reader.hpp"

namespace failc::journal {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

class FileJournalTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "failc-journal-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    base_ = name;
  }
  void TearDown() override { fs::remove_all(base_); }

  std::string path(const std::string& name) const { return (base_ / name).string(); }
  static Json record(const std::string& kind) {
    Json json{{"at", 1}, {"kind", kind}};
    if (kind == "run") json["format"] = kFormat;
    return json;
  }
  static void finish(const std::string& folder) {
    auto journal = FileJournal::open(folder, {1});
    ASSERT_TRUE(journal) << journal.error().message;
    ASSERT_TRUE((*journal)->append(record("run"), true) && (*journal)->append(record("end"), true));
  }
  static std::string error_of(const std::string& folder) {
    auto journal = FileJournal::open(folder, {99});
    return journal ? "" : journal.error().message;
  }

  fs::path base_;
};

/// Without effects, scenarios that are over at once do not write each for itself; whoever is done is in the file.
TEST_F(FileJournalTest, RunsWithoutEffectsWriteTogether) {
  const std::string folder = path("idle");
  const auto lines = [&] {
    std::ifstream in(folder + "/journal.jsonl");
    return std::count(std::istreambuf_iterator<char>(in), {}, '\n');
  };
  auto journal = FileJournal::open(folder, {.pid = 7, .sync = false});
  ASSERT_TRUE(journal) << journal.error().message;
  ASSERT_TRUE((*journal)->append(record("run"), true));
  ASSERT_TRUE((*journal)->flush());
  const auto begun = std::chrono::steady_clock::now();
  ASSERT_TRUE((*journal)->append(record("verdict"), false) && (*journal)->scenario_ended());
  if (std::chrono::steady_clock::now() - begun < std::chrono::milliseconds(50)) {
    EXPECT_EQ(lines(), 1);
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(120));
  ASSERT_TRUE((*journal)->scenario_ended());
  EXPECT_EQ(lines(), 2);
  ASSERT_TRUE((*journal)->append(record("verdict"), false) && (*journal)->flush());
  EXPECT_EQ(lines(), 3);
}

TEST_F(FileJournalTest, WritesNumberedLinesThatAreReadBack) {
  const std::string folder = path("a/b/c");
  {
    auto journal = FileJournal::open(folder, {7});
    ASSERT_TRUE(journal) << journal.error().message;
    Json first = record("run");
    first["text"] = "\xff not UTF-8 \n";
    ASSERT_TRUE((*journal)->append(first, true));
    ASSERT_TRUE((*journal)->append(record("step"), false));
    ASSERT_TRUE((*journal)->history(Json{{"w", "writes"}}));
  }
  struct stat info{};
  ASSERT_EQ(::stat(folder.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
  const auto contents = read(folder + "/journal.jsonl");
  ASSERT_TRUE(contents) << contents.error().message;
  ASSERT_EQ(contents->records.size(), 2u);
  EXPECT_EQ(contents->records[0].begin().key(), "n");
  EXPECT_EQ(contents->records[1]["n"], 2);
  EXPECT_FALSE(contents->torn);
  EXPECT_FALSE(finished(*contents));
  std::ifstream history(folder + "/history.jsonl");
  std::string line;
  std::getline(history, line);
  EXPECT_EQ(line, "{\"w\":\"writes\"}");
}

TEST_F(FileJournalTest, ASecondRunIsToldWhoHoldsTheFolder) {
  const std::string folder = path("run");
  auto journal = FileJournal::open(folder, {4711});
  ASSERT_TRUE(journal);
  EXPECT_NE(error_of(folder).find("in use: failc with pid 4711"), std::string::npos) << error_of(folder);
}

TEST_F(FileJournalTest, ADeadRunIsRefusedWithTheCommandThatRecoversIt) {
  const std::string folder = path("run");
  {
    auto journal = FileJournal::open(folder, {1});
    ASSERT_TRUE(journal && (*journal)->append(record("run"), true));
  }
  EXPECT_NE(error_of(folder).find("`failc recover " + folder + "`"), std::string::npos) << error_of(folder);
  EXPECT_TRUE(fs::exists(folder + "/journal.jsonl"));
}

TEST_F(FileJournalTest, AFolderWithALedgerAndNoJournalIsADeadRun) {
  const std::string folder = path("run");
  fs::create_directory(folder);
  std::ofstream(folder + "/ledger.jsonl") << "\n{\"kind\":\"agent\",\"run\":\"r\",\"pid\":1}\n";
  EXPECT_NE(error_of(folder).find("failc recover"), std::string::npos) << error_of(folder);
}

TEST_F(FileJournalTest, AFinishedOrRecoveredRunIsReplaced) {
  const std::string folder = path("run");
  finish(folder);
  fs::create_directories(folder + "/nodes/kv.app[0]");
  std::ofstream(folder + "/agent.log") << "x";
  std::ofstream(folder + "/report.xml") << "x";
  {
    auto journal = FileJournal::open(folder, {1});
    ASSERT_TRUE(journal) << journal.error().message;
    EXPECT_FALSE(fs::exists(folder + "/nodes"));
    EXPECT_FALSE(fs::exists(folder + "/agent.log"));
    EXPECT_TRUE(fs::exists(folder + "/report.xml")) << "only what failc makes itself is removed";
    ASSERT_TRUE((*journal)->append(record("run"), true) && (*journal)->append(record("recovered"), true));
  }
  EXPECT_EQ(error_of(folder), "");
}

TEST_F(FileJournalTest, AFolderOfSomeoneElseIsLeftAlone) {
  const std::string folder = path("photos");
  fs::create_directory(folder);
  std::ofstream(folder + "/cat.jpg") << "x";
  EXPECT_NE(error_of(folder).find("`cat.jpg`, which is not of failc's making"), std::string::npos) << error_of(folder);
  EXPECT_TRUE(fs::exists(folder + "/cat.jpg"));
  EXPECT_FALSE(fs::exists(folder + "/lock"));
}

TEST_F(FileJournalTest, NamesAloneDoNotMakeAFolderARuns) {
  const auto content = [](const std::string& file) {
    std::string text;
    std::getline(std::ifstream(file), text);
    return text;
  };
  for (const char* name : {"nodes", "lock", "history.jsonl", "ledger.jsonl", "journal.jsonl", "agent.lock", "agent.smith", "driver-x.log"}) {
    const std::string folder = path(std::string("of-") + name), file = folder + "/" + name;
    fs::create_directory(folder);
    std::ofstream(file) << "{\"n\":1,\"mine\":true}\n";
    EXPECT_NE(error_of(folder).find("is not of failc's making"), std::string::npos) << name << ": " << error_of(folder);
    EXPECT_EQ(content(file), "{\"n\":1,\"mine\":true}") << name;
  }
  fs::create_directories(path("tree") + "/nodes/mine");
  EXPECT_NE(error_of(path("tree")).find("`nodes`"), std::string::npos);
  // A lock that is a link: what it leads to is not written to.
  std::ofstream(path("victim")) << "dear";
  finish(path("linked"));
  fs::remove(path("linked") + "/lock");
  fs::create_symlink("../victim", path("linked") + "/lock");
  EXPECT_NE(error_of(path("linked")), "");
  EXPECT_EQ(content(path("victim")), "dear");
}

TEST_F(FileJournalTest, AFolderThatAFailcDiedMakingIsTakenOver) {
  const std::string folder = path("run");
  fs::create_directories(folder + "/nodes");
  std::ofstream(folder + "/lock") << "4711\n";
  for (const char* name : {"journal.jsonl", "history.jsonl", "agent.log", "driver-kv.log"}) std::ofstream(folder + "/" + name).flush();
  EXPECT_EQ(error_of(folder), "");
}

TEST_F(FileJournalTest, OnlyFailcsOwnFilesOfARunAreRemoved) {
  const std::string folder = path("run");
  finish(folder);
  for (const char* name : {"agent.smith", "driver-notes.txt", "driver-kv.log"}) std::ofstream(folder + "/" + name) << "x";
  EXPECT_EQ(error_of(folder), "");
  EXPECT_TRUE(fs::exists(folder + "/agent.smith"));
  EXPECT_TRUE(fs::exists(folder + "/driver-notes.txt"));
  EXPECT_FALSE(fs::exists(folder + "/driver-kv.log"));
}

TEST_F(FileJournalTest, WhatIsDiscardedNeverWas) {
  const std::string folder = path("run");
  {
    auto journal = FileJournal::open(folder, {1});
    ASSERT_TRUE(journal);
    std::ofstream(folder + "/agent.lock") << "{\"run\":\"r\"}\n";
    ASSERT_TRUE((*journal)->discard());
  }
  EXPECT_EQ(error_of(folder), "");
}

TEST_F(FileJournalTest, WhatIsNoFolderIsSaidSo) {
  std::ofstream(path("file")) << "x";
  EXPECT_NE(error_of(path("file")).find("is no folder"), std::string::npos) << error_of(path("file"));
  EXPECT_NE(error_of(path("file") + "/below"), "");
  EXPECT_NE(error_of("/proc/nowhere/run"), "");
}

TEST_F(FileJournalTest, AFullDiskIsAnErrorAndLeavesWholeRecords) {
  const std::string folder = path("run");
  auto journal = FileJournal::open(folder, {1});
  ASSERT_TRUE(journal && (*journal)->append(record("run"), false));
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit tight = before;
  tight.rlim_cur = 100;
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  Json large = record("step");
  large["text"] = std::string(500, 'x');
  const Status status = (*journal)->append(large, true);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().message.find("cannot write"), std::string::npos);
  const auto contents = read(folder + "/journal.jsonl");
  ASSERT_TRUE(contents) << contents.error().message;
  EXPECT_EQ(contents->records.size(), 1u);
  EXPECT_FALSE(contents->torn);
}

TEST_F(FileJournalTest, ReadingIgnoresATornLineAndRefusesGarbage) {
  const std::string file = path("journal.jsonl");
  std::ofstream(file) << "{\"n\":1,\"at\":0,\"kind\":\"run\",\"format\":1}\n{\"n\":2,\"at\":0,\"ki";
  auto contents = read(file);
  ASSERT_TRUE(contents) << contents.error().message;
  EXPECT_TRUE(contents->torn);
  EXPECT_EQ(contents->records.size(), 1u);

  const auto error = [&](const char* text) {
    std::ofstream(file, std::ios::trunc) << text;
    const auto wrong = read(file);
    return wrong ? std::string() : wrong.error().message;
  };
  EXPECT_NE(error("{\"n\":1,\"kind\":\"a\"}\ngarbage\n").find("line 2"), std::string::npos);
  EXPECT_NE(error("{\"n\":1,\"kind\":\"a\"}\n{\"n\":3,\"kind\":\"a\"}\n").find("its `n` should be 2"), std::string::npos);
  EXPECT_NE(error("{\"n\":1}\n").find("no `kind`"), std::string::npos);
  EXPECT_NE(error("[]\n").find("no JSON object"), std::string::npos);
  EXPECT_NE(error("{\"n\":1,\"kind\":\"run\",\"format\":99}\n").find("its format is 99"), std::string::npos);
  EXPECT_EQ(error(""), "");
  EXPECT_NE(read(path("absent")).error().message.find("No such file"), std::string::npos);
}

}  // namespace
}  // namespace failc::journal
