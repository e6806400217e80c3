#include "spf/record.h"

#include <gtest/gtest.h>

namespace dmarc::spf {
namespace {

std::string problem_of(std::string_view terms) {
  const auto record = parse_record("v=spf1 " + std::string(terms));
  return record ? "" : record.error();
}

/// The record refers to the text, so both are kept.
struct Parsed {
  std::string text;
  Record record = parse_record(text).value();
  const Directive* operator->() const { return &record.directives.at(0); }
};

Parsed only_directive(std::string_view term) {
  return {"v=spf1 " + std::string(term)};
}

TEST(SpfRecord, is_known_by_its_version_section) {
  EXPECT_TRUE(is_spf_record("v=spf1"));
  EXPECT_TRUE(is_spf_record("V=SPF1 -all"));
  EXPECT_FALSE(is_spf_record("v=spf10 -all"));
  EXPECT_FALSE(is_spf_record("v=spf1\t-all"));
  EXPECT_FALSE(is_spf_record(" v=spf1 -all"));
  EXPECT_FALSE(is_spf_record("v=spf"));
  EXPECT_FALSE(is_spf_record(""));
}

TEST(SpfRecord, keeps_terms_as_published) {
  const auto record = parse_record("v=spf1  A:Mail.example.org/24//64   ~aLL ").value();
  ASSERT_EQ(record.directives.size(), 2U);
  EXPECT_EQ(record.directives[0].text, "A:Mail.example.org/24//64");
  EXPECT_EQ(record.directives[0].mechanism, Mechanism::a);
  EXPECT_EQ(record.directives[0].prefix4, 24U);
  EXPECT_EQ(record.directives[0].prefix6, 64U);
  EXPECT_EQ(record.directives[0].target->text, "Mail.example.org");
  EXPECT_EQ(record.directives[1].text, "~aLL");
  EXPECT_EQ(record.directives[1].qualifier, Code::softfail);
}

TEST(SpfRecord, qualifiers_are_results) {
  EXPECT_EQ(only_directive("all")->qualifier, Code::pass);
  EXPECT_EQ(only_directive("+all")->qualifier, Code::pass);
  EXPECT_EQ(only_directive("-all")->qualifier, Code::fail);
  EXPECT_EQ(only_directive("~all")->qualifier, Code::softfail);
  EXPECT_EQ(only_directive("?all")->qualifier, Code::neutral);
}

TEST(SpfRecord, slashes_before_digits_at_the_end_are_prefix_lengths) {
  EXPECT_EQ(only_directive("mx/0")->prefix4, 0U);
  EXPECT_EQ(only_directive("mx//0")->prefix6, 0U);
  EXPECT_EQ(only_directive("mx//0")->prefix4, 32U);
  EXPECT_EQ(only_directive("a:a/24.example.org")->target->text, "a/24.example.org");
  EXPECT_EQ(only_directive("a:%{d}/24")->target->text, "%{d}");
  EXPECT_EQ(only_directive("a:%{d2/}/24")->target->text, "%{d2/}");
}

TEST(SpfRecord, wrong_syntax_is_found_wherever_it_stands) {
  for (const char* terms : {"-all moo",
                            "all:example.org",
                            "all/8",
                            "all.",
                            "-all=",
                            "include",
                            "include:",
                            "include:example.org/24",
                            "include example.org",
                            "exists",
                            "exists:",
                            "exists:example.org/8",
                            "ptr:",
                            "ptr/0",
                            "ptr:example.org/8",
                            "a:",
                            "a:/24",
                            "a/33",
                            "a/24/64",
                            "a//129",
                            "a/",
                            "a//",
                            "a/x",
                            "a/024",
                            "a//64/24",
                            "a:example.org:8080",
                            "a:example",
                            "a:example.",
                            "a:%{d}.",
                            "a:%{d}com",
                            "a:111.222.33.44",
                            "a:example.-org",
                            "a:example.org-",
                            "mx:abc.123",
                            "ip4",
                            "ip4:",
                            "ip4:192.0.2",
                            "ip4:192.0.2.1:25",
                            "ip4:192.0.2.1/33",
                            "ip4:192.0.2.1/032",
                            "ip4:192.0.2.1/",
                            "ip4:192.0.2.1//32",
                            "ip4:2001:db8::1",
                            "ip4:192.0.2.256",
                            "ip6",
                            "ip6:",
                            "ip6:192.0.2.1",
                            "ip6:2001:db8::1/129",
                            "ip6:2001:db8::1//64",
                            "ip6::2001::1",
                            "ip6:2001:db8::1/",
                            "redirect=",
                            "redirect=example",
                            "redirect:example.org",
                            "+redirect=example.org",
                            "redirect=a.example redirect=b.example",
                            "exp=",
                            "exp=-all",
                            "exp=a.example exp=a.example",
                            "=all",
                            "1up=foo",
                            "moo.cow/far_out=man",
                            "foo=%abc",
                            "foo=%{x}",
                            "--all",
                            "+",
                            "-",
                            "a:example.org\x80",
                            "a:\x01.example.org",
                            "a\tmx",
                            "a:example.org,mx"}) {
    EXPECT_NE(problem_of(terms), "") << terms;
    EXPECT_NE(problem_of("ip4:192.0.2.1 " + std::string(terms)), "") << terms;
  }
}

TEST(SpfRecord, right_syntax_is_accepted) {
  for (const char* terms : {"",
                            "  ",
                            "a",
                            "mx",
                            "ptr",
                            "a/32",
                            "a//128",
                            "a:_spf.example.org",
                            "a:foo:bar/baz.example",
                            "include:%{d}",
                            "include:%{ir}.%{v}.example.",
                            "exists:%{l1r-}.%{o}._spf.example.org",
                            "exists:a%%b%_c%-.example",
                            "ip4:0.0.0.0/0",
                            "ip6:::/0",
                            "ip6:::1.1.1.1/0",
                            "ip6:2001:DB8::/32",
                            "moo.cow-far_out=man:dog/cat",
                            "default=+",
                            "foo=",
                            "foo=%{c}%{r}%{t}",
                            "v=spf1",
                            "exp=exp.example.org redirect=a.example",
                            "REDIRECT=a.example",
                            "a:example.xn--zckzah",
                            "a:a.b1",
                            "a:...com"})
    EXPECT_EQ(problem_of(terms), "") << terms;
}

TEST(SpfRecord, problems_name_the_term_in_printable_ascii) {
  EXPECT_EQ(problem_of("-all ip4:192.0.2"), "\"ip4:192.0.2\": not an IPv4 network");
  EXPECT_EQ(problem_of("a:\xC3\xBC.example"),
            "\"a:\\xc3\\xbc.example\": it holds an octet outside visible ASCII");
  EXPECT_EQ(problem_of("moo"), "\"moo\": unknown mechanism");
  EXPECT_LT(problem_of(std::string(5000, 'x')).size(), 200U);
}

TEST(SpfRecord, holds_as_many_terms_as_its_text) {
  std::string text = "v=spf1";
  for (int i = 0; i < 5000; ++i)
    text += " ip4:192.0.2.1";
  EXPECT_EQ(parse_record(text).value().directives.size(), 5000U);
}

}  // namespace
}  // namespace dmarc::spf
