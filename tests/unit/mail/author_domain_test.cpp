#include <gtest/gtest.h>

#include <dmarc/author_domain.h>

#include "mail/limits.h"

namespace dmarc::mail {
namespace {

using Domains = std::vector<std::string>;

Domains texts(const std::vector<dns::Name>& names) {
  Domains result;
  for (const dns::Name& name : names)
    result.push_back(name.text());
  return result;
}

Author author_of(std::string_view from) {
  return find_author_in({&from, 1});
}

Author author_of_fields(const std::vector<std::string_view>& values) {
  return find_author_in(values);
}

std::string repeated(std::string_view text, std::size_t count) {
  std::string result;
  for (std::size_t i = 0; i < count; ++i)
    result += text;
  return result;
}

// What is expected of one From value.
struct Case {
  std::string name;
  std::string from;
  Domains domains;
  std::optional<AuthorDefect> defect = {};
  Domains visible = {};

  friend std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }
};

Case clean(std::string name, std::string from, Domains domains) {
  return {std::move(name), std::move(from), domains, {}, domains};
}

Case broken(std::string name, std::string from, AuthorDefect defect, Domains visible) {
  return {std::move(name), std::move(from), {}, defect, std::move(visible)};
}

// A defect that leaves no doubt about the domain.
Case doubtless(std::string name, std::string from, AuthorDefect defect, const std::string& domain) {
  return {std::move(name), std::move(from), {domain}, defect, {domain}};
}

class AuthorDomain : public testing::TestWithParam<Case> {};

TEST_P(AuthorDomain, is_what_the_strict_and_the_lenient_reading_give) {
  const Case& expected = GetParam();
  const Author author = author_of(expected.from);
  EXPECT_EQ(author.defect, expected.defect) << author.detail;
  EXPECT_EQ(texts(author.domains), expected.domains);
  EXPECT_EQ(texts(author.visible), expected.visible);
  EXPECT_EQ(author.from_fields, 1U);
  EXPECT_EQ(author.detail.empty(), author.is_clean());
  EXPECT_EQ(author.as_written.empty(), author.visible.empty());
}

std::string name_of(const testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

constexpr auto syntax = AuthorDefect::syntax;
constexpr auto bad_octet = AuthorDefect::bad_octet;
constexpr auto bad_domain = AuthorDefect::bad_domain;
constexpr auto too_long = AuthorDefect::too_long;

const std::string A = "attack.com";
const std::string L = "legitimate.com";

// The rows of the attack list, by their ids; variants of a row have a letter or a word. Rows with
// several From fields are below.
INSTANTIATE_TEST_SUITE_P(
    Attacks, AuthorDomain,
    testing::Values(
        clean("FROM_06", "<first@attack.com>, <admin@legitimate.com>", {A, L}),
        clean("FROM_06_reversed", "<admin@legitimate.com>, <first@attack.com>", {L, A}),
        clean("FROM_07", "<a@legitimate.com>, B <b@Legitimate.com>", {L}),
        broken("FROM_08", "=?utf-8?B?PGFkbWluQGxlZ2l0aW1hdGUuY29tPg==?=,<second@attack.com>",
               syntax, {L, A}),
        Case{"FROM_09", "<@attack.com,@any.com:admin@legitimate.com>", {L}, {}, {L, A, "any.com"}},
        Case{"FROM_09_reversed", "<@legitimate.com:first@attack.com>", {A}, {}, {A, L}},
        broken("FROM_10", R"(<admin\@legitimate.com@attack.com>)", syntax, {L, A}),
        clean("FROM_11", "admin@legitimate.com,<second@attack.com>", {L, A}),
        broken("FROM_12", "<any@attack.com>admin@legitimate.com", syntax, {A, L}),
        broken("FROM_14", "first@attack.com;admin@legitimate.com", syntax, {A, L}),
        clean("FROM_16_name", std::string(5000, 'x') + " <admin@legitimate.com>", {L}),
        clean("FROM_16_comment", "(" + std::string(5000, 'x') + ")<admin@legitimate.com>", {L}),
        clean("FROM_16_blanks", std::string(5000, ' ') + "<admin@legitimate.com>", {L}),
        clean("FROM_16_folds", repeated("\n ", 5000) + "<admin@legitimate.com>", {L}),
        clean("FROM_17", "\"admin@legitimate.com\" <first@attack.com>", {A}),
        clean("FROM_18", ",<admin@legitimate.com>", {L}),
        clean("FROM_18_behind", "<admin@legitimate.com>,", {L}),
        broken("FROM_19", "<first@attack.com> <admin@legitimate.com>", syntax, {A, L}),
        clean("FROM_20", "Grp: <admin@legitimate.com>;", {L}),
        broken("FROM_21_empty_group", "undisclosed-recipients:;", AuthorDefect::no_address, {}),
        broken("FROM_21_empty", "", syntax, {}), broken("FROM_21_blank", " \r\n ", syntax, {}),
        broken("FROM_21_null", "<>", syntax, {}), broken("FROM_21_bare", "admin", syntax, {}),
        doubtless("FROM_22_comment", "admin@legitimate.com (x", syntax, L),
        doubtless("FROM_22_quote", "\"x <admin@legitimate.com>", syntax, L),
        broken("FROM_23", R"("a\" <admin@legitimate.com> "x" <x@attack.com>)", syntax, {L, A}),
        doubtless("FROM_24_open_bracket", "<admin@legitimate.com", syntax, L),
        doubtless("FROM_24_trailing_dot", "<admin@legitimate.com.>", bad_domain, L),
        doubtless("FROM_24_dots_twice", "<a@legitimate.com.>, b@legitimate.com", bad_domain, L),
        broken("FROM_24_dot_of_another", "<admin@legitimate.com.>, x@attack.com", bad_domain,
               {L, A}),
        doubtless("FROM_24_two_dots", "<admin@legitimate.com..>", bad_domain, L),
        broken("FROM_24_dot_and_worse", "<admin@legitimate.com.>, x@'attack.com'", bad_domain,
               {L, "'attack.com", A}),
        clean("FROM_24_blanks", "<admin@ legitimate .\tcom >", {L}),
        clean("FROM_24_comments", "<admin@(a)legitimate(b).(c)com(d)>", {L}),
        clean("FROM_24_upper_case", "<ADMIN@LEGITIMATE.COM>", {L}),
        clean("FROM_25", "\"Someone <x@junk.com>\"@legitimate.com", {L}),
        clean("FROM_25_quoted", "\"a@attack.com\"@legitimate.com", {L}),
        broken("FROM_25_unquoted", "a@attack.com@legitimate.com", syntax, {A, L}),
        clean("FROM_26", "<admin%legitimate.com@attack.com>", {A}),
        doubtless("FROM_27", "<admin@legitimate.com\x01>", bad_octet, L),
        broken("FROM_27_nul", std::string("<admin@legitimate.com\0.attack.com>", 34), bad_octet,
               {L, A, "legitimate.com.attack.com"}),
        broken("FROM_29", "<admin@[1.2.3.4]>", AuthorDefect::no_domain, {}),
        broken("FROM_29_ipv6", "<admin@[IPv6:2001:db8::1]>", AuthorDefect::no_domain, {}),
        clean("FROM_30",
              "<x@b\xc3\xbc"
              "cher.example>",
              {"xn--bcher-kva.example"}),
        clean("FROM_31_soft_hyphen", "<x@legi\xc2\xadtimate.com>", {L}),
        clean("FROM_31_nfd",
              "<x@bu\xcc\x88"
              "cher.example>",
              {"xn--bcher-kva.example"}),
        doubtless("FROM_31_joiner", "<x@legi\xe2\x80\x8dtimate.com>", bad_domain, L),
        broken("FROM_31_bidi", "<x@legitimate.com\xe2\x80\xae>", bad_octet, {L, "x"}),
        clean("FROM_31_homograph", "<x@l\xd0\xb5gitimate.com>", {"xn--lgitimate-g0h.com"}),
        broken("FROM_32", "<x@legitimate\xff.com>", bad_octet,
               {"xn--legitimate-hfb.com", L, "legitimate"}),
        broken("FROM_33_addresses", repeated("<a@legitimate.com>,", 3000), too_long, {L}),
        broken("FROM_33_comments",
               std::string(10'000, '(') + std::string(10'000, ')') + "<a@legitimate.com>", too_long,
               {L}),
        broken("FROM_33_length", "<a@legitimate.com>" + std::string(60'000, ' '), too_long, {L}),
        clean("FROM_34_fold", "\"L\" <\r\n first@attack.com>", {A}),
        clean("FROM_34_obsolete", "\"L\" < \n \n first (a) @ (b) attack (c) . (d) com (e) > (f)",
              {A}),
        clean("FROM_35", "admin@legitimate.com <first@attack.com>", {A}),
        clean("FROM_35_apostrophes", "'admin@legitimate.com' <first@attack.com>", {A}),
        clean("FROM_36", "=?utf-8?q?admin=40legitimate=2Ecom?= <first@attack.com>", {A}),
        broken("FROM_37", "=?utf-8?b?YWRtaW5AbGVnaXRpbWF0ZS5jb20AAA==?=@attack.com", syntax,
               {L, A}),
        broken("right_to_left_override", "<moc.etamitigel@nimda\xe2\x80\xae>", bad_octet,
               {"nimda", L}),
        broken("empty_route_and_address", "<>,x", syntax, {}),
        broken("two_bare_words", "a, b", syntax, {}), broken("comma_only", ",", syntax, {})),
    name_of);

// Tricks beyond the list: each has a reader that sees legitimate.com.
INSTANTIATE_TEST_SUITE_P(
    Tricks, AuthorDomain,
    testing::Values(
        doubtless("apostrophes", "'admin@legitimate.com'", bad_domain, L),
        broken("blank_in_the_domain", "<admin@legitimate.com attack.com>", syntax,
               {L, A, "legitimate.comattack.com"}),
        broken("comment_in_a_label", "<admin@legit(x)imate.com>", syntax,
               {"legit", "imate.com", L}),
        doubtless("quotes_in_the_domain", "admin@\"legitimate.com\"", syntax, L),
        broken("quotes_in_a_label", "<admin@legit\"imate\".com>", syntax, {"legit", L}),
        broken("quoted_pair_in_the_domain", R"(<admin@legit\imate.com>)", syntax,
               {"legit", "imate.com", L}),
        doubtless("name_in_a_literal", "<admin@[legitimate.com]>", syntax, L),
        broken("address_in_a_route", "<@[<admin@legitimate.com>]:x@attack.com>", syntax,
               {"admin", L, A}),
        broken("stray_parenthesis_behind_a_blank", "<admin@legiti mate.com)x>", syntax,
               {"legiti", "mate.com", L, "legitimate.comx"}),
        broken("quote_behind_a_blank", "<admin@legiti mate.com\"x>", syntax,
               {"legiti", "mate.com", L, "legitimate.comx"}),
        broken("bad_domain_in_a_route", "<@a..b:x@attack.com>", bad_domain, {"a.b", A}),
        broken("address_in_a_literal", "<a@[<admin@legitimate.com>]>, <x@attack.com>", syntax,
               {"admin", L, A}),
        broken("encoded_word_local_part", "=?utf-8?q?admin=40legitimate.com=20?=@attack.com",
               syntax, {L, A}),
        broken("encoded_word_in_quotes", "\"=?utf-8?q?admin=40legitimate.com=20?=\"@attack.com",
               syntax, {L, A}),
        broken("address_in_two_encoded_words",
               "=?us-ascii?q?admin=40legi?= =?us-ascii?q?timate.com?=", syntax, {L}),
        clean("encoded_word_without_end", "=?utf-8?q?admin@legitimate.com", {L}),
        broken("odd_octet_below_the_last_label", "<u@o'brien.example>", bad_domain,
               {"o'brien.example", "brien.example"}),
        broken("T8_apostrophe", "<admin@legitimate.com'.attack.com>", bad_domain,
               {"legitimate.com'.attack.com", L, A}),
        broken("T8_slash", "<admin@legitimate.com/.attack.com>", bad_domain,
               {"legitimate.com/.attack.com", L, A}),
        broken("T8_wide_at_and_a_plain_one", "<admin\xef\xbc\xa0legitimate.com@attack.com>", syntax,
               {L, A}),
        broken("wide_at", "<admin\xef\xbc\xa0legitimate.com>", syntax, {L}),
        broken("wide_bracket", "<admin@legitimate.com\xef\xbc\x9e.attack.com>", bad_domain,
               {"legitimate.com.attack.com", L, A}),
        doubtless("bracket_around_brackets", "<<admin@legitimate.com>>", syntax, L),
        broken("two_in_one_bracket", "<first@attack.com, admin@legitimate.com>", syntax, {A, L}),
        broken("address_in_brackets_first", "[<admin@legitimate.com>] <first@attack.com>", syntax,
               {L, A}),
        broken("group_name_is_an_address", "admin@legitimate.com: first@attack.com;", syntax,
               {L, A}),
        doubtless("group_left_open", "Grp: admin@legitimate.com", syntax, L),
        doubtless("groups_nested", "A: B: admin@legitimate.com;;", syntax, L),
        broken("text_after_a_group", "A: first@attack.com; admin@legitimate.com", syntax, {A, L}),
        broken("habit_with_a_second_address", "admin@legitimate.com <a@attack.com>, b@attack.com",
               syntax, {L, A}),
        broken("habit_as_a_group", "x: admin@legitimate.com <first@attack.com>", syntax, {L, A}),
        broken("backslash_after_half_a_character",
               "\"\x95\\\" <admin@legitimate.com> \"<x@attack.com>", bad_octet, {L, A}),
        broken("text_before_the_bracket", "admin <@legitimate.com> <first@attack.com>", syntax,
               {L, A}),
        broken("domain_behind_the_bracket", "<admin@>legitimate.com", syntax, {L}),
        broken("long_label_in_front", "<admin@" + std::string(64, 'a') + ".legitimate.com>",
               bad_domain, {L}),
        broken("long_name_in_front", "<admin@" + repeated("a.", 200) + "legitimate.com>",
               bad_domain, {repeated("a.", 119) + L}),
        doubtless("dots_in_a_row", "<admin@legitimate..com>", bad_domain, L),
        doubtless("leading_dot", "<admin@.legitimate.com>", bad_domain, L),
        doubtless("comma_in_the_name", "Foo, Inc. <foo@legitimate.com>", syntax, L),
        doubtless("control_in_the_name", "\"\x1b$B%m\x1b(B\" <admin@legitimate.com>", bad_octet, L),
        broken("carriage_return", "<first@attack.com>\r<admin@legitimate.com>", bad_octet, {A, L}),
        broken("bare_line_feed", "<first@attack.com>\nadmin@legitimate.com", bad_octet, {A, L}),
        doubtless("latin_1_local_part", "<m\xfcller@legitimate.com>", bad_octet, L),
        broken("bidi_override_in_the_local_part", "<\xe2\x80\xaemoc.etamitigel@nimda>", bad_octet,
               {"nimda", L}),
        broken("name_only", "\"John Doe\"", syntax, {}),
        broken("two_literals_and_junk", "<a@[1.2.3.4]> <b@legitimate.com>", syntax, {L})),
    name_of);

// Genuine forms: none may be called broken.
INSTANTIATE_TEST_SUITE_P(
    Genuine, AuthorDomain,
    testing::Values(
        clean("bare", "u@example.com", {"example.com"}),
        clean("in_brackets", "<u@example.com>", {"example.com"}),
        clean("name", "Jo Doe <u@example.com>", {"example.com"}),
        clean("no_blank_before_the_bracket", "\"Jo Doe\"<u@example.com>", {"example.com"}),
        clean("quoted_pairs", R"("\"Foo, Inc.\"" <u@example.com>)", {"example.com"}),
        clean("apostrophe", "Luca D'Marco <luca.d'marco@example.com>", {"example.com"}),
        clean("comma_in_quotes", "\"Doe, Jo\" <u@example.com>", {"example.com"}),
        clean("brackets_in_quotes", "\"Jo <work>\" <u@example.com>", {"example.com"}),
        clean("comment_behind", "u@example.com (Jo Doe)", {"example.com"}),
        clean("comment_with_parentheses", "u@example.com (Jo (Joe) \\) Doe)", {"example.com"}),
        clean("address_in_the_comment", "u@example.com (ceo@bank.example)", {"example.com"}),
        clean("trailing_blanks", "u@example.com \t", {"example.com"}),
        clean("trailing_line_end", "u@example.com\r\n", {"example.com"}),
        clean("dots_in_the_name", "J. R. Doe <u@example.com>", {"example.com"}),
        clean("dot_first", ".NET Team <u@example.com>", {"example.com"}),
        clean("tag_in_brackets", "[JIRA] Jo Doe <jira@example.com>", {"example.com"}),
        clean("colon_in_the_name", "News: Today <news@example.com>", {"example.com"}),
        clean("address_as_name", "u@example.com <u@example.com>", {"example.com"}),
        clean("address_in_apostrophes", "'u@example.com' via List <list@example.org>",
              {"example.org"}),
        clean("at_sign_in_the_name", "Jo @ Work <u@example.com>", {"example.com"}),
        clean("via_form", "\"Jo Doe via Docs\" <comments-noreply@example.com>", {"example.com"}),
        clean("via_form_unquoted", "Jo Doe via Announce <announce@lists.example.org>",
              {"lists.example.org"}),
        clean("verp", "<bounce-123-u=example.org@lists.example.com>", {"lists.example.com"}),
        clean("srs", "SRS0=abcd=EF=example.org=u@example.com", {"example.com"}),
        clean("plus_and_slash", "Jo <u+tag/sub=x@example.com>", {"example.com"}),
        clean("x400", "\"/G=Jo/S=Doe/O=Org/C=de/\"@gateway.example.com", {"gateway.example.com"}),
        clean("long_local_part", std::string(90, 'u') + "@example.com", {"example.com"}),
        clean("dots_of_japanese_providers", "<jo..doe.@docomo.example>", {"docomo.example"}),
        clean("upper_case", "JO <JO@EXAMPLE.COM>", {"example.com"}),
        clean("group", "A Group:Jo Doe <u@example.com>,v@example.com;", {"example.com"}),
        clean("upper_case_group", "GROUP: u@example.com;", {"example.com"}),
        clean("group_and_mailbox", "A:;, u@example.com", {"example.com"}),
        clean("two_authors", "Jo <jo@example.com>, Al <al@example.com>", {"example.com"}),
        clean("literal_and_domain", "<u@[192.0.2.1]>, <u@example.com>", {"example.com"}),
        clean("encoded_words",
              "=?UTF-8?Q?Jo_D=C3=B6?= =?UTF-8?B?w7Y=?=\r\n =?iso-8859-1?Q?=FC?= <u@example.com>",
              {"example.com"}),
        clean("encoded_word_in_quotes", "\"=?UTF-8?B?Sm8=?=\" <u@example.com>", {"example.com"}),
        clean("broken_encoded_word", "=?UTF-8?Q?Jo Doe?= <u@example.com>", {"example.com"}),
        clean("utf_8_name", "J\xc3\xb6 \xe6\x9d\xb1\xe4\xba\xac <u@example.com>", {"example.com"}),
        clean("utf_8_name_in_quotes", "\"Caf\xc3\xa9, Ltd\" <u@example.com>", {"example.com"}),
        clean("latin_1_name", "J\xf6rg M\xfcller <u@example.com>", {"example.com"}),
        clean("latin_1_name_in_quotes", "\"J\xf6rg\" <u@example.com>", {"example.com"}),
        clean("latin_1_comment", "u@example.com (J\xf6rg)", {"example.com"}),
        clean("shift_jis_name", "\"\x93\x8c\x8b\x9e\" <u@example.com>", {"example.com"}),
        clean("utf_8_local_part", "<j\xc3\xb6@example.com>", {"example.com"}),
        clean("trade_mark", "Foo\xe2\x84\xa2 & Co! <u@example.com>", {"example.com"}),
        clean("emoji", "\xf0\x9f\x8e\x81 Gifts <u@example.com>", {"example.com"}),
        clean("underscore", "<u@mail_1.example.com>", {"mail_1.example.com"}),
        clean("single_label", "root@localhost", {"localhost"}),
        clean("many_labels", "<u@a.b.c.d.e.f.g.h.i.example.com>",
              {"a.b.c.d.e.f.g.h.i.example.com"}),
        clean("folded_name", "=?us-ascii?q?Jo?=\r\n\tDoe\r\n <u@example.com>", {"example.com"}),
        clean("folded_at_the_start", "\n <u@example.com>", {"example.com"}),
        clean("escaped_at_in_quotes", R"("u\@example.org" <u@example.com>)", {"example.com"}),
        clean("several_words_of_both_kinds", "Dr. \"Jo\" Doe <u@example.com>", {"example.com"}),
        clean("name_with_odd_octets", "A&B #1 {x} ~y~ `z` *!* <u@example.com>", {"example.com"})),
    name_of);

// The conformance vectors of kind "from", by their ids (those with one From field).
INSTANTIATE_TEST_SUITE_P(
    Vectors, AuthorDomain,
    testing::Values(
        clean("FR_005", "x@evil.example (ceo@bank.example)", {"evil.example"}),
        clean("FR_007", "Friends: a@example.com, b@example.com;", {"example.com"}),
        clean("FR_010", "\"a@b\"@example.com", {"example.com"}),
        clean("FR_013", "a@example.com, b@example.net", {"example.com", "example.net"}),
        clean("FR_014", "joe @ example . com", {"example.com"}),
        clean("FR_015", "=?us-ascii?q?Joe?=\r\n <joe@\r\n example.com>", {"example.com"}),
        clean("FR_016",
              "\xe7\x94\xa8\xe6\x88\xb7@b\xc3\xbc"
              "cher.example",
              {"xn--bcher-kva.example"}),
        broken("FR_021", "Nobody <>", syntax, {}),
        clean("FR_023", "joe@bank.example <x@evil.example>", {"evil.example"}),
        clean("FR_025", "a@example.com, b@EXAMPLE.COM", {"example.com"}),
        doubtless("FR_026", "joe@example.com.", bad_domain, "example.com"),
        clean("FR_029", R"("a\" <ceo@bank.example> \"b" <x@evil.example>)", {"evil.example"})),
    name_of);

TEST(AuthorDomainFields, a_message_without_from_has_no_author) {  // FROM-05, FR-019
  const HeaderBlock block{{"Sender", "admin@legitimate.com"},
                          {"Resent-From", "admin@legitimate.com"}};
  const Author author = find_author(block);
  EXPECT_EQ(author.defect, AuthorDefect::no_from);
  EXPECT_TRUE(author.visible.empty());
  EXPECT_EQ(author.from_fields, 0U);
}

TEST(AuthorDomainFields, several_from_fields_show_all_their_domains) {  // FROM-01, -02, -03, FR-018
  for (const char* const second : {"From", "From ", "fRoM\t"}) {
    const HeaderBlock block{{"From", "<first@attack.com>"}, {second, "<admin@legitimate.com>"}};
    const Author author = find_author(block);
    EXPECT_EQ(author.defect, AuthorDefect::several_from);
    EXPECT_TRUE(author.domains.empty());
    EXPECT_EQ(texts(author.visible), (Domains{A, L}));
    EXPECT_EQ(author.from_fields, 2U);
    EXPECT_EQ(author.as_written, A);
  }
  EXPECT_EQ(texts(author_of_fields({"<admin@legitimate.com>", "<first@attack.com>"}).visible),
            (Domains{L, A}));
}

TEST(AuthorDomainFields, a_from_field_with_a_blank_before_its_colon_counts) {  // FROM-04, FR-028
  const HeaderBlock block{{"fRoM ", "admin@legitimate.com"}};
  EXPECT_EQ(texts(find_author(block).domains), (Domains{L}));
}

TEST(AuthorDomainFields, clean_fields_hide_no_broken_one) {
  const Author author =
      author_of_fields({"\"x@name.example\" <a@attack.com>", "<b@legitimate.com"});
  EXPECT_EQ(author.defect, AuthorDefect::several_from);
  EXPECT_EQ(texts(author.visible), (Domains{A, L})) << "a clean field shows its domains only";
  const std::string cut_off(max_from_value, 'x');
  EXPECT_EQ(author_of_fields({"<a@attack.com>", cut_off}).defect, too_long);
}

TEST(AuthorDomain, says_where_the_text_goes_wrong) {
  EXPECT_EQ(author_of("<a@attack.com> b").detail, "text after an address at octet 16");
  EXPECT_EQ(author_of("<a@attack.com>\x01").detail, "control octet at octet 15");
  EXPECT_EQ(author_of("a@attack.com (x").detail, "a comment is not closed at octet 14");
  EXPECT_EQ(author_of("a@x..y").detail, "empty label: x..y");
  EXPECT_EQ(author_of("a@x.\xff").detail, "address is not UTF-8 at octet 3");
  EXPECT_EQ(author_of("<a@x.y").detail, "an angle bracket is not closed");
}

TEST(AuthorDomain, keeps_the_domain_as_it_was_written) {
  EXPECT_EQ(author_of("<a@Legitimate.COM>").as_written, "Legitimate.COM");
  EXPECT_EQ(author_of("a @ Legitimate . COM").as_written, "Legitimate.COM");
  EXPECT_EQ(author_of("a@B\xc3\xbc"
                      "cher.example")
                .as_written,
            "B\xc3\xbc"
            "cher.example");
  EXPECT_EQ(author_of("<a@Legitimate.COM").as_written, "Legitimate.COM");
  EXPECT_EQ(author_of("<a@[1.2.3.4]>").as_written, "");
}

TEST(AuthorDomain, shows_one_domain_more_than_is_evaluated_when_there_are_too_many) {
  std::string from = "<";
  for (int i = 0; i < 50; ++i)
    from += "a@d" + std::to_string(i) + ".example, ";
  EXPECT_EQ(author_of(from).visible.size(), Author::max_visible + 1);
  EXPECT_EQ(author_of_fields({from, from}).visible.size(), Author::max_visible + 1);
}

TEST(AuthorDomain, limits_hold_and_what_is_at_them_is_read) {
  const std::string address = "<admin@legitimate.com>";
  const std::string blanks(max_from_value - 1 - address.size(), ' ');
  EXPECT_EQ(texts(author_of(blanks + address).domains), (Domains{L}));
  const Author cut_off = author_of(blanks + ' ' + address);
  EXPECT_EQ(cut_off.defect, too_long);
  EXPECT_EQ(texts(cut_off.visible), (Domains{L}));

  EXPECT_TRUE(author_of(repeated(address + ",", max_from_addresses)).is_clean());
  EXPECT_EQ(author_of(repeated(address + ",", max_from_addresses + 1)).defect, too_long);
  const auto routed = [](std::size_t hosts) {
    return "<" + repeated("@attack.com,", hosts) + ":admin@legitimate.com>";
  };
  EXPECT_TRUE(author_of(routed(max_from_addresses - 1)).is_clean());
  EXPECT_EQ(author_of(routed(max_from_addresses)).defect, too_long);

  const auto nested = [&](std::size_t depth) {
    return std::string(depth, '(') + std::string(depth, ')') + address;
  };
  EXPECT_TRUE(author_of(nested(max_comment_depth)).is_clean());
  EXPECT_EQ(author_of(nested(max_comment_depth + 1)).defect, too_long);
}

TEST(AuthorDomain, both_ends_of_an_enormous_field_are_searched) {
  const std::string junk(1'000'000, 'x');
  const Author author = author_of("<a@attack.com> " + junk + " <admin@legitimate.com>");
  EXPECT_EQ(author.defect, too_long);
  EXPECT_EQ(texts(author.visible), (Domains{A, L}));
}

TEST(AuthorDomain, more_texts_than_can_be_tried_make_the_field_too_long) {
  std::string from;
  for (std::size_t i = 0; i < max_from_candidates; ++i)
    from += i % 2 == 0 ? "@ab" : "@aB";
  EXPECT_EQ(author_of(from).defect, syntax);
  EXPECT_EQ(author_of(from + "@ab").defect, too_long);
}

}  // namespace
}  // namespace dmarc::mail
