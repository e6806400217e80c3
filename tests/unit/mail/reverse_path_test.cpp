#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>

#include <dmarc/reverse_path.h>

#include "base/ascii.h"
#include "mail/limits.h"
#include "unit/mail/random_text.h"

namespace dmarc::mail {
namespace {

using Kind = ReversePath::Kind;

struct Case {
  std::string name;
  std::string argument;
  Kind kind;
  std::string domain;  // empty: none
  std::string local_part;

  friend std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }
};

bool is_ascii(std::string_view text) {
  return std::none_of(text.begin(), text.end(), base::is_eight_bit);
}

class ReversePathTest : public testing::TestWithParam<Case> {};

TEST_P(ReversePathTest, has_the_right_kind_and_domain) {
  const Case& expected = GetParam();
  const ReversePath path = parse_reverse_path(expected.argument);
  EXPECT_EQ(path.kind, expected.kind) << path.detail;
  EXPECT_EQ(path.domain ? path.domain->text() : "", expected.domain);
  EXPECT_EQ(path.local_part, expected.local_part);
  EXPECT_EQ(path.detail.empty(), path.kind != Kind::invalid);
  EXPECT_EQ(path.domain.has_value(), path.kind == Kind::mailbox);
}

Case mailbox(std::string name, std::string argument, std::string local_part, std::string domain) {
  return {std::move(name), std::move(argument), Kind::mailbox, std::move(domain),
          std::move(local_part)};
}

Case invalid(std::string name, std::string argument) {
  return {std::move(name), std::move(argument), Kind::invalid, "", ""};
}

std::string name_of(const testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

// The rows of the attack list, by their ids; variants of a row have a letter.
INSTANTIATE_TEST_SUITE_P(
    Attacks, ReversePathTest,
    testing::Values(mailbox("ENV_01", "<any@attack.com>", "any", "attack.com"),
                    mailbox("ENV_02", "<any@mailfrom.notexist.legitimate.com>", "any",
                            "mailfrom.notexist.legitimate.com"),
                    invalid("ENV_03", "<(any@legitimate.com>"),
                    invalid("ENV_04", "<any@legitimate.com(a.attack.com>"),
                    invalid("ENV_05", "<any@legitimate.com'@any.attack.com>"),
                    mailbox("ENV_05_as_postfix_rewrites_it",
                            R"(<"any@legitimate.com'"@any.attack.com>)", "any@legitimate.com'",
                            "any.attack.com"),
                    mailbox("ENV_07", R"(<"any@legitimate.com"@attack.com>)", "any@legitimate.com",
                            "attack.com"),
                    invalid("ENV_08", R"(<any@legitimate.com"a.attack.com>)"),
                    invalid("ENV_10_space", "<any@legitimate.com a.attack.com>"),
                    invalid("ENV_10_semicolon", "<any@legitimate.com;a.attack.com>"),
                    invalid("ENV_10_bracket", "<any@legitimate.com>a.attack.com>"),
                    invalid("ENV_11", "<any@legitimate.com@attack.com>"),
                    invalid("ENV_11_reversed", "<any@attack.com@legitimate.com>"),
                    mailbox("ENV_12", R"(<"any@legitimate.com>"@attack.com>)",
                            "any@legitimate.com>", "attack.com"),
                    Case{"ENV_13", "<>", Kind::null, "", ""},
                    Case{"ENV_17_literal", "<any@[1.2.3.4]>", Kind::literal, "", ""},
                    mailbox("ENV_17_trailing_dot", "<any@attack.com.>", "any", "attack.com"),
                    invalid("ENV_17_bare_local_part", "<any>"),
                    mailbox("ENV_17_no_brackets", "any@attack.com", "any", "attack.com"),
                    invalid("ENV_17_comment", "<any@attack.com(legitimate.com)>"),
                    invalid("ENV_17_quoted_pair", R"(<any\@legitimate.com@attack.com>)")),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Genuine, ReversePathTest,
    testing::Values(
        mailbox("srs", "<SRS0=HHH=TT=example.org=user@forward.example>",
                "SRS0=HHH=TT=example.org=user", "forward.example"),
        mailbox("verp", "<bounce+user=example.org@list.example>", "bounce+user=example.org",
                "list.example"),
        mailbox("prvs", "<prvs=1234567890=user@example.com>", "prvs=1234567890=user",
                "example.com"),
        mailbox("slash", "<a/b{c}|d~e@example.com>", "a/b{c}|d~e", "example.com"),
        mailbox("dots_of_japanese_providers", "<a..b.@docomo.example>", "a..b.", "docomo.example"),
        mailbox("upper_case", "<User@EXAMPLE.Com>", "User", "example.com"),
        mailbox("underscore", "<u@mail_1.example.com>", "u", "mail_1.example.com"),
        mailbox("quoted_local_part", R"(<"a b\"c"@example.com>)", "a b\"c", "example.com"),
        mailbox("source_route", "<@a.example,@b.example:user@example.com>", "user", "example.com"),
        mailbox("u_label",
                "<\xe7\x94\xa8@b\xc3\xbc"
                "cher.example>",
                "\xe7\x94\xa8", "xn--bcher-kva.example"),
        mailbox("single_label", "<root@localhost>", "root", "localhost"),
        Case{"empty_argument", "", Kind::null, "", ""},
        Case{"ipv6_literal", "<any@[IPv6:2001:db8::1]>", Kind::literal, "", ""}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Broken, ReversePathTest,
    testing::Values(invalid("no_local_part", "<@example.com>"), invalid("no_domain", "<any@>"),
                    invalid("only_a_bracket", "<"),
                    invalid("bracket_left_open", "<any@example.com"),
                    invalid("bracket_not_opened", "any@example.com>"),
                    invalid("two_brackets", "<<any@example.com>>"),
                    invalid("two_dots_in_the_domain", "<any@example..com>"),
                    invalid("two_dots_at_the_end", "<any@example.com..>"),
                    invalid("odd_octet_in_the_domain", "<any@legitimate.com'.attack.com>"),
                    invalid("open_quote", R"(<"any@example.com>)"),
                    invalid("text_after_a_quoted_local_part", R"(<"any"x@example.com>)"),
                    invalid("text_after_a_literal", "<any@[1.2.3.4].example.com>"),
                    invalid("open_literal", "<any@[1.2.3.4>"),
                    invalid("route_only", "<@a.example:>"),
                    invalid("route_without_colon", "<@a.example,user@example.com>"),
                    invalid("empty_route_domain", "<@:user@example.com>"),
                    invalid("control", "<any@example.com\x01>"),
                    invalid("line_break", "<\"any\n\"@example.com>"),
                    invalid("nul", std::string("<any@example.com\0>", 18)),
                    invalid("latin_1", "<m\xfcller@example.com>"),
                    invalid("latin_1_domain", "<any@m\xfcller.example>"),
                    invalid("bidi_override", "<any@\xe2\x80\xaemoc.elpmaxe>"),
                    invalid("blanks_around", " <any@example.com> ")),
    name_of);

TEST(ReversePath, text_is_the_argument_without_its_brackets) {
  EXPECT_EQ(parse_reverse_path("<Any@Example.com>").text, "Any@Example.com");
  EXPECT_EQ(parse_reverse_path("<(any>").text, "(any");
  EXPECT_EQ(parse_reverse_path("<(any").text, "<(any");
  EXPECT_EQ(parse_reverse_path("<>").text, "");
}

// Whatever stands before it: the domain is what follows the last "@".
TEST(ReversePath, ends_in_its_domain_however_it_is_changed) {
  const std::vector<std::string> seeds{"<any@legitimate.com>",
                                       "<\"any@legitimate.com\"@attack.com>",
                                       "<@a.example,@b.example:any@legitimate.com>",
                                       "<any@[192.0.2.1]>", "any\\@legitimate.com@attack.com"};
  test::RandomText random(5321);
  std::size_t mailboxes = 0;
  for (int round = 0; round < 60'000; ++round) {
    const std::string argument = random.mutated(random.pick(seeds));
    const ReversePath path = parse_reverse_path(argument);
    ASSERT_EQ(path.domain.has_value(), path.kind == Kind::mailbox);
    if (path.kind != Kind::mailbox || !is_ascii(path.text)) continue;
    ++mailboxes;
    std::string_view text = path.text;
    if (text.ends_with('.')) text.remove_suffix(1);
    const std::string domain = "@" + path.domain->text();
    ASSERT_TRUE(base::lower(text).ends_with(domain)) << testing::PrintToString(argument);
    ASSERT_EQ(domain.rfind('@'), 0U);
    ASSERT_TRUE(path.domain->is_hostname());
  }
  EXPECT_GT(mailboxes, 5'000U);
}

TEST(ReversePath, is_read_up_to_the_limit) {
  const std::string domain = "@example.com";
  const std::string longest = std::string(max_path - domain.size(), 'a') + domain;
  EXPECT_EQ(parse_reverse_path("<" + longest + ">").kind, Kind::mailbox);
  EXPECT_EQ(parse_reverse_path("<a" + longest + ">").detail, "too long");
}

}  // namespace
}  // namespace dmarc::mail
