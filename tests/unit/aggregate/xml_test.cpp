#include "aggregate/xml.h"

#include <gtest/gtest.h>

#include <regex>

#include "aggregate/report_mail.h"
#include "support/xml_schema.h"

namespace dmarc::aggregate {
namespace {

constexpr std::string_view schema = "aggregate-report.xsd";

ReportMetadata metadata() {
  return {.org_name = "Example Network",
          .email = "dmarc@mx.example.net",
          .extra_contact_info = "https://mx.example.net/dmarc",
          .report_id = "3f2a91",
          .period = {1'790'035'200, 1'790'121'600},
          .generator = "dmarcd 0.1.0"};
}

history::PublishedPolicy policy() {
  history::PublishedPolicy published;
  published.domain = "example.org";
  published.p = Policy::reject;
  published.sp = Policy::quarantine;
  published.np = Policy::reject;
  published.adkim = AlignmentMode::strict;
  published.fo = {FailureOption::none_aligned, FailureOption::any_failed,
                  FailureOption::dkim_failed};
  published.testing = false;
  published.discovery = DiscoveryMethod::treewalk;
  published.rua = {"mailto:dmarc@example.org"};
  return published;
}

aggregate::Row row() {
  return {.source_ip = "192.0.2.1",
          .count = 3,
          .disposition = aggregate::Disposition::pass,
          .dkim_aligned = true,
          .spf_aligned = false,
          .reasons = {},
          .header_from = "example.org",
          .envelope_from = "bounce.example.org",
          .dkim = {{"example.org", "s1", history::AuthCode::pass}},
          .spf = history::AuthCode::softfail};
}

std::string write(const std::vector<aggregate::Row>& rows, const ReportMetadata& head = metadata(),
                  const history::PublishedPolicy& published = policy()) {
  std::string text;
  ReportXml xml([&](std::string_view part) { text += part; }, head, published);
  for (const aggregate::Row& each : rows)
    xml.add(each);
  xml.finish();
  return text;
}

std::string value_of(const std::string& xml, const std::string& element) {
  std::smatch match;
  const std::regex pattern("<" + element + ">([^<]*)</" + element + ">");
  return std::regex_search(xml, match, pattern) ? match[1].str() : "(absent)";
}

TEST(AggregateXmlTest, a_report_with_everything_is_valid) {
  aggregate::Row full = row();
  full.reasons = {{policy::OverrideType::policy_test_mode, ""},
                  {policy::OverrideType::local_policy, "policies are not enforced"}};
  const std::string xml = write({full, row()});
  EXPECT_EQ(test::schema_problem(xml, schema), "") << xml;
  EXPECT_TRUE(xml.find("<feedback xmlns=\"urn:ietf:params:xml:ns:dmarc-2.0\">\n  <version>1.0<") !=
              std::string::npos)
      << xml;
  EXPECT_EQ(value_of(xml, "discovery_method"), "treewalk");
  EXPECT_EQ(value_of(xml, "testing"), "n");
  EXPECT_EQ(value_of(xml, "np"), "reject");
  EXPECT_EQ(value_of(xml, "adkim"), "s");
  EXPECT_EQ(value_of(xml, "aspf"), "r");
  EXPECT_EQ(value_of(xml, "disposition"), "pass");
  EXPECT_EQ(value_of(xml, "scope"), "mfrom");
}

TEST(AggregateXmlTest, the_older_form_says_all_with_the_words_that_it_has) {
  constexpr std::string_view older_schema = "aggregate-report-rfc7489.xsd";
  ReportMetadata head = metadata();
  head.format = ReportFormat::rfc7489;
  aggregate::Row full = row();
  full.reasons = {{policy::OverrideType::policy_test_mode, ""},
                  {policy::OverrideType::mailing_list, "lists"}};
  const std::string xml = write({full, row()}, head);
  EXPECT_EQ(test::schema_problem(xml, older_schema), "") << xml;
  EXPECT_NE(xml.find("<feedback>\n  <version>1.0<"), std::string::npos) << xml;
  EXPECT_NE(xml.find("<type>other</type>\n          <comment>policy_test_mode<"), std::string::npos)
      << xml;
  EXPECT_EQ(value_of(xml, "disposition"), "none") << "for pass";
  EXPECT_EQ(value_of(xml, "pct"), "100");
  for (const char* element : {"np", "testing", "discovery_method", "generator"})
    EXPECT_EQ(value_of(xml, element), "(absent)") << element;

  history::PublishedPolicy short_policy;
  short_policy.domain = "example.org";
  short_policy.p = Policy::quarantine;
  aggregate::Row bounce = row();
  bounce.envelope_from.clear();
  bounce.helo = "mx.example.org";
  bounce.spf.reset();
  const std::string of_bounce = write({bounce}, head, short_policy);
  EXPECT_EQ(test::schema_problem(of_bounce, older_schema), "") << of_bounce;
  EXPECT_EQ(value_of(of_bounce, "sp"), "quarantine");
  EXPECT_EQ(value_of(of_bounce, "fo"), "0");
  EXPECT_EQ(value_of(of_bounce, "scope"), "helo");
}

TEST(AggregateXmlTest, what_is_not_known_is_left_out) {
  history::PublishedPolicy published;
  published.domain = "example.org";
  aggregate::Row plain = row();
  plain.dkim.clear();
  plain.spf.reset();
  ReportMetadata head = metadata();
  head.extra_contact_info.clear();
  const std::string xml = write({plain}, head, published);
  EXPECT_EQ(test::schema_problem(xml, schema), "") << xml;
  EXPECT_EQ(value_of(xml, "p"), "none");
  for (const char* element : {"sp", "np", "fo", "testing", "discovery_method", "extra_contact_info",
                              "scope", "selector", "pct"})
    EXPECT_EQ(value_of(xml, element), "(absent)") << element;
}

TEST(AggregateXmlTest, a_null_reverse_path_is_an_empty_element) {
  aggregate::Row bounce = row();
  bounce.envelope_from.clear();
  bounce.spf.reset();
  const std::string xml = write({bounce});
  EXPECT_EQ(test::schema_problem(xml, schema), "") << xml;
  EXPECT_EQ(value_of(xml, "envelope_from"), "");
}

TEST(AggregateXmlTest, the_result_of_helo_stands_for_a_null_reverse_path) {
  aggregate::Row bounce = row();
  bounce.envelope_from.clear();
  bounce.spf.reset();
  bounce.dkim.clear();
  bounce.helo = "mail.example.org";
  bounce.helo_spf = history::AuthCode::pass;
  const std::string xml = write({bounce});
  EXPECT_EQ(test::schema_problem(xml, schema), "") << xml;
  EXPECT_NE(xml.find("<domain>mail.example.org</domain>"), std::string::npos) << xml;
  EXPECT_EQ(value_of(xml, "scope"), "(absent)") << "RFC 9990 has no word for it";
  EXPECT_EQ(value_of(xml, "result"), "pass");
}

TEST(AggregateXmlTest, auth_results_are_never_empty) {
  aggregate::Row nothing = row();
  nothing.spf.reset();
  nothing.dkim.clear();
  for (const bool has_sender : {true, false}) {
    if (!has_sender) nothing.envelope_from.clear();
    const std::string xml = write({nothing});
    EXPECT_EQ(test::schema_problem(xml, schema), "") << xml;
    EXPECT_EQ(value_of(xml, "result"), "none");
    const std::string domain = has_sender ? nothing.envelope_from : "[" + nothing.source_ip + "]";
    EXPECT_NE(xml.find("<domain>" + domain + "</domain>\n        <result>none"), std::string::npos)
        << xml;
  }
}

TEST(AggregateXmlTest, says_why_a_signature_is_not_a_pass) {
  aggregate::Row failed = row();
  failed.dkim = {{"example.org", "s1", history::AuthCode::fail, dkim::Fault::body_hash}};
  const std::string xml = write({failed});
  EXPECT_EQ(test::schema_problem(xml, schema), "") << xml;
  EXPECT_EQ(value_of(xml, "human_result"), dkim::describe(dkim::Fault::body_hash));
  EXPECT_EQ(value_of(write({row()}), "human_result"), "(absent)");
}

TEST(AggregateXmlTest, any_domain_makes_a_file_name) {
  ReportName name{"mx.example.net", "x/y.attack.example", {1, 2}, "3f2a91"};
  EXPECT_EQ(file_name(name), "mx.example.net!x%2Fy.attack.example!1!2!3f2a91.xml.gz");
  name.domain = "../../etc!a";
  EXPECT_EQ(file_name(name), "mx.example.net!%2F..%2Fetc%21a!1!2!3f2a91.xml.gz");
  for (const std::string& label : {std::string(63, 'a'), std::string(63, '/')}) {
    name.domain = label + "." + label + "." + label + "." + std::string(57, 'e') + ".org";
    name.receiver = name.domain;
    EXPECT_LE(file_name(name).size(), 255U);
    EXPECT_EQ(file_name(name).find('/'), std::string::npos);
    EXPECT_NE(file_name(name).find("e.org!1!2!3f2a91.xml.gz"), std::string::npos);
  }
}

TEST(AggregateXmlTest, a_report_without_a_row_is_not_valid) {
  EXPECT_NE(test::schema_problem(write({}), schema), "");
}

// RPT-05: what a sender chose can't become markup.
TEST(AggregateXmlTest, nothing_becomes_markup) {
  aggregate::Row hostile = row();
  hostile.dkim = {
      {"a\"><x>&amp;</domain>", "]]></selector><count>9</count>", history::AuthCode::fail}};
  hostile.reasons = {{policy::OverrideType::other, "<!-- & -->"}};
  hostile.header_from = std::string("a\x01\x7f\xff\xed\xa0\x80\0b\r", 10);
  hostile.envelope_from = "\xef\xbf\xbf'\xc3\xa4";
  const std::string xml = write({hostile});
  EXPECT_EQ(test::schema_problem(xml, schema), "") << xml;
  EXPECT_EQ(value_of(xml, "count"), "3");
  EXPECT_EQ(value_of(xml, "domain"), "example.org");
  EXPECT_EQ(value_of(xml, "comment"), "&lt;!-- &amp; --&gt;");
  EXPECT_EQ(value_of(xml, "envelope_from"), "\xef\xbf\xbd'\xc3\xa4");
  EXPECT_EQ(value_of(xml, "header_from").find('\x01'), std::string::npos);
}

TEST(AggregateXmlTest, results_that_the_schema_lacks_get_the_nearest_word) {
  aggregate::Row old = row();
  old.dkim = {{"a.example", "", history::AuthCode::nxdomain}};
  EXPECT_EQ(value_of(write({old}), "result"), "permerror");
  for (int code = 0; code <= static_cast<int>(history::AuthCode::discard); ++code) {
    old.dkim.front().result = static_cast<history::AuthCode>(code);
    old.spf = static_cast<history::AuthCode>(code);
    EXPECT_EQ(test::schema_problem(write({old}), schema), "") << code;
  }
}

TEST(AggregateXmlTest, signatures_of_the_author_come_first_and_a_hundred_are_listed) {
  aggregate::Row many = row();
  many.header_from = "news.example.org";
  many.dkim = {{"x.example", "s", history::AuthCode::fail},
               {"esp.example", "s", history::AuthCode::pass},
               {"other.example.org", "s", history::AuthCode::pass},
               {"news.example.org", "s", history::AuthCode::pass}};
  std::vector<std::string> order;
  for (const history::DkimSignature& signature : listed_signatures(many, "example.org"))
    order.push_back(signature.domain);
  EXPECT_EQ(order, (std::vector<std::string>{"news.example.org", "other.example.org", "esp.example",
                                             "x.example"}));
  many.dkim.resize(max_listed_signatures, many.dkim.front());
  EXPECT_EQ(listed_signatures(many, "example.org").size(), 100U);
  many.dkim.push_back({"news.example.org", "last", history::AuthCode::pass});
  EXPECT_EQ(listed_signatures(many, "example.org").size(), 100U);
  EXPECT_EQ(listed_signatures(many, "example.org")[1].selector, "last");
}

TEST(AggregateNamesTest, names_follow_the_grammar_and_parts_differ) {
  const ReportName name{"mx.example.net", "example.org", metadata().period, "3f2a91"};
  EXPECT_EQ(file_name(name), "mx.example.net!example.org!1790035200!1790121600!3f2a91.xml.gz");
  EXPECT_EQ(subject(name),
            "Report Domain: example.org Submitter: mx.example.net Report-ID: <3f2a91>");
  EXPECT_EQ(part_id("3f2a91", 1), "3f2a91");
  EXPECT_EQ(part_id("3f2a91", 2), "3f2a91part2");
}

}  // namespace
}  // namespace dmarc::aggregate
