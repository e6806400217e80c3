#include "reporting/delivery.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "base/ascii.h"
#include "base/read_file.h"
#include "support/data.h"
#include "support/upload_server.h"

namespace dmarc::reporting {
namespace {

using sending::MailAddress;
using sending::Outcome;
using sending::Settings;
using test::UploadServer;
using State = Outcome::State;

constexpr std::int64_t now = 1'763'950'000;
const std::string report_id = "3f2a91";
const sending::ReportUri mailbox = sending::parse_report_uri("mailto:reports@example.org").value();

class ConfiguredSenderTest : public testing::Test {
 protected:
  Settings settings_for(const UploadServer& server) const {
    Settings settings;
    settings.email = MailAddress::parse("dmarc@example.net").value();
    settings.smtp.port = server.port();
    return settings;
  }

  ReportFile file(unsigned part = 1) const {
    const std::string id = aggregate::part_id(report_id, part);
    return {.path = folder_.write("report.gz", "gzip octets"),
            .name = {"mx.example.net", "example.org", {1'763'856'000, 1'763'942'400}, id},
            .part = part};
  }

  Outcome deliver(const Settings& settings, const ReportFile& report,
                  const sending::ReportUri& target = mailbox) const {
    auto sender = ConfiguredSender::make(settings, [] { return now; });
    EXPECT_TRUE(sender) << sender.error();
    return (*sender)->deliver(report, target, [] { return true; });
  }

  test::TemporaryFolder folder_;
};

// RPT-04: no ping-pong with another reporter.
TEST_F(ConfiguredSenderTest, a_report_leaves_with_the_null_reverse_path) {
  const UploadServer server({"smtp"});
  const Outcome outcome = deliver(settings_for(server), file());
  EXPECT_EQ(outcome.state, State::sent) << outcome.answer;
  EXPECT_NE(server.log().find("MAIL FROM:<> "), std::string::npos) << server.log();
  EXPECT_NE(server.log().find("RCPT TO:<reports@example.org>"), std::string::npos);
  const std::string content = server.content();
  EXPECT_TRUE(content.starts_with("From: dmarc@example.net\r\n")) << content;
  EXPECT_NE(content.find("Z3ppcCBvY3RldHM="), std::string::npos) << "base64 of the file";
}

TEST_F(ConfiguredSenderTest, a_bounce_address_tells_the_report_and_the_destination) {
  const UploadServer server({"smtp"});
  Settings settings = settings_for(server);
  settings.bounces = MailAddress::parse("b@example.net").value();
  EXPECT_EQ(deliver(settings, file(2)).state, State::sent);
  EXPECT_NE(server.log().find("MAIL FROM:<b+3f2a91-"), std::string::npos) << server.log();
}

TEST_F(ConfiguredSenderTest, a_copy_goes_out_by_itself_and_only_when_the_report_was_taken) {
  const UploadServer server({"smtp"});
  Settings settings = settings_for(server);
  settings.bcc = MailAddress::parse("copy@example.net").value();
  EXPECT_EQ(deliver(settings, file()).state, State::sent);
  EXPECT_NE(server.log().find("RCPT TO:<copy@example.net>"), std::string::npos) << server.log();
  EXPECT_EQ(server.content().find("Bcc:"), std::string::npos);

  const UploadServer refusing({"smtp", "--reply", "rcpt=550 no"});
  settings.smtp.port = refusing.port();
  EXPECT_EQ(deliver(settings, file()).state, State::failed);
  EXPECT_EQ(refusing.log().find("copy@example.net"), std::string::npos);
}

TEST_F(ConfiguredSenderTest, mail_is_signed_where_there_is_a_key) {
  const std::string key = folder_.path("key.pem");
  ASSERT_EQ(std::system(("openssl genpkey -algorithm ED25519 -out " + key).c_str()), 0);
  const UploadServer server({"smtp"});
  Settings settings = settings_for(server);
  settings.dkim = {.file = key, .selector = "sel"};
  EXPECT_EQ(deliver(settings, file()).state, State::sent);
  const std::string path = folder_.write("message", server.content());
  EXPECT_EQ(std::system((test::support_folder() + "/verify_dkim " + key +
                         " sel._domainkey.example.net <" + path)
                            .c_str()),
            0);
}

TEST_F(ConfiguredSenderTest, a_command_gets_the_message_and_the_address_of_the_copy) {
  const std::string program =
      folder_.write("sendmail", "#!/bin/sh\necho \"$@\" >" + folder_.path("arguments") + "\ncat >" +
                                    folder_.path("message") + "\n");
  ::chmod(program.c_str(), 0700);
  Settings settings;
  settings.email = MailAddress::parse("dmarc@example.net").value();
  settings.way = Settings::Way::command;
  settings.command = {program, "-t"};
  settings.bcc = MailAddress::parse("copy@example.net").value();
  const Outcome outcome = deliver(settings, file());
  EXPECT_EQ(outcome.state, State::sent) << outcome.answer;
  EXPECT_EQ(base::read_file(folder_.path("arguments")).value_or(""), "-t -f <>\n");
  const std::string message = base::read_file(folder_.path("message")).value_or("");
  EXPECT_NE(message.find("\nBcc: copy@example.net\n"), std::string::npos) << message;
}

// RPT-07: a record must not reach what only this host can.
TEST_F(ConfiguredSenderTest, https_is_off_unless_wanted_and_never_private) {
  const UploadServer server({"https"});
  Settings settings = settings_for(server);
  const sending::ReportUri target{.uri = "https://localhost:" + std::to_string(server.port()) + "/",
                                  .scheme = sending::ReportUri::Scheme::https,
                                  .host = dns::Name::parse("localhost").value(),
                                  .mailbox = {}};
  EXPECT_EQ(deliver(settings, file(), target).answer, "ReportHttps is off");
  settings.https = true;
  EXPECT_NE(deliver(settings, file(), target).answer.find("not a public address"),
            std::string::npos);
  EXPECT_EQ(server.log(), "");
}

TEST_F(ConfiguredSenderTest, a_relay_that_fails_for_everybody_is_left_alone) {
  const UploadServer server({"smtp", "--reply", "mail=530 5.7.0 must authenticate first"});
  auto sender = ConfiguredSender::make(settings_for(server), [] { return now; });
  ASSERT_TRUE(sender) << sender.error();
  const auto deliver = [&] { return (*sender)->deliver(file(), mailbox, [] { return true; }); };
  for (unsigned i = 0; i < max_relay_failures; ++i)
    EXPECT_EQ(deliver().answer, "530 5.7.0 must authenticate first");
  const Outcome outcome = deliver();
  EXPECT_EQ(outcome.state, State::later);
  EXPECT_EQ(outcome.answer, "not tried: the relay has failed for others");
}

TEST_F(ConfiguredSenderTest, what_can_not_work_is_told_at_once) {
  const auto error = [](const Settings& settings) {
    const auto made = ConfiguredSender::make(settings, [] { return now; });
    return made ? std::string() : made.error();
  };
  Settings settings;
  EXPECT_EQ(error(settings), "ReportEmail is needed: this host has no usable name");
  settings.email = MailAddress::parse("dmarc@example.net").value();
  EXPECT_EQ(error(settings), "");
  settings.dkim = {.file = "/nowhere", .selector = "s"};
  EXPECT_EQ(error(settings), "/nowhere: No such file or directory");
  settings.way = Settings::Way::command;
  EXPECT_EQ(error(settings), "ReportCommand can't be used");
}

}  // namespace
}  // namespace dmarc::reporting
