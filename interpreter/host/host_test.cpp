#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <filesystem>
#include <fstream>
#include <set>

#include "interpreter/host/follow.hpp"
#include "interpreter/host/http_url.hpp"
#include "interpreter/host/locks.hpp"
#include "interpreter/host/paths.hpp"
#include "interpreter/host/ports.hpp"
#include "interpreter/host/process.hpp"
#include "interpreter/host/spawn.hpp"

namespace failc::host {
namespace {

struct Temporary {
  Temporary() {
    char pattern[] = "/tmp/failc-host-test-XXXXXX";
    path = ::mkdtemp(pattern);
  }
  ~Temporary() { std::filesystem::remove_all(path); }
  std::string path;
};

TEST(Process, AnotherStartTimeIsAnotherProcess) {
  const auto pid = spawn({{"sleep", "100"}, {}, "", -1, -1});
  ASSERT_TRUE(pid) << pid.error().message;
  const auto stat = stat_of(*pid);
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->parent, ::getpid());
  EXPECT_EQ(stat->group, *pid);
  EXPECT_EQ(stat->session, *pid);
  EXPECT_EQ(stat->program, "sleep");
  EXPECT_FALSE(send_signal(*pid, stat->start_time + 1, SIGKILL));
  EXPECT_FALSE(alive({*pid, stat->start_time + 1, boot_id()}));
  EXPECT_FALSE(alive({*pid, stat->start_time, "another boot"}));
  EXPECT_TRUE(alive({*pid, stat->start_time, boot_id()}));
  EXPECT_TRUE(send_signal(*pid, stat->start_time, SIGKILL));
  int status = 0;
  ::waitid(P_PID, static_cast<id_t>(*pid), nullptr, WEXITED | WNOWAIT);
  EXPECT_FALSE(alive({*pid, stat->start_time, boot_id()})) << "a zombie is not alive";
  EXPECT_EQ(::waitpid(*pid, &status, 0), *pid);
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
  EXPECT_FALSE(send_signal(*pid, stat->start_time, SIGKILL));
  EXPECT_FALSE(send_signal(0, 0, SIGKILL));
  EXPECT_FALSE(send_signal(1, 0, 0));
}

TEST(Process, NamesSignals) {
  EXPECT_EQ(signal_number("TERM"), SIGTERM);
  EXPECT_EQ(signal_number("SIGUSR1"), SIGUSR1);
  EXPECT_EQ(signal_number("9"), 9);
  for (const char* bad : {"", "term", "0", "-1", "999", "SIG"}) EXPECT_FALSE(signal_number(bad)) << bad;
}

TEST(Process, EnvironmentEntriesAreWhole) {
  const std::string environment("A=1\0FAILC_RUN=ab\0B=2", 20);
  EXPECT_TRUE(has_entry(environment, "FAILC_RUN=ab"));
  EXPECT_TRUE(has_entry(environment, "B=2"));
  EXPECT_FALSE(has_entry(environment, "FAILC_RUN=a"));
  EXPECT_FALSE(has_entry(environment, "RUN=ab"));
}

TEST(Spawn, InheritsNothingAndReportsFailure) {
  Temporary folder;
  const Fd leak(::open((folder.path + "/leak").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  const Fd output(::open((folder.path + "/out").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  const auto pid = spawn({{"sh", "-c", "ls /proc/self/fd | wc -l; ps -o sid= -p $$ >/dev/null; echo $0 $X"}, {{"X", "1"}, {"X", "2"}}, folder.path, output.get(), output.get()});
  ASSERT_TRUE(pid) << pid.error().message;
  ::waitpid(*pid, nullptr, 0);
  // Standard input, output, error, and the folder that ls reads.
  EXPECT_EQ(**read_file(folder.path + "/out", 1000), "4\nsh 2\n");
  const auto nowhere = spawn({{"sh", "-c", "exit"}, {}, folder.path + "/none", -1, -1});
  ASSERT_FALSE(nowhere);
  EXPECT_NE(nowhere.error().message.find("No such file or directory"), std::string::npos);
  EXPECT_FALSE(spawn({{"sh", std::string("a\0b", 3)}, {}, "", -1, -1}));
  EXPECT_FALSE(spawn({{"sh"}, {{"A=B", "c"}}, "", -1, -1}));
  EXPECT_FALSE(spawn({{""}, {}, "", -1, -1}));
}

TEST(Paths, StayInTheirFolder) {
  for (const char* bad : {"", "/a", "..", "a/../b", "a//b", "a/", "./a", "a/.."}) EXPECT_FALSE(check_relative(bad)) << bad;
  for (const char* good : {"a", "a/b", "..a", "a..", ".hidden"}) EXPECT_TRUE(check_relative(good)) << good;
  Temporary folder;
  std::filesystem::create_directory(folder.path + "/in");
  std::filesystem::create_symlink(folder.path, folder.path + "/in/up");
  EXPECT_FALSE(write_file(folder.path + "/in", "up/x", "y"));
  EXPECT_TRUE(write_file(folder.path + "/in", "a/b", "y"));
  EXPECT_EQ(**read_file_in(folder.path + "/in", "a/b", 10), "y");
  EXPECT_FALSE(read_file_in(folder.path + "/in", "a/b", 0));
  ASSERT_EQ(::mkfifo((folder.path + "/in/pipe").c_str(), 0600), 0);
  EXPECT_FALSE(read_file_in(folder.path + "/in", "pipe", 10)) << "a pipe is not waited for";
  struct stat info;
  ASSERT_TRUE(make_folder(folder.path + "/x/y/z"));
  ASSERT_EQ(::stat((folder.path + "/x/y/z").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
  EXPECT_EQ(folder_name("kv.kvdb[0]"), "kv.kvdb-0");
  EXPECT_EQ(folder_name("../x"), "_.._x");
}

TEST(Locks, TellTheirHolder) {
  Temporary folder;
  const std::string path = folder.path + "/lock";
  EXPECT_FALSE(lock_holder(path));
  auto held = lock_file(path);
  ASSERT_TRUE(held && *held);
  EXPECT_EQ(lock_holder(path), ::getpid());
  auto second = lock_file(path);
  ASSERT_TRUE(second);
  EXPECT_FALSE(*second);
  (*held)->reset();
  EXPECT_FALSE(lock_holder(path));
}

TEST(LineCutter, HoldsPartsAndCutsLongLines) {
  LineCutter cutter(4);
  std::vector<std::string> lines;
  cutter.feed("ab", lines);
  EXPECT_TRUE(lines.empty());
  cutter.feed("c\n\nlonger", lines);
  cutter.feed(" than that\nx\r\ny", lines);
  EXPECT_EQ(lines, (std::vector<std::string>{"abc", "", "long", "x"}));
  EXPECT_TRUE(cutter.holds());
  cutter.flush(lines);
  EXPECT_EQ(lines.back(), "y");
}

TEST(Watch, WithoutRoomInTheKernelLooksByTheClock) {
  Temporary folder;
  boost::asio::io_context loop;
  const boost::asio::steady_timer first(loop);  // makes the loop take its own descriptors
  int told = 0;
  // No descriptor is left to the process: it gets no inotify.
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC)).get());
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  auto watch = std::make_unique<Watch>(loop, [&](int id, const std::string&) { told += id == kPolled; });
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  const auto id = watch->add(folder.path);
  ASSERT_TRUE(id) << id.error().message;
  EXPECT_EQ(*id, kPolled);
  EXPECT_FALSE(watch->add(folder.path + "/absent"));
  loop.run_for(std::chrono::milliseconds(200));
  EXPECT_GE(told, 3);
  watch.reset();
  loop.restart();
  loop.run_for(std::chrono::seconds(1));
  EXPECT_TRUE(loop.stopped()) << "nothing goes on behind it";
}

TEST(Watch, LooksInsteadUntilItWatchesAgain) {
  Temporary folder;
  boost::asio::io_context loop;
  int looked = 0, told = 0;
  Watch watch(loop, [&](int id, const std::string& name) { id == kPolled ? ++looked : told += name == "new"; });
  ASSERT_TRUE(watch.add(folder.path));
  watch.look_instead();
  Fd(::open((folder.path + "/new").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  loop.run_for(std::chrono::milliseconds(200));
  EXPECT_GE(looked, 3);
  EXPECT_EQ(told, 0);
  const auto id = watch.add(folder.path);
  ASSERT_TRUE(id);
  EXPECT_NE(*id, kPolled);
  looked = 0;
  Fd(::open((folder.path + "/new").c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC, 0600));
  loop.restart();
  loop.run_for(std::chrono::milliseconds(200));
  EXPECT_EQ(looked, 0);
  EXPECT_GE(told, 1);
}

TEST(HttpUrl, IsReadStrictly) {
  const auto url = parse_http_url("http://[::1]:80/\xc3\xbc?q={x}#f");
  ASSERT_TRUE(url) << url.error().message;
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->target, "/%C3%BC?q=%7Bx%7D");
  EXPECT_EQ(parse_http_url("http://h?x")->target, "/?x");
  EXPECT_EQ(parse_http_url("http://h")->port, "80");
  for (const char* bad : {"http://:1/", "http://h:/", "http://h:0/", "http://h:x/", "http://h h/", "http://a:b:1/", "HTTP://x", "http://[::1/"}) {
    EXPECT_FALSE(parse_http_url(bad)) << bad;
  }
}

TEST(Ports, TwoRunsThatBeginAlikeGetOthers) {
  PortChooser one(12345), other(12345);
  std::set<std::uint16_t> chosen;
  for (int i = 0; i < 20; ++i) {
    for (PortChooser* chooser : {&one, &other}) {
      const auto port = chooser->choose();
      ASSERT_TRUE(port);
      EXPECT_TRUE(chosen.insert(*port).second) << *port;
    }
  }
}

TEST(Ports, AKernelThatTakesAllLeavesSomeAllTheSame) {
  for (const PortRange& all : {PortRange{1024, 65535}, PortRange{10100, 65535}}) {
    PortChooser chooser(12345, all);
    const auto port = chooser.choose();
    ASSERT_TRUE(port) << port.error().message;
    EXPECT_GE(*port, 10000);
    EXPECT_LE(*port, 65000);
  }
  PortChooser outside(12345, {20000, 65535});
  for (int i = 0; i < 50; ++i) EXPECT_LT(*outside.choose(), 20000);
}

TEST(Ports, StartsAreSpreadOverAllThatMayBeChosen) {
  std::set<std::uint16_t> chosen;
  for (std::uint64_t start = 0; start < 2000; ++start) {
    PortChooser chooser(start * 7919);
    chosen.insert(*chooser.choose());
  }
  EXPECT_GT(chosen.size(), 1900u);
}

}  // namespace
}  // namespace failc::host
