// A run over a database, with a sender that writes down what it was given.
#include "reporting/aggregate_run.h"

#include <gtest/gtest.h>

#include <map>

#include <dmarc/zone.h>

#include "aggregate/period.h"
#include "reporting/delivery.h"
#include "unit/store/store_fixture.h"

namespace dmarc::reporting {
namespace {

using sending::Outcome;
using store::DeliveryState;
using store::Sample;
using State = Outcome::State;

class FakeSender final : public ReportSender {
 public:
  Outcome deliver(const ReportFile& file, const sending::ReportUri& target,
                  const sending::Transport::Commit& commit) override {
    if (!connects) return {State::later, "no connection"};
    if (!commit()) return {State::later, "called off"};
    if (on_delivery) on_delivery();
    delivered.push_back(target.uri + " " + file.name.report_id);
    const auto answer = answers.find(target.uri);
    return answer == answers.end() ? Outcome{State::sent, "250 OK"} : answer->second;
  }

  bool connects = true;
  std::function<void()> on_delivery;
  std::map<std::string, Outcome> answers;
  std::vector<std::string> delivered;
};

class AggregateRunTest : public store::StoreTest {
 protected:
  AggregateRunTest() {
    settings_.heading.receiver = "mx.victim.example";
    settings_.heading.metadata = {.org_name = "Victim",
                                  .email = "dmarc@victim.example",
                                  .extra_contact_info = {},
                                  .report_id = {},
                                  .period = {},
                                  .generator = "test"};
    settings_.work_folder = folder_.path();
    settings_.refuse_domain = [](const std::string&) { return ""; };
    settings_.refuse_target = [](const sending::ReportUri&) { return ""; };
    settings_.clock = [this] { return now_; };
  }

  AggregateRun make_run(const std::string& owner = "mx1") {
    return {database_, owner, settings_,
            sender_,   zone_, [this](const ReportNews& news) { news_.push_back(news); }};
  }
  void send(const std::string& owner = "mx1") { make_run(owner).send(day_, std::nullopt); }
  void resume() { make_run().resume(); }

  /// What the outbox says of the only report.
  store::ReportSummary stored() {
    return store::Outbox(database_, "test").list(std::nullopt, 10).at(0);
  }

