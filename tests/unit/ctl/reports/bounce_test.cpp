// "dmarcctl bounce", with SQLite.
#include "sending/bounce.h"

#include <gtest/gtest.h>

#include <ctime>
#include <sstream>

#include "ctl/dmarcctl.h"
#include "ctl/reports/database.h"
#include "store/outbox.h"
#include "store/suppressions.h"
#include "support/temporary_folder.h"

namespace dmarc::ctl {
namespace {

const std::string destination = "mailto:Reports@example.org";

class BounceTest : public ::testing::Test {
 protected:
  BounceTest() {
    auto lease = outbox_.claim({"example.org", {86'400, 172'800}}, now_).value();
    const auto delivery = outbox_.begin(lease, destination, 1, now_).value();
    outbox_.record(lease, delivery, {store::DeliveryState::sent, "250 ok"}, now_);
    report_id_ = lease.report_id;
  }

  std::string bounce_address() const {
    return sending::verp_address(sending::MailAddress::parse("b@example.net").value(),
                                 {report_id_, sending::destination_tag(destination)});
  }

  int bounce(const std::string& recipient, const std::string& status,
             const std::string& database = {}) {
    const std::string message = folder_.write(
        "message", "Delivered-To: " + recipient +
                       "\nContent-Type: multipart/report; boundary=x\n\n--x\n"
                       "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n"
                       "Final-Recipient: rfc822; somebody@else.example\nAction: failed\nStatus: " +
                       status + "\nDiagnostic-Code: smtp; 550 no such user\n\n--x--\n");
    out_.str("");
    err_.str("");
    return run_as("dmarcctl",
                  {"bounce", "--config", config_, "--database",
                   database.empty() ? address_ : database, message},
                  {out_, err_});
  }

  std::optional<store::Suppression> suppression() {
    return store::Suppressions(*database_).match("reports@example.org", now_);
  }

  store::Delivery delivery() { return outbox_.find(report_id_)->deliveries.at(0); }

  test::TemporaryFolder folder_;
  const std::int64_t now_ = std::time(nullptr);
  std::string config_ = folder_.write("opendmarc.conf", "ReportBounceAddress b@example.net\n");
  std::string address_ = "sqlite:" + folder_.path("reports.sqlite");
  std::unique_ptr<store::Database> database_ =
      open_store(store::DatabaseAddress::parse(address_).value());
  store::Outbox outbox_{*database_, "test"};
  std::string report_id_;
  std::ostringstream out_, err_;
};

TEST_F(BounceTest, a_mailbox_that_does_not_exist_gets_no_reports_for_a_while) {
  EXPECT_EQ(bounce(bounce_address(), "5.1.1"), 0) << err_.str();
  EXPECT_NE(out_.str().find("reports@example.org: no reports until "), std::string::npos)
      << out_.str();
  EXPECT_EQ(delivery().state, store::DeliveryState::failed);
  EXPECT_EQ(delivery().answer, "bounced: failed 5.1.1: 550 no such user");
  ASSERT_TRUE(suppression());
  EXPECT_EQ(suppression()->address, "reports@example.org");
  EXPECT_GT(*suppression()->expires, now_ + 29 * 86'400);
  EXPECT_FALSE(store::Suppressions(*database_).match("somebody@else.example", now_))
      << "what a bounce says is not believed, only which delivery it is about";
}

TEST_F(BounceTest, soft_bounces_are_only_noted) {
  EXPECT_EQ(bounce(bounce_address(), "5.2.2"), 0) << err_.str();
  EXPECT_EQ(delivery().state, store::DeliveryState::sent);
  EXPECT_EQ(delivery().answer, "bounced: failed 5.2.2: 550 no such user");
  EXPECT_FALSE(suppression());
}

TEST_F(BounceTest, a_bounce_that_somebody_made_up_changes_nothing) {
  for (const std::string& recipient :
       {std::string("b@example.net"), std::string("b+0-0@example.net"),
        "b+" + report_id_ + "-00000000@example.net", std::string("other@example.net")}) {
    EXPECT_EQ(bounce(recipient, "5.1.1"), 0);
    EXPECT_EQ(out_.str(), "not of a report that was sent from here\n") << recipient;
  }
  EXPECT_EQ(delivery().state, store::DeliveryState::sent);
  EXPECT_FALSE(suppression());
}

TEST_F(BounceTest, what_somebody_has_suppressed_for_longer_stays_so) {
  store::Suppressions(*database_)
      .add({.address = "reports@example.org", .reason = "asked", .added = now_, .expires = {}});
  EXPECT_EQ(bounce(bounce_address(), "5.1.1"), 0);
  ASSERT_TRUE(suppression());
  EXPECT_EQ(suppression()->reason, "asked");
  EXPECT_FALSE(suppression()->expires);
}

TEST_F(BounceTest, the_mta_keeps_it_while_the_database_is_away) {
  EXPECT_EQ(bounce(bounce_address(), "5.1.1", "sqlite:/nowhere/reports.sqlite"), 75);
}

TEST_F(BounceTest, without_an_address_for_bounces_there_are_none) {
  config_ = folder_.write("empty.conf", "");
  EXPECT_EQ(bounce(bounce_address(), "5.1.1"), 78);
}

}  // namespace
}  // namespace dmarc::ctl
