#include "daemon/environments.h"

#include <gtest/gtest.h>

#include "support/log_capture.h"
#include "support/temporary_folder.h"

namespace dmarc::daemon {
namespace {

class EnvironmentsTest : public testing::Test {
 protected:
  static config::Configuration configuration(std::string_view text) {
    return *config::load_text(text, "test", "test");
  }

  void use(std::string_view text) { environments_.use(configuration(text)); }

  test::LogCapture log_;
  Environments environments_{log_};
};

TEST_F(EnvironmentsTest, the_current_one_is_what_was_used_last) {
  use("AuthservID one\nDNSTimeout 3");
  const auto first = environments_.current();
  use("AuthservID two");
  EXPECT_EQ(first->settings->authserv_id, "one") << "a session keeps what it began with";
  EXPECT_EQ(first->lookup_limits.timeout, std::chrono::seconds(3));
  EXPECT_EQ(environments_.current()->settings->authserv_id, "two");
}

TEST_F(EnvironmentsTest, the_cache_survives_what_does_not_concern_it) {
  use("Nameservers 127.0.0.1:5353\nAuthservID one");
  const auto first = environments_.current()->resolver;
  use("Nameservers 127.0.0.1:5353\nAuthservID two");
  EXPECT_EQ(environments_.current()->resolver, first);
  use("Nameservers 127.0.0.1:5354");
  EXPECT_NE(environments_.current()->resolver, first);
}

TEST_F(EnvironmentsTest, test_data_stands_in_front_of_the_network) {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("data", "_dmarc.bank.example v=DMARC1; p=none\n");
  use("TestDNSData " + path);
  dns::Outcome outcome = dns::Outcome::temporary_failure;
  environments_.current()->resolver->resolve(
      {*dns::Name::parse("_dmarc.bank.example"), dns::Type::txt},
      [&](const dns::AnswerPtr& answer) { outcome = answer->outcome; });
  EXPECT_EQ(outcome, dns::Outcome::records);
}

class NoTransport final : public sending::Transport {
 public:
  sending::Outcome send(const sending::Envelope&, std::string_view, const Commit&) override {
    return {};
  }
};

TEST_F(EnvironmentsTest, failure_reports_come_and_go_with_a_reload) {
  Environments environments{log_, {std::make_shared<NoTransport>(), "opendmarc"}};
  environments.use(configuration("FailureReports false"));
  EXPECT_FALSE(environments.current()->report_failure);
  environments.use(configuration("FailureReports true\nFailureReportsOnNone true"));
  EXPECT_TRUE(environments.current()->report_failure);
  EXPECT_TRUE(environments.current()->failure_criteria.on_none);
  environments.use(configuration("FailureReports false"));
  EXPECT_FALSE(environments.current()->report_failure);
}

TEST_F(EnvironmentsTest, failure_reports_need_a_way_out_from_the_start) {
  use("FailureReports true");
  EXPECT_FALSE(environments_.current()->report_failure);
  EXPECT_EQ(log_.count(log::Id::failure_reports_start), 1u);
}

}  // namespace
}  // namespace dmarc::daemon
