#include "metrics/counters.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace dmarc::metrics {
namespace {

TEST(Counters, rows_of_a_name_stand_together_and_no_row_is_there_twice) {
  std::set<std::string_view> names;
  std::set<std::string> series;
  std::string_view last;
  for (const Description& row : descriptions) {
    if (row.name != last) {
      EXPECT_TRUE(names.insert(row.name).second) << row.name;
    }
    last = row.name;
    const std::string text = std::string(row.name) + '{' + std::string(row.labels) + '}';
    EXPECT_TRUE(series.insert(text).second) << text;
    EXPECT_FALSE(row.help.empty());
  }
}

TEST(Counters, the_summary_has_a_line_for_each_name_and_leaves_out_what_is_0) {
  count(Id::messages_fail_reject, 3);
  count(Id::messages_pass_accept);
  count(Id::messages_pass_accept);
  count(Id::connections);
  EXPECT_EQ(value(Id::messages_pass_accept), 2U);
  const std::vector<std::string> lines = summary();
  const auto has = [&](std::string_view line) { return std::ranges::count(lines, line) == 1; };
  EXPECT_TRUE(has("messages_total: 2 result=pass,action=accept; 3 result=fail,action=reject"));
  EXPECT_TRUE(has("connections_total: 1"));
  EXPECT_TRUE(has("config_reloads_total: 0"));
}

}  // namespace
}  // namespace dmarc::metrics
