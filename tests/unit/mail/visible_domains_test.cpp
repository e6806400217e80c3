#include "mail/visible_domains.h"

#include <gtest/gtest.h>

namespace dmarc::mail {
namespace {

/// The names that are found, in order, with blanks between them.
std::string seen(std::string_view value) {
  std::string text;
  for (const dns::Name& name : find_visible_domains(value, 20).names)
    text += (text.empty() ? "" : " ") + name.text();
  return text;
}

// The examples of the header, in its order.
TEST(VisibleDomains, are_those_that_the_header_says) {
  EXPECT_EQ(seen("<x@a.example> <jo@b.example>"), "a.example b.example");
  EXPECT_EQ(seen("<x@a.example>jo@b.example"), "a.example b.example");
  EXPECT_EQ(seen("x@a.example@b.example"), "a.example b.example");
  EXPECT_EQ(seen("<@a.example:jo@b.example>"), "a.example b.example");
  EXPECT_EQ(seen("<jo@b.exa mple>"), "b.exa b.example");
  EXPECT_EQ(seen("<jo@b.exa(x)mple>"), "b.exa b.example");
  EXPECT_EQ(seen("jo@\"b.example\""), "b.example");
  EXPECT_EQ(seen("<jo@b.example\x01.c.example>"), "b.example c.example b.example.c.example");
  EXPECT_EQ(seen("'jo@b.example'"), "b.example");
  EXPECT_EQ(seen("<jo@b..example.>"), "b.example");
  EXPECT_EQ(seen("=?utf-8?q?jo=40b.example?= <x@a.example>"), "b.example a.example");
  EXPECT_EQ(seen("<jo\xef\xbc\xa0"
                 "b.example>"),
            "b.example");
  EXPECT_EQ(seen("<jo@m\xfcller.example>"), "xn--mller-kva.example mller.example m ller.example");
  EXPECT_EQ(seen("<\xe2\x80\xae"
                 "elpmaxe.b@oj>"),
            "oj b.example");
  EXPECT_EQ(seen("<jo@[192.0.2.1]>"), "");
  EXPECT_EQ(seen("Jo"), "");
}

// What follows an address outside of brackets is a name, and so is what a comment holds.
TEST(VisibleDomains, no_name_is_glued_or_taken_from_a_comment) {
  EXPECT_EQ(seen("a@example.com (c) name"), "example.com");
  EXPECT_EQ(seen("a@example.com Jo Doe"), "example.com");
  EXPECT_EQ(seen("a@example.com\n (c)\n name"), "example.com");
  EXPECT_EQ(seen("jeff@ (comment)"), "");
  EXPECT_EQ(seen("a@example.com (see www.b.example) Jo"), "example.com");
  EXPECT_EQ(seen("a@ example . com Jo"), "example example.com");
  // But an address that only a comment completes may be shown with it.
  EXPECT_EQ(seen("jeff@ (b.example)"), "b.example");
  EXPECT_EQ(seen("jeff@(b.example"), "b.example");
}

// IDNA2008 refuses symbols, but there are names that have them.
TEST(VisibleDomains, a_label_that_idna2008_refuses_is_written_by_uts_46_and_punycode) {
  EXPECT_EQ(seen("<a@\xe2\x98\x83.example>"), "xn--n3h.example");
  EXPECT_EQ(seen("<a@\xe2\x98\x83.bank.example>"), "xn--n3h.bank.example");
  EXPECT_EQ(seen("<a@B.\xe2\x98\x83>"), "b.xn--n3h");
  EXPECT_EQ(seen("a@\xe2\x98\x83\xe3\x80\x82m\xc3\xbcller.example, b"),
            "xn--n3h.xn--mller-kva.example");
}

TEST(VisibleDomains, a_name_too_long_for_the_dns_is_cut_from_its_left) {
  EXPECT_EQ(seen("<jo@" + std::string(64, 'a') + ".b.example>"), "b.example");
}

}  // namespace
}  // namespace dmarc::mail
