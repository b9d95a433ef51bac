#include "grammar/source/source.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace failc {
namespace {

SourceFile source(std::string path, std::string text) {
  SourceFile file;
  file.path = std::move(path);
  file.text = std::move(text);
  return file;
}

LineColumn at(const SourceFile& file, std::size_t offset) { return file.position(static_cast<std::uint32_t>(offset)); }

TEST(Source, PositionsCountCodePoints) {
  SourceFile file = source("a.fail", "é日x\n\nlast");
  EXPECT_EQ(at(file, 0).column, 1u);
  EXPECT_EQ(at(file, 2).column, 2u);
  EXPECT_EQ(at(file, 5).column, 3u);
  EXPECT_EQ(at(file, 7).line, 2u);
  EXPECT_EQ(at(file, 8).line, 3u);
  EXPECT_EQ(at(file, 8).column, 1u);
  EXPECT_EQ(at(file, 12).column, 5u);
  EXPECT_EQ(at(file, 4000).column, 5u) << "behind the end is the end";
  EXPECT_EQ(at(file, 2).column, 2u) << "going back does not count on";
}

TEST(Source, PositionsAgreeWithCountingFromTheStartInAnyOrder) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += i % 7 == 0 ? "\n" : i % 3 == 0 ? "é" : "ab";
  SourceFile file = source("a.fail", text);
  std::uint32_t offset = 1;
  for (int i = 0; i < 2000; ++i) {
    offset = (offset * 7919 + 13) % static_cast<std::uint32_t>(text.size() + 1);
    std::uint32_t line = 1;
    std::uint32_t column = 1;
    for (std::uint32_t at = 0; at < offset; ++at) {
      if (text[at] == '\n') {
        ++line;
        column = 1;
      } else if ((text[at] & 0xC0) != 0x80) {
        ++column;
      }
    }
    ASSERT_EQ(file.position(offset).line, line);
    ASSERT_EQ(file.position(offset).column, column);
  }
}

TEST(Source, LinesWithoutTheirEnds) {
  SourceFile file = source("a.fail", "one\r\ntwo\n\nfour");
  EXPECT_EQ(file.line_at(0), "one");
  EXPECT_EQ(file.line_at(4), "one");
  EXPECT_EQ(file.line_at(5), "two");
  EXPECT_EQ(file.line_at(9), "");
  EXPECT_EQ(file.line_at(10), "four");
  EXPECT_EQ(file.line_at(99), "four");
  EXPECT_EQ(source("e", "").line_at(0), "");
}

TEST(Source, AddressesAreStable) {
  SourceMap sources;
  const FileId first = sources.add("a", "text of the first");
  const char* where = sources[first].text.data();
  for (int i = 0; i < 1000; ++i) sources.add("b", "c");
  EXPECT_EQ(sources[first].text.data(), where);
  EXPECT_EQ(sources.size(), 1001u);
}

class ReadFile : public testing::Test {
 protected:
  ReadFile() {
    std::string pattern = testing::TempDir() + "failc-read-XXXXXX";
    folder_ = mkdtemp(pattern.data());
  }
  ~ReadFile() override { std::filesystem::remove_all(folder_); }
  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  static std::string error_of(const std::string& path) {
    const auto text = read_file(path);
    return text ? "read " + std::to_string(text->size()) + " bytes" : text.error().message;
  }
  std::string folder_;
};

TEST_F(ReadFile, Whole) {
  const std::string bytes("a\0b\xff\r\n", 6);
  std::ofstream(path("x"), std::ios::binary) << bytes;
  const auto text = read_file(path("x"));
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_EQ(*text, bytes);
  std::ofstream(path("empty")).flush();
  EXPECT_EQ(error_of(path("empty")), "read 0 bytes");
  std::ofstream(path("big")) << std::string(3'000'000, 'x');
  EXPECT_EQ(error_of(path("big")), "read 3000000 bytes");
}

TEST_F(ReadFile, SizesThatTheKernelDoesNotSay) {
  const auto text = read_file("/proc/self/status");
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_NE(text->find("Name:"), std::string::npos);
}

TEST_F(ReadFile, SaysWhyNot) {
  EXPECT_EQ(error_of(path("none")), "cannot read `" + path("none") + "`: there is no such file");
  EXPECT_EQ(error_of(folder_), "cannot read `" + folder_ + "`: it is a directory");
  EXPECT_EQ(error_of("/dev/null"), "cannot read `/dev/null`: it is a device, not a file");
  std::ofstream(path("x")).flush();
  EXPECT_EQ(error_of(path("x/y")), "cannot read `" + path("x/y") + "`: a part of the path is not a directory");
  std::filesystem::create_symlink(path("loop"), path("loop"));
  EXPECT_EQ(error_of(path("loop")), "cannot read `" + path("loop") + "`: its symbolic links lead in a circle");
  EXPECT_EQ(error_of(std::string("a\0b", 3)), "a path may not hold a NUL byte");
}

TEST_F(ReadFile, APipeWithoutAWriterDoesNotHang) {
  ASSERT_EQ(mkfifo(path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(error_of(path("pipe")), "cannot read `" + path("pipe") + "`: it is a named pipe, not a file");
}

TEST_F(ReadFile, NoPermission) {
  std::ofstream(path("x")).flush();
  ASSERT_EQ(chmod(path("x").c_str(), 0), 0);
  // Root may read everything, so root tries as somebody else, who must reach the file first.
  const bool root = geteuid() == 0;
  const auto folder = std::filesystem::path(path("x")).parent_path();
  if (root) {
    std::filesystem::permissions(folder, std::filesystem::perms(0755));
    ASSERT_EQ(seteuid(65534), 0);
  }
  const std::string error = error_of(path("x"));
  if (root) {
    ASSERT_EQ(seteuid(0), 0);
  }
  EXPECT_EQ(error, "cannot read `" + path("x") + "`: no permission");
}

TEST_F(ReadFile, TooLargeIsRefusedBeforeReading) {
  std::ofstream(path("x")).flush();
  std::filesystem::resize_file(path("x"), kMaxFileBytes + 1);
  EXPECT_EQ(error_of(path("x")), "cannot read `" + path("x") + "`: it is larger than 256 MiB");
}

}  // namespace
}  // namespace failc
