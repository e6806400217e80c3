// What stops the start: each error line, word for word.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/unique_fd.h"
#include "config/configuration.h"
#include "support/temporary_folder.h"

namespace dmarc::config {
namespace {

std::string failure(std::string_view text) {
  const auto made = load_text(text, "/etc/opendmarc.conf", "opendmarc");
  return made ? "none" : made.error();
}

std::string failure_of_file(const std::string& path) {
  const auto made = load(path, "opendmarc");
  return made ? "none" : made.error();
}

/// Takes the place of standard input while it lives.
class StandardInput {
 public:
  explicit StandardInput(const std::string& path) : kept_(::dup(STDIN_FILENO)) {
    const base::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    EXPECT_GE(::dup2(file.get(), STDIN_FILENO), 0);
  }
  ~StandardInput() { ::dup2(kept_.get(), STDIN_FILENO); }

 private:
  const base::UniqueFd kept_;
};

TEST(ConfigurationError, a_line_with_an_error_is_named) {
  EXPECT_EQ(failure("Syslog true\nFooBar 1\n"),
            "opendmarc: /etc/opendmarc.conf: configuration error at line 2: unrecognized parameter "
            "\"FooBar\"");
  EXPECT_EQ(failure("Socket\n"),
            "opendmarc: /etc/opendmarc.conf: configuration error at line 1: required value missing "
            "for Socket: expected text such as \"inet:8893@127.0.0.1\"");
  EXPECT_EQ(failure("\n\nRejectFailures maybe\n"),
            "opendmarc: /etc/opendmarc.conf: configuration error at line 3: illegal value "
            "\"maybe\" for RejectFailures: expected true or false");
}

TEST(ConfigurationError, the_log_line_has_no_program) {
  EXPECT_EQ(load_text("FooBar 1", "conf", "").error(),
            "conf: configuration error at line 1: unrecognized parameter \"FooBar\"");
  EXPECT_EQ(load_text("RejectString %s%s", "conf", "").error(),
            "conf: RejectString contains more than one %s");
  EXPECT_EQ(load_text("IgnoreHosts /nonexistent", "conf", "").error(),
            "can't load ignore list from /nonexistent: No such file or directory");
}

TEST(ConfigurationError, an_unreadable_file_is_line_0) {
  const test::TemporaryFolder folder;
  EXPECT_EQ(failure_of_file(folder.path("absent")),
            "opendmarc: " + folder.path("absent") +
                ": configuration error at line 0: error reading configuration file: No such file "
                "or directory");
  EXPECT_EQ(failure_of_file(folder.path()),
            "opendmarc: " + folder.path() +
                ": configuration error at line 0: error reading configuration file: Is a "
                "directory");
}

TEST(ConfigurationError, standard_input_has_a_name) {
  const test::TemporaryFolder folder;
  const StandardInput input(folder.write("input", "Syslog 1\nFooBar 1\n"));
  EXPECT_EQ(failure_of_file("-"),
            "opendmarc: (stdin): configuration error at line 2: unrecognized parameter "
            "\"FooBar\"");
}

TEST(ConfigurationError, an_unreadable_ignore_list) {
  EXPECT_EQ(failure("IgnoreHosts /nonexistent/hosts"),
            "opendmarc: can't load ignore list from /nonexistent/hosts: No such file or "
            "directory");
  EXPECT_EQ(failure("IgnoreHosts 127.0.0.1,192.0.2.1\nBaseDirectory /tmp"),
            "opendmarc: can't load ignore list from /tmp/127.0.0.1,192.0.2.1: No such file or "
            "directory");
}

TEST(ConfigurationError, a_base_directory_that_can_not_be_entered) {
  EXPECT_EQ(failure("BaseDirectory /nonexistent"),
            "opendmarc: /etc/opendmarc.conf: /nonexistent: chdir(): No such file or directory");
  EXPECT_EQ(failure("BaseDirectory /dev/null"),
            "opendmarc: /etc/opendmarc.conf: /dev/null: chdir(): Not a directory");
}

TEST(ConfigurationError, unreadable_test_data) {
  EXPECT_EQ(failure("TestDNSData /nonexistent"),
            "opendmarc: /etc/opendmarc.conf: /nonexistent: can't load fake DNS data: No such file "
            "or directory");
}

TEST(ConfigurationError, a_restart_rate_that_is_none_matters_with_restarts) {
  EXPECT_EQ(failure("AutoRestart true\nAutoRestartRate often"),
            "opendmarc: /etc/opendmarc.conf: configuration error at line 2: illegal value "
            "\"often\" for AutoRestartRate: expected NUMBER/TIME, the time with a unit of s, m, h "
            "or d");
}

TEST(ConfigurationError, an_unreadable_whitelist) {
  EXPECT_EQ(failure("DomainWhitelistFile /nonexistent"),
            "opendmarc: can't load domain whitelist file from /nonexistent: No such file or "
            "directory");
}

TEST(ConfigurationError, test_data_that_can_not_be_understood) {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("data", "name-only\n");
  EXPECT_EQ(failure("TestDNSData " + path),
            "opendmarc: /etc/opendmarc.conf: " + path +
                ": can't load fake DNS data: line 1: a name without a text");
}

TEST(ConfigurationError, a_reject_string_that_is_no_pattern) {
  const std::string file = "opendmarc: /etc/opendmarc.conf: ";
  EXPECT_EQ(failure("RejectString %s and %s"), file + "RejectString contains more than one %s");
  EXPECT_EQ(failure("RejectString %s at 5%d"),
            file + "RejectString contains \"%d\"; next to %s, write %% for a percent sign");
  EXPECT_EQ(failure("RejectString %s: 100%"),
            file + "RejectString contains \"%\"; next to %s, write %% for a percent sign");
}

TEST(ConfigurationError, a_reject_string_may_hold_percent_signs) {
  for (const char* text : {"100% sure", "%", "%d %n", "%s: 100%%", "%%%s", "a %%s b"})
    EXPECT_EQ(failure(std::string("RejectString ") + text), "none") << text;
}

TEST(ConfigurationError, nameservers_that_are_no_addresses) {
  EXPECT_EQ(failure("Syslog 1\nNameservers 127.0.0.1, dns.example"),
            "opendmarc: /etc/opendmarc.conf: configuration error at line 2: illegal value "
            "\"dns.example\" for Nameservers: expected IP addresses, each with an optional port");
}

TEST(ConfigurationError, an_authserv_id_of_commas) {
  EXPECT_EQ(failure("AuthservID , ,"),
            "opendmarc: /etc/opendmarc.conf: configuration error at line 1: illegal value \", ,\" "
            "for AuthservID: expected a name");
}

}  // namespace
}  // namespace dmarc::config
