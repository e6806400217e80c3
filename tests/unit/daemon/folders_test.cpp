#include "sandbox/folders.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "daemon/supervision.h"
#include "support/temporary_folder.h"

namespace dmarc::daemon {
namespace {

TEST(Folders, are_those_around_the_files_and_all_below) {
  const test::TemporaryFolder one;
  const test::TemporaryFolder other;
  sandbox::Folders folders;
  folders.read(one.path("list"));
  folders.write(other.path("history"));
  EXPECT_TRUE(folders.can_read(one.path("another list")));
  EXPECT_TRUE(folders.can_read(one.path("below/list")));
  EXPECT_FALSE(folders.can_write(one.path("list")));
  EXPECT_TRUE(folders.can_write(other.path("history")));
  EXPECT_TRUE(folders.can_read(other.path("history")));
  EXPECT_FALSE(folders.can_read(one.path() + "-not-below/list"));
  EXPECT_FALSE(folders.can_read("/nonexistent/list"));
  EXPECT_TRUE(folders.can_read("/etc/resolv.conf"));
}

TEST(Folders, a_link_needs_the_folder_of_its_target_too) {
  const test::TemporaryFolder one;
  const test::TemporaryFolder other;
  other.write("list", "");
  std::filesystem::create_symlink(other.path("list"), one.path("list"));
  sandbox::Folders folders;
  folders.read(one.path("anything"));
  EXPECT_FALSE(folders.can_read(one.path("list")));
  folders.read(one.path("list"));
  EXPECT_TRUE(folders.can_read(one.path("list")));
}

TEST(Folders, no_file_is_no_folder) {
  sandbox::Folders folders;
  const std::size_t before = folders.written_folders().size();
  folders.write("");
  EXPECT_EQ(folders.written_folders().size(), before);
}

class Reload : public ::testing::Test {
 protected:
  std::string configure(const std::string& text) const { return here_.write("conf", text); }

  std::string failure(const std::string& text) const {
    const auto loaded = load_again(configure(text), folders());
    return loaded ? "" : loaded.error().text();
  }

  sandbox::Folders folders() const {
    sandbox::Folders folders;
    folders.read(here_.path("conf"));
    folders.write(here_.path("history"));
    return folders;
  }

  test::TemporaryFolder here_;
  test::TemporaryFolder elsewhere_;
};

TEST_F(Reload, takes_files_in_the_folders_that_are_in_reach) {
  const std::string list = here_.write("hosts", "192.0.2.1\n");
  EXPECT_EQ(failure("IgnoreHosts " + list + "\nHistoryFile " + here_.path("other") + "\n"), "");
}

TEST_F(Reload, names_the_file_that_is_out_of_reach) {
  constexpr const char* tail =
      " is out of reach; the filter has confined itself to the folders of its start, so the old "
      "configuration stays: restart it";
  const std::string list = elsewhere_.write("hosts", "192.0.2.1\n");
  EXPECT_EQ(failure("IgnoreHosts " + list + "\n"), list + tail);
  EXPECT_EQ(failure("HistoryFile " + elsewhere_.path("history") + "\n"),
            elsewhere_.path("history") + tail);
}

TEST_F(Reload, takes_any_folder_when_there_is_no_confinement) {
  const std::string path = configure("HistoryFile " + elsewhere_.path("history") + "\n");
  EXPECT_TRUE(load_again(path, std::nullopt));
}

TEST_F(Reload, of_what_is_half_written_is_refused) {
  EXPECT_NE(failure("").find("it sets no option at all; the old configuration stays in use"),
            std::string::npos);
  EXPECT_NE(failure("# only a comment\n").find("it sets no option at all"), std::string::npos);
  const std::string cut = configure("RejectFailures true\nSoftwareHeader t");
  EXPECT_TRUE(load_again(cut, std::nullopt, true)) << "it had no line end before either";
  const auto refused = load_again(cut, std::nullopt, false);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().text().find("its last line has no line end"), std::string::npos);
}

TEST_F(Reload, of_a_pipe_that_nobody_writes_to_comes_to_an_end) {
  const std::string path = here_.path("pipe");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const auto refused = load_again(path, std::nullopt);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().text().find("Connection timed out"), std::string::npos);
}

TEST_F(Reload, of_a_wrong_file_tells_what_is_wrong) {
  EXPECT_NE(failure("Nonsense 1\n").find("line 1: unrecognized parameter"), std::string::npos);
  EXPECT_EQ(failure("Nonsense 1\n").find("confined"), std::string::npos);
}

}  // namespace
}  // namespace dmarc::daemon
