#include <gtest/gtest.h>

#include <dmarc/tree_walk.h>

#include "unit/dmarc/world.h"

namespace dmarc {
namespace {

using test::name;
using test::World;

// The possible Organizational Domains, sorted, blank-separated.
std::string orgs(std::string_view zone, std::string_view start) {
  World world(zone);
  auto found = world.walk(start).organizations;
  std::sort(found.begin(), found.end());
  std::string text;
  for (const dns::Name& org : found)
    text += (text.empty() ? "" : " ") + org.text();
  return text;
}

TEST(OrganizationalDomain, without_records_is_the_name_itself) {
  EXPECT_EQ(orgs("", "a.example.com"), "a.example.com");
  EXPECT_EQ(orgs("", "com"), "com");
}

TEST(OrganizationalDomain, is_the_shortest_name_with_a_record) {
  constexpr auto zone = R"(
    _dmarc.mail.example.com  TXT  "v=DMARC1; p=none"
    _dmarc.example.com       TXT  "v=DMARC1; p=none"
  )";
  EXPECT_EQ(orgs(zone, "a.mail.example.com"), "example.com");
}

TEST(OrganizationalDomain, is_the_name_that_says_psd_no) {
  constexpr auto zone = R"(
    _dmarc.mail.example.com  TXT  "v=DMARC1; psd=n"
    _dmarc.example.com       TXT  "v=DMARC1; p=none"
  )";
  EXPECT_EQ(orgs(zone, "a.b.mail.example.com"), "mail.example.com");
}

TEST(OrganizationalDomain, is_one_label_below_the_name_that_says_psd_yes) {
  constexpr auto zone = R"(
    _dmarc.bank.example             TXT  "v=DMARC1; psd=y"
    _dmarc.www.giant.bank.example   TXT  "v=DMARC1; p=none"
    _dmarc.example                  TXT  "v=DMARC1; p=none"
  )";
  EXPECT_EQ(orgs(zone, "www.giant.bank.example"), "giant.bank.example");
  EXPECT_EQ(orgs(zone, "giant.bank.example"), "giant.bank.example");
}

TEST(OrganizationalDomain, of_a_public_suffix_is_the_suffix) {
  EXPECT_EQ(orgs("_dmarc.bank.example TXT \"v=DMARC1; psd=y\"", "bank.example"), "bank.example");
}

TEST(OrganizationalDomain, nested_suffixes_stop_at_the_longest) {
  constexpr auto zone = R"(
    _dmarc.co.uk  TXT  "v=DMARC1; psd=y"
    _dmarc.uk     TXT  "v=DMARC1; psd=y"
  )";
  EXPECT_EQ(orgs(zone, "a.b.co.uk"), "b.co.uk");
  EXPECT_EQ(orgs(zone, "b.uk"), "b.uk");
  EXPECT_EQ(orgs(zone, "co.uk"), "co.uk");
}

TEST(OrganizationalDomain, can_be_a_name_that_the_walk_skipped) {
  EXPECT_EQ(orgs("_dmarc.7.6.5.4.3.2.1 TXT \"v=DMARC1; psd=y\"", "a.9.8.7.6.5.4.3.2.1"),
            "8.7.6.5.4.3.2.1");
}

TEST(OrganizationalDomain, a_failure_leaves_every_name_that_its_answer_could_lead_to) {
  constexpr auto zone = R"(
    _dmarc.example.com  TXT    "v=DMARC1; p=none"
    _dmarc.com          RCODE  SERVFAIL
  )";
  EXPECT_EQ(orgs(zone, "a.example.com"), "com example.com");
  EXPECT_EQ(orgs("_dmarc.b.example.com RCODE SERVFAIL", "a.b.example.com"),
            "a.b.example.com b.example.com");
  EXPECT_EQ(orgs("_dmarc.example.com RCODE TIMEOUT", "a.b.example.com"),
            "a.b.example.com b.example.com example.com");
}

TEST(OrganizationalDomain, a_failure_below_a_stop_leaves_little_open) {
  constexpr auto zone = R"(
    _dmarc.x.y.example.com  RCODE  SERVFAIL
    _dmarc.y.example.com    TXT    "v=DMARC1; psd=y"
    _dmarc.example.com      TXT    "v=DMARC1; p=reject"
  )";
  EXPECT_EQ(orgs(zone, "x.y.example.com"), "x.y.example.com");
}

TEST(OrganizationalDomain, a_failure_above_a_stop_is_never_seen) {
  constexpr auto zone = R"(
    _dmarc.s.example.com  TXT    "v=DMARC1; psd=n"
    _dmarc.example.com    RCODE  SERVFAIL
  )";
  EXPECT_EQ(orgs(zone, "a.s.example.com"), "s.example.com");
}

}  // namespace
}  // namespace dmarc
