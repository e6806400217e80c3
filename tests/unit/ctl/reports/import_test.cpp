// The report database from the command line, with SQLite: dmarcctl's words and OpenDMARC's names.
#include <gtest/gtest.h>

#include <sstream>

#include "base/read_file.h"
#include "ctl/dmarcctl.h"
#include "support/temporary_folder.h"

namespace dmarc::ctl {
namespace {

constexpr std::string_view record = R"(job Q1
reporter mx.example.net
received 1600000000
ipaddr 192.0.2.1
from bank.example
mfrom bank.example
spf 0
spf_scope 1
pdomain bank.example
policy 15
rua mailto:dmarc@bank.example
pct 100
adkim 114
aspf 114
p 114
sp 0
fo 0
align_dkim 5
align_spf 4
arc 7
arc_policy 2 json:[]
action 2
)";

class ImportTest : public ::testing::Test {
 protected:
  int run(std::string_view program, const std::vector<std::string>& words) {
    out_.str("");
    err_.str("");
    return run_as("/usr/sbin/" + std::string(program), words, {out_, err_});
  }

  int dmarcctl_on_database(std::vector<std::string> words) {
    words.insert(words.end(), {"--config", config_, "--database", "sqlite:" + database_});
    return run("dmarcctl", words);
  }

  test::TemporaryFolder folder_;
  std::string database_ = folder_.path("reports.sqlite");
  std::string history_ = folder_.path("history");
  std::string config_ = folder_.write("opendmarc.conf", "HistoryFile " + history_ + "\n");
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(ImportTest, the_same_file_twice_counts_once) {
  folder_.write("history", record);
  EXPECT_EQ(dmarcctl_on_database({"import", history_}), 0) << err_.str();
  EXPECT_EQ(out_.str(), "1 record imported\n");
  EXPECT_EQ(dmarcctl_on_database({"import", history_}), 0);
  EXPECT_EQ(out_.str(), "0 records imported, 1 there already\n");
}

TEST_F(ImportTest, without_a_file_the_daemons_own_is_taken_away_and_imported) {
  folder_.write("history", record);
  EXPECT_EQ(dmarcctl_on_database({"import"}), 0) << err_.str();
  EXPECT_FALSE(base::read_file(history_));
  EXPECT_FALSE(base::read_file(history_ + ".importing"));
}

TEST_F(ImportTest, unusable_records_are_set_aside_with_their_line_and_reason) {
  folder_.write("history", std::string(record) + "job Q2\nreporter mx.example.net\n");
  EXPECT_EQ(dmarcctl_on_database({"import", history_}), 1);
  EXPECT_EQ(out_.str(), "1 record imported, 1 unusable\n");
  const std::string aside = base::read_file(history_ + ".rejected").value_or("");
  EXPECT_NE(aside.find("history:23: no "), std::string::npos) << aside;
  EXPECT_NE(aside.find("job Q2\n"), std::string::npos);
}

TEST_F(ImportTest, a_detail_that_cannot_be_read_is_told_of_and_the_record_imported) {
  std::string text(record);
  text.replace(text.find("action 2"), 8, "action 99");
  folder_.write("history", text);
  EXPECT_EQ(dmarcctl_on_database({"import", history_}), 0);
  EXPECT_EQ(out_.str(), "1 record imported\n");
  EXPECT_NE(err_.str().find("history:22: left out: \"action 99\" can't be read"), std::string::npos)
      << err_.str();
}

TEST_F(ImportTest, addresses_fixed_by_hand_are_reporting_uris) {
  const auto params = [&](const std::string& uris) {
    return dmarcctl_on_database({"params", "--rua", uris, "bank.example"});
  };
  EXPECT_EQ(params("mailto:a@s.example!10m, mailto:b@s.example"), 0) << err_.str();
  EXPECT_EQ(params(""), 0) << err_.str();
  for (const std::string uris : {"notauri", "mailto:a@", "ftp://a.example/", "mailto:nobody"}) {
    EXPECT_EQ(params(uris), 64) << uris;
    EXPECT_NE(err_.str().find("--rua"), std::string::npos) << err_.str();
  }
}

TEST_F(ImportTest, a_database_is_made_checked_and_upgraded) {
  EXPECT_EQ(dmarcctl_on_database({"db", "check"}), 1);
  EXPECT_EQ(dmarcctl_on_database({"db", "init"}), 0);
  EXPECT_EQ(dmarcctl_on_database({"db", "check"}), 0);
  EXPECT_EQ(out_.str(), "nothing is missing\n");
  EXPECT_EQ(dmarcctl_on_database({"db", "upgrade"}), 0);
  EXPECT_EQ(dmarcctl_on_database({"db", "drop"}), 64);
}

TEST_F(ImportTest, old_messages_are_deleted) {
  folder_.write("history", record);
  ASSERT_EQ(dmarcctl_on_database({"import", history_}), 0);
  EXPECT_EQ(dmarcctl_on_database({"expire", "--days", "36500"}), 0) << err_.str();
  EXPECT_EQ(dmarcctl_on_database({"import", history_}), 0);
  EXPECT_EQ(out_.str(), "0 records imported, 1 there already\n");
  EXPECT_EQ(dmarcctl_on_database({"expire", "--days", "30"}), 0) << err_.str();
  EXPECT_EQ(dmarcctl_on_database({"import", history_}), 0);
  EXPECT_EQ(out_.str(), "1 record imported\n");
}

TEST_F(ImportTest, opendmarcs_name_takes_its_options) {
  folder_.write("history", record);
  const std::vector<std::string> where{"--dbscheme=SQLite", "--dbname=" + database_};
  std::vector<std::string> words = where;
  words.push_back("--input=" + history_);
  EXPECT_EQ(run("opendmarc-import", words), 0) << err_.str();
  EXPECT_EQ(dmarcctl_on_database({"import", history_}), 0);
  EXPECT_EQ(out_.str(), "0 records imported, 1 there already\n");
  EXPECT_EQ(run("opendmarc-import", {"--no-such-option"}), 1);
  EXPECT_EQ(run("opendmarc-import", {"--version"}), 0);
}

}  // namespace
}  // namespace dmarc::ctl
