#include "failure/failure_sender.h"

#include <gtest/gtest.h>

#include "dns/zone.h"
#include "support/failure_fixture.h"
#include "support/log_capture.h"

namespace dmarc::failure {
namespace {

using namespace std::chrono_literals;

/// Keeps what it is given.
class Outbox final : public sending::Transport {
 public:
  struct Mail {
    sending::Envelope envelope;
    std::string message;
    bool has(std::string_view text) const { return message.find(text) != std::string::npos; }
  };

  sending::Outcome send(const sending::Envelope& envelope, std::string_view message,
                        const Commit&) override {
    mails.push_back({envelope, std::string(message)});
    return outcome;
  }

  std::vector<Mail> mails;
  sending::Outcome outcome;
};

class FailureSenderTest : public testing::Test {
 protected:
  FailureSenderTest() {
    terms_.policy = std::make_shared<const policy::Settings>(failing::settings());
    terms_.resolver = zone_;
    terms_.transport = outbox_;
    terms_.user = "opendmarc";
  }

  void send(std::string_view record) {
    sender_.send(
        *failure::failure_incident(failing::message(), failing::judgement(record),
                                   failing::settings(), {.for_operator = true}, 1790000000),
        terms_, {now_, 1790000001});
  }

  std::vector<std::string> recipients() const {
    std::vector<std::string> all;
    for (const Outbox::Mail& mail : outbox_->mails)
      all.insert(all.end(), mail.envelope.recipients.begin(), mail.envelope.recipients.end());
    return all;
  }

  using Recipients = std::vector<std::string>;