  const aggregate::Period day_ = aggregate::utc_day(Sample{}.received);
  std::int64_t now_ = day_.end + 600;
  RunSettings settings_;
  FakeSender sender_;
  dns::Zone zone_ = dns::Zone::parse(
                        "_dmarc.example.org TXT \"v=DMARC1; p=reject\"\n"
                        "example.org._report._dmarc.agreed.example TXT \"v=DMARC1\"\n")
                        .value();
  std::vector<ReportNews> news_;
};

TEST_F(AggregateRunTest, a_report_goes_to_everybody_who_may_have_it_once) {
  import(Sample{.rua = "rua mailto:a@example.org\nrua mailto:b@agreed.example\nrua "
                       "mailto:victim@other.example\n"}
             .text() +
         Sample{.job = "4F1A2C"}.text());
  send();
  send("mx2");
  ASSERT_EQ(sender_.delivered.size(), 1U);
  EXPECT_EQ(stored().state, store::ReportState::done);
  EXPECT_EQ(stored().messages, 2U);
  ASSERT_EQ(news_.size(), 1U);
  EXPECT_EQ(news_[0].end, ReportNews::End::done);
}

TEST_F(AggregateRunTest, without_an_agreement_nothing_is_sent) {
  import(Sample{.rua = "rua mailto:b@agreed.example\nrua mailto:victim@other.example\n"}.text());
  send();
  EXPECT_EQ(sender_.delivered,
            std::vector<std::string>{"mailto:b@agreed.example " + stored().report_id});
  ASSERT_EQ(stored().deliveries.size(), 2U);
  EXPECT_EQ(stored().deliveries[1].state, DeliveryState::refused);
}

TEST_F(AggregateRunTest, a_mailbox_gets_one_report_however_often_it_is_named) {
  import(Sample{.rua = "rua mailto:a@example.org\nrua mailto:a@example.org\n"
                       "rua mailto:a@EXAMPLE.org!10m\nrua mailto:b@example.org\n"}
             .text());
  send();
  EXPECT_EQ(sender_.delivered,
            (std::vector<std::string>{"mailto:a@example.org " + stored().report_id,
                                      "mailto:b@example.org " + stored().report_id}));
  EXPECT_EQ(stored().state, store::ReportState::done);
  ASSERT_EQ(news_.size(), 1U);
  EXPECT_EQ(news_[0].end, ReportNews::End::done);
}

TEST_F(AggregateRunTest, a_mailbox_of_another_spelling_on_the_next_run_is_the_same) {
  import(Sample{.rua = "rua mailto:a@example.org\nrua mailto:b@example.org\n"}.text());
  sender_.answers["mailto:b@example.org"] = {State::later, "451 not now"};
  send();
  execute("UPDATE policies SET rua = 'mailto:a@EXAMPLE.org!10m,mailto:b@Example.ORG'");
  sender_.answers.clear();
  now_ = stored().deliveries[1].next_attempt;
  resume();
  EXPECT_EQ(sender_.delivered.size(), 3U);
  EXPECT_EQ(stored().state, store::ReportState::done);
  EXPECT_EQ(stored().deliveries.size(), 2U);
}

TEST_F(AggregateRunTest, a_domain_that_fails_keeps_no_other_from_its_report) {
  import(Sample{.job = "1", .pdomain = "a.example", .rua = "rua mailto:r@a.example\n"}.text() +
         Sample{.job = "2", .pdomain = "b.example", .rua = "rua mailto:r@b.example\n"}.text());
  settings_.refuse_domain = [](const std::string& domain) -> std::string {
    if (domain == "a.example") throw Error("no room for the file");
    return "";
  };
  send();
  ASSERT_EQ(news_.size(), 2U);
  EXPECT_EQ(news_[0].end, ReportNews::End::broken);
  EXPECT_EQ(news_[0].reason, "no room for the file");
  EXPECT_EQ(news_[1].end, ReportNews::End::done);
}

TEST_F(AggregateRunTest, the_report_on_any_domain_is_made) {
  const std::string label(60, 'l');
  const std::string name = label + "." + label + "." + label + "." + label + ".test";
  import(
      Sample{.job = "1", .pdomain = "x/y.attack.test", .rua = "rua mailto:r@attack.test\n"}.text() +
      Sample{.job = "2", .pdomain = name, .rua = "rua mailto:r@" + label + ".test\n"}.text());
  send();
  ASSERT_EQ(news_.size(), 2U);
  EXPECT_NE(news_[0].end, ReportNews::End::broken) << news_[0].reason;
  EXPECT_NE(news_[1].end, ReportNews::End::broken) << news_[1].reason;
}

TEST_F(AggregateRunTest, without_rua_there_is_no_report) {
  import(Sample{.rua = "rua -\n"}.text());
  send();
  EXPECT_TRUE(news_.empty());
  EXPECT_TRUE(sender_.delivered.empty());
}

TEST_F(AggregateRunTest, what_may_work_later_is_tried_again_within_a_day) {
  import(Sample{}.text());
  sender_.connects = false;
  send();
  EXPECT_EQ(stored().deliveries[0].state, DeliveryState::waiting);
  EXPECT_EQ(stored().deliveries[0].answer, "no connection");
  sender_.connects = true;
  resume();
  EXPECT_TRUE(sender_.delivered.empty()) << "before its time";
  now_ = stored().deliveries[0].next_attempt;
  resume();
  EXPECT_EQ(sender_.delivered.size(), 1U);
  EXPECT_EQ(stored().state, store::ReportState::done);
  EXPECT_EQ(stored().deliveries[0].attempts, 2U);
}

TEST_F(AggregateRunTest, after_a_day_it_is_given_up) {
  import(Sample{}.text());
  sender_.answers["mailto:a@example.org"] = {State::later, "451 not now"};
  send();
  for (int i = 0; i < 100 && stored().state == store::ReportState::open; ++i) {
    now_ = stored().deliveries[0].next_attempt;
    resume();
  }
  EXPECT_EQ(stored().deliveries[0].state, DeliveryState::failed);
  EXPECT_EQ(stored().deliveries[0].answer, "given up: 451 not now");
  EXPECT_LT(now_, day_.end + 600 + retry_budget + 1);
  EXPECT_GT(sender_.delivered.size(), 5U);
}

TEST_F(AggregateRunTest, a_sender_that_died_after_its_last_octets_is_not_repeated) {
  import(Sample{}.text());
  struct Death {};
  sender_.on_delivery = [] { throw Death(); };
  EXPECT_THROW(send(), Death);
  EXPECT_EQ(stored().deliveries[0].state, DeliveryState::sending);
  sender_.on_delivery = nullptr;
  const test::TemporaryFolder other;
  settings_.work_folder = other.path();
  send("mx2");
  EXPECT_TRUE(sender_.delivered.empty()) << "the lease still holds";
  now_ += store::lease_seconds + 1;
  send("mx2");
  EXPECT_TRUE(sender_.delivered.empty());
  EXPECT_EQ(stored().deliveries[0].state, DeliveryState::sent);
  EXPECT_EQ(stored().state, store::ReportState::done);
}

TEST_F(AggregateRunTest, one_that_lost_its_lease_stops) {
  import(Sample{.rua = "rua mailto:a@example.org\nrua mailto:b@agreed.example\n"}.text());
  sender_.on_delivery = [this] {
    now_ += store::lease_seconds + 1;
    EXPECT_TRUE(store::Outbox(database_, "mx2").claim({"example.org", day_}, now_));
  };
  send();
  EXPECT_EQ(sender_.delivered.size(), 1U);
  EXPECT_EQ(news_.at(0).end, ReportNews::End::lost);
}

TEST_F(AggregateRunTest, refusals_are_local_choices_too) {
  import(Sample{}.text());
  settings_.refuse_target = [](const sending::ReportUri& target) {
    return target.mailbox == "a@example.org" ? "suppressed" : "";
  };
  send();
  EXPECT_TRUE(sender_.delivered.empty());
  EXPECT_EQ(stored().state, store::ReportState::nothing);
  EXPECT_EQ(stored().deliveries[0].answer, "suppressed");
}

TEST_F(AggregateRunTest, a_destination_that_is_gone_keeps_no_report_open) {
  import(Sample{}.text());
  sender_.connects = false;
  send();
  import(Sample{
      .job = "4F1A2C", .received = Sample{}.received + 60, .rua = "rua mailto:c@agreed.example\n"}
             .text());
  sender_.connects = true;
  now_ += 6 * 3600;
  resume();
  EXPECT_EQ(sender_.delivered.size(), 1U);
  EXPECT_EQ(stored().state, store::ReportState::done);
}

// RPT-03: who makes domains by the thousand does not get as many mails sent.
TEST_F(AggregateRunTest, only_so_many_domains_of_one_organization_are_reported_on) {
  std::string records;
  std::string zone = "_dmarc.example.org TXT \"v=DMARC1; p=reject\"\n";
  for (std::size_t i = 0; i <= max_domains_of_organization; ++i) {
    const std::string domain = "d" + std::to_string(i) + ".example.org";
    records += Sample{.job = "Q" + std::to_string(i),
                      .pdomain = domain,
                      .rua = "rua mailto:a@" + domain + "\n"}
                   .text();
    zone += "_dmarc." + domain + " TXT \"v=DMARC1; p=reject\"\n";
  }
  zone_ = dns::Zone::parse(zone).value();
  import(records);
  send();
  EXPECT_EQ(sender_.delivered.size(), max_domains_of_organization);
  EXPECT_EQ(news_.size(), max_domains_of_organization + 1);
  EXPECT_EQ(news_.back().end, ReportNews::End::nobody);
}

TEST_F(AggregateRunTest, a_dry_run_changes_nothing) {
  import(Sample{.rua = "rua mailto:a@example.org\nrua mailto:victim@other.example\n"}.text());
  settings_.dry_run = true;
  send();
  resume();
  EXPECT_TRUE(sender_.delivered.empty());
  EXPECT_TRUE(store::Outbox(database_, "test").list(std::nullopt, 10).empty());
  ASSERT_EQ(news_.size(), 1U);
  EXPECT_EQ(news_[0].messages, 1U);
  ASSERT_EQ(news_[0].deliveries.size(), 2U);
  EXPECT_EQ(news_[0].deliveries[1].state, DeliveryState::refused);
}

TEST_F(AggregateRunTest, a_work_folder_that_is_gone_leaves_the_report_for_later) {
  import(Sample{}.text());
  settings_.work_folder = folder_.path("nothing");
  send();
  ASSERT_EQ(news_.size(), 1U);
  EXPECT_EQ(news_[0].end, ReportNews::End::broken);
  EXPECT_NE(news_[0].reason.find("nothing/"), std::string::npos) << news_[0].reason;
  settings_.work_folder = folder_.path();
  send("mx2");
  EXPECT_EQ(sender_.delivered.size(), 1U);
}

TEST(ScheduleTest, pauses_grow_and_end_with_the_day) {
  const auto first = next_attempt(0, 1, "mailto:a@example.org", 0).value();
  EXPECT_GE(first, first_pause);
  EXPECT_LT(first, 2 * first_pause);
  EXPECT_GT(next_attempt(0, 3, "mailto:a@example.org", 0).value(), first);
  EXPECT_LT(next_attempt(0, 1000, "mailto:a@example.org", 0).value(), max_pause + first_pause);
  EXPECT_FALSE(next_attempt(0, 1, "mailto:a@example.org", retry_budget));
}

}  // namespace
}  // namespace dmarc::reporting
