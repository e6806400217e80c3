#include "failure/incident.h"

#include <gtest/gtest.h>

#include "support/failure_fixture.h"

namespace dmarc::failure {
namespace {

using Kinds = std::vector<Kind>;

std::optional<Incident> incident_of(const policy::Message& message, const policy::Judgement& judged,
                                    const Criteria& criteria = {}) {
  return incident_of(message, judged, failing::settings(), criteria, 1790000000);
}

std::optional<Incident> incident_of(const policy::Judgement& judged,
                                    const Criteria& criteria = {}) {
  return incident_of(failing::message(), judged, criteria);
}

TEST(Incident, a_failing_message_is_reported_to_who_asks_for_it) {
  const auto incident = incident_of(failing::judgement(failing::usual_record));
  ASSERT_TRUE(incident);
  EXPECT_EQ(incident->kinds, Kinds{Kind::dmarc});
  EXPECT_EQ(incident->ruf, std::vector<std::string>{"mailto:f@example.org"});
  EXPECT_EQ(incident->policy_domain.text(), "example.org");
  EXPECT_EQ(incident->unaligned, (std::vector<std::string>{"dkim", "spf"}));
  EXPECT_EQ(incident->delivery, Incident::Delivery::reject);
  ASSERT_TRUE(incident->failed_signature);
  EXPECT_EQ(incident->failed_signature->selector, "sel") << "the one that could have been aligned";
  EXPECT_EQ(incident->failed_signature->identity, "jane@example.org");
  ASSERT_TRUE(incident->failed_spf);
  EXPECT_EQ(incident->failed_spf->record, "v=spf1 \"-all");
  EXPECT_FALSE(incident->header_cut);
  EXPECT_FALSE(incident_of(failing::judgement("v=DMARC1; p=reject")));
}

TEST(Incident, one_DMARC_report_says_what_the_others_would) {
  EXPECT_EQ(
      incident_of(failing::judgement("v=DMARC1; p=reject; fo=1:d:s; ruf=mailto:f@example.org"))
          ->kinds,
      Kinds{Kind::dmarc});
  EXPECT_EQ(incident_of(failing::judgement("v=DMARC1; p=reject; fo=d:s; ruf=mailto:f@example.org"))
                ->kinds,
            (Kinds{Kind::dkim, Kind::spf}));
}

TEST(Incident, a_message_that_passes_may_be_reported_too) {
  auto judged = failing::judgement("v=DMARC1; p=reject; fo=1; ruf=mailto:f@example.org");
  judged.result = Result::pass;
  judged.verdicts.front().result = Result::pass;
  judged.verdicts.front().dkim_aligned = true;
  const auto incident = incident_of(judged);
  ASSERT_TRUE(incident);
  EXPECT_EQ(incident->unaligned, std::vector<std::string>{"spf"});
  judged.verdicts.front().record =
      read_record("v=DMARC1; p=reject; fo=0; ruf=mailto:f@example.org");
  EXPECT_FALSE(incident_of(judged));
}

TEST(Incident, policy_none_takes_FailureReportsOnNone) {
  const auto judged = failing::judgement("v=DMARC1; p=none; ruf=mailto:f@example.org");
  EXPECT_FALSE(incident_of(judged));
  EXPECT_TRUE(incident_of(judged, {.on_none = true}));
}

TEST(Incident, a_public_suffix_gets_none) {
  auto judged = failing::judgement("v=DMARC1; p=reject; psd=y; ruf=mailto:f@example.org");
  EXPECT_FALSE(incident_of(judged));
  judged = failing::judgement(failing::usual_record);
  judged.verdicts.front().walk.back().suffix_guard = true;
  EXPECT_FALSE(incident_of(judged));
  const auto incident = incident_of(judged, {.for_operator = true});
  ASSERT_TRUE(incident);
  EXPECT_TRUE(incident->ruf.empty());
}

TEST(Incident, the_operator_sees_failures_that_nobody_asked_for) {
  auto judged = failing::judgement("v=DMARC1; p=reject");
  const auto incident = incident_of(judged, {.for_operator = true});
  ASSERT_TRUE(incident);
  EXPECT_TRUE(incident->ruf.empty());
  judged.result = Result::pass;
  judged.verdicts.front().result = Result::pass;
  EXPECT_FALSE(incident_of(judged, {.for_operator = true}));
}

TEST(Incident, there_is_none_without_a_result) {
  auto judged = failing::judgement(failing::usual_record);
  judged.result = Result::temperror;
  EXPECT_FALSE(incident_of(judged));
  EXPECT_FALSE(incident_of(policy::Judgement{}));
}

// RPT-04: no reports on reports.
TEST(Incident, automatic_mail_is_not_reported) {
  auto message = failing::message();
  EXPECT_FALSE(is_automatic(message));
  message.header.add("Auto-Submitted", " no (really)");
  EXPECT_FALSE(is_automatic(message));
  message.header.add("auto-submitted", "auto-generated; x=y");
  EXPECT_TRUE(is_automatic(message));
  EXPECT_FALSE(incident_of(message, failing::judgement(failing::usual_record)));

  message = failing::message();
  message.header.add("Content-Type", " Multipart/Report; report-type=feedback-report");
  EXPECT_TRUE(is_automatic(message));

  message = failing::message();
  message.sender = mail::parse_reverse_path("<>");
  EXPECT_TRUE(is_automatic(message));
}

TEST(Incident, long_headers_are_cut_at_a_field) {
  auto message = failing::message();
  const std::size_t fields = message.header.size();
  message.header.add("X-Long", std::string(max_reported_header, 'x'));
  message.header.add("X-Last", "y");
  const auto incident = incident_of(message, failing::judgement(failing::usual_record));
  EXPECT_EQ(incident->header.size(), fields);
  EXPECT_TRUE(incident->header_cut);
}

}  // namespace
}  // namespace dmarc::failure
