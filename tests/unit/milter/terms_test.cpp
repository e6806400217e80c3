#include "milter/terms.h"

#include <gtest/gtest.h>

namespace dmarc::milter {
namespace {

// The protocol's bits, as they stand in a packet.
constexpr std::uint32_t add_header = 0x01, add_recipient = 0x04, change_header = 0x10,
                        quarantine = 0x20, name_macros = 0x100, every_action = 0x1ff;
constexpr std::uint32_t no_recipients = 0x08, no_body = 0x10, silent_header = 0x80,
                        no_unknown = 0x100, no_data = 0x200, silent_helo = 0x2000,
                        silent_recipient = 0x8000, silent_end_of_header = 0x40000,
                        every_step = 0x1fffff;

TEST(Terms, asks_for_nothing_but_what_is_used) {
  const auto terms = terms_for(every_action, every_step, {});
  ASSERT_TRUE(terms);
  EXPECT_EQ(terms->actions, add_header | add_recipient | change_header | quarantine | name_macros);
  EXPECT_EQ(terms->steps, no_recipients | no_body | no_unknown | no_data | silent_helo |
                              silent_recipient | silent_header | silent_end_of_header);
}

TEST(Terms, over_tcp_the_data_command_is_answered) {
  const auto local = terms_for(every_action, every_step, {});
  const auto tcp =
      terms_for(every_action, every_step, {.slow_acknowledgements = true, .recipients = false});
  ASSERT_TRUE(local && tcp);
  EXPECT_EQ(tcp->steps, local->steps & ~no_data);
}

TEST(Terms, hears_of_recipients_when_they_matter) {
  const auto terms = terms_for(every_action, every_step, {});
  const auto with_recipients =
      terms_for(every_action, every_step, {.slow_acknowledgements = false, .recipients = true});
  ASSERT_TRUE(terms && with_recipients);
  EXPECT_EQ(with_recipients->steps, terms->steps & ~no_recipients);
}

TEST(Terms, wants_no_step_that_is_not_offered) {
  const auto terms = terms_for(every_action, no_body, {});
  ASSERT_TRUE(terms);
  EXPECT_EQ(terms->steps, no_body);
}

TEST(Terms, does_without_the_removal_of_fields) {
  const auto terms = terms_for(add_header | quarantine, every_step, {});
  ASSERT_TRUE(terms);
  EXPECT_EQ(terms->actions, add_header | quarantine);
}

TEST(Terms, fails_without_a_required_action) {
  EXPECT_FALSE(terms_for(every_action & ~add_header, every_step, {}));
  EXPECT_FALSE(terms_for(every_action & ~quarantine, every_step, {}));
  EXPECT_EQ(hexadecimal(required_actions()), "21");
}

}  // namespace
}  // namespace dmarc::milter
