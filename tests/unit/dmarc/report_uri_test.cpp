#include "dmarc/report_uri.h"

#include <gtest/gtest.h>

namespace dmarc {
namespace {

using Uris = std::vector<std::string>;

Uris uris(std::string_view value) {
  return parse_uri_list(value, 20).uris;
}

TEST(ReportUri, mailto_needs_a_mailbox) {
  EXPECT_TRUE(is_report_uri("mailto:a@example.org"));
  EXPECT_TRUE(is_report_uri("MAILTO:Dmarc-Rua@Example.com"));
  EXPECT_TRUE(is_report_uri("mailto:a@example.org?subject=b@c"));
  EXPECT_FALSE(is_report_uri("mailto:"));
  EXPECT_FALSE(is_report_uri("mailto:a"));
  EXPECT_FALSE(is_report_uri("mailto:@example.org"));
  EXPECT_FALSE(is_report_uri("mailto:a@"));
  EXPECT_FALSE(is_report_uri("mailto:?subject=a@b"));
}

TEST(ReportUri, http_needs_a_host) {
  EXPECT_TRUE(is_report_uri("https://example.org"));
  EXPECT_TRUE(is_report_uri("https://example.org/a?b#c"));
  EXPECT_FALSE(is_report_uri("https:example.org"));
  EXPECT_FALSE(is_report_uri("https:///path"));
  EXPECT_FALSE(is_report_uri("http://"));
}

TEST(ReportUri, any_other_scheme_is_valid_syntax) {
  EXPECT_TRUE(is_report_uri("ftp://example.org/x"));
  EXPECT_TRUE(is_report_uri("urn:example:a"));
}

TEST(ReportUri, a_bare_address_is_no_uri) {
  EXPECT_FALSE(is_report_uri("reports@example.org"));
  EXPECT_FALSE(is_report_uri("reports@example.org:25"));
  EXPECT_FALSE(is_report_uri(""));
  EXPECT_FALSE(is_report_uri(":a@b"));
  EXPECT_FALSE(is_report_uri("1mail:a@b"));
}

TEST(ReportUri, characters_outside_rfc_3986_must_be_encoded) {
  EXPECT_TRUE(is_report_uri("mailto:a%21b%2cc@example.org"));
  EXPECT_FALSE(is_report_uri("mailto:a b@example.org"));
  EXPECT_FALSE(is_report_uri("mailto:a\"b@example.org"));
  EXPECT_FALSE(is_report_uri("mailto:<a@example.org>"));
  EXPECT_FALSE(is_report_uri("mailto:a!b@example.org"));
  EXPECT_FALSE(is_report_uri("mailto:r\xE9@example.org"));
  EXPECT_FALSE(is_report_uri("mailto:a\r\nb@example.org"));
}

TEST(ReportUri, percent_needs_two_hexadecimal_digits) {
  EXPECT_FALSE(is_report_uri("mailto:a@example.org%"));
  EXPECT_FALSE(is_report_uri("mailto:a@example.org%4"));
  EXPECT_FALSE(is_report_uri("mailto:a%zz@example.org"));
}

TEST(UriList, keeps_the_order_and_trims_blanks) {
  EXPECT_EQ(uris("mailto:a@x.org ,\tmailto:b@x.org"), (Uris{"mailto:a@x.org", "mailto:b@x.org"}));
}

TEST(UriList, a_bad_uri_does_not_spoil_the_others) {
  const UriList list = parse_uri_list("reports@x.org,mailto:ok@x.org", 20);
  EXPECT_EQ(list.uris, Uris{"mailto:ok@x.org"});
  EXPECT_EQ(list.problems, Uris{"\"reports@x.org\" is not a reporting URI"});
}

TEST(UriList, empty_elements_are_skipped) {
  EXPECT_EQ(uris(",, mailto:a@x.org,"), Uris{"mailto:a@x.org"});
  EXPECT_EQ(uris(""), Uris{});
}

// REC-21, as the three below.
TEST(UriList, the_obsolete_size_suffix_is_dropped) {
  EXPECT_EQ(uris("mailto:a@x.org!10m"), Uris{"mailto:a@x.org"});
  EXPECT_EQ(uris("mailto:a@x.org!2G"), Uris{"mailto:a@x.org"});
  EXPECT_EQ(uris("mailto:a@x.org!5000"), Uris{"mailto:a@x.org"});
}

TEST(UriList, an_exclamation_mark_that_begins_no_size_is_an_error) {
  EXPECT_EQ(uris("mailto:a@x.org!"), Uris{});
  EXPECT_EQ(uris("mailto:a@x.org!m"), Uris{});
  EXPECT_EQ(uris("mailto:a@x.org!10mb"), Uris{});
  EXPECT_EQ(uris("mailto:a@x.org!1!2"), Uris{});
}

TEST(UriList, the_excess_is_dropped_and_reported) {
  std::string many;
  for (int i = 0; i < 100; ++i)
    many += "mailto:a" + std::to_string(i) + "@x.org,";
  const UriList list = parse_uri_list(many, 20);
  EXPECT_EQ(list.uris.size(), 20U);
  EXPECT_EQ(list.uris.back(), "mailto:a19@x.org");
  EXPECT_EQ(list.problems, Uris{"more than 20 URIs, the rest ignored"});
}

TEST(UriList, bad_uris_are_bounded_too) {
  std::string many;
  for (int i = 0; i < 1000; ++i)
    many += "junk,";
  EXPECT_EQ(parse_uri_list(many, 20).problems.size(), 21U);
}

}  // namespace
}  // namespace dmarc
