#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include <dmarc/public_suffixes.h>

#include "unit/dmarc/public_suffix_file.h"
#include "unit/dmarc/world.h"

namespace dmarc {
namespace {

using test::name;

std::string registrable(const PublicSuffixes& list, std::string_view domain) {
  const auto found = list.registrable_domain(name(domain));
  return found ? found->text() : "-";
}

std::string refusal(const std::string& path) {
  const auto list = PublicSuffixes::load(path);
  return list ? "accepted" : list.error();
}

std::string refusal_of_text(std::string_view text) {
  const std::string path = test::write_file(text);
  const std::string reason = refusal(path);
  std::filesystem::remove(path);
  return reason;
}

TEST(PublicSuffixes, know_what_is_registrable) {
  const auto list = test::suffix_list();
  EXPECT_EQ(registrable(*list, "example.com"), "example.com");
  EXPECT_EQ(registrable(*list, "a.b.example.com"), "example.com");
  EXPECT_EQ(registrable(*list, "a.b.co.uk"), "b.co.uk");
  EXPECT_EQ(registrable(*list, "co.uk"), "-");
  EXPECT_EQ(registrable(*list, "com"), "-");
  EXPECT_EQ(registrable(*list, "a.b.c.ck"), "b.c.ck");
  EXPECT_EQ(registrable(*list, "a.www.ck"), "www.ck");
}

TEST(PublicSuffixes, are_looked_up_without_regard_to_case) {
  const auto list = test::suffix_list();
  EXPECT_EQ(registrable(*list, "A.B.CO.UK"), "b.co.uk");
  EXPECT_TRUE(list->is_public_suffix(name("CO.UK")));
}

TEST(PublicSuffixes, accept_internationalised_names) {
  const auto list = test::suffix_list();
  EXPECT_EQ(registrable(*list, "почта.пример.рф"), "xn--e1afmkfd.xn--p1ai");
}

TEST(PublicSuffixes, take_an_unlisted_top_level_as_a_suffix) {
  const auto list = test::suffix_list();
  EXPECT_EQ(registrable(*list, "a.b.notatld"), "b.notatld");
  EXPECT_EQ(registrable(*list, "notatld"), "-");
}

TEST(PublicSuffixes, take_no_address_for_a_domain) {
  const auto list = test::suffix_list();
  EXPECT_EQ(registrable(*list, "1.2.3.4"), "-");
  EXPECT_FALSE(list->is_public_suffix(name("4")));
  EXPECT_EQ(registrable(*list, "4.example.com"), "example.com");
}

TEST(PublicSuffixes, refuse_files_that_are_no_list) {
  EXPECT_EQ(refusal("/nonexistent/list"), "No such file or directory");
  EXPECT_EQ(refusal("/dev/null"), "not a regular file");
  EXPECT_EQ(refusal("/"), "not a regular file");
  EXPECT_EQ(refusal_of_text(""), "holds no public suffixes");
  EXPECT_EQ(refusal_of_text("root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1\n"),
            "holds only 2 suffixes, so it is not the public suffix list");
}

TEST(PublicSuffixes, refuse_a_long_list_of_something_else) {
  std::string words;
  for (int i = 0; i < 2000; ++i)
    words += "word" + std::to_string(i) + '\n';
  EXPECT_EQ(refusal_of_text(words), "lacks suffixes such as com, co.uk and *.ck");
}

TEST(PublicSuffixes, refuse_a_fifo_without_waiting_for_it) {
  const std::string path = ::testing::TempDir() + "public_suffixes_fifo";
  ::unlink(path.c_str());
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(refusal(path), "not a regular file");
  ::unlink(path.c_str());
}

class InstalledList : public ::testing::TestWithParam<const char*> {};

TEST_P(InstalledList, is_read_in_this_form) {
  if (!std::filesystem::exists(GetParam())) GTEST_SKIP() << GetParam() << " is not installed";
  const auto list = PublicSuffixes::load(GetParam());
  ASSERT_TRUE(list) << list.error();
  EXPECT_EQ(registrable(**list, "a.b.co.uk"), "b.co.uk");
  EXPECT_EQ(registrable(**list, "a.user.github.io"), "user.github.io");
  EXPECT_TRUE((*list)->is_public_suffix(name("github.io")));
  EXPECT_FALSE((*list)->is_public_suffix(name("example.com")));
}

INSTANTIATE_TEST_SUITE_P(Debian, InstalledList,
                         ::testing::Values("/usr/share/publicsuffix/public_suffix_list.dat",
                                           "/usr/share/publicsuffix/public_suffix_list.dafsa"));

}  // namespace
}  // namespace dmarc
