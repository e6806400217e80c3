#include <gtest/gtest.h>

#include <dmarc/record.h>

namespace dmarc {
namespace {

using Texts = std::vector<std::string>;

Record parsed(std::string_view text) {
  return Record::parse(text).value();
}

TEST(RecordVersion, must_come_first_and_be_exact) {
  EXPECT_TRUE(Record::parse("v=DMARC1"));
  EXPECT_TRUE(Record::parse("V\t=  DMARC1;p=none"));
  for (const std::string_view text :
       {"", "v", "v=", "v=dmarc1; p=none", "v=DMarc1", "v=DMARC10", "v=DMARC1.0", "v=DMARC2",
        "v=\"DMARC1\"; p=none", "v=DMARC1\\; p=none", "v=DMARC1 p=none", "p=none; v=DMARC1",
        " v=DMARC1; p=none", ";v=DMARC1", "v=spf1 -all", "version=DMARC1", "vv=DMARC1"}) {
    EXPECT_FALSE(Record::parse(text)) << text;
    EXPECT_FALSE(Record::has_version_tag(text)) << text;
  }
}

TEST(RecordVersion, a_nul_octet_is_not_the_end_of_the_value) {
  EXPECT_FALSE(Record::parse(std::string_view("v=DMARC1\0; p=none", 17)));
}

TEST(RecordTags, have_defaults) {
  const Record record = parsed("v=DMARC1; p=none");
  EXPECT_EQ(record.p, Policy::none);
  EXPECT_EQ(record.sp, std::nullopt);
  EXPECT_EQ(record.np, std::nullopt);
  EXPECT_EQ(record.adkim, AlignmentMode::relaxed);
  EXPECT_EQ(record.aspf, AlignmentMode::relaxed);
  EXPECT_FALSE(record.testing);
  EXPECT_EQ(record.psd, PublicSuffixFlag::unknown);
  EXPECT_EQ(to_string(record.fo), "0");
  EXPECT_TRUE(record.rua.empty());
  EXPECT_TRUE(record.ruf.empty());
  EXPECT_TRUE(record.problems.empty());
}

TEST(RecordTags, may_stand_in_any_order_and_case) {
  const Record record = parsed(
      "v=DMARC1;FO=D:S:1;ruf=mailto:f@x.org;T=Y;Psd=N;ASPF=S;adkim=s;NP=REJECT;sp=Quarantine;"
      "RUA=mailto:a@x.org;P=Reject;");
  EXPECT_EQ(record.p, Policy::reject);
  EXPECT_EQ(record.sp, Policy::quarantine);
  EXPECT_EQ(record.np, Policy::reject);
  EXPECT_EQ(record.adkim, AlignmentMode::strict);
  EXPECT_EQ(record.aspf, AlignmentMode::strict);
  EXPECT_TRUE(record.testing);
  EXPECT_EQ(record.psd, PublicSuffixFlag::no);
  EXPECT_EQ(to_string(record.fo), "d:s:1");
  EXPECT_EQ(record.rua, Texts{"mailto:a@x.org"});
  EXPECT_EQ(record.ruf, Texts{"mailto:f@x.org"});
  EXPECT_TRUE(record.problems.empty());
}

TEST(RecordTags, with_a_bad_value_keep_their_default_and_are_reported) {
  const Record record = parsed("v=DMARC1; p=none; adkim=x; aspf=strict; psd=; t=yes; fo=2");
  EXPECT_EQ(record.usability(), Usability::apply);
  EXPECT_EQ(record.adkim, AlignmentMode::relaxed);
  EXPECT_EQ(record.aspf, AlignmentMode::relaxed);
  EXPECT_EQ(record.psd, PublicSuffixFlag::unknown);
  EXPECT_FALSE(record.testing);
  EXPECT_EQ(to_string(record.fo), "0");
  EXPECT_EQ(record.problems,
            (Texts{"tag adkim: \"x\" is not r or s", "tag aspf: \"strict\" is not r or s",
                   "tag psd: \"\" is not y, n or u", "tag t: \"yes\" is not y or n",
                   "tag fo: \"2\" is not a list of 0, 1, d and s"}));
}

TEST(RecordTags, that_are_unknown_or_historic_are_ignored) {
  const Record record = parsed("v=DMARC1; p=reject; pct=0; rf=afrf; RI=60; x=y; garbage; p2=none");
  EXPECT_EQ(record.for_domain(), Policy::reject);
  EXPECT_EQ(record.problems,
            (Texts{"tag pct: historic, ignored", "tag rf: historic, ignored",
                   "tag ri: historic, ignored", "tag x: unknown, ignored",
                   "tag \"garbage\": not a tag, ignored", "tag \"p2=none\": not a tag, ignored"}));
}

TEST(RecordTags, unknown_ones_may_repeat) {
  EXPECT_EQ(parsed("v=DMARC1; p=reject; pct=1; pct=2").usability(), Usability::apply);
}

TEST(RecordFailureOptions, are_at_most_one_of_each) {
  for (const std::string_view good : {"0", "1", "d", "s", "d:s", "1:d:s", "s:0:d", "D:1"})
    EXPECT_NE(to_string(parsed("v=DMARC1; p=none; fo=" + std::string(good)).fo), "") << good;
  EXPECT_EQ(to_string(parsed("v=DMARC1; p=none; fo=s:0:d").fo), "s:0:d");
  for (const std::string_view bad :
       {"", ":", "d:d", "0:1", "0:0", "d:", ":d", "ds", "d,s", "1 : d", "d:s:1:0", "x"})
    EXPECT_EQ(to_string(parsed("v=DMARC1; p=none; fo=" + std::string(bad)).fo), "0") << bad;
}

TEST(RecordUris, are_dropped_with_their_tag_when_it_holds_other_octets_than_ascii) {
  const Record record = parsed("v=DMARC1; p=none; rua=mailto:ok@x.org,mailto:r\xE9@x.org");
  EXPECT_TRUE(record.rua.empty());
  EXPECT_EQ(record.problems,
            Texts{"tag rua: \"mailto:ok@x.org,mailto:r\\xe9@x.org\" is not printable ASCII"});
  EXPECT_TRUE(parsed("v=DMARC1; p=none; ruf=mailto:a\x01@x.org").ruf.empty());
}

TEST(RecordUris, may_be_separated_by_tabs) {
  EXPECT_EQ(parsed("v=DMARC1; p=none; rua=mailto:a@x.org,\tmailto:b@x.org").rua,
            (Texts{"mailto:a@x.org", "mailto:b@x.org"}));
}

TEST(RecordUsability, without_a_valid_policy_needs_somewhere_to_report) {
  const auto usability = [](std::string_view tags) {
    return parsed("v=DMARC1; " + std::string(tags)).usability();
  };
  EXPECT_EQ(usability("p=reject"), Usability::apply);
  for (const std::string_view bad :
       {"", "p=", "p=rejct", "p=reject now", "sp=reject", "p=reject; sp=bogus",
        "p=reject; np=", "p=reject, rua=mailto:a@x.org", "p;"}) {
    EXPECT_EQ(usability(bad), Usability::no_processing) << bad;
    EXPECT_EQ(usability("rua=https://x.org; " + std::string(bad)), Usability::treat_as_none) << bad;
  }
  EXPECT_EQ(usability("rua=a@x.org"), Usability::no_processing);
  EXPECT_EQ(usability("ruf=mailto:a@x.org"), Usability::no_processing);
}

TEST(RecordUsability, a_repeated_tag_makes_the_record_ask_for_nothing) {
  for (const std::string_view tags :
       {"p=reject; p=reject", "p=reject; P=none", "t=n; p=none; t=n",
        "p=none; rua=mailto:a@x.org; rua=mailto:b@x.org", "p=reject; v=DMARC1"}) {
    const Record record = parsed("v=DMARC1; " + std::string(tags));
    EXPECT_TRUE(record.repeated_tag) << tags;
    EXPECT_EQ(record.usability(), Usability::no_processing) << tags;
    EXPECT_EQ(record.for_domain(), Policy::none) << tags;
  }
  EXPECT_EQ(parsed("v=DMARC1; p=reject; p=none").problems,
            Texts{"tag p: appears more than once, so the record asks for nothing"});
}

TEST(RecordUsability, a_missing_policy_is_reported) {
  EXPECT_EQ(parsed("v=DMARC1").problems, Texts{"tag p: missing"});
  EXPECT_EQ(parsed("v=DMARC1; p=x").problems,
            Texts{"tag p: \"x\" is not none, quarantine or reject"});
}

TEST(RecordPolicies, fall_back_from_np_to_sp_to_p) {
  const Record p = parsed("v=DMARC1; p=reject");
  EXPECT_EQ(p.for_subdomain(), Policy::reject);
  EXPECT_EQ(p.for_nonexistent_subdomain(), Policy::reject);
  const Record sp = parsed("v=DMARC1; p=reject; sp=none");
  EXPECT_EQ(sp.for_domain(), Policy::reject);
  EXPECT_EQ(sp.for_subdomain(), Policy::none);
  EXPECT_EQ(sp.for_nonexistent_subdomain(), Policy::none);
  const Record np = parsed("v=DMARC1; p=none; np=reject");
  EXPECT_EQ(np.for_subdomain(), Policy::none);
  EXPECT_EQ(np.for_nonexistent_subdomain(), Policy::reject);
}

TEST(RecordPolicies, are_all_none_when_the_record_is_treated_as_none) {
  const Record record = parsed("v=DMARC1; p=reject; sp=bogus; np=reject; rua=mailto:a@x.org");
  EXPECT_EQ(record.for_domain(), Policy::none);
  EXPECT_EQ(record.for_subdomain(), Policy::none);
  EXPECT_EQ(record.for_nonexistent_subdomain(), Policy::none);
}

TEST(RecordPolicies, are_lowered_by_one_level) {
  EXPECT_EQ(one_level_lower(Policy::reject), Policy::quarantine);
  EXPECT_EQ(one_level_lower(Policy::quarantine), Policy::none);
  EXPECT_EQ(one_level_lower(Policy::none), Policy::none);
}

TEST(RecordLimits, a_policy_far_behind_is_still_read) {
  const std::string padding(60000, 'x');
  const Record record = parsed("v=DMARC1; pad=" + padding + "; p=reject");
  EXPECT_EQ(record.for_domain(), Policy::reject);
  EXPECT_EQ(record.text.size(), Record::max_text);
}

TEST(RecordLimits, the_text_is_kept_up_to_the_limit) {
  const std::string start = "v=DMARC1; p=none; pad=";
  const std::string longest = start + std::string(Record::max_text - start.size(), 'x');
  EXPECT_EQ(parsed(longest).text, longest);
  EXPECT_EQ(parsed(longest + "y").text, longest);
}

TEST(RecordLimits, destinations_are_kept_up_to_the_limit) {
  std::string text = "v=DMARC1; p=none; rua=mailto:a@x.org";
  for (std::size_t i = 1; i < Record::max_uris; ++i)
    text += ",mailto:a@x.org";
  EXPECT_EQ(parsed(text).rua.size(), Record::max_uris);
  EXPECT_TRUE(parsed(text).problems.empty());
  const Record one_more = parsed(text + ",mailto:b@x.org");
  EXPECT_EQ(one_more.rua.size(), Record::max_uris);
  EXPECT_EQ(one_more.problems.size(), 1U);
}

TEST(RecordLimits, what_is_kept_is_bounded) {
  std::string text = "v=DMARC1; p=none; rua=";
  for (int i = 0; i < 100; ++i)
    text += "mailto:a" + std::to_string(i) + "@x.org,";
  for (int i = 0; i < 5000; ++i)
    text += ";junk";
  const Record record = parsed(text);
  EXPECT_EQ(record.rua.size(), Record::max_uris);
  EXPECT_EQ(record.problems.size(), Record::max_problems);
  for (const std::string& problem : record.problems)
    EXPECT_LT(problem.size(), 200U);
}

TEST(RecordProblems, are_printable) {
  for (const std::string& problem :
       parsed("v=DMARC1; p=\x1b[31m\r%s\"; \x01\xFF; rua=\x80").problems)
    for (const char c : problem)
      EXPECT_TRUE(c >= ' ' && c <= '~') << problem;
}

}  // namespace
}  // namespace dmarc
