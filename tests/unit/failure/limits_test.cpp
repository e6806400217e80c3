#include <gtest/gtest.h>

#include "failure/sender.h"

namespace dmarc::failure {
namespace {

using namespace std::chrono_literals;

constexpr Rates rates{.per_destination = 2, .in_all = 3};
const Stream stream{"f@example.org", "example.org"};

class FailureLimitsTest : public testing::Test {
 protected:
  /// 0 when it is held back.
  std::size_t admit(const Stream& which) { return limits_.admit(which, rates, now_).value_or(0); }

  Limits limits_;
  Limits::Time now_{1000h};
};

TEST_F(FailureLimitsTest, a_destination_gets_its_hour_at_once_and_then_evenly) {
  EXPECT_EQ(admit(stream), 1u);
  EXPECT_EQ(admit(stream), 1u);
  EXPECT_EQ(admit(stream), 0u);
  now_ += 29min;
  EXPECT_EQ(admit(stream), 0u);
  now_ += 1min;
  EXPECT_EQ(admit(stream), 3u) << "two were held back";
  EXPECT_EQ(admit(stream), 0u);
}

TEST_F(FailureLimitsTest, all_destinations_together_have_a_limit) {
  EXPECT_EQ(admit({"a@example.org", "example.org"}), 1u);
  EXPECT_EQ(admit({"b@example.org", "example.org"}), 1u);
  EXPECT_EQ(admit({"c@example.org", "example.org"}), 1u);
  EXPECT_EQ(admit({"d@example.org", "example.org"}), 0u);
  now_ += 1h;
  EXPECT_EQ(admit({"d@example.org", "example.org"}), 2u);
}

TEST_F(FailureLimitsTest, what_is_held_back_is_counted_for_its_domain) {
  const Stream other{stream.destination, "example.com"};
  admit(stream);
  admit(stream);
  EXPECT_EQ(admit(other), 0u);
  now_ += 2h;
  EXPECT_EQ(admit(stream), 1u);
  EXPECT_EQ(admit(other), 2u);
}

TEST_F(FailureLimitsTest, a_report_that_could_not_be_sent_counts_for_the_next) {
  EXPECT_EQ(admit(stream), 1u);
  limits_.hold_back(stream, 1, now_);
  EXPECT_EQ(admit(stream), 2u);
}

TEST_F(FailureLimitsTest, it_remembers_no_more_than_so_many) {
  for (std::size_t i = 0; i < max_streams + 100; ++i)
    admit({"f@" + std::to_string(i) + ".example", "example.org"});
  EXPECT_EQ(admit({"f@1.example", "example.org"}), 0u);
  now_ += 25h;
  EXPECT_EQ(admit({"new@example.org", "example.org"}), 1u);
  EXPECT_EQ(admit({"f@2.example", "example.org"}), 1u) << "forgotten";
}

}  // namespace
}  // namespace dmarc::failure
