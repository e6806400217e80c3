#include "failure/report.h"

#include <gtest/gtest.h>

#include "base/ascii.h"
#include "support/failure_fixture.h"

namespace dmarc::failure {
namespace {

Incident incident(std::string_view record = failing::usual_record) {
  return *incident_of(failing::message(), failing::judgement(record), failing::settings(), {},
                      1790000000);
}

Report letter() {
  return {.from = "OpenDMARC Filter <opendmarc@mx.victim.example>",
          .to = "f@example.org",
          .host_name = "mx.victim.example",
          .token = "TOKEN",
          .date = 1790000060,
          .version = "1.0"};
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(FailureReport, is_a_report_of_three_parts) {
  EXPECT_EQ(compose(incident(), letter()),
            "From: OpenDMARC Filter <opendmarc@mx.victim.example>\r\n"
            "To: f@example.org\r\n"
            "Date: Mon, 21 Sep 2026 14:14:20 +0000\r\n"
            "Message-ID: <TOKEN@mx.victim.example>\r\n"
            "Subject: DMARC failure report for news.example.org received from\r\n"
            " client.attack.example\r\n"
            "Auto-Submitted: auto-generated\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: multipart/report; report-type=feedback-report;\r\n"
            " boundary=\"=_TOKEN\"\r\n"
            "\r\n"
            "--=_TOKEN\r\n"
            "Content-Description: Notification\r\n"
            "Content-Type: text/plain; charset=us-ascii\r\n"
            "Content-Transfer-Encoding: 7bit\r\n"
            "\r\n"
            "This is an authentication failure report for an email message received from\r\n"
            "client.attack.example [203.0.113.5] on Mon, 21 Sep 2026 14:13:20 +0000.\r\n"
            "\r\n"
            "--=_TOKEN\r\n"
            "Content-Description: DMARC failure report\r\n"
            "Content-Type: message/feedback-report\r\n"
            "Content-Transfer-Encoding: 7bit\r\n"
            "\r\n"
            "Feedback-Type: auth-failure\r\n"
            "Version: 1\r\n"
            "User-Agent: OpenDMARC-Filter/1.0\r\n"
            "Auth-Failure: dmarc\r\n"
            "Authentication-Results: mx.victim.example;\r\n"
            "\tdmarc=fail (p=reject dis=reject) header.from=news.example.org "
            "policy.dmarc=reject;\r\n"
            "\tspf=fail smtp.mailfrom=news.example.org;\r\n"
            "\tdkim=fail header.d=list.example header.s=first;\r\n"
            "\tdkim=fail header.d=example.org header.s=sel\r\n"
            "Original-Envelope-Id: 4F1A2B\r\n"
            "Original-Mail-From: bounces@news.example.org\r\n"
            "Arrival-Date: Mon, 21 Sep 2026 14:13:20 +0000\r\n"
            "Delivery-Result: reject\r\n"
            "Source-IP: 203.0.113.5 (client.attack.example)\r\n"
            "Reported-Domain: news.example.org\r\n"
            "Identity-Alignment: dkim, spf\r\n"
            "DKIM-Domain: example.org\r\n"
            "DKIM-Identity: jane@example.org\r\n"
            "DKIM-Selector: sel\r\n"
            "SPF-DNS: txt : news.example.org :\r\n"
            "\t\"v=spf1 \\\"-all\"\r\n"
            "\r\n"
            "--=_TOKEN\r\n"
            "Content-Description: Failed message headers\r\n"
            "Content-Type: text/rfc822-headers\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n"
            "\r\n"
            "Received: from client.attack.example by mx.victim.example\r\n"
            "\tfor <jo@victim.example>\r\n"
            "DKIM-Signature: v=3D1; d=3Dexample.org; s=3Dsel; i=3Djane@example.org; b=3D=\r\n"
            "x\r\n"
            "From: Jane <jane@news.example.org>\r\n"
            "To: Jo Doe <jo@victim.example>\r\n"
            "Subject: Gr=C3=BC=C3=9Fe\r\n"
            "\r\n"
            "--=_TOKEN--\r\n");
}

TEST(FailureReport, redaction_leaves_no_local_part) {
  const Redactor redactor("key");
  Report redacted = letter();
  redacted.redactor = &redactor;
  const std::string report = compose(incident(), redacted);
  const std::string jo = redactor.local_part("jo") + "@victim.example";
  for (const char* name : {"jo@", "Jo Doe", "jane@", "bounces@"})
    EXPECT_FALSE(has(report, name)) << name;
  EXPECT_TRUE(has(report, "for <" + jo + ">"));
  EXPECT_TRUE(has(report, "To: " + jo + "\r\n"));
  EXPECT_TRUE(has(report, "Original-Mail-From: " + redactor.local_part("bounces") + "@news."));
  EXPECT_TRUE(has(report, "DKIM-Identity: " + redactor.local_part("jane") + "@example.org"));
  EXPECT_TRUE(has(report, "replaced by keyed hashes"));
}

TEST(FailureReport, it_tells_how_many_it_stands_for) {
  Report seventh = letter();
  seventh.incidents = 7;
  const std::string report = compose(incident(), seventh);
  EXPECT_TRUE(has(report, "\r\nIncidents: 7\r\n"));
  EXPECT_TRUE(has(report, "It stands for 7 messages"));
}

TEST(FailureReport, each_kind_has_its_fields) {
  Report dkim = letter();
  dkim.kind = Kind::dkim;
  EXPECT_TRUE(has(feedback_fields(incident(), dkim), "Auth-Failure: signature\r\n"));
  EXPECT_TRUE(has(feedback_fields(incident(), dkim), "DKIM-Domain: example.org\r\n"));
  EXPECT_FALSE(has(feedback_fields(incident(), dkim), "SPF-DNS"));
  Report spf = letter();
  spf.kind = Kind::spf;
  EXPECT_TRUE(has(feedback_fields(incident(), spf), "Auth-Failure: spf\r\n"));
  EXPECT_TRUE(has(feedback_fields(incident(), spf), "SPF-DNS: txt : news.example.org :\r\n"));
  EXPECT_FALSE(has(feedback_fields(incident(), spf), "DKIM-"));
}

/// Everything that a sender chooses, chosen to break out of where it belongs.
Incident hostile_incident() {
  constexpr std::string_view breakout = "x\r\n\r\n--=_TOKEN\r\nFeedback-Type: abuse\r\n\r\n";
  auto message = failing::message();
  message.job_id = breakout;
  message.client_name = std::string(breakout) + std::string(3000, '\xff');
  message.sender.local_part = breakout;
  message.header = {{"From", "a@news.example.org"},
                    {"X\r\nBcc", std::string(breakout)},
                    {"Subject", std::string("\0\x1b[2J\r\r\n.\r\n", 10)},
                    {"DKIM-Signature",
                     "d=example.org; s=sel; i=\"a\r\n\r\n--=_TOKEN\"@" + std::string(3000, 'i')}};
  auto judged = failing::judgement(failing::usual_record);
  judged.reason = std::string(breakout) + std::string(3000, 'r');
  judged.authentication.own_spf->record = std::string(breakout) + std::string(3000, 's');
  judged.authentication.dkim.front().input.selector = std::string(breakout);
  return *incident_of(message, judged, failing::settings(), {}, 1790000000);
}

TEST(FailureReport, nothing_breaks_out_of_its_place) {
  const Redactor redactor("key");
  for (const Redactor* how : {static_cast<const Redactor*>(nullptr), &redactor}) {
    Report hostile = letter();
    hostile.redactor = how;
    const std::string report = compose(hostile_incident(), hostile);
    std::size_t boundaries = 0;
    std::size_t feedback_types = 0;
    for (std::string_view line : base::split(report, '\n')) {
      if (line.ends_with('\r')) line.remove_suffix(1);
      boundaries += line.starts_with("--=_TOKEN") ? 1u : 0u;
      feedback_types += line.starts_with("Feedback-Type") ? 1u : 0u;
      EXPECT_LE(line.size(), 998u);
      for (const char c : line)
        EXPECT_TRUE(c == '\t' || (!base::is_control(c) && !base::is_eight_bit(c))) << line;
    }
    EXPECT_EQ(boundaries, 4u);
    EXPECT_EQ(feedback_types, 1u);
    EXPECT_FALSE(has(report, "\r\nBcc"));
  }
}

TEST(FailureReport, its_size_is_bounded) {
  auto message = failing::message();
  message.header = {};
  for (int i = 0; i < 10'000; ++i)
    message.header.add("X", std::string(500, '\xff'));
  const auto long_one = incident_of(message, failing::judgement(failing::usual_record),
                                    failing::settings(), {}, 1790000000);
  const std::string report = compose(*long_one, letter());
  EXPECT_LT(report.size(), 150u * 1024);
  EXPECT_TRUE(has(report, "The header is not shown to its end."));
}

}  // namespace

namespace {

std::string text_of(const std::string& name, const std::string& value) {
  return header_text(std::vector{mail::HeaderField{name, value}});
}

TEST(HeaderText, fields_stay_as_they_came) {
  EXPECT_EQ(text_of("Subject", " a\r\n\tb"), "Subject: a\r\n\tb\r\n");
  EXPECT_EQ(text_of("Subject", "a\n b"), "Subject: a\r\n b\r\n");
  EXPECT_EQ(text_of("Empty", ""), "Empty: \r\n");
}

TEST(HeaderText, no_field_can_make_another_or_end_the_header) {
  EXPECT_EQ(text_of("Subject", "a\r\nBcc: x@y.example"), "Subject: a\r\n\tBcc: x@y.example\r\n");
  EXPECT_EQ(text_of("Subject", "a\r\n\r\n--boundary"), "Subject: a\r\n\t--boundary\r\n");
  EXPECT_EQ(text_of("Subject", "a\r\n \r\n b"), "Subject: a\r\n b\r\n");
  EXPECT_EQ(text_of("Subject", std::string("a\rb\0c\x7f", 6)), "Subject: a?b?c?\r\n");
  EXPECT_EQ(text_of("Sub:je\r\nct", "a"), "Sub?je??ct: a\r\n");
  EXPECT_EQ(text_of("", "a"), "?: a\r\n");
}

TEST(HeaderText, quoting_is_for_what_mail_can_not_carry) {
  EXPECT_FALSE(needs_quoting("Subject: a\r\n"));
  EXPECT_TRUE(needs_quoting("Subject: \xc3\xbc\r\n"));
  EXPECT_FALSE(needs_quoting(std::string(900, 'a') + "\r\n" + std::string(900, 'b')));
  EXPECT_TRUE(needs_quoting(std::string(1000, 'a')));
}

TEST(QuotedPrintable, is_that_of_RFC_2045) {
  EXPECT_EQ(quoted_printable("a=b\xc3\xbc\tc\r\nd"), "a=3Db=C3=BC\tc\r\nd");
  EXPECT_EQ(quoted_printable("a \r\n"), "a=20\r\n");
  const std::string long_line = quoted_printable(std::string(200, 'a'));
  EXPECT_EQ(long_line.substr(0, 76), std::string(73, 'a') + "=\r\n");
  EXPECT_LE(quoted_printable(std::string(200, '=')).find("\r\n"), 76u);
}

}  // namespace

}  // namespace dmarc::failure
