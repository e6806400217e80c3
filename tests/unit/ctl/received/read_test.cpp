// "dmarcctl read" and "dmarcctl senders", with SQLite; and reports that our own writer made.
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "aggregate/xml.h"
#include "ctl/dmarcctl.h"
#include "support/data.h"
#include "support/temporary_folder.h"

namespace dmarc::ctl {
namespace {

class ReadTest : public ::testing::Test {
 protected:
  int run(std::vector<std::string> words) {
    words.insert(words.end(), {"--config", config_, "--database", database_});
    out_.str("");
    err_.str("");
    return run_as("dmarcctl", words, {out_, err_});
  }

  std::string data(const std::string& name) const {
    return test::data_folder() + "/received-reports/" + name;
  }

  bool says(const std::string& text) const { return out_.str().find(text) != std::string::npos; }

  test::TemporaryFolder folder_;
  std::string config_ = folder_.write("opendmarc.conf", "Syslog true\n");
  std::string database_ = "sqlite:" + folder_.path("reports.sqlite");
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(ReadTest, stores_each_report_once) {
  EXPECT_EQ(run({"read", data("plain.xml")}), 0);
  EXPECT_EQ(out_.str(), data("plain.xml") +
                            ": example.org by Example Net, 2026-09-22: 3 messages, 1 row; stored\n"
                            "1 report stored\n");
  EXPECT_EQ(run({"read", data("plain.xml")}), 0);
  EXPECT_TRUE(says("1 row; read before\n0 reports stored, 1 read before\n"));
  EXPECT_EQ(run({"senders", "example.org", "--days", "36500"}), 0);
  EXPECT_TRUE(says("3 messages in 1 reports of 1 reporters, 2026-09-22 to 2026-09-22\n"));
}

TEST_F(ReadTest, expire_deletes_them_too) {
  EXPECT_EQ(run({"read", data("dates_in_milliseconds.xml")}), 0);
  EXPECT_EQ(run({"expire", "--days", "36500"}), 0);
  EXPECT_FALSE(says("received_reports"));
  std::string text = test::read_data("received-reports/plain.xml");
  for (const std::string_view time : {"1790035200", "1790121599"})
    text.replace(text.find(time), time.size(), "86400");
  text.replace(text.find("id-1"), 4, "id-2");
  EXPECT_EQ(run({"read", folder_.write("old.xml", text)}), 0);
  EXPECT_EQ(run({"expire", "--days", "18000"}), 0);
  EXPECT_TRUE(says("received_reports: 1 deleted\n"));
}

TEST_F(ReadTest, names_file_line_and_reason_of_what_is_set_aside) {
  EXPECT_EQ(run({"read", data("cut_off.xml"), data("count_not_a_number.xml")}), 65);
  EXPECT_EQ(err_.str(), "dmarcctl read: " + data("cut_off.xml") +
                            ":22: the report breaks off within <domain>\n"
                            "dmarcctl read: " +
                            data("count_not_a_number.xml") +
                            ":16: row/count is not a number: \"many\"\n");
  EXPECT_TRUE(says("1 report stored, 2 set aside\n"));
}

TEST_F(ReadTest, keeps_what_is_set_aside) {
  const std::string kept = folder_.path("kept");
  std::filesystem::create_directory(kept);
  EXPECT_EQ(run({"read", "--set-aside", kept, data("plain.xml"), data("cut_off.xml")}), 0);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(kept), {}), 1);
  EXPECT_EQ(run({"read", "--set-aside", folder_.path("none"), data("cut_off.xml")}), 75);
}

TEST_F(ReadTest, a_dry_run_stores_nothing) {
  EXPECT_EQ(run({"read", "--dry-run", data("plain.xml")}), 0);
  EXPECT_TRUE(says("1 row; not stored\n1 report read\n"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path("reports.sqlite")));
}

TEST_F(ReadTest, what_is_not_there) {
  EXPECT_EQ(run({"read", folder_.path("none")}), 66);
  EXPECT_EQ(run({"read"}), 64);
  database_ = "sqlite:/nonexistent/reports.sqlite";
  EXPECT_EQ(run({"read", data("plain.xml")}), 75) << "the MTA keeps the mail";
}

TEST_F(ReadTest, json) {
  EXPECT_EQ(run({"read", "--json", data("plain.xml"), data("cut_off.xml")}), 65);
  EXPECT_TRUE(says("\"report_id\": \"id-1\""));
  EXPECT_TRUE(says("\"outcome\": \"stored\""));
  EXPECT_TRUE(says("\"line\": 22"));
  EXPECT_EQ(run({"senders", "--json", "--days", "36500"}), 0);
  EXPECT_TRUE(says("\"without_spf\": 0"));
}

TEST_F(ReadTest, folders) {
  std::filesystem::create_directory(folder_.path("in"));
  folder_.write("in/1", test::read_data("received-reports/plain.xml"));
  folder_.write("in/2", test::read_data("received-reports/org_name_missing.xml"));
  EXPECT_EQ(run({"read", folder_.path("in")}), 0);
  EXPECT_TRUE(says("2 reports stored\n"));
}

/// What our own writer makes of a row that has everything.
std::string own_report(aggregate::ReportFormat format) {
  history::PublishedPolicy policy;
  policy.domain = "example.org";
  policy.p = Policy::reject;
  policy.np = Policy::reject;
  policy.testing = false;
  std::string text;
  aggregate::ReportXml xml([&](std::string_view part) { text += part; },
                           {.org_name = "Example & Network",
                            .email = "dmarc@mx.example.net",
                            .extra_contact_info = "https://mx.example.net/dmarc",
                            .report_id = "3f2a91",
                            .period = {1'790'035'200, 1'790'121'600},
                            .generator = "dmarcd",
                            .format = format},
                           policy);
  aggregate::Row row;
  row.source_ip = "192.0.2.1";
  row.count = 7;
  row.disposition = aggregate::Disposition::reject;
  row.header_from = "news.example.org";
  row.envelope_from = "bounce.example.net";
  row.reasons = {{policy::OverrideType::mailing_list, "list \"x\" <y>"}};
  row.dkim = {{"example.com", "s1", history::AuthCode::pass}};
  row.spf = history::AuthCode::softfail;
  xml.add(row);
  xml.finish();
  return text;
}

class OwnReportTest : public ReadTest,
                      public testing::WithParamInterface<aggregate::ReportFormat> {};

TEST_P(OwnReportTest, is_read) {
  EXPECT_EQ(run({"read", folder_.write("own.xml", own_report(GetParam()))}), 0) << err_.str();
  EXPECT_EQ(run({"senders", "--days", "36500"}), 0);
  EXPECT_EQ(out_.str(),
            "7 messages in 1 reports of 1 reporters, 2026-09-22 to 2026-09-23\n"
            "pass 0 (0.0 %), fail 7; quarantined 0, rejected 7, overridden 7\n"
            "\n"
            "192.0.2.1 as news.example.org: 7\n"
            "  pass 0 (0.0 %), fail 7; quarantined 0, rejected 7, overridden 7\n"
            "  DKIM pass example.com (s1), not aligned: 7\n"
            "  SPF softfail bounce.example.net: 7\n"
            "  overridden, mailing_list (list \"x\" <y>): 7\n");
}

INSTANTIATE_TEST_SUITE_P(Forms, OwnReportTest,
                         testing::Values(aggregate::ReportFormat::rfc9990,
                                         aggregate::ReportFormat::rfc7489));

}  // namespace
}  // namespace dmarc::ctl
