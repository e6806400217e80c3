#include "daemon/options.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace dmarc::daemon {
namespace {

std::optional<Options> parsed(std::initializer_list<const char*> arguments) {
  std::vector<std::string> copies{"/usr/sbin/opendmarc"};
  copies.insert(copies.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& copy : copies)
    argv.push_back(copy.data());
  argv.push_back(nullptr);
  return parse_options(static_cast<int>(copies.size()), argv.data());
}

TEST(Options, without_arguments_nothing_is_set) {
  const auto options = parsed({});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->program, "opendmarc");
  EXPECT_FALSE(options->foreground || options->syslog || options->check_only ||
               options->auto_restart || options->version);
  EXPECT_FALSE(options->configuration || options->socket || options->pid_file || options->user);
  EXPECT_TRUE(options->test_messages.empty());
  EXPECT_EQ(options->arguments, "");
}

TEST(Options, every_flag_is_read) {
  const auto options = parsed({"-Afln", "-c", "conf", "-p", "inet:8893", "-P", "pid", "-u",
                               "mail:mail", "-t", "a,,b", "-vv"});
  ASSERT_TRUE(options);
  EXPECT_TRUE(options->foreground && options->syslog && options->check_only &&
              options->auto_restart);
  EXPECT_EQ(options->configuration, "conf");
  EXPECT_EQ(options->socket, "inet:8893");
  EXPECT_EQ(options->pid_file, "pid");
  EXPECT_EQ(options->user, "mail:mail");
  EXPECT_EQ(options->test_messages, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(options->verbosity, 2);
}

TEST(Options, what_deserves_the_usage_text) {
  for (const char* flag : {"-?", "-x", "-h", "--help", "--", "-c", "-t", "argument"}) {
    const bool alone = std::string(flag) == "--";
    EXPECT_EQ(parsed({flag}).has_value(), alone) << flag;
  }
  for (const char* flag : {"-c", "-p", "-P", "-t", "-u"}) {
    EXPECT_FALSE(parsed({flag, ""})) << flag << " with an empty value";
  }
  EXPECT_FALSE(parsed({"-t", ",,"}));
}

TEST(Options, nothing_behind_the_version_flag_matters) {
  const auto options = parsed({"-V", "-x"});
  ASSERT_TRUE(options);
  EXPECT_TRUE(options->version);
}

TEST(Options, arguments_with_blanks_are_quoted_for_the_log) {
  EXPECT_EQ(parsed({"-f", "-c", "my file"})->arguments, "-f -c \"my file\"");
}

TEST(Options, usage_names_every_flag_in_opendmarcs_order) {
  const std::string text = usage("dmarcd");
  EXPECT_TRUE(text.starts_with("dmarcd: usage: dmarcd [options]\n"));
  std::size_t last = 0;
  for (const char* flag : {"A", "c", "f", "l", "n", "p", "P", "t", "u", "v", "V"}) {
    const std::size_t at = text.find(std::string("\n\t-") + flag);
    ASSERT_NE(at, std::string::npos) << flag;
    EXPECT_GT(at, last) << flag;
    last = at;
  }
}

}  // namespace
}  // namespace dmarc::daemon
