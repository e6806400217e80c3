#include "resolver/shares.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace dmarc::resolver {
namespace {

TEST(Shares, a_hundred_who_ask_much_do_not_make_one_wait_who_asks_little) {
  Shares shares({.in_all = 102, .each = 32});
  Shares::Number number = 0;
  for (Shares::AskerId attacker = 1; attacker <= 100; ++attacker)
    for (int i = 0; i < 60; ++i) {
      shares.add(attacker, ++number);
      while (shares.next())
        ;
    }
  EXPECT_EQ(shares.under_way(), 102U);
  shares.add(1000, ++number);
  const auto turn = shares.next();
  ASSERT_TRUE(turn);
  EXPECT_EQ(turn->number, number);
  EXPECT_TRUE(turn->suspended);
  EXPECT_FALSE(shares.next());
}

TEST(Shares, at_equal_shares_the_longest_wait_is_over_first) {
  Shares shares({.in_all = 1, .each = 32});
  shares.add(1, 11);
  EXPECT_EQ(shares.next()->number, 11U);
  shares.add(2, 21);
  shares.add(3, 31);
  shares.add(1, 12);
  EXPECT_FALSE(shares.next());
  std::vector<Shares::Number> order;
  for (Shares::Number done = 11; shares.waiting() > 0; done = order.back()) {
    shares.remove(done);
    order.push_back(shares.next()->number);
  }
  EXPECT_EQ(order, (std::vector<Shares::Number>{21, 31, 12}));
}

/// Random changes; after each, nobody has more than its share, no place is free while somebody may
/// use it, and nobody waits while another has two more.
TEST(Shares, random_changes_leave_the_places_divided) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  constexpr Shares::Limits limits{.in_all = 7, .each = 4};
  Shares shares(limits);
  std::map<Shares::Number, bool> known;  // waiting
  Shares::Number last = 0;
  const auto any = [&] {
    auto it = known.begin();
    std::advance(it, random() % known.size());
    return it->first;
  };
  for (int i = 0; i < 3'000; ++i) {
    const auto asker = 1 + random() % 6;
    // About thirty questions, several times the places.
    switch (known.size() < 20 + random() % 20 ? 0 : 1 + random() % 4) {
      case 0:
        shares.add(asker, ++last);
        known[last];
        break;
      case 1:
        shares.share(any(), asker);
        break;
      case 2:
        shares.give(any(), asker);
        break;
      default:
        const auto gone = any();
        shares.remove(gone);
        known.erase(gone);
    }
    while (shares.next())
      ;
    std::map<Shares::AskerId, std::size_t> under_way, waiting;
    for (const auto& [number, unused] : known)
      ++(shares.is_waiting(number) ? waiting : under_way)[shares.owner(number)];
    std::size_t sum = 0, most = 0;
    for (const auto& [id, count] : under_way) {
      sum += count;
      most = std::max(most, count);
    }
    ASSERT_EQ(sum, shares.under_way());
    ASSERT_LE(sum, limits.in_all);
    for (const auto& [id, count] : waiting) {
      const std::size_t own = under_way[id];
      if (own >= limits.each) continue;
      ASSERT_EQ(sum, limits.in_all);
      ASSERT_LE(most, own + 1);
    }
  }
}

}  // namespace
}  // namespace dmarc::resolver
