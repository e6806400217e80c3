#include "milter/packets.h"

#include <gtest/gtest.h>

#include "milter/wire.h"

namespace dmarc::milter {
namespace {

using namespace std::string_literals;
using wire::Fields;

std::string client(char family, std::string_view address) {
  return Fields().text("mail.example").octet(family).port(25).text(address).take();
}

TEST(EventData, a_client_has_a_host_and_an_address) {
  const std::string data = client('4', "192.0.2.1");
  const auto read = read_client(data);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->host, "mail.example");
  EXPECT_EQ(read->address, base::IpAddress::parse("192.0.2.1"));
}

TEST(EventData, ipv6_comes_with_and_without_a_tag) {
  const auto expected = base::IpAddress::parse("2001:db8::1");
  EXPECT_EQ(read_client(client('6', "2001:db8::1"))->address, expected);
  EXPECT_EQ(read_client(client('6', "IPv6:2001:db8::1"))->address, expected);
}

TEST(EventData, a_local_or_unknown_client_has_no_address) {
  EXPECT_FALSE(read_client(client('L', "/run/socket"))->address);
  EXPECT_FALSE(read_client("mail\0U"s)->address);
}

TEST(EventData, an_address_that_can_not_be_read_is_not_the_same_as_none) {
  EXPECT_FALSE(read_client(client('4', "2001:db8::1")));
  EXPECT_FALSE(read_client(client('6', "192.0.2.1")));
  EXPECT_FALSE(read_client(client('4', "host")));
  EXPECT_FALSE(read_client(client('9', "192.0.2.1")));
}

TEST(EventData, whatever_is_cut_off_is_nothing) {
  const std::string whole = client('4', "192.0.2.1");
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(read_client(whole.substr(0, size))) << size;
  EXPECT_FALSE(read_field("Subject"));
  EXPECT_FALSE(read_field("Subject\0value"s));
  EXPECT_FALSE(read_first_text("mx.example"));
}

TEST(EventData, a_field_may_be_empty) {
  const std::string data = "Subject\0\0"s;
  const auto field = read_field(data);
  ASSERT_TRUE(field);
  EXPECT_EQ(field->name, "Subject");
  EXPECT_EQ(field->value, "");
}

TEST(EventData, parameters_behind_a_path_are_left_out) {
  EXPECT_EQ(read_first_text("<a@b.example>\0SIZE=10\0"s), "<a@b.example>");
}

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

TEST(MacroTable, an_event_that_comes_again_without_macros_has_none) {
  MacroTable macros;
  macros.define("Cj\0mx\0"s);
  macros.begin(wire::Stage::connect);
  macros.define("M{auth_authen}\0user\0"s);
  macros.begin(wire::Stage::mail);
  EXPECT_EQ(macros.find("auth_authen"), "user");
  macros.begin(wire::Stage::mail);
  EXPECT_EQ(macros.find("auth_authen"), std::nullopt);
  EXPECT_EQ(macros.find("j"), "mx");
  macros.begin(wire::Stage::connect);
  EXPECT_EQ(macros.find("j"), std::nullopt);
}

TEST(MacroTable, a_stage_that_is_sent_again_is_new) {
  MacroTable macros;
  macros.define("Mi\0Q1\0"s);
  macros.begin(wire::Stage::mail);
  macros.define("Mi\0Q2\0"s);
  macros.begin(wire::Stage::mail);
  EXPECT_EQ(macros.find("i"), "Q2");
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
