#include "daemon/restart.h"

#include <gtest/gtest.h>

namespace dmarc::daemon {
namespace {

using std::chrono::seconds;

const std::chrono::steady_clock::time_point start{};

TEST(RestartBudget, without_limits_there_is_none) {
  RestartBudget budget({});
  for (int i = 0; i < 1000; ++i)
    EXPECT_FALSE(budget.take(start));
}

TEST(RestartBudget, the_count_is_for_all_times) {
  RestartBudget budget({.count = 2, .rate = {}});
  EXPECT_FALSE(budget.take(start));
  EXPECT_FALSE(budget.take(start + seconds(100'000)));
  EXPECT_EQ(budget.take(start + seconds(200'000)), log::Id::restart_count);
}

TEST(RestartBudget, the_rate_looks_back_over_its_period) {
  RestartBudget budget({.count = 0, .rate = config::RestartLimits::Rate{2, seconds(60)}});
  EXPECT_FALSE(budget.take(start));
  EXPECT_FALSE(budget.take(start + seconds(30)));
  EXPECT_EQ(budget.take(start + seconds(59)), log::Id::restart_rate);
  EXPECT_FALSE(budget.take(start + seconds(60)));
  EXPECT_EQ(budget.take(start + seconds(61)), log::Id::restart_rate);
  EXPECT_FALSE(budget.take(start + seconds(90)));
}

TEST(RestartBudget, a_rate_of_none_allows_none) {
  RestartBudget budget({.count = 0, .rate = config::RestartLimits::Rate{0, seconds(60)}});
  EXPECT_EQ(budget.take(start), log::Id::restart_rate);
}

}  // namespace
}  // namespace dmarc::daemon
