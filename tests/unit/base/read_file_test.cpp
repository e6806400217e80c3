#include "base/read_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

#include "base/unique_fd.h"
#include "support/temporary_folder.h"

namespace dmarc::base {
namespace {

class ReadFile : public testing::Test {
 protected:
  std::string write(const std::string& content) const { return folder_.write("file", content); }

  const test::TemporaryFolder folder_;
};

TEST_F(ReadFile, returns_every_octet) {
  const std::string content = std::string("a\0b\r\n", 5) + std::string(100'000, 'x');
  EXPECT_EQ(read_file(write(content)), content);
  EXPECT_EQ(read_file(write("")), "");
}

TEST_F(ReadFile, says_why_it_could_not) {
  EXPECT_EQ(read_file(folder_.path("absent")).error(), ENOENT);
  EXPECT_EQ(read_file(folder_.path()).error(), EISDIR);
  EXPECT_EQ(error_text(ENOENT), "No such file or directory");
}

TEST_F(ReadFile, stops_at_the_limit) {
  EXPECT_EQ(read_file(write("12345"), 5), "12345");
  EXPECT_EQ(read_file(write("123456"), 5).error(), EFBIG);
  EXPECT_EQ(read_file("/dev/zero", 100'000).error(), EFBIG);
}

TEST_F(ReadFile, reads_a_pipe_to_its_end_and_waits_for_no_writer_for_ever) {
  const std::string pipe = folder_.path("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(read_file(pipe).error(), ETIMEDOUT) << "nobody writes";
  std::thread writer([&] {
    const UniqueFd end(::open(pipe.c_str(), O_WRONLY));
    ASSERT_EQ(::write(end.get(), "text", 4), 4);
  });
  EXPECT_EQ(read_file(pipe), "text");
  writer.join();
}

TEST_F(ReadFile, leaves_a_given_descriptor_open) {
  const UniqueFd file(::open(write("text").c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(read_descriptor(file.get()), "text");
  EXPECT_EQ(::lseek(file.get(), 0, SEEK_CUR), 4);
}

}  // namespace
}  // namespace dmarc::base
