#include "base/regular_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "support/temporary_folder.h"

namespace dmarc::base {
namespace {

class OpenRegular : public testing::Test {
 protected:
  std::string error(const std::string& path) const {
    const auto file = open_regular(path, O_WRONLY | O_APPEND | O_CREAT);
    return file ? "" : file.error();
  }

  const test::TemporaryFolder folder_;
};

TEST_F(OpenRegular, makes_a_file_and_opens_it_again) {
  const std::string path = folder_.path("file");
  EXPECT_EQ(error(path), "");
  EXPECT_EQ(error(path), "");
  EXPECT_EQ(error(folder_.path("absent/file")), "No such file or directory");
}

TEST_F(OpenRegular, refuses_what_is_not_a_file) {
  const std::string pipe = folder_.path("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(error(pipe), "is a named pipe, a regular file is needed");
  const UniqueFd reader(::open(pipe.c_str(), O_RDONLY | O_NONBLOCK));
  EXPECT_EQ(error(pipe), "is a named pipe, a regular file is needed") << "also with a reader";
  EXPECT_EQ(error(folder_.path()), "is a folder, a regular file is needed");
  EXPECT_EQ(error("/dev/null"), "is a device, a regular file is needed");
}

TEST_F(OpenRegular, follows_a_link_only_where_nobody_else_can_make_one) {
  const std::string link = folder_.path("link");
  std::filesystem::create_symlink(folder_.path("target"), link);
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0777), 0);
  EXPECT_EQ(error(link), "is a symbolic link in a folder that others can write to");
  EXPECT_FALSE(std::filesystem::exists(folder_.path("target")));
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0755), 0);
  EXPECT_EQ(error(link), "");
  EXPECT_TRUE(std::filesystem::exists(folder_.path("target")));
}

}  // namespace
}  // namespace dmarc::base
