#include "daemon/test_mode.h"

#include <gtest/gtest.h>

#include <dmarc/zone.h>

#include "filter/environment.h"
#include "support/log_capture.h"
#include "support/temporary_folder.h"

namespace dmarc::daemon {
namespace {

constexpr std::string_view zone = R"(
_dmarc.bank.example TXT "v=DMARC1; p=reject"
bank.example        TXT "v=spf1 ip4:203.0.113.5 -all"
)";

constexpr std::string_view message =
    "From: The Bank\r\n <ceo@bank.example>\r\n"
    "Date: Mon, 23 Nov 2026 10:00:00 +0000\r\n"
    "\r\n"
    "a body: no header\r\n";

class TestModeTest : public testing::Test {
 protected:
  TestModeTest() {
    settings_.authserv_id = "mx";
    settings_.spf_self_validate = true;
    settings_.spf_ignore_results = true;
    settings_.reject_failures = true;
    EXPECT_TRUE(settings_.ignore_hosts.add("127.0.0.1"));
    settings_.ignore_authenticated_clients = true;
    options_.program = "opendmarc";
    envelope_.sender = "<a@bank.example>";
  }

  int run(std::vector<std::string> files, int verbosity) {
    auto environment = std::make_shared<filter::Environment>();
    environment->settings = std::make_shared<const policy::Settings>(for_tests(settings_));
    environment->resolver = std::make_shared<dns::Zone>(*dns::Zone::parse(zone));
    environment->sink = &log_;
    options_.test_messages = std::move(files);
    options_.verbosity = verbosity;
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int status = run_test_mode(options_, envelope_, environment);
    out_ = testing::internal::GetCapturedStdout();
    err_ = testing::internal::GetCapturedStderr();
    return status;
  }

  test::TemporaryFolder folder_;
  test::LogCapture log_;
  policy::Settings settings_;
  Options options_;
  TestEnvelope envelope_;
  std::string out_, err_;
};

TEST_F(TestModeTest, is_silent_without_v) {
  EXPECT_EQ(run({folder_.write("m", message)}, 0), 0);
  EXPECT_EQ(out_ + err_, "");
}

TEST_F(TestModeTest, tells_the_result_with_v) {
  const std::string file = folder_.write("m", message);
  EXPECT_EQ(run({file}, 1), 0);
  EXPECT_EQ(err_, "opendmarc: " + file + ": mlfi_eom() returned SMFIS_REJECT\n");
  EXPECT_EQ(out_, "");
}

TEST_F(TestModeTest, tells_every_result_with_vv_and_the_line_that_each_field_begins_in) {
  const std::string file =
      folder_.write("m", "From: a@bank.example\nSubject: x\n y\nTo: b@c.example\n");
  EXPECT_EQ(run({file}, 2), 0);
  EXPECT_EQ(err_,
            "opendmarc: mlfi_connect() returned SMFIS_CONTINUE\n"
            "opendmarc: mlfi_helo() returned SMFIS_CONTINUE\n"
            "opendmarc: " +
                file +
                ": mlfi_envfrom() returned SMFIS_CONTINUE\n"
                "opendmarc: " +
                file +
                ": line 1: mlfi_header() returned SMFIS_CONTINUE\n"
                "opendmarc: " +
                file +
                ": line 2: mlfi_header() returned SMFIS_CONTINUE\n"
                "opendmarc: " +
                file +
                ": line 4: mlfi_header() returned SMFIS_CONTINUE\n"
                "opendmarc: " +
                file +
                ": mlfi_eom() returned SMFIS_REJECT\n"
                "opendmarc: mlfi_close() returned SMFIS_CONTINUE\n");
}

TEST_F(TestModeTest, warns_of_a_message_without_fields) {
  const std::string file = folder_.write("m", "\ntext\n");
  EXPECT_EQ(run({file}, 0), 0);
  EXPECT_EQ(err_, "opendmarc: " + file + ": warning: no headers on input\n");
}

TEST_F(TestModeTest, shows_changes_and_reply_with_vv) {
  EXPECT_EQ(run({folder_.write("m", message)}, 2), 0);
  EXPECT_EQ(out_,
            "### INSHEADER: idx=0 hname='Authentication-Results' "
            "hvalue='mx; spf=fail smtp.mailfrom=bank.example'\n"
            "### SETREPLY: rcode='550' xcode='5.7.1' "
            "replytxt='rejected by DMARC policy for bank.example'\n");
}

TEST_F(TestModeTest, shows_a_recipient_that_is_added) {
  settings_.reject_failures = false;
  settings_.copy_failures_to = "postmaster@example.net";
  EXPECT_EQ(run({folder_.write("m", message)}, 2), 0);
  EXPECT_TRUE(out_.starts_with("### ADDRCPT: 'postmaster@example.net'\n")) << out_;
}

TEST_F(TestModeTest, the_envelope_decides_about_spf) {
  envelope_.client_address = "203.0.113.5";
  const std::string file = folder_.write("m", message);
  EXPECT_EQ(run({file, file}, 1), 0);
  const std::string line = "opendmarc: " + file + ": mlfi_eom() returned SMFIS_ACCEPT\n";
  EXPECT_EQ(err_, line + line);
}

TEST_F(TestModeTest, a_file_that_is_no_message_is_named_with_the_line) {
  const std::string file = folder_.write("m", "From: a@bank.example\nno header\n");
  EXPECT_EQ(run({file}, 0), 65);
  EXPECT_EQ(err_, "opendmarc: " + file + ": line 2: header malformed\n");
}

TEST_F(TestModeTest, a_file_that_is_not_there_is_named) {
  EXPECT_EQ(run({"/no/such/file"}, 0), 69);
  EXPECT_EQ(err_, "opendmarc: /no/such/file: fopen(): No such file or directory\n");
}

TEST_F(TestModeTest, a_client_without_address_is_an_error) {
  envelope_.client_address = "not an address";
  EXPECT_EQ(run({folder_.write("m", message)}, 0), 68);
}

TEST(TestEnvelopeFromEnvironment, takes_what_is_set) {
  ::setenv("OPENDMARC_TEST_ENVFROM", "<x@y.example>", 1);
  const TestEnvelope envelope = TestEnvelope::from_environment();
  ::unsetenv("OPENDMARC_TEST_ENVFROM");
  EXPECT_EQ(envelope.sender, "<x@y.example>");
  EXPECT_EQ(envelope.helo, "localhost");
}

}  // namespace
}  // namespace dmarc::daemon
