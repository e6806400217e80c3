#include <gtest/gtest.h>

#include "sending/curl/transports.h"
#include "support/upload_server.h"

namespace dmarc::sending {
namespace {

using sending::Outcome;
using sending::SmtpServer;
using test::UploadServer;
using State = Outcome::State;

constexpr std::string_view message = "Subject: x\r\n\r\nhello\r\n.dot\r\n";
const sending::Envelope envelope{"", {"dmarc@example.org"}};

SmtpServer settings_for(const UploadServer& server, SmtpServer::Tls tls = SmtpServer::Tls::none) {
  return {.port = server.port(), .tls = tls};
}

std::unique_ptr<SmtpTransport> make(const SmtpServer& server, TimeLimits limits = {}) {
  auto made = SmtpTransport::make(server, limits);
  EXPECT_TRUE(made) << made.error();
  return std::move(*made);
}

Outcome send_to(const UploadServer& server) {
  return make(settings_for(server))->send(envelope, message);
}

TEST(SmtpTransportTest, the_message_arrives_octet_for_octet_with_the_null_reverse_path) {
  const UploadServer server({"smtp"});
  const Outcome outcome = send_to(server);
  EXPECT_EQ(outcome.state, State::sent);
  EXPECT_EQ(outcome.answer, "250 2.0.0 queued as 4711");
  EXPECT_EQ(server.content(), message);
  EXPECT_NE(server.log().find("MAIL FROM:<> SIZE="), std::string::npos) << server.log();
  EXPECT_NE(server.log().find("RCPT TO:<dmarc@example.org>\n"), std::string::npos);
}

TEST(SmtpTransportTest, one_connection_serves_several_messages) {
  const UploadServer server({"smtp"});
  const auto transport = make(settings_for(server));
  for (int i = 0; i < 3; ++i) {
    const Outcome outcome =
        transport->send({"b+1-2@example.net", {"a@example.org", "b@example.org"}}, message);
    EXPECT_EQ(outcome.state, State::sent) << outcome.answer;
  }
  const std::string log = server.log();
  EXPECT_EQ(log.find("EHLO"), log.rfind("EHLO")) << log;
  EXPECT_NE(log.find("MAIL FROM:<b+1-2@example.net>"), std::string::npos) << log;
  EXPECT_NE(log.find("RCPT TO:<b@example.org>"), std::string::npos) << log;
}

TEST(SmtpTransportTest, answers_of_the_5xx_kind_are_final_and_4xx_are_not) {
  for (const char* stage : {"rcpt", "data", "end"}) {
    const UploadServer refusing({"smtp", "--reply", stage + std::string("=550 5.1.1 go away")});
    const Outcome refused = send_to(refusing);
    EXPECT_EQ(refused.state, State::failed) << stage;
    EXPECT_EQ(refused.answer, "550 5.1.1 go away") << stage;
    EXPECT_FALSE(refused.of_session) << stage;
  }
  for (const char* stage : {"mail", "rcpt", "data", "end"}) {
    const UploadServer busy({"smtp", "--reply", stage + std::string("=451 4.3.0 not now")});
    const Outcome later = send_to(busy);
    EXPECT_EQ(later.state, State::later) << stage;
    EXPECT_EQ(later.answer, "451 4.3.0 not now") << stage;
  }
}

TEST(SmtpTransportTest, what_a_server_has_against_us_is_no_fault_of_the_destination) {
  for (const char* stage : {"greeting", "ehlo"}) {
    const UploadServer server({"smtp", "--reply", stage + std::string("=554 no service"), "--reply",
                               "helo=554 no service"});
    const Outcome outcome = send_to(server);
    EXPECT_EQ(outcome.state, State::later) << stage << ": " << outcome.answer;
    EXPECT_TRUE(outcome.of_session) << stage;
  }
  for (const char* reply :
       {"mail=530 5.7.0 must authenticate first", "mail=554 5.7.1 sender refused",
        "mail=550 5.1.1 go away", "rcpt=554 5.7.1 <dmarc@example.org>: Relay access denied",
        "rcpt=530 authentication required", "rcpt=550 relaying denied"}) {
    const UploadServer server({"smtp", "--reply", reply});
    const Outcome outcome = send_to(server);
    EXPECT_EQ(outcome.state, State::later) << reply << ": " << outcome.answer;
    EXPECT_TRUE(outcome.of_session) << reply;
  }
}

TEST(SmtpTransportTest, connections_that_break_are_tried_again) {
  for (const char* stage : {"greeting", "mail", "rcpt", "data", "end"}) {
    const UploadServer server({"smtp", "--drop", stage});
    const Outcome outcome = send_to(server);
    EXPECT_EQ(outcome.state, State::later) << stage << ": " << outcome.answer;
    EXPECT_FALSE(outcome.answer.empty());
  }
}

TEST(SmtpTransportTest, a_server_that_does_not_answer_is_left) {
  const UploadServer server({"smtp", "--stall", "rcpt"});
  const auto transport = make(settings_for(server), {.all = std::chrono::milliseconds(200)});
  EXPECT_EQ(transport->send(envelope, message).state, State::later);
}

TEST(SmtpTransportTest, nobody_listening_is_for_later) {
  std::uint16_t port = 0;
  {
    const UploadServer server({"smtp"});
    port = server.port();
  }
  EXPECT_EQ(make({.port = port})->send(envelope, message).state, State::later);
}

TEST(SmtpTransportTest, a_message_that_is_called_off_is_not_finished) {
  const UploadServer server({"smtp"});
  {
    const auto transport = make(settings_for(server));
    EXPECT_EQ(transport->send(envelope, message, [] { return false; }).state, State::later);
    EXPECT_THROW(transport->send(envelope, message, []() -> bool { throw 1; }), int);
  }
  EXPECT_EQ(server.content(), "");
}

TEST(SmtpTransportTest, tls_is_used_where_it_is_offered) {
  const UploadServer server({"smtp", "--tls", "starttls"});
  const Outcome outcome =
      make(settings_for(server, SmtpServer::Tls::opportunistic))->send(envelope, message);
  EXPECT_EQ(outcome.state, State::sent) << outcome.answer;
  const std::string log = server.log();
  EXPECT_LT(log.find("TLS"), log.find("MAIL")) << log;
  const UploadServer plain({"smtp"});
  EXPECT_EQ(
      make(settings_for(plain, SmtpServer::Tls::opportunistic))->send(envelope, message).state,
      State::sent);
}

TEST(SmtpTransportTest, tls_that_is_wanted_must_be_there_and_right) {
  const UploadServer plain({"smtp"});
  EXPECT_EQ(make(settings_for(plain, SmtpServer::Tls::starttls))->send(envelope, message).state,
            State::later);
  EXPECT_EQ(plain.log().find("MAIL"), std::string::npos);

  const UploadServer server({"smtp", "--tls", "starttls"});
  SmtpServer settings = settings_for(server, SmtpServer::Tls::starttls);
  const Outcome unknown = make(settings)->send(envelope, message);
  EXPECT_EQ(unknown.state, State::later) << unknown.answer;
  settings.ca_file = server.certificate();
  const Outcome known = make(settings)->send(envelope, message);
  EXPECT_EQ(known.state, State::sent) << known.answer;
}

class SmtpPasswordTest : public testing::Test {
 protected:
  Outcome send(const UploadServer& server, std::string_view password) const {
    SmtpServer settings = settings_for(server, SmtpServer::Tls::implicit);
    settings.ca_file = server.certificate();
    settings.user = "reports";
    settings.password_file = folder_.write("password", password);
    return make(settings)->send(envelope, message);
  }

  test::TemporaryFolder folder_;
};

TEST_F(SmtpPasswordTest, the_password_comes_from_its_file) {
  const UploadServer server({"smtp", "--tls", "implicit", "--user", "reports:se cret"});
  const Outcome right = send(server, "se cret\nrest\n");
  EXPECT_EQ(right.state, State::sent) << right.answer;
  const Outcome wrong = send(server, "no\n");
  EXPECT_EQ(wrong.state, State::later);
  EXPECT_EQ(wrong.answer, "535 5.7.8 wrong password");
}

TEST_F(SmtpPasswordTest, a_file_that_is_not_there_is_named) {
  const auto made = SmtpTransport::make({.user = "reports", .password_file = "/nowhere"});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error(), "/nowhere: No such file or directory");
  EXPECT_FALSE(SmtpTransport::make({.user = "reports"}));
}

}  // namespace
}  // namespace dmarc::sending
