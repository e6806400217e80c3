#include "milter/wire.h"

#include <gtest/gtest.h>

namespace dmarc::milter::wire {
namespace {

using namespace std::string_literals;

TEST(MilterWire, a_packet_is_length_code_and_data) {
  EXPECT_EQ(packet(Command::helo, "mx\0"s), "\0\0\0\4Hmx\0"s);
  EXPECT_EQ(packet(Command::abort), "\0\0\0\1A"s);
}

TEST(MilterWire, fields_are_in_network_order_and_texts_end_with_a_nul) {
  EXPECT_EQ(Fields().number(0x01020304).port(0x1234).octet('4').text("a").octets("b").take(),
            "\1\2\3\4\x12\x34"
            "4a\0b"s);
}

TEST(MilterWire, a_text_ends_at_a_nul_inside_it) {
  EXPECT_EQ(Fields().text("ab\0cd"s).text("e").take(), "ab\0e\0"s);
}

TEST(MilterWire, reading_past_the_end_gives_nothing) {
  FieldReader short_number("\0\0\1"s);
  EXPECT_FALSE(short_number.number());
  FieldReader open_text("abc");
  EXPECT_FALSE(open_text.text());
}

TEST(MilterWire, packets_are_cut_from_a_stream_that_comes_in_pieces) {
  const std::string stream = packet(Command::helo, "one") + packet(Command::body, "two");
  PacketBuffer buffer;
  std::string codes;
  for (const char c : stream) {
    buffer.append({&c, 1});
    const auto next = buffer.next();
    ASSERT_TRUE(next);
    if (*next) codes += (*next)->code + (*next)->data + ",";
  }
  EXPECT_EQ(codes, "Hone,Btwo,");
  EXPECT_TRUE(buffer.empty());
}

TEST(MilterWire, a_packet_of_length_zero_is_an_error) {
  PacketBuffer buffer;
  buffer.append("\0\0\0\0"s);
  ASSERT_FALSE(buffer.next());
  EXPECT_EQ(buffer.next().error(), PacketError::empty_packet);
}

TEST(MilterWire, a_length_of_four_gigabytes_is_an_error_before_anything_is_stored) {
  PacketBuffer buffer;
  buffer.append("\xff\xff\xff\xff");
  ASSERT_FALSE(buffer.next());
  EXPECT_EQ(buffer.next().error(), PacketError::too_long);
}

TEST(MilterWire, a_packet_may_be_as_long_as_the_limit_and_no_longer) {
  const auto begun = [](std::size_t length) {
    std::string octets(4, '\0');
    for (std::size_t i = 0; i < octets.size(); ++i)
      octets[i] = static_cast<char>(length >> (24 - 8 * i) & 0xff);
    PacketBuffer buffer;
    buffer.append(octets + 'B');
    return buffer.next();
  };
  ASSERT_TRUE(begun(max_packet)) << "the rest of it is waited for";
  EXPECT_FALSE(*begun(max_packet));
  ASSERT_FALSE(begun(max_packet + 1));
  EXPECT_EQ(begun(max_packet + 1).error(), PacketError::too_long);
}

TEST(MilterWire, a_negotiation_reads_back_equal) {
  const Negotiation sent{
      6,
      action::add_headers | action::quarantine,
      protocol::no_body | protocol::silent_header,
      {{Stage::connect, {"j"}}, {Stage::end_of_message, {"i", "{auth_authen}"}}}};
  const auto read = decode_negotiation(encode(sent));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->version, 6U);
  EXPECT_EQ(read->actions, sent.actions);
  EXPECT_EQ(read->protocol, sent.protocol);
  EXPECT_EQ(read->macros, sent.macros);
}

TEST(MilterWire, macro_lists_may_have_commas_and_double_blanks) {
  const auto read = decode_negotiation(Fields()
                                           .number(6)
                                           .number(1)
                                           .number(0)
                                           .number(static_cast<std::uint32_t>(Stage::mail))
                                           .text(" i,  {auth_type} ")
                                           .take());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->macros.at(Stage::mail), (std::vector<std::string>{"i", "{auth_type}"}));
}

TEST(MilterWire, a_negotiation_that_is_cut_off_is_none) {
  const std::string whole = encode({});
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_FALSE(decode_negotiation(whole.substr(0, length))) << length;
  EXPECT_FALSE(decode_negotiation(whole + "\0\0\0"s));
}

}  // namespace
}  // namespace dmarc::milter::wire
