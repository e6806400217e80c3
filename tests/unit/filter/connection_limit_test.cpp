#include "filter/connection_limit.h"

#include <gtest/gtest.h>

#include <deque>

#include "support/log_capture.h"

namespace dmarc::filter {
namespace {

TEST(ConnectionLimit, counts_connections_and_messages) {
  test::LogCapture log;
  ConnectionLimit limit(0, log);
  {
    auto admission = limit.admit();
    ASSERT_TRUE(admission);
    EXPECT_EQ(limit.connections(), 1U);
    admission->begin_message();
    admission->begin_message();
    EXPECT_EQ(limit.messages(), 1U);
    admission->settle();
    EXPECT_EQ(limit.messages(), 0U);
    admission->begin_message();
  }
  EXPECT_EQ(limit.connections(), 0U);
  EXPECT_EQ(limit.messages(), 0U);
}

TEST(ConnectionLimit, a_moved_admission_counts_once) {
  test::LogCapture log;
  ConnectionLimit limit(0, log);
  auto first = limit.admit();
  first->begin_message();
  const ConnectionLimit::Admission second(*std::move(first));
  first.reset();
  EXPECT_EQ(limit.connections(), 1U);
  EXPECT_EQ(limit.messages(), 1U);
}

TEST(ConnectionLimit, refuses_past_the_limit_and_says_so_once_per_burst) {
  test::LogCapture log;
  ConnectionLimit limit(10, log);
  std::deque<ConnectionLimit::Admission> admissions;
  for (int i = 0; i < 10; ++i)
    admissions.push_back(*limit.admit());
  for (int i = 0; i < 5; ++i)
    EXPECT_FALSE(limit.admit());
  EXPECT_EQ(log.count(log::Id::too_many_sessions), 1U);

  admissions.pop_back();
  admissions.push_back(*limit.admit());
  EXPECT_FALSE(limit.admit());
  EXPECT_EQ(log.count(log::Id::too_many_sessions), 1U) << "hovering at the limit is one burst";

  for (int i = 0; i < 5; ++i)
    admissions.pop_front();
  for (int i = 0; i < 5; ++i)
    admissions.push_back(*limit.admit());
  EXPECT_FALSE(limit.admit());
  EXPECT_EQ(log.count(log::Id::too_many_sessions), 2U);
}

}  // namespace
}  // namespace dmarc::filter
