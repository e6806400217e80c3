#include "dns/uts46_name.h"

#include <gtest/gtest.h>

namespace dmarc::dns {
namespace {

std::string text_of(std::string_view written) {
  const auto name = uts46_name(written);
  return name ? name->text() : "";
}

TEST(Uts46Name, symbols_are_written_in_punycode) {
  EXPECT_EQ(text_of("\xe2\x98\x83.example"), "xn--n3h.example");
  EXPECT_EQ(text_of("I\xe2\x9d\xa4\xef\xb8\x8f.ws"), "xn--i-7iq.ws") << "a variation selector goes";
  EXPECT_EQ(text_of("\xf0\x9f\x92\xa9.la"), "xn--ls8h.la");
  EXPECT_EQ(text_of("\xc2\xbc.example"), "xn--14-c6t.example") << "mapped first";
  EXPECT_EQ(text_of("\xf0\x9f\xab\xa0.example"), "xn--129h.example") << "not yet in the tables";
  EXPECT_EQ(text_of("\xd7\x90"
                    "1a.example"),
            "xn--1a-uld.example")
      << "both directions in one label";
}

TEST(Uts46Name, no_label_gets_lost) {
  EXPECT_EQ(text_of("-\xe2\x98\x83.bank.example"), "xn----1xp.bank.example");
  EXPECT_EQ(text_of("\xcc\x81"
                    "a.bank.example"),
            "xn--a-wbb.bank.example")
      << "begins with a combining accent";
  EXPECT_EQ(text_of("a\xe3\x80\x82\xe2\x98\x83\xef\xbc\x8e"
                    "b\xef\xbd\xa1"
                    "example"),
            "a.xn--n3h.b.example")
      << "wide dots";
}

TEST(Uts46Name, what_idna2008_takes_is_written_as_ever) {
  for (const std::string_view text : {"a.example",
                                      "B\xc3\xbc"
                                      "cher.example",
                                      "fa\xc3\x9f.example"})
    EXPECT_EQ(text_of(text), Name::parse(text)->text());
  EXPECT_EQ(text_of("fa\xc3\x9f.\xe2\x98\x83"), "xn--fa-hia.xn--n3h");
}

TEST(Uts46Name, refuses_what_is_no_name_at_all) {
  EXPECT_EQ(text_of(""), "");
  EXPECT_EQ(text_of("a..\xe2\x98\x83"), "");
  EXPECT_EQ(text_of("a\xe2\x80\xae.\xe2\x98\x83"), "") << "a bidirectional control";
  EXPECT_EQ(text_of("\xe2\x98.example"), "") << "not UTF-8";
  EXPECT_EQ(text_of("a\xef\xbc\x9e.\xe2\x98\x83"), "") << "mapped to an octet that no name has";
  EXPECT_EQ(text_of(std::string(3000, 'a') + "\xe2\x98\x83"), "");
}

}  // namespace
}  // namespace dmarc::dns
