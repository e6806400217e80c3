// Failure reports, as the configuration says it.

#include <gtest/gtest.h>

#include "config/configuration.h"

namespace dmarc::config {
namespace {

failure::Settings settings(std::string_view text) {
  return load_text(text, "conf", "dmarcd").value().failure_reports;
}

TEST(FailureSettings, they_are_off_and_private_by_default) {
  const auto made = settings("");
  EXPECT_FALSE(made.enabled);
  EXPECT_FALSE(made.criteria.on_none);
  EXPECT_FALSE(made.criteria.for_operator);
  EXPECT_TRUE(made.copies.empty());
  EXPECT_TRUE(made.redact);
  EXPECT_EQ(made.rates.per_destination, 10u);
  EXPECT_EQ(made.rates.in_all, 100u);
  EXPECT_FALSE(made.by_command);
}

TEST(FailureSettings, every_option_arrives) {
  const auto made = settings(
      "FailureReports yes\nFailureReportsOnNone yes\nFailureReportsRedact no\n"
      "FailureReportsSentBy Reports <r@example.org>\nFailureReportsPerDestination 3\n"
      "FailureReportsPerHour 7\nFailureReportsBcc a@example.org, Jo <jo@example.org>\n");
  EXPECT_TRUE(made.enabled);
  EXPECT_TRUE(made.criteria.on_none);
  EXPECT_TRUE(made.criteria.for_operator);
  EXPECT_FALSE(made.redact);
  EXPECT_EQ(made.from, "Reports <r@example.org>");
  EXPECT_EQ(made.rates.per_destination, 3u);
  EXPECT_EQ(made.rates.in_all, 7u);
  ASSERT_EQ(made.copies.size(), 2u);
  EXPECT_EQ(made.copies[1].text(), "jo@example.org");
}

TEST(FailureSettings, reports_come_from_the_address_of_reports) {
  EXPECT_EQ(settings("").from, "");
  EXPECT_EQ(settings("ReportEmail dmarc@example.org\n").from, "dmarc@example.org");
  EXPECT_EQ(settings("ReportEmail dmarc@example.org\nFailureReportsSentBy r@example.org\n").from,
            "r@example.org");
}

TEST(FailureSettings, a_report_command_in_the_file_is_used_as_in_OpenDMARC) {
  EXPECT_TRUE(settings("ReportCommand /usr/sbin/sendmail -t\n").by_command);
  EXPECT_TRUE(settings("ReportTransport command\n").by_command);
  EXPECT_FALSE(settings("FailureReports true\nReportCommand cat | mail\n").enabled);
}

}  // namespace
}  // namespace dmarc::config
