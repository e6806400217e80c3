#include "store/outbox.h"

#include "store/report_source.h"
#include "unit/store/store_fixture.h"

namespace dmarc::store {
namespace {

constexpr std::int64_t now = 1'790'100'000;
const ReportKey key{"example.org", {1'789'948'800, 1'790'035'200}};

class OutboxTest : public StoreTest {
 protected:
  Outbox first_{database_, "mx1:1"};
  Outbox second_{database_, "mx2:2"};
};

TEST_F(OutboxTest, one_sender_at_a_time) {
  const auto lease = first_.claim(key, now);
  ASSERT_TRUE(lease);
  EXPECT_FALSE(second_.claim(key, now + lease_seconds - 1));
  EXPECT_TRUE(second_.claim({"example.net", key.period}, now));
  EXPECT_TRUE(second_.claim({"example.org", {key.period.end, key.period.end + 86'400}}, now));
  EXPECT_TRUE(first_.claim(key, now)) << "its own lease is no obstacle";
}

TEST_F(OutboxTest, a_dead_sender_is_taken_over_and_the_identifier_stays) {
  auto lease = first_.claim(key, now);
  EXPECT_TRUE(second_.unfinished(now + 1, 10).empty());
  const std::int64_t later = now + lease_seconds;
  const auto unfinished = second_.unfinished(later, 10);
  ASSERT_EQ(unfinished.size(), 1U);
  EXPECT_EQ(unfinished[0].domain, "example.org");
  EXPECT_EQ(unfinished[0].period.begin, key.period.begin);
  const auto taken = second_.claim(unfinished[0], later);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->report_id, lease->report_id);
  EXPECT_EQ(taken->report_id.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(taken->created, now);
  EXPECT_FALSE(first_.renew(*lease, later)) << "the first was not as dead as it seemed";
  EXPECT_FALSE(first_.begin(*lease, "mailto:a@example.org", 1, later));
  EXPECT_FALSE(first_.close(*lease, ReportState::done, later));
}

TEST_F(OutboxTest, renewing_keeps_the_report) {
  auto lease = first_.claim(key, now).value();
  EXPECT_TRUE(first_.renew(lease, now));
  EXPECT_TRUE(first_.renew(lease, now + lease_seconds - 1));
  EXPECT_FALSE(second_.claim(key, now + lease_seconds + 1));
}

TEST_F(OutboxTest, a_finished_report_is_not_sent_again) {
  auto lease = first_.claim(key, now).value();
  EXPECT_TRUE(first_.close(lease, ReportState::done, now));
  EXPECT_FALSE(first_.claim(key, now + 100'000));
  EXPECT_TRUE(first_.unfinished(now + 100'000, 10).empty());
}

TEST_F(OutboxTest, a_delivery_is_known_as_begun_before_it_is_made) {
  auto lease = first_.claim(key, now).value();
  const auto begun = first_.begin(lease, "mailto:a@example.org", 1, now);
  ASSERT_TRUE(begun);
  EXPECT_EQ(begun->attempts, 1U);
  ASSERT_EQ(second_.deliveries(lease.report).size(), 1U);
  EXPECT_EQ(second_.deliveries(lease.report)[0].state, DeliveryState::sending);
  EXPECT_TRUE(first_.record(
      lease, *begun,
      {.state = DeliveryState::waiting, .answer = "451 4.3.2 later\r\n", .next_attempt = now + 900},
      now));
  const Delivery waiting = first_.deliveries(lease.report)[0];
  EXPECT_EQ(waiting.state, DeliveryState::waiting);
  EXPECT_EQ(waiting.next_attempt, now + 900);
  EXPECT_EQ(waiting.last_attempt, now);
  EXPECT_EQ(waiting.answer, "451 4.3.2 later\\x0d\\x0a");
}

TEST_F(OutboxTest, what_was_sent_is_not_begun_again) {
  auto lease = first_.claim(key, now).value();
  const auto begun = first_.begin(lease, "mailto:a@example.org", 1, now).value();
  first_.record(lease, begun, {.state = DeliveryState::sent, .answer = "250 ok"}, now);
  EXPECT_FALSE(first_.begin(lease, "mailto:a@example.org", 1, now));
  EXPECT_TRUE(first_.begin(lease, "mailto:a@example.org", 2, now)) << "the second part";
  EXPECT_TRUE(first_.begin(lease, "mailto:b@example.org", 1, now));
}

TEST_F(OutboxTest, lists_reports_and_opens_one_again) {
  auto lease = first_.claim(key, now).value();
  first_.describe(lease, 12, 3, now);
  const auto begun = first_.begin(lease, "mailto:a@example.org", 1, now).value();
  first_.record(lease, begun, {.state = DeliveryState::sent, .answer = "250 ok"}, now);
  EXPECT_FALSE(first_.reopen(lease.report_id, now)) << "it is being sent";
  first_.close(lease, ReportState::done, now);
  second_.claim({"example.net", key.period}, now);
  EXPECT_EQ(second_.list({}, 10).size(), 2U);
  ASSERT_EQ(second_.list("example.org", 10).size(), 1U);
  const ReportSummary summary = second_.find(lease.report_id).value();
  EXPECT_EQ(summary.state, ReportState::done);
  EXPECT_EQ(summary.messages, 12U);
  EXPECT_EQ(summary.rows, 3U);
  EXPECT_EQ(summary.key.period.end, key.period.end);
  ASSERT_EQ(summary.deliveries.size(), 1U);
  EXPECT_FALSE(first_.reopen("nosuchreport", now));
  EXPECT_TRUE(first_.reopen(lease.report_id, now));
  auto again = second_.claim(key, now).value();
  EXPECT_EQ(again.report_id, lease.report_id) << "RFC 9990 section 3.5.2: the same file name";
  EXPECT_TRUE(second_.begin(again, "mailto:a@example.org", 1, now));
}

TEST_F(OutboxTest, what_failed_can_be_sent_again_without_what_arrived) {
  auto lease = first_.claim(key, now).value();
  const auto arrived = first_.begin(lease, "mailto:a@example.org", 1, now).value();
  const auto refused = first_.begin(lease, "mailto:b@example.org", 1, now).value();
  first_.record(lease, arrived, {.state = DeliveryState::sent, .answer = "250 ok"}, now);
  first_.record(lease, refused, {.state = DeliveryState::failed, .answer = "550 no"}, now);
  first_.close(lease, ReportState::done, now);
  const std::int64_t later = now + 86'400;
  EXPECT_TRUE(first_.reopen(lease.report_id, later, Outbox::Again::failed_only));
  auto again = first_.claim(key, later).value();
  EXPECT_EQ(again.created, later) << "as long as a new report it is tried";
  EXPECT_FALSE(first_.begin(again, "mailto:a@example.org", 1, later));
  EXPECT_TRUE(first_.begin(again, "mailto:b@example.org", 1, later));
}

TEST_F(OutboxTest, opendmarcs_dashboards_see_when_a_report_was_sent) {
  import(Sample{}.text() + Sample{.job = "2", .from = "example.org"}.text() +
         Sample{.job = "3", .from = "example.net", .pdomain = "example.net"}.text());
  ReportSource source(database_, {1'789'999'000, 1'790'001'000}, "example.org");
  ASSERT_NE(source.next_domain(), nullptr);
  source.mark_sent(1'790'001'000);
  EXPECT_EQ(number("SELECT COUNT(*) FROM requests WHERE lastsent IS NOT NULL"), 2);
  EXPECT_EQ(number("SELECT COUNT(*) FROM requests WHERE lastsent IS NULL"), 1);
}

TEST_F(OutboxTest, a_bounce_is_noted_with_what_was_sent) {
  auto lease = first_.claim(key, now).value();
  const std::string destination = "mailto:a@example.org";
  const auto delivery = first_.begin(lease, destination, 1, now).value();
  EXPECT_FALSE(first_.bounced(lease.report_id, destination, DeliveryState::failed, "early"));
  ASSERT_TRUE(first_.record(lease, delivery, {DeliveryState::sent, "250 ok"}, now));
  EXPECT_FALSE(first_.bounced(lease.report_id, "mailto:b@example.org", DeliveryState::failed, ""));
  EXPECT_FALSE(first_.bounced("unknown", destination, DeliveryState::failed, ""));
  EXPECT_TRUE(first_.bounced(lease.report_id, destination, DeliveryState::sent, "mailbox full"));
  EXPECT_EQ(first_.deliveries(lease.report)[0].answer, "mailbox full");
  EXPECT_TRUE(
      first_.bounced(lease.report_id, destination, DeliveryState::failed, std::string(1000, 'x')));
  EXPECT_EQ(first_.deliveries(lease.report)[0].state, DeliveryState::failed);
  EXPECT_EQ(first_.deliveries(lease.report)[0].answer.size(), max_answer);
}

}  // namespace
}  // namespace dmarc::store
