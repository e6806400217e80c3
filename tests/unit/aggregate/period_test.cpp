#include "aggregate/period.h"

#include <gtest/gtest.h>

namespace dmarc::aggregate {
namespace {

TEST(UtcDayTest, a_day_holds_its_first_second_and_not_the_next_days) {
  const aggregate::Period day = parse_utc_day("2026-11-23").value();
  EXPECT_EQ(day.begin, 1'795'392'000);
  EXPECT_EQ(day.end, day.begin + 86'400);
  EXPECT_EQ(utc_day(day.begin).begin, day.begin);
  EXPECT_EQ(utc_day(day.end - 1).begin, day.begin);
  EXPECT_EQ(utc_day(day.end).begin, day.end);
  EXPECT_EQ(day_text(day), "2026-11-23");
  EXPECT_EQ(time_text(day.begin + 3661), "2026-11-23 01:01:01 UTC");
}

TEST(UtcDayTest, only_days_of_the_calendar_in_the_one_form) {
  EXPECT_TRUE(parse_utc_day("2028-02-29"));
  for (const char* text : {"2026-02-29", "2026-13-01", "2026-00-10", "2026-1-01", "20261123",
                           "2026-11-23 ", "2026/11/23", "", "yesterday"})
    EXPECT_FALSE(parse_utc_day(text)) << text;
}

}  // namespace
}  // namespace dmarc::aggregate
