#include "receiving/report_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "base/ascii.h"
#include "receiving/limits.h"
#include "support/data.h"

namespace dmarc::receiving {
namespace {

const std::string folder = "received-reports";

std::string or_dash(std::string_view text) {
  return text.empty() ? "-" : std::string(text);
}

template <typename T>
std::string word_of(const std::optional<T>& value) {
  return value ? std::string(dmarc::to_string(*value)) : "-";
}

std::string comment_of(const std::string& text) {
  return text.empty() ? "" : " \"" + base::printable(text) + "\"";
}

std::string text_of(const Row& row) {
  std::string text =
      "row " + (row.source ? row.source->text() : "-") + " x" + std::to_string(row.count) + " " +
      std::string(to_string(row.disposition)) + " dkim=" + std::string(to_string(row.dkim)) +
      " spf=" + std::string(to_string(row.spf)) + " from=" + or_dash(row.header_from) +
      " envelope=" + or_dash(row.envelope_from) + " to=" + or_dash(row.envelope_to) + "\n";
  for (const Reason& reason : row.reasons)
    text += "  reason " + std::string(to_string(reason.type)) + comment_of(reason.comment) + "\n";
  for (const AuthDetail& detail : row.results) {
    const std::string_view scope = detail.scope == SpfScope::helo    ? "helo"
                                   : detail.scope == SpfScope::mfrom ? "mfrom"
                                                                     : "";
    text += "  " + std::string(to_string(detail.method)) + " " + or_dash(detail.domain) + " " +
            or_dash(detail.method == AuthMethod::dkim ? detail.selector : scope) + " " +
            std::string(to_string(detail.result)) + comment_of(detail.comment) + "\n";
  }
  return text;
}

std::string text_of(const ReadReport& read) {
  const Report& report = read.report;
  const PublishedPolicy& policy = report.policy;
  const auto mode = [](const auto& value) { return value ? word_of(value).substr(0, 1) : "-"; };
  std::string text = "report " + report.version + "|" + report.org_name + "|" + report.email + "|" +
                     report.report_id + "|" + std::to_string(report.begin) + "-" +
                     std::to_string(report.end) + "\n";
  text += "policy " + policy.domain + " p=" + word_of(policy.p) + " sp=" + word_of(policy.sp) +
          " np=" + word_of(policy.np) + " adkim=" + mode(policy.adkim) +
          " aspf=" + mode(policy.aspf) +
          " pct=" + (policy.pct ? std::to_string(*policy.pct) : "-") +
          " testing=" + (policy.testing ? (*policy.testing ? "y" : "n") : "-") + "\n";
  if (!report.extra_contact.empty()) text += "contact " + report.extra_contact + "\n";
  if (!report.generator.empty()) text += "generator " + report.generator + "\n";
  for (const std::string& error : report.errors)
    text += "error " + error + "\n";
  for (const Problem& problem : read.records)
    text += "left out, line " + std::to_string(problem.line) + ": " + problem.reason + "\n";
  for (const Row& row : report.rows)
    text += text_of(row);
  return text;
}

/// In pieces of that many octets.
std::string read(std::string_view document, std::size_t piece) {
  ReportReader reader;
  for (std::size_t at = 0; at < document.size(); at += piece)
    if (!reader.add(document.substr(at, piece))) break;
  const auto result = reader.finish();
  if (result) return text_of(*result);
  return "error line " + std::to_string(result.error().line) + ": " + result.error().reason + "\n";
}

std::vector<std::string> names() {
  std::vector<std::string> list;
  for (const auto& entry : std::filesystem::directory_iterator(test::data_folder() + "/" + folder))
    if (entry.path().extension() == ".xml") list.push_back(entry.path().stem());
  std::sort(list.begin(), list.end());
  return list;
}

class ReportFileTest : public testing::TestWithParam<std::string> {};

TEST_P(ReportFileTest, is_read_as_expected) {
  const std::string document = test::read_data(folder + "/" + GetParam() + ".xml");
  const std::string expected = test::read_data(folder + "/" + GetParam() + ".expected");
  EXPECT_EQ(read(document, document.size()), expected);
}

TEST_P(ReportFileTest, is_read_the_same_in_pieces) {
  const std::string document = test::read_data(folder + "/" + GetParam() + ".xml");
  const std::string expected = test::read_data(folder + "/" + GetParam() + ".expected");
  EXPECT_EQ(read(document, 1), expected);
  EXPECT_EQ(read(document, 7), expected);
}

INSTANTIATE_TEST_SUITE_P(received, ReportFileTest, testing::ValuesIn(names()),
                         [](const auto& each) { return each.param; });

// --- limits --------------------------------------------------------------------------------------

const std::string head =
    "<feedback><report_metadata><org_name>a</org_name><report_id>1</report_id><date_range>"
    "<begin>1</begin><end>2</end></date_range></report_metadata>"
    "<policy_published><domain>example.org</domain></policy_published>";

TEST(ReportReader, more_records_than_are_taken) {
  ReportReader reader;
  reader.add(head);
  std::string records;
  for (int i = 0; i < 1000; ++i)
    records += "<record/>";
  bool goes_on = true;
  for (std::size_t given = 0; goes_on && given <= max_rows; given += 1000)
    goes_on = reader.add(records);
  EXPECT_FALSE(goes_on);
  const auto result = reader.finish();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, "more than 500000 records");
}

TEST(ReportReader, a_tag_without_end_is_not_held) {
  ReportReader reader;
  reader.add("<feedback x=\"");
  const std::string filler(64 * 1024, 'a');
  std::size_t given = 0;
  while (reader.add(filler) && given < 100)
    ++given;
  EXPECT_LE(given, 8U);
  EXPECT_EQ(reader.finish().error().reason, "a tag or comment of more than 256 KiB");
}

TEST(ReportReader, long_values_are_cut) {
  const std::string document =
      head + "<record><row><count>1</count></row><auth_results><dkim><domain>" +
      std::string(100'000, 'x') + "</domain></dkim>" + "</auth_results></record></feedback>";
  ReportReader reader;
  reader.add(document);
  const auto result = reader.finish();
  ASSERT_TRUE(result);
  EXPECT_EQ(result->report.rows.at(0).results.at(0).domain.size(), max_short_text);
}

TEST(ReportReader, results_and_reasons_have_limits) {
  std::string document = head + "<record><row><policy_evaluated>";
  for (int i = 0; i < 1000; ++i)
    document += "<reason><type>other</type></reason>";
  document += "</policy_evaluated></row><auth_results>";
  for (int i = 0; i < 1000; ++i)
    document += "<dkim><domain>example.org</domain></dkim>";
  document += "</auth_results></record></feedback>";
  ReportReader reader;
  reader.add(document);
  const auto result = reader.finish();
  ASSERT_TRUE(result);
  EXPECT_EQ(result->report.rows.at(0).results.size(), max_row_results);
  EXPECT_EQ(result->report.rows.at(0).reasons.size(), max_row_reasons);
}

TEST(ReportReader, nothing_at_all) {
  ReportReader reader;
  EXPECT_EQ(reader.finish().error().reason, "invalid XML: no element found");
}

}  // namespace
}  // namespace dmarc::receiving
