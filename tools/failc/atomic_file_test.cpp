#include "tools/failc/atomic_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

namespace failc::tools {
namespace {

namespace fs = std::filesystem;

class AtomicFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = fs::temp_directory_path() / "failc-atomic-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    root_ = name;
  }
  void TearDown() override { fs::remove_all(root_); }
  std::string read(const fs::path& path) {
    std::ostringstream out;
    out << std::ifstream(path).rdbuf();
    return out.str();
  }
  std::size_t entries() { return static_cast<std::size_t>(std::distance(fs::directory_iterator(root_), fs::directory_iterator{})); }
  fs::path root_;
};

TEST_F(AtomicFile, KeepsTheModeAndLeavesNothingElse) {
  std::ofstream(root_ / "f") << "old";
  fs::permissions(root_ / "f", fs::perms(0640));
  ASSERT_TRUE(write_whole(root_ / "f", "new"));
  EXPECT_EQ(read(root_ / "f"), "new");
  EXPECT_EQ(fs::status(root_ / "f").permissions(), fs::perms(0640));
  EXPECT_EQ(entries(), 1u);
}

TEST_F(AtomicFile, WritesThroughSymbolicLinks) {
  std::ofstream(root_ / "f") << "old";
  fs::create_symlink("f", root_ / "link");
  ASSERT_TRUE(write_whole(root_ / "link", "new"));
  EXPECT_TRUE(fs::is_symlink(root_ / "link"));
  EXPECT_EQ(read(root_ / "f"), "new");
}

TEST_F(AtomicFile, NewFilesFollowTheMask) {
  const mode_t mask = ::umask(027);
  ASSERT_TRUE(write_whole(root_ / "f", "new"));
  ::umask(mask);
  EXPECT_EQ(fs::status(root_ / "f").permissions(), fs::perms(0640));
}

TEST_F(AtomicFile, ProbesLeaveNothingAndFindWhatCannotBe) {
  EXPECT_TRUE(probe_writable(root_ / "f"));
  EXPECT_EQ(entries(), 0u);
  EXPECT_FALSE(probe_writable(root_ / "absent/f"));
  EXPECT_FALSE(probe_writable(root_));
  EXPECT_FALSE(write_whole(root_ / "absent/f", "x"));
}

TEST_F(AtomicFile, KeepsTheOwner) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  std::ofstream(root_ / "f") << "old";
  ASSERT_EQ(::chown((root_ / "f").c_str(), 65534, 65533), 0);
  fs::permissions(root_ / "f", fs::perms(0640));
  ASSERT_TRUE(write_whole(root_ / "f", "new"));
  struct stat status {};
  ASSERT_EQ(::stat((root_ / "f").c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, 65534u);
  EXPECT_EQ(status.st_gid, 65533u);
  EXPECT_EQ(status.st_mode & 07777, 0640u);
  EXPECT_EQ(read(root_ / "f"), "new");
}

/// As another user where the test is root's, whom no permission stops: true where `check` held.
bool as_nobody(const std::function<bool()>& check) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit((::geteuid() != 0 || (::setgid(65534) == 0 && ::setuid(65534) == 0)) && check() ? 0 : 1);
  int status = 1;
  ::waitpid(child, &status, 0);
  return status == 0;
}

TEST_F(AtomicFile, RefusesAFileThatIsReadOnly) {
  fs::permissions(root_, fs::perms(0777));
  std::ofstream(root_ / "f") << "old";
  fs::permissions(root_ / "f", fs::perms(0444));
  EXPECT_TRUE(as_nobody([&] { return !write_whole(root_ / "f", "new") && !probe_writable(root_ / "f"); }));
  EXPECT_EQ(read(root_ / "f"), "old");
}

TEST_F(AtomicFile, WritesInPlaceWhereNothingElseIsAllowed) {
  std::ofstream(root_ / "f") << "something old";
  fs::permissions(root_ / "f", fs::perms(0666));
  fs::permissions(root_, fs::perms(0555));
  EXPECT_TRUE(as_nobody([&] { return probe_writable(root_ / "f") && write_whole(root_ / "f", "new"); }));
  fs::permissions(root_, fs::perms(0755));
  EXPECT_EQ(read(root_ / "f"), "new");
  EXPECT_EQ(entries(), 1u);
}

TEST_F(AtomicFile, DevicesAreWrittenStraight) {
  EXPECT_TRUE(write_whole("/dev/null", "x"));
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  EXPECT_FALSE(write_whole("/dev/full", "x"));
}

}  // namespace
}  // namespace failc::tools
