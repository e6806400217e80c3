#include "dkim/canonical_header.h"

#include <gtest/gtest.h>

namespace dmarc::dkim {
namespace {

std::string canonical(std::string_view name, std::string_view value, CanonicalForm form,
                      LeadingBlanks blanks = LeadingBlanks::kept) {
  std::string text;
  append_field(text, {name, value}, form, blanks);
  return text;
}

std::string relaxed(std::string_view name, std::string_view value) {
  return canonical(name, value, CanonicalForm::relaxed);
}

std::string simple(std::string_view name, std::string_view value) {
  return canonical(name, value, CanonicalForm::simple);
}

// RFC 6376 section 3.4.5 "Canonicalization Examples (INFORMATIVE)".
TEST(DkimCanonicalHeader, the_examples_of_the_rfc) {
  EXPECT_EQ(relaxed("A", " X"), "a:X");
  EXPECT_EQ(relaxed("B ", " Y\t\r\n\tZ  "), "b:Y Z");
  EXPECT_EQ(simple("A", " X"), "A: X");
  EXPECT_EQ(simple("B ", " Y\t\r\n\tZ  "), "B : Y\t\r\n\tZ  ");
}

TEST(DkimCanonicalHeader, line_ends_of_an_mta_are_folds) {
  EXPECT_EQ(simple("A", " x\n y\r\n z"), "A: x\r\n y\r\n z");
  EXPECT_EQ(simple("A", "\n x"), "A:\r\n x");
  EXPECT_EQ(relaxed("A", "\n x\n\ty"), "a:x y");
  EXPECT_EQ(relaxed("A", "x\r\n y"), "a:x y");
}

TEST(DkimCanonicalHeader, other_octets_stand_for_themselves) {
  EXPECT_EQ(relaxed("A", "x\ry"), "a:x\ry");
  EXPECT_EQ(relaxed("A", "x\r"), "a:x\r");
  EXPECT_EQ(relaxed("A", "x\v \f"), "a:x\v \f");
  EXPECT_EQ(relaxed("A", "\xc3\xbc \xfc"), "a:\xc3\xbc \xfc");
  EXPECT_EQ(relaxed("A", " : x"), "a:: x");
  EXPECT_EQ(simple("A", "x\ry"), "A:x\ry");
}

TEST(DkimCanonicalHeader, values_of_nothing) {
  EXPECT_EQ(relaxed("A", ""), "a:");
  EXPECT_EQ(relaxed("A", " \t"), "a:");
  EXPECT_EQ(simple("A", ""), "A:");
  EXPECT_EQ(simple("A", " "), "A: ");
}

TEST(DkimCanonicalHeader, a_blank_is_put_back_where_the_mta_took_it) {
  EXPECT_EQ(canonical("A", "x", CanonicalForm::simple, LeadingBlanks::lost), "A: x");
  EXPECT_EQ(canonical("A", "x", CanonicalForm::relaxed, LeadingBlanks::lost), "a:x");
}

// Section 3.7 "Computing the Message Hashes".
TEST(DkimCanonicalHeader, the_signature_is_left_out) {
  const std::string_view value = " a=1; b= x\r\n y ; c=2";
  const std::size_t begin = value.find(" x");
  const std::size_t end = value.find("; c");
  std::string text;
  append_signature_field(text, {"S", value}, begin, end, CanonicalForm::simple,
                         LeadingBlanks::kept);
  EXPECT_EQ(text, "S: a=1; b=; c=2");
  text.clear();
  append_signature_field(text, {"S", value}, begin, end, CanonicalForm::relaxed,
                         LeadingBlanks::kept);
  EXPECT_EQ(text, "s:a=1; b=; c=2");
}

}  // namespace
}  // namespace dmarc::dkim
