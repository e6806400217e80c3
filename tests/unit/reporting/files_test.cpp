#include "reporting/files.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <array>
#include <set>

#include "support/temporary_folder.h"
#include "support/xml_schema.h"

namespace dmarc::reporting {
namespace {

constexpr aggregate::Period day{1'790'035'200, 1'790'121'600};

std::string unpacked(const std::string& path) {
  std::string text;
  gzFile file = ::gzopen(path.c_str(), "rb");
  std::array<char, 4096> buffer{};
  for (int size = 0; (size = ::gzread(file, buffer.data(), buffer.size())) > 0;)
    text.append(buffer.data(), static_cast<std::size_t>(size));
  EXPECT_EQ(::gzclose(file), Z_OK) << path;
  return text;
}

aggregate::Row row(unsigned number) {
  aggregate::Row row;
  row.source_ip =
      "192.0." + std::to_string(number / 256 % 256) + "." + std::to_string(number % 256);
  row.count = number + 1;
  row.header_from = "example.org";
  // Nothing that compresses well.
  row.envelope_from = "b" + std::to_string(number * 2654435761U) + ".example.org";
  row.spf = history::AuthCode::pass;
  return row;
}

class ReportFilesTest : public testing::Test {
 protected:
  ReportFiles files(std::size_t mail_size, const std::string& folder) {
    history::PublishedPolicy policy;
    policy.domain = "example.org";
    return {folder,
            {"mx.example.net",
             {.org_name = "Example Network",
              .email = "dmarc@mx.example.net",
              .extra_contact_info = {},
              .report_id = "3f2a",
              .period = day,
              .generator = "test"}},
            policy,
            mail_size};
  }

  test::TemporaryFolder folder_;
};

TEST_F(ReportFilesTest, a_small_report_is_one_file) {
  ReportFiles report = files(default_mail_size, folder_.path());
  report.add(row(0));
  report.add(row(1));
  const auto written = report.finish();
  ASSERT_TRUE(written) << written.error();
  ASSERT_EQ(written->size(), 1U);
  const ReportFile& file = written->front();
  EXPECT_EQ(file.path,
            folder_.path("mx.example.net!example.org!1790035200!1790121600!3f2a.xml.gz"));
  EXPECT_EQ(file.rows, 2U);
  EXPECT_EQ(file.messages, 3U);
  EXPECT_EQ(test::schema_problem(unpacked(file.path), "aggregate-report.xsd"), "");
}

TEST_F(ReportFilesTest, a_large_one_becomes_several_valid_ones) {
  constexpr unsigned rows = 5000;
  ReportFiles report = files(min_mail_size, folder_.path());
  for (unsigned i = 0; i < rows; ++i)
    report.add(row(i));
  const auto written = report.finish();
  ASSERT_TRUE(written) << written.error();
  ASSERT_GT(written->size(), 2U);
  std::uint64_t sum = 0;
  std::set<std::string> ids;
  for (const ReportFile& file : *written) {
    sum += file.rows;
    ids.insert(file.name.report_id);
    EXPECT_LT(file.octets / 57 * 78 + 4000, min_mail_size) << file.path;
    const std::string xml = unpacked(file.path);
    EXPECT_EQ(test::schema_problem(xml, "aggregate-report.xsd"), "") << file.path;
    EXPECT_NE(xml.find("<report_id>" + file.name.report_id + "</report_id>"), std::string::npos);
  }
  EXPECT_EQ(sum, rows);
  EXPECT_EQ(ids.size(), written->size());
  // Splitting must not waste much of what a mail can hold.
  EXPECT_GT(written->front().octets, (min_mail_size - 6000) / 78 * 57 * 8 / 10);
}

TEST_F(ReportFilesTest, without_a_row_there_is_no_file) {
  EXPECT_TRUE(files(default_mail_size, folder_.path()).finish().value().empty());
}

TEST_F(ReportFilesTest, a_file_that_cannot_be_written_is_named) {
  ReportFiles report = files(default_mail_size, folder_.path("nothing"));
  report.add(row(0));
  const auto written = report.finish();
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().find("nothing/mx.example.net!"), std::string::npos) << written.error();
}

}  // namespace
}  // namespace dmarc::reporting
