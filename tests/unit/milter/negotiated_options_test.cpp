#include "milter/negotiated_options.h"

#include <gtest/gtest.h>

#include <memory>

#include "filter/environment.h"

namespace dmarc::milter {
namespace {

// The protocol's bits, as they stand in a packet.
constexpr std::uint32_t add_header = 0x01, add_recipient = 0x04, change_header = 0x10,
                        quarantine = 0x20, name_macros = 0x100, every_action = 0x1ff;
constexpr std::uint32_t no_recipients = 0x08, no_body = 0x10, silent_header = 0x80,
                        no_unknown = 0x100, no_data = 0x200, skip = 0x400, silent_helo = 0x2000,
                        silent_recipient = 0x8000, silent_end_of_header = 0x40000,
                        leading_blanks = 0x100000, every_step = 0x1fffff;

TEST(NegotiatedOptions, asks_for_nothing_but_what_is_used) {
  const auto negotiated = negotiate_options(every_action, every_step, {});
  ASSERT_TRUE(negotiated);
  EXPECT_EQ(negotiated->actions,
            add_header | add_recipient | change_header | quarantine | name_macros);
  EXPECT_EQ(negotiated->steps, no_recipients | no_body | no_unknown | no_data | silent_helo |
                                   silent_recipient | silent_header | silent_end_of_header |
                                   leading_blanks);
  EXPECT_TRUE(negotiated->transfer().leading_blanks);
}

TEST(NegotiatedOptions, knows_when_an_mta_takes_blanks_away) {
  const auto negotiated = negotiate_options(every_action, every_step & ~leading_blanks, {});
  ASSERT_TRUE(negotiated);
  EXPECT_FALSE(negotiated->transfer().leading_blanks);
}

TEST(NegotiatedOptions, over_tcp_the_data_command_is_answered) {
  const auto local = negotiate_options(every_action, every_step, {});
  const auto tcp = negotiate_options(every_action, every_step,
                                     {.slow_acknowledgements = true, .recipients = false});
  ASSERT_TRUE(local && tcp);
  EXPECT_EQ(tcp->steps, local->steps & ~no_data);
}

TEST(NegotiatedOptions, hears_of_recipients_when_they_matter) {
  const auto negotiated = negotiate_options(every_action, every_step, {});
  const auto with_recipients = negotiate_options(
      every_action, every_step, {.slow_acknowledgements = false, .recipients = true});
  ASSERT_TRUE(negotiated && with_recipients);
  EXPECT_EQ(with_recipients->steps, negotiated->steps & ~no_recipients);
}

TEST(NegotiatedOptions, asks_for_bodies_and_the_right_to_skip_them_when_they_matter) {
  const Situation situation{.bodies = true};
  const auto without = negotiate_options(every_action, every_step, {});
  const auto negotiated = negotiate_options(every_action, every_step, situation);
  ASSERT_TRUE(without && negotiated);
  EXPECT_EQ(negotiated->steps, (without->steps & ~no_body) | skip);
  EXPECT_TRUE(negotiated->can_skip());
  EXPECT_FALSE(negotiate_options(every_action, every_step & ~skip, situation)->can_skip());
}

TEST(NegotiatedOptions, covers_settings_that_want_no_more_than_was_asked_for) {
  policy::Settings settings;
  settings.dkim_self_validate = policy::SelfValidate::never;
  settings.dkim_ignore_results = true;
  filter::Environment plain, verifying;
  plain.settings = std::make_shared<const policy::Settings>(settings);
  settings.dkim_self_validate = policy::SelfValidate::automatic;
  verifying.settings = std::make_shared<const policy::Settings>(settings);
  const auto narrow = negotiate_options(every_action, every_step, situation_of(plain, false));
  const auto wide = negotiate_options(every_action, every_step, situation_of(verifying, false));
  const auto old_mta = negotiate_options(every_action, 0, situation_of(plain, false));
  ASSERT_TRUE(narrow && wide && old_mta);
  EXPECT_TRUE(narrow->cover(plain));
  EXPECT_FALSE(narrow->cover(verifying));
  EXPECT_TRUE(wide->cover(plain));
  EXPECT_TRUE(wide->cover(verifying));
  EXPECT_TRUE(old_mta->cover(verifying)) << "an old MTA sends everything";
}

TEST(NegotiatedOptions, wants_no_step_that_is_not_offered) {
  const auto negotiated = negotiate_options(every_action, no_body, {});
  ASSERT_TRUE(negotiated);
  EXPECT_EQ(negotiated->steps, no_body);
}

TEST(NegotiatedOptions, does_without_the_removal_of_fields) {
  const auto negotiated = negotiate_options(add_header | quarantine, every_step, {});
  ASSERT_TRUE(negotiated);
  EXPECT_EQ(negotiated->actions, add_header | quarantine);
}

TEST(NegotiatedOptions, fails_without_a_required_action) {
  EXPECT_FALSE(negotiate_options(every_action & ~add_header, every_step, {}));
  EXPECT_FALSE(negotiate_options(every_action & ~quarantine, every_step, {}));
  EXPECT_EQ(hexadecimal(required_actions()), "21");
}

}  // namespace
}  // namespace dmarc::milter
