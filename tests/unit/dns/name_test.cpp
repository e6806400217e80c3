#include <gtest/gtest.h>

#include <dmarc/domain_name.h>

namespace dmarc::dns {
namespace {

std::string parsed(std::string_view text) {
  const auto name = Name::parse(text);
  return name ? name->text() : "error: " + std::string(describe(name.error()));
}

Name name(std::string_view text) {
  return Name::parse(text).value();
}

TEST(Name, is_lower_case_a_labels) {
  EXPECT_EQ(parsed("Example.COM"), "example.com");
  EXPECT_EQ(parsed("B\xC3\x9C"
                   "cher.example"),
            "xn--bcher-kva.example");
  EXPECT_EQ(parsed("fa\xC3\x9F.example"), "xn--fa-hia.example")
      << "sharp s is kept, not mapped to ss";
}

TEST(Name, maps_full_width_letters_and_ideographic_full_stops) {
  EXPECT_EQ(parsed("\xEF\xBD\x85xample\xE3\x80\x82"
                   "com"),
            "example.com");
}

TEST(Name, accepts_octets_that_stand_in_real_names) {
  EXPECT_EQ(parsed("under_score.example"), "under_score.example");
  EXPECT_FALSE(name("o'brien.example").is_hostname());
  EXPECT_TRUE(name("under_score.example").is_hostname());
}

TEST(Name, refuses_what_cannot_be_asked) {
  EXPECT_EQ(parsed(""), "error: empty name");
  EXPECT_EQ(parsed("a..b"), "error: empty label");
  EXPECT_EQ(parsed("example.com."), "error: empty label");
  EXPECT_EQ(parsed(".example.com"), "error: empty label");
  EXPECT_EQ(parsed(std::string(64, 'a') + ".com"), "error: label longer than 63 octets");
  EXPECT_EQ(parsed(std::string(63, 'a') + ".com"), std::string(63, 'a') + ".com");
  std::string longest;
  for (int i = 0; i < 126; ++i)
    longest += "a.";
  EXPECT_EQ(parsed(longest + "b").size(), Name::max_text);
  EXPECT_EQ(parsed(longest + "bb"), "error: name longer than 253 octets");
  EXPECT_EQ(parsed("exa mple.com"), "error: octet that no domain name may hold");
  EXPECT_EQ(parsed("example.com(x"), "error: octet that no domain name may hold");
  EXPECT_EQ(parsed(std::string("a\0b.com", 7)), "error: octet that no domain name may hold");
  EXPECT_EQ(parsed("ex\xE4mple.com"), "error: not UTF-8");
  EXPECT_EQ(parsed("moc.\xE2\x80\xAE"
                   "elpmaxe"),
            "error: not a valid internationalised name");
}

TEST(Name, from_octets_takes_any_octet_and_one_trailing_dot) {
  EXPECT_EQ(Name::from_octets("A b(.Example.org.")->text(), "a b(.example.org");
  EXPECT_EQ(Name::from_octets("example.org..").error(), NameError::empty_label);
}

TEST(Name, counts_and_cuts_labels) {
  EXPECT_EQ(name("a.b.c").label_count(), 3U);
  EXPECT_EQ(name("a.b.c").parent()->text(), "b.c");
  EXPECT_FALSE(name("com").parent());
  EXPECT_EQ(name("a.b.c.d").rightmost(2).text(), "c.d");
  EXPECT_EQ(name("a.b").rightmost(2).text(), "a.b");
  EXPECT_EQ(name("a.b").rightmost(7).text(), "a.b");
}

TEST(Name, ancestors_are_compared_by_whole_labels) {
  EXPECT_TRUE(name("mail.example.com").is_at_or_below(name("example.com")));
  EXPECT_TRUE(name("example.com").is_at_or_below(name("example.com")));
  EXPECT_FALSE(name("notexample.com").is_at_or_below(name("example.com")));
  EXPECT_FALSE(name("example.com").is_at_or_below(name("mail.example.com")));
}

TEST(Name, prefix_fails_when_the_name_becomes_too_long) {
  EXPECT_EQ(name("example.com").with_prefix("_dmarc")->text(), "_dmarc.example.com");
  std::string longest;
  for (int i = 0; i < 126; ++i)
    longest += "a.";
  EXPECT_FALSE(name(longest + "b").with_prefix("_dmarc"));
}

}  // namespace
}  // namespace dmarc::dns
