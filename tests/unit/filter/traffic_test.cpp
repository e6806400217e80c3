#include "filter/traffic.h"

#include <gtest/gtest.h>

#include <deque>

#include "support/log_capture.h"

namespace dmarc::filter {
namespace {

TEST(Traffic, counts_connections_and_messages) {
  test::LogCapture log;
  Traffic traffic(0, log);
  {
    auto ticket = traffic.admit();
    ASSERT_TRUE(ticket);
    EXPECT_EQ(traffic.connections(), 1U);
    ticket->begin_message();
    ticket->begin_message();
    EXPECT_EQ(traffic.messages(), 1U);
    ticket->settle();
    EXPECT_EQ(traffic.messages(), 0U);
    ticket->begin_message();
  }
  EXPECT_EQ(traffic.connections(), 0U);
  EXPECT_EQ(traffic.messages(), 0U);
}

TEST(Traffic, a_moved_ticket_counts_once) {
  test::LogCapture log;
  Traffic traffic(0, log);
  auto first = traffic.admit();
  first->begin_message();
  const Traffic::Ticket second(*std::move(first));
  first.reset();
  EXPECT_EQ(traffic.connections(), 1U);
  EXPECT_EQ(traffic.messages(), 1U);
}

TEST(Traffic, refuses_past_the_limit_and_says_so_once_per_burst) {
  test::LogCapture log;
  Traffic traffic(10, log);
  std::deque<Traffic::Ticket> tickets;
  for (int i = 0; i < 10; ++i)
    tickets.push_back(*traffic.admit());
  for (int i = 0; i < 5; ++i)
    EXPECT_FALSE(traffic.admit());
  EXPECT_EQ(log.count(log::Id::too_many_sessions), 1U);

  tickets.pop_back();
  tickets.push_back(*traffic.admit());
  EXPECT_FALSE(traffic.admit());
  EXPECT_EQ(log.count(log::Id::too_many_sessions), 1U) << "hovering at the limit is one burst";

  for (int i = 0; i < 5; ++i)
    tickets.pop_front();
  for (int i = 0; i < 5; ++i)
    tickets.push_back(*traffic.admit());
  EXPECT_FALSE(traffic.admit());
  EXPECT_EQ(log.count(log::Id::too_many_sessions), 2U);
}

}  // namespace
}  // namespace dmarc::filter
