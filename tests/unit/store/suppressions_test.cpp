#include "store/suppressions.h"

#include "unit/store/store_fixture.h"

namespace dmarc::store {
namespace {

constexpr std::int64_t now = 1'790'100'000;

class SuppressionsTest : public StoreTest {
 protected:
  Suppressions suppressions_{database_};
};

TEST_F(SuppressionsTest, matches_the_address_or_its_domain_in_any_case) {
  suppressions_.add({"Dmarc@Example.org", "550 5.1.1 no such user", now, {}});
  suppressions_.add({"example.net", "", now, {}});
  EXPECT_EQ(suppressions_.match("dmarc@EXAMPLE.org", now).value().reason, "550 5.1.1 no such user");
  EXPECT_TRUE(suppressions_.match("anybody@example.net", now));
  EXPECT_FALSE(suppressions_.match("other@example.org", now));
  EXPECT_FALSE(suppressions_.match("a@sub.example.net", now));
}

TEST_F(SuppressionsTest, end_when_they_expire) {
  suppressions_.add({"a@example.org", "", now, now + 10});
  EXPECT_TRUE(suppressions_.match("a@example.org", now + 9));
  EXPECT_FALSE(suppressions_.match("a@example.org", now + 10));
  EXPECT_TRUE(suppressions_.list(now + 10).empty());
}

TEST_F(SuppressionsTest, a_new_one_replaces_the_old_one) {
  suppressions_.add({"a@example.org", "old", now, now + 10});
  suppressions_.add({"A@example.org", "new", now, {}});
  const auto list = suppressions_.list(now);
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0].address, "a@example.org");
  EXPECT_EQ(list[0].reason, "new");
  EXPECT_EQ(list[0].added, now);
  EXPECT_FALSE(list[0].expires);
  EXPECT_TRUE(suppressions_.remove("a@EXAMPLE.org"));
  EXPECT_FALSE(suppressions_.remove("a@example.org"));
}

}  // namespace
}  // namespace dmarc::store
