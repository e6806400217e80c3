#include "resolver/server_pool.h"

#include <gtest/gtest.h>

namespace dmarc::resolver {
namespace {

using Order = std::vector<std::size_t>;
const ServerPool::Time start{std::chrono::seconds(1000)};

TEST(ServerPool, keeps_the_configured_order) {
  ServerPool pool(3);
  EXPECT_EQ(pool.order(start), (Order{0, 1, 2}));
}

TEST(ServerPool, puts_a_server_last_that_cannot_be_reached) {
  ServerPool pool(3);
  pool.unreachable(0, start);
  EXPECT_EQ(pool.order(start), (Order{1, 2, 0}));
}

TEST(ServerPool, puts_a_server_last_that_is_silent_several_times_in_a_row) {
  ServerPool pool(2);
  for (unsigned i = 1; i < ServerPool::silences_allowed; ++i)
    pool.silent(0, start);
  EXPECT_EQ(pool.order(start), (Order{0, 1}));
  pool.answered(0);
  pool.silent(0, start);
  EXPECT_EQ(pool.order(start), (Order{0, 1})) << "an answer in between";
  for (unsigned i = 1; i < ServerPool::silences_allowed; ++i)
    pool.silent(0, start);
  EXPECT_EQ(pool.order(start), (Order{1, 0}));
}

TEST(ServerPool, one_question_tries_again_after_the_pause) {
  ServerPool pool(2);
  pool.unreachable(0, start);
  const auto later = start + ServerPool::pause;
  EXPECT_EQ(pool.order(later), (Order{0, 1})) << "the one that tries";
  EXPECT_EQ(pool.order(later), (Order{1, 0})) << "the others";
  pool.answered(0);
  EXPECT_EQ(pool.order(later), (Order{0, 1}));
}

TEST(ServerPool, all_servers_in_trouble_are_still_asked) {
  ServerPool pool(2);
  pool.unreachable(0, start);
  pool.unreachable(1, start);
  EXPECT_EQ(pool.order(start), (Order{0, 1}));
}

}  // namespace
}  // namespace dmarc::resolver
