#include "milter/macro_table.h"

#include <gtest/gtest.h>

namespace dmarc::milter {
namespace {

using namespace std::string_literals;

TEST(MacroTable, finds_names_with_and_without_braces) {
  MacroTable macros;
  macros.define("Mi\0Q1\0{mail_addr}\0a@b.example\0"s);
  EXPECT_EQ(macros.find("i"), "Q1");
  EXPECT_EQ(macros.find("mail_addr"), "a@b.example");
  EXPECT_EQ(macros.find("mail"), std::nullopt);
}

TEST(MacroTable, an_empty_value_is_a_value) {
  MacroTable macros;
  macros.define("M{mail_addr}\0\0"s);
  EXPECT_EQ(macros.find("mail_addr"), "");
}

TEST(MacroTable, the_latest_stage_counts) {
  MacroTable macros;
  macros.define("Ci\0connect\0"s);
  macros.define("Ei\0end\0"s);
  macros.define("Ni\0header\0"s);
  EXPECT_EQ(macros.find("i"), "end") << "the end of the message follows that of the header";
}

TEST(MacroTable, a_stage_is_replaced_as_a_whole) {
  MacroTable macros;
  macros.define("Mi\0Q1\0{auth_authen}\0user\0"s);
  macros.define("Mi\0Q2\0"s);
  EXPECT_EQ(macros.find("i"), "Q2");
  EXPECT_EQ(macros.find("auth_authen"), std::nullopt);
}

TEST(MacroTable, a_stage_that_begins_forgets_the_later_ones) {
  MacroTable macros;
  macros.define("Cj\0mx\0"s);
  macros.define("Mi\0Q1\0"s);
  macros.define("R{rcpt_addr}\0x\0"s);
  macros.begin(wire::Stage::mail);
  EXPECT_EQ(macros.find("rcpt_addr"), std::nullopt);
  EXPECT_EQ(macros.find("i"), "Q1");
  macros.end_message();
  EXPECT_EQ(macros.find("i"), std::nullopt);
  EXPECT_EQ(macros.find("j"), "mx");
  macros.clear();
  EXPECT_EQ(macros.find("j"), std::nullopt);
}

TEST(MacroTable, what_is_cut_off_counts_as_far_as_it_goes) {
  MacroTable macros;
  macros.define("");
  macros.define("M");
  macros.define("Mi\0Q1\0j\0no end"s);
  EXPECT_EQ(macros.find("i"), "Q1");
  EXPECT_EQ(macros.find("j"), std::nullopt);
  macros.define("Qi\0Q2\0"s);
  EXPECT_EQ(macros.find("i"), "Q1") << "QUIT has no macros";
}

}  // namespace
}  // namespace dmarc::milter
