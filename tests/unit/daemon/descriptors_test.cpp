#include "daemon/descriptors.h"

#include <gtest/gtest.h>

#include "resolver/stub_resolver.h"

namespace dmarc::daemon {
namespace {

TEST(Descriptors, an_option_that_fits_stays_as_it_is) {
  const auto limits = limits_within(65'536, 5000);
  EXPECT_EQ(limits.served, 5000U);
  EXPECT_EQ(limits.sockets, filter::ConnectionLimit::usual(5000).sockets);
}

TEST(Descriptors, an_option_that_does_not_fit_is_lowered) {
  const auto limits = limits_within(1024, 5000);
  EXPECT_LT(limits.served, 1024U);
  EXPECT_GT(limits.served, 512U);
}

TEST(Descriptors, without_a_limit_there_are_as_many_connections_as_descriptors_for_them) {
  const auto limits = limits_within(20'000, 0);
  EXPECT_LT(limits.served, limits.sockets);
  EXPECT_GT(limits.served, 10'000U);
}

TEST(Descriptors, connections_leave_the_dns_its_share_whatever_the_limit) {
  for (const std::uint64_t descriptors : {60U, 100U, 256U, 1024U, 4096U, 20'000U, 1'048'576U}) {
    for (const std::size_t wanted : {0U, 1U, 100U, 5000U, 1'000'000U}) {
      const auto limits = limits_within(descriptors, wanted);
      EXPECT_GT(limits.served, 0U);
      EXPECT_GT(limits.sockets, limits.served);
      EXPECT_LE(limits.sockets + resolver::descriptor_share(descriptors).descriptors, descriptors);
      if (wanted != 0) {
        EXPECT_LE(limits.served, wanted);
      }
    }
  }
}

TEST(Descriptors, a_few_connections_are_taken_even_where_there_is_no_room) {
  EXPECT_GT(limits_within(10, 5000).served, 0U);
}

}  // namespace
}  // namespace dmarc::daemon
