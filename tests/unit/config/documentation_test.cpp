#include "config/documentation.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/ascii.h"
#include "config/configuration.h"
#include "config/options.h"
#include "support/data.h"

namespace dmarc::config {
namespace {

constexpr const char* how_to_renew = "renew it with `cmake --build BUILD -t documentation`";

TEST(Documentation, the_sample_file_is_up_to_date) {
  EXPECT_EQ(test::read_data("../../conf/opendmarc.conf.sample"), sample_file()) << how_to_renew;
}

TEST(Documentation, the_manual_page_is_up_to_date) {
  EXPECT_EQ(test::read_data("../../docs/man/opendmarc.conf.5"), manual_page()) << how_to_renew;
}

TEST(Documentation, the_sample_file_is_a_configuration) {
  const auto made = load_text(sample_file(), "sample", "dmarcd");
  ASSERT_TRUE(made) << made.error();
  EXPECT_TRUE(made->warnings.empty());
  EXPECT_EQ(made->process.socket, "inet:8893@127.0.0.1");
  EXPECT_TRUE(made->policy.reject_failures);
}

/// Names of files would have to exist.
bool stays_commented(const Option& option) {
  return option.type == Type::list_file || option.type == Type::path;
}

TEST(Documentation, the_lines_of_the_sample_file_work_when_their_hash_is_removed) {
  const std::string sample = sample_file();
  std::string text;
  for (const std::string_view line : base::split(sample, '\n')) {
    const bool commented = line.size() > 1 && line[0] == '#' && line[1] != ' ';
    const std::string_view setting = commented ? line.substr(1) : line;
    const Option* option = find_option(setting.substr(0, setting.find(' ')));
    EXPECT_TRUE(!commented || option != nullptr) << line;
    if (option != nullptr && !stays_commented(*option)) text += std::string(setting) + "\n";
  }
  const auto made = load_text(text, "sample", "dmarcd");
  ASSERT_TRUE(made) << made.error();
  for (const log::Event& warning : made->warnings)
    ADD_FAILURE() << warning.text();
}

TEST(Documentation, the_manual_page_names_every_option_once) {
  const std::string page = "\n" + manual_page();
  for (const std::string_view name : option_names()) {
    const std::string tag = "\n.TP\n.B " + std::string(name) + "\n";
    const std::size_t at = page.find(tag);
    ASSERT_NE(at, std::string::npos) << name;
    EXPECT_EQ(page.find(tag, at + 1), std::string::npos) << name;
  }
}

TEST(Documentation, no_line_of_the_manual_page_is_taken_for_an_unknown_request) {
  const std::vector<std::string_view> requests{".TH", ".SH", ".SS", ".TP", ".IP",
                                               ".PP", ".B",  ".BR", ".I",  ".IR",
                                               ".br", ".nf", ".fi", ".RS", ".RE"};
  const std::string page = manual_page();
  for (const std::string_view line : base::split(page, '\n')) {
    if (!line.starts_with('.') && !line.starts_with('\'')) continue;
    const auto request = line.substr(0, line.find(' '));
    EXPECT_NE(std::ranges::find(requests, request), requests.end()) << line;
  }
}

TEST(Markup, plain_text_has_no_quotes) {
  EXPECT_EQ(plain_text("Set `A` to `b c`."), "Set A to b c.");
}

TEST(Markup, quoted_text_is_bold_in_roff) {
  EXPECT_EQ(roff_text("Set `A` to `b`."), "Set \\fBA\\fR to \\fBb\\fR.");
}

TEST(Markup, hyphens_are_minus_signs_in_literal_text_only) {
  EXPECT_EQ(roff_text("re-read with `-c`"), "re-read with \\fB\\-c\\fR");
}

TEST(Markup, backslashes_stay) {
  EXPECT_EQ(roff_text("a\\b"), "a\\eb");
}

TEST(Markup, lines_break_at_blanks) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(wrap("aa bb cc", 5), (Lines{"aa bb", "cc"}));
  EXPECT_EQ(wrap("aa bb cc", 4), (Lines{"aa", "bb", "cc"}));
  EXPECT_EQ(wrap("a longerthanthat b", 6), (Lines{"a", "longerthanthat", "b"}));
  EXPECT_EQ(wrap("", 5), (Lines{""}));
}

}  // namespace
}  // namespace dmarc::config
