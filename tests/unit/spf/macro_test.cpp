#include "spf/macro.h"

#include <gtest/gtest.h>

#include "spf/limits.h"
#include "world.h"

namespace dmarc::spf {
namespace {

// The sender, client and HELO name of RFC 7208 section 7.4 "Expansion Examples".
struct Example {
  std::string local_part = "strong-bad";
  std::string client = "192.0.2.3";
  std::string helo = "mail.example.com";

  Identity identity() const {
    return {base::IpAddress::parse(client).value(), local_part, name_of("email.example.com"), helo};
  }
};

std::string text_of(std::string_view macro_string, const Example& example = {}) {
  const auto parsed = parse_macro_string(macro_string, MacroPlace::explanation);
  if (!parsed) return "syntax: " + parsed.error();
  const Identity identity = example.identity();
  const dns::Name domain = name_of("email.example.com");
  MacroContext context{identity, domain};
  context.client_name = "mx.example.org";
  context.receiver = "receiver.example";
  context.now = 1234567890;
  return expand_text(*parsed, context).value_or("no text");
}

std::string domain_of(std::string_view spec, const Example& example = {}) {
  const auto parsed = parse_domain_spec(spec);
  if (!parsed) return "syntax: " + parsed.error();
  const Identity identity = example.identity();
  const dns::Name domain = name_of("email.example.com");
  const auto name = expand_domain(*parsed, {identity, domain});
  if (name) return name->text();
  return name.error() == ExpansionError::non_ascii_local_part ? "non-ASCII" : "unusable";
}

TEST(SpfMacro, expands_as_in_the_examples_of_the_standard) {
  EXPECT_EQ(text_of("%{s}"), "strong-bad@email.example.com");
  EXPECT_EQ(text_of("%{o}"), "email.example.com");
  EXPECT_EQ(text_of("%{d}"), "email.example.com");
  EXPECT_EQ(text_of("%{d4}"), "email.example.com");
  EXPECT_EQ(text_of("%{d3}"), "email.example.com");
  EXPECT_EQ(text_of("%{d2}"), "example.com");
  EXPECT_EQ(text_of("%{d1}"), "com");
  EXPECT_EQ(text_of("%{dr}"), "com.example.email");
  EXPECT_EQ(text_of("%{d2r}"), "example.email");
  EXPECT_EQ(text_of("%{l}"), "strong-bad");
  EXPECT_EQ(text_of("%{l-}"), "strong.bad");
  EXPECT_EQ(text_of("%{lr}"), "strong-bad");
  EXPECT_EQ(text_of("%{lr-}"), "bad.strong");
  EXPECT_EQ(text_of("%{l1r-}"), "strong");
}

TEST(SpfMacro, expands_whole_names_as_in_the_examples_of_the_standard) {
  EXPECT_EQ(domain_of("%{ir}.%{v}._spf.%{d2}"), "3.2.0.192.in-addr._spf.example.com");
  EXPECT_EQ(domain_of("%{lr-}.lp._spf.%{d2}"), "bad.strong.lp._spf.example.com");
  EXPECT_EQ(domain_of("%{lr-}.lp.%{ir}.%{v}._spf.%{d2}"),
            "bad.strong.lp.3.2.0.192.in-addr._spf.example.com");
  EXPECT_EQ(domain_of("%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}"),
            "3.2.0.192.in-addr.strong.lp._spf.example.com");
  EXPECT_EQ(domain_of("%{d2}.trusted-domains.example.net"),
            "example.com.trusted-domains.example.net");
  EXPECT_EQ(domain_of("%{ir}.%{v}._spf.%{d2}", {.client = "2001:db8::cb01"}),
            "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.com");
}

TEST(SpfMacro, knows_every_letter) {
  EXPECT_EQ(text_of("%{i} %{c} %{v}"), "192.0.2.3 192.0.2.3 in-addr");
  EXPECT_EQ(text_of("%{c} %{v}", {.client = "2001:DB8::1"}), "2001:db8::1 ip6");
  EXPECT_EQ(text_of("%{i2r}", {.client = "2001:db8::1"}), "0.2") << "of 1.0.0.0 ... 1.0.0.2";
  EXPECT_EQ(text_of("%{p} %{h} %{r} %{t}"),
            "mx.example.org mail.example.com receiver.example 1234567890");
}

TEST(SpfMacro, replaces_escapes) {
  EXPECT_EQ(text_of("100%% %_|%-"), "100%  |%20");
}

TEST(SpfMacro, upper_case_letters_escape_for_urls) {
  EXPECT_EQ(text_of("%{L}", {.local_part = "~jack&jill=up-a_b3.c"}), "~jack%26jill%3Dup-a_b3.c");
  EXPECT_EQ(text_of("%{S}"), "strong-bad%40email.example.com");
}

TEST(SpfMacro, splits_at_any_of_several_delimiters) {
  EXPECT_EQ(text_of("%{l2r+-}", {.local_part = "foo-bar+zip+quux"}), "bar.foo");
  EXPECT_EQ(text_of("%{l+-}", {.local_part = "a-b+c.d"}), "a.b.c.d");
  EXPECT_EQ(text_of("%{lr.-+,/_=}", {.local_part = "a.b-c+d,e/f_g=h"}), "h.g.f.e.d.c.b.a");
}

TEST(SpfMacro, keeps_no_more_parts_than_there_are) {
  EXPECT_EQ(text_of("%{d127}"), "email.example.com");
  EXPECT_EQ(text_of("%{d200}"), "email.example.com");
  EXPECT_EQ(text_of("%{d99999999999999999999999999}"), "email.example.com");
}

TEST(SpfMacro, wrong_syntax_is_an_error) {
  for (const char* text : {"%", "a%", "%{", "%{d", "%{}", "%{x}", "%{d0}", "%{d00}", "%{d2x}",
                           "%{dr2}", "%{d:}", "%(d)", "%d", "%{d}%", "%{ d}", "%{d|}"})
    EXPECT_EQ(text_of(text).substr(0, 8), "syntax: ") << text;
}

TEST(SpfMacro, letters_of_explanations_are_errors_in_terms) {
  for (const char* text : {"%{c}", "%{r}", "%{t}", "%{C}.example.org"}) {
    EXPECT_EQ(domain_of(text).substr(0, 8), "syntax: ") << text;
    EXPECT_TRUE(parse_macro_string(text, MacroPlace::explanation)) << text;
  }
}

TEST(SpfMacro, blanks_are_for_explanations) {
  EXPECT_TRUE(parse_macro_string("a b", MacroPlace::explanation));
  EXPECT_FALSE(parse_macro_string("a b", MacroPlace::term));
  EXPECT_FALSE(parse_macro_string("a\tb", MacroPlace::explanation));
  EXPECT_FALSE(parse_macro_string("a\x80", MacroPlace::explanation));
}

TEST(SpfMacro, names_of_253_octets_stay_and_longer_ones_lose_a_label) {
  const std::string label(50, 'a');
  const std::string rest = label + '.' + label + '.' + label + '.' + label + ".example.org";
  const std::string longest = std::string(253 - rest.size() - 1, 'b') + '.' + rest;
  EXPECT_EQ(domain_of(longest), longest);
  EXPECT_EQ(domain_of(longest + '.'), longest) << "the root's dot does not count";
  EXPECT_EQ(domain_of('b' + longest), rest);
  std::string tail = "%{d}";
  std::string expected = "email.example.com";
  for (int i = 0; i < 13; ++i) {
    tail = "%{d}." + tail;
    expected = "email.example.com." + expected;
  }
  EXPECT_EQ(expected.size(), 251U);
  EXPECT_EQ(domain_of("%{d}." + tail), expected) << "not even \".com\" fits";
  EXPECT_EQ(domain_of("x." + tail), "x." + expected);
}

TEST(SpfMacro, names_that_no_question_can_hold_are_unusable) {
  EXPECT_EQ(domain_of("a..example.org"), "unusable");
  EXPECT_EQ(domain_of(std::string(64, 'a') + ".example.org"), "unusable");
  EXPECT_EQ(domain_of("%{h}", {.helo = ""}), "unusable");
  EXPECT_EQ(domain_of("%{h}", {.helo = std::string(300, 'a')}), "unusable");
  EXPECT_EQ(domain_of("%{H}.example", {.helo = std::string(22, '%')}), "unusable");
}

TEST(SpfMacro, a_local_part_outside_ascii_expands_to_nothing) {
  const Example sender{.local_part = "j\xC3\xBCrgen"};
  EXPECT_EQ(domain_of("%{l}.example.org", sender), "non-ASCII");
  EXPECT_EQ(domain_of("%{S}.example.org", sender), "non-ASCII");
  EXPECT_EQ(domain_of("%{o}.example.org", sender), "email.example.com.example.org");
  EXPECT_EQ(text_of("%{l}", sender), "no text");
}

TEST(SpfMacro, expansion_is_bounded) {
  std::string many;
  for (std::size_t i = 0; i <= max_expanded_macros; ++i)
    many += "%{h}";
  EXPECT_EQ(domain_of(many), "unusable");
  EXPECT_EQ(text_of(many), "no text");
  EXPECT_EQ(text_of("%{h}", {.helo = std::string(max_macro_value + 1, 'a')}), "no text");
  EXPECT_EQ(text_of("%{h}", {.helo = std::string(max_explanation, 'a')}).size(), max_explanation);
  EXPECT_EQ(text_of("%{h}.", {.helo = std::string(max_explanation, 'a')}), "no text");
}

TEST(SpfMacro, reverse_names_are_those_of_ptr_questions) {
  EXPECT_EQ(reverse_name(base::IpAddress::parse("192.0.2.3").value()).text(),
            "3.2.0.192.in-addr.arpa");
  EXPECT_EQ(reverse_name(base::IpAddress::parse("2001:db8::1").value()).text(),
            "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
}

}  // namespace
}  // namespace dmarc::spf
