#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tools/failc-mongod/journal_file.hpp"
#include "tools/failc-mongod/journal_format.hpp"

namespace failc::mongod_host {
namespace {

std::string journal_of(const std::vector<std::string>& records) {
  std::string out = journal_header();
  for (std::size_t i = 0; i < records.size(); ++i) put_frame(out, i + 1, i, records[i]);
  return out;
}

const std::vector<std::string> kRecords = {"one", "", std::string(1000, 'x'), std::string("\0\1\2", 3), "the last"};

TEST(JournalFormat, ReadsWhatWasWritten) {
  const std::string file = journal_of(kRecords);
  const Result<Scanned> scanned = scan_journal(file);
  ASSERT_TRUE(scanned) << scanned.error().message;
  EXPECT_EQ(scanned->records, kRecords);
  EXPECT_EQ(scanned->end, file.size());
}

/// Cut anywhere, what was whole is there, and nothing else.
TEST(JournalFormat, EveryCut) {
  const std::string file = journal_of(kRecords);
  std::size_t whole = 0;
  for (std::size_t size = 0; size <= file.size(); ++size) {
    const Result<Scanned> scanned = scan_journal(std::string_view(file).substr(0, size));
    ASSERT_TRUE(scanned) << size << ": " << scanned.error().message;
    ASSERT_LE(scanned->end, size);
    ASSERT_LE(whole, scanned->records.size());
    whole = scanned->records.size();
    ASSERT_EQ(scanned->records, std::vector<std::string>(kRecords.begin(), kRecords.begin() + static_cast<std::ptrdiff_t>(whole)));
    ASSERT_EQ(scanned->end == 0, size < 16);
  }
  EXPECT_EQ(whole, kRecords.size());
}

/// A bit that changed is found wherever it is: as damage, or, in the last record, as an end that was cut off.
TEST(JournalFormat, EveryBit) {
  const std::string file = journal_of(kRecords);
  const std::size_t last = file.size() - 28 - kRecords.back().size();
  for (std::size_t bit = 0; bit < file.size() * 8; ++bit) {
    std::string changed = file;
    changed[bit / 8] ^= static_cast<char>(1 << (bit % 8));
    const Result<Scanned> scanned = scan_journal(changed);
    if (bit / 8 < last) {
      ASSERT_FALSE(scanned) << "byte " << bit / 8;
    } else {
      ASSERT_TRUE(scanned) << scanned.error().message;
      ASSERT_EQ(scanned->records.size(), kRecords.size() - 1);
      ASSERT_EQ(scanned->end, last);
    }
  }
}

TEST(JournalFormat, GapsAndStrangers) {
  std::string gap = journal_header();
  put_frame(gap, 1, 0, "a");
  put_frame(gap, 3, 1, "c");
  EXPECT_NE(scan_journal(gap).error().message.find("record 3 at byte 45, where 2 belongs"), std::string::npos)
      << scan_journal(gap).error().message;
  EXPECT_FALSE(scan_journal("hello"));
  EXPECT_FALSE(scan_journal(std::string(100, 'x')));
  EXPECT_FALSE(scan_journal(std::string(100, '\0')));
  EXPECT_TRUE(scan_journal(std::string(10, '\0'))) << "a header that never came to the disk";
  EXPECT_TRUE(scan_journal(journal_of(kRecords) + std::string(10000, '\0'))) << "room that never was filled";
}

/// A record may itself hold a journal; torn, it is still an end and no damage.
TEST(JournalFormat, ARecordThatLooksLikeFrames) {
  std::string frames;
  for (std::uint64_t number = 1; number < 50; ++number) put_frame(frames, number, number - 1, "inner");
  const std::string file = journal_of({"a", frames});
  EXPECT_EQ(scan_journal(file)->records.size(), 2u);
  for (std::size_t cut = 1; cut < frames.size(); ++cut)
    ASSERT_TRUE(scan_journal(std::string_view(file).substr(0, file.size() - cut))) << cut;
}

class JournalOnDisk : public ::testing::Test {
 protected:
  JournalOnDisk() : path_(::testing::TempDir() + "failc-journal-" + std::to_string(::getpid())) { std::filesystem::remove(path_); }
  ~JournalOnDisk() override { std::filesystem::remove(path_); }
  std::string bytes() const {
    std::ifstream in(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  std::string path_;
};

TEST_F(JournalOnDisk, GoesOnWhereItEnded) {
  for (std::uint64_t life = 0; life < 4; ++life) {
    Result<JournalFile::Opened> opened = JournalFile::open(path_);
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(opened->records.size(), life * 3);
    EXPECT_EQ(opened->cut, 0u);
    for (std::uint64_t i = 1; i <= 3; ++i) opened->file.add(life * 3 + i, "record " + std::to_string(life * 3 + i));
    EXPECT_TRUE(opened->file.write());
    EXPECT_TRUE(opened->file.write()) << "nothing to write is no error";
  }
  EXPECT_EQ(scan_journal(bytes())->records[11], "record 12");
}

TEST_F(JournalOnDisk, CutsATornEnd) {
  const std::string whole = journal_of(kRecords);
  for (const std::size_t size : {std::size_t{7}, whole.size() - 1, whole.size() - 29}) {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << whole.substr(0, size);
    Result<JournalFile::Opened> opened = JournalFile::open(path_);
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_GT(opened->cut, 0u);
    const std::uint64_t next = opened->records.size() + 1;
    opened->file.add(next, "after");
    ASSERT_TRUE(opened->file.write());
    const Result<Scanned> scanned = scan_journal(bytes());
    ASSERT_TRUE(scanned) << scanned.error().message;
    EXPECT_EQ(scanned->records.size(), next);
    EXPECT_EQ(scanned->records.back(), "after");
    EXPECT_EQ(scanned->torn, 0u);
  }
}

TEST_F(JournalOnDisk, LeavesADamagedOneAlone) {
  std::string damaged = journal_of(kRecords);
  damaged[40] ^= 1;
  std::ofstream(path_, std::ios::binary) << damaged;
  const Result<JournalFile::Opened> opened = JournalFile::open(path_);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("damaged at byte"), std::string::npos) << opened.error().message;
  EXPECT_EQ(bytes(), damaged);
}

TEST_F(JournalOnDisk, AFullDiskLeavesWholeRecords) {
  Result<JournalFile::Opened> opened = JournalFile::open(path_);
  ASSERT_TRUE(opened);
  opened->file.add(1, std::string(1000, 'a'));
  ASSERT_TRUE(opened->file.write());
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{2000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  opened->file.add(2, std::string(2000, 'b'));
  const Status written = opened->file.write();
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().message.find("cannot be written"), std::string::npos);
  EXPECT_EQ(bytes(), journal_of({std::string(1000, 'a')}));
}

/// The second file stands for all that was before, and takes what comes while it is not yet the journal.
TEST_F(JournalOnDisk, BeginsAnew) {
  const std::string second = path_ + ".new";
  const auto give = [](const auto& keep) {
    keep("all so far");
    keep(std::string(3 << 20, 'x'));
  };
  {
    Result<JournalFile::Opened> opened = JournalFile::open(path_);
    ASSERT_TRUE(opened);
    JournalFile& file = opened->file;
    file.add(1, "one");
    file.add(2, "two");
    ASSERT_TRUE(file.begin_anew(give));
    EXPECT_TRUE(file.anew());
    EXPECT_EQ(scan_journal(bytes())->records.size(), 2u) << "what was added before is in the first";
    file.add(3, "three");
    ASSERT_TRUE(file.write());
    EXPECT_EQ(scan_journal(bytes())->records.size(), 3u) << "killed here, the first is found";
    const JournalFile::Finished finished = file.finish_anew();
    ASSERT_TRUE(finished.status);
    EXPECT_EQ(scan_journal(bytes())->records.size(), 3u) << "killed here, the second";
    EXPECT_EQ(scan_journal(bytes())->records.back(), "three");
    file.add(4, "four");
    ASSERT_TRUE(file.write());
    ASSERT_TRUE(file.sync());
    file.adopt();
    EXPECT_FALSE(file.anew());
    file.add(5, "five");
    ASSERT_TRUE(file.write());
    ASSERT_TRUE(file.sync());
  }
  EXPECT_FALSE(std::filesystem::exists(second));
  std::ofstream(second) << "half of something";
  Result<JournalFile::Opened> again = JournalFile::open(path_);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_FALSE(std::filesystem::exists(second));
  ASSERT_EQ(again->records.size(), 5u);
  EXPECT_EQ(again->records[0], "all so far");
  EXPECT_EQ(again->records[1].size(), std::size_t{3} << 20);
  EXPECT_EQ(again->records[4], "five");
  again->file.add(6, "six");
  ASSERT_TRUE(again->file.write());
  EXPECT_EQ(scan_journal(bytes())->records.size(), 6u);
}

TEST_F(JournalOnDisk, GoesOnWhereItCannotBeginAnew) {
  Result<JournalFile::Opened> opened = JournalFile::open(path_);
  ASSERT_TRUE(opened);
  opened->file.add(1, "one");
  const std::string second = path_ + ".new";
  ASSERT_EQ(::symlink("/dev/full", second.c_str()), 0);
  const auto give = [](const auto& keep) { keep("all"); };
  EXPECT_FALSE(opened->file.begin_anew(give)) << "no link is followed";
  EXPECT_FALSE(opened->file.anew());
  ASSERT_EQ(::unlink(second.c_str()), 0);
  ASSERT_TRUE(opened->file.begin_anew(give));
  ASSERT_EQ(::unlink(second.c_str()), 0);  // somebody took it away
  const JournalFile::Finished finished = opened->file.finish_anew();
  EXPECT_FALSE(finished.status);
  EXPECT_FALSE(finished.fatal);
  opened->file.give_up_anew();
  opened->file.add(2, "two");
  ASSERT_TRUE(opened->file.write());
  ASSERT_TRUE(opened->file.sync());
  EXPECT_EQ(scan_journal(bytes())->records.size(), 2u);
}

TEST_F(JournalOnDisk, TheSyncerTellsOfAllThatIsWanted) {
  Result<JournalFile::Opened> opened = JournalFile::open(path_);
  ASSERT_TRUE(opened);
  std::mutex mutex;
  std::condition_variable changed;
  std::uint64_t synced = 0, calls = 0;
  Syncer syncer(opened->file, [&](std::uint64_t record, const Status& status) {
    const std::lock_guard<std::mutex> lock(mutex);
    EXPECT_TRUE(status);
    EXPECT_GT(record, synced) << "never back, never twice";
    synced = record;
    ++calls;
    changed.notify_one();
  });
  for (std::uint64_t i = 1; i <= 2000; ++i) {
    opened->file.add(i, "x");
    ASSERT_TRUE(opened->file.write());
    syncer.want(i);
  }
  std::unique_lock<std::mutex> lock(mutex);
  ASSERT_TRUE(changed.wait_for(lock, std::chrono::seconds(20), [&] { return synced == 2000; }));
  EXPECT_LE(calls, 2000u);
}

TEST_F(JournalOnDisk, ASyncOnTheCallersThreadKeepsAwayFromTheOther) {
  Result<JournalFile::Opened> opened = JournalFile::open(path_);
  ASSERT_TRUE(opened);
  std::atomic<std::uint64_t> synced = 0;
  Syncer syncer(opened->file, [&](std::uint64_t record, const Status& status) { synced = status ? record : 0; });
  EXPECT_TRUE(syncer.quick()) << "nothing is known against it";
  int here = 0;
  for (std::uint64_t i = 1; i <= 200; ++i) {
    opened->file.add(i, "x");
    ASSERT_TRUE(opened->file.write());
    const bool handed_over = i % 2 != 0;
    if (handed_over) syncer.want(i);
    const std::optional<Status> status = syncer.sync_here();
    if (status) {
      EXPECT_TRUE(*status);
      EXPECT_TRUE(!handed_over || synced == i) << "the other thread was not over";
      ++here;
    } else {
      for (int tries = 0; tries < 5000 && synced < i - (handed_over ? 0 : 1); ++tries) ::usleep(1000);
    }
  }
  EXPECT_GT(here, 0);
}

TEST_F(JournalOnDisk, TheSyncerFinishesWhatBeganAnew) {
  Result<JournalFile::Opened> opened = JournalFile::open(path_);
  ASSERT_TRUE(opened);
  JournalFile& file = opened->file;
  std::atomic<std::uint64_t> synced = 0;
  std::atomic<int> finished = 0;
  Syncer syncer(
      file, [&](std::uint64_t record, const Status& status) { synced = status ? record : 0; },
      [&](const JournalFile::Finished& how) { finished = how.status ? 1 : 2; });
  std::uint64_t number = 0, anew = 0;
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 20; ++i) {
      file.add(++number, "x");
      ASSERT_TRUE(file.write());
      syncer.want(number);
      if (finished == 1) {
        finished = 0;
        file.adopt();
        ++anew;
      }
      if (!file.anew() && i == 10) {
        ASSERT_TRUE(file.begin_anew([&](const auto& keep) { keep(std::to_string(number)); }));
        syncer.want_anew();
      }
    }
    for (int i = 0; i < 5000 && (synced < number || (file.anew() && finished == 0)); ++i) ::usleep(1000);
    ASSERT_EQ(synced, number);
    const Result<Scanned> scanned = scan_journal(bytes());
    ASSERT_TRUE(scanned) << scanned.error().message;
    EXPECT_EQ(std::stoull(scanned->records[0]) + scanned->records.size() - 1, number);
  }
  EXPECT_GT(anew, 5u);
}

TEST_F(JournalOnDisk, TheSyncerTellsOfAFailure) {
  Result<JournalFile::Opened> opened = JournalFile::open(path_);
  ASSERT_TRUE(opened);
  JournalFile stolen = std::move(opened->file);  // what is left has no file to sync
  std::atomic<int> failures = 0;
  {
    Syncer syncer(opened->file, [&](std::uint64_t, const Status& status) { failures += !status; });
    syncer.want(1);
    for (int i = 0; i < 1000 && failures == 0; ++i) ::usleep(1000);
    syncer.want(2);
    EXPECT_FALSE(syncer.sync_here()) << "what fails here could succeed there and prove nothing";
    ::usleep(20000);
  }
  EXPECT_EQ(failures, 1) << "the first failure is the last word";
}

}  // namespace
}  // namespace failc::mongod_host