  std::shared_ptr<dns::Zone> zone_ = std::make_shared<dns::Zone>(
      dns::Zone::parse("_dmarc.example.org TXT \"v=DMARC1; p=reject\"\n"
                       "news.example.org TXT \"v=spf1 ip4:192.0.2.1 -all\"\n"
                       "example.org._report._dmarc.agreed.example TXT \"v=DMARC1\"\n"
                       "example.org._report._dmarc.moved.example TXT "
                       "\"v=DMARC1; ruf=mailto:new@moved.example\"\n"
                       "example.org._report._dmarc.broken.example RCODE SERVFAIL\n")
          .value());
  std::shared_ptr<Outbox> outbox_ = std::make_shared<Outbox>();
  test::LogCapture log_;
  FailureTerms terms_;
  FailureSender sender_{log_, "key"};
  failure::FailureLimits::Time now_{1000h};
};

TEST_F(FailureSenderTest, each_destination_gets_a_mail_of_its_own) {
  send("v=DMARC1; p=reject; ruf=mailto:a@example.org,mailto:b@example.org,mailto:a@example.org");
  EXPECT_EQ(recipients(), (Recipients{"a@example.org", "b@example.org"}));
  const Outbox::Mail& mail = outbox_->mails.front();
  EXPECT_EQ(mail.envelope.sender, "");
  EXPECT_TRUE(mail.has("From: OpenDMARC Filter <opendmarc@mx.victim.example>\r\n"));
  EXPECT_TRUE(mail.has("To: a@example.org\r\n"));
  EXPECT_FALSE(mail.has("Incidents:"));
  EXPECT_FALSE(mail.has("jane@")) << "redacted by default";
  const auto message_id = [](const Outbox::Mail& one) {
    const std::size_t begin = one.message.find("Message-ID:");
    return one.message.substr(begin, one.message.find('\n', begin) - begin);
  };
  EXPECT_NE(message_id(mail), message_id(outbox_->mails.back()));
  EXPECT_EQ(log_.count(log::Id::failure_report_sent), 2u);
}

TEST_F(FailureSenderTest, destinations_elsewhere_must_have_agreed) {
  send(
      "v=DMARC1; p=reject; ruf=mailto:a@agreed.example,mailto:b@victim.example,"
      "mailto:c@moved.example,https://example.org/x");
  EXPECT_EQ(recipients(), (Recipients{"a@agreed.example", "new@moved.example"}));
  EXPECT_EQ(log_.count(log::Id::failure_report_refused), 2u);
}

TEST_F(FailureSenderTest, the_list_of_the_operator_has_the_last_word) {
  terms_.no_reports.add("agreed.example");
  terms_.no_reports.add("A@example.org");
  send("v=DMARC1; p=reject; ruf=mailto:a@agreed.example,mailto:a@example.org,mailto:b@example.org");
  EXPECT_EQ(recipients(), Recipients{"b@example.org"});
}

// RPT-09: a flood of forged mail is no flood of reports.
TEST_F(FailureSenderTest, past_the_limit_reports_are_counted_and_told_of) {
  terms_.settings.rates = {.per_destination = 1, .in_all = 100};
  for (int i = 0; i < 4; ++i)
    send(failing::usual_record);
  EXPECT_EQ(outbox_->mails.size(), 1u);
  EXPECT_EQ(log_.count(log::Id::failure_report_held), 3u);
  now_ += 1h;
  send(failing::usual_record);
  ASSERT_EQ(outbox_->mails.size(), 2u);
  EXPECT_TRUE(outbox_->mails.back().has("\r\nIncidents: 4\r\n"));
}

TEST_F(FailureSenderTest, what_could_not_be_sent_is_told_of_too) {
  outbox_->outcome = {sending::Outcome::State::later, "busy"};
  send(failing::usual_record);
  EXPECT_EQ(log_.count(log::Id::failure_report_unsent), 1u);
  outbox_->outcome = {};
  send(failing::usual_record);
  EXPECT_TRUE(outbox_->mails.back().has("\r\nIncidents: 2\r\n"));
}

TEST_F(FailureSenderTest, when_the_dns_fails_nothing_is_sent_unverified) {
  send("v=DMARC1; p=reject; ruf=mailto:a@broken.example");
  EXPECT_TRUE(outbox_->mails.empty());
  zone_->add(failing::name("other.example"), dns::Type::a, "1234");
  auto mended = std::make_shared<dns::Zone>(
      dns::Zone::parse("_dmarc.example.org TXT \"v=DMARC1; p=reject\"\n"
                       "example.org._report._dmarc.broken.example TXT \"v=DMARC1\"\n")
          .value());
  terms_.resolver = mended;
  send("v=DMARC1; p=reject; ruf=mailto:a@broken.example");
  ASSERT_EQ(outbox_->mails.size(), 1u);
  EXPECT_TRUE(outbox_->mails.back().has("\r\nIncidents: 2\r\n"));
}

TEST_F(FailureSenderTest, the_operator_gets_copies_that_one_destination_can_not_use_up) {
  terms_.settings.copies = {sending::Address::parse("postmaster@victim.example").value()};
  terms_.settings.rates = {.per_destination = 1, .in_all = 100};
  send(failing::usual_record);
  send(failing::usual_record);
  send("v=DMARC1; p=reject");
  EXPECT_EQ(recipients(), (Recipients{"f@example.org", "postmaster@victim.example",
                                      "postmaster@victim.example", "postmaster@victim.example"}));
  EXPECT_TRUE(outbox_->mails.back().has("To: postmaster@victim.example\r\n"));
}

TEST_F(FailureSenderTest, the_from_field_and_redaction_are_the_administrators_choice) {
  terms_.settings.from = "J\xc3\xb6rg <joerg@victim.example>";
  terms_.settings.redact = false;
  send(failing::usual_record);
  EXPECT_TRUE(outbox_->mails.front().has("From: =?utf-8?B?SsO2cmc=?= <joerg@victim.example>\r\n"));
  EXPECT_TRUE(outbox_->mails.front().has("jane@news.example.org"));
}

TEST_F(FailureSenderTest, the_spf_record_is_looked_up_when_another_filter_has_checked) {
  auto judged = failing::judgement(failing::usual_record);
  judged.authentication.own_spf.reset();
  sender_.send(
      *failure::failure_incident(failing::message(), judged, failing::settings(), {}, 1790000000),
      terms_, {now_, 1790000001});
  EXPECT_TRUE(outbox_->mails.front().has("\"v=spf1 ip4:192.0.2.1 -all\""));
}

}  // namespace
}  // namespace dmarc::failure
