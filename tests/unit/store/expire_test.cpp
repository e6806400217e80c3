#include "store/expire.h"

#include <map>

#include "store/outbox.h"
#include "store/policies.h"
#include "store/report_source.h"
#include "store/suppressions.h"
#include "unit/store/store_fixture.h"

namespace dmarc::store {
namespace {

constexpr std::int64_t now = 1'790'000'000;
constexpr std::int64_t day = 86'400;

class ExpireTest : public StoreTest {
 protected:
  std::map<std::string, std::uint64_t> run(std::int64_t before, bool all_tables = false) {
    std::map<std::string, std::uint64_t> counts;
    expire(database_, {.before = before, .now = now, .all_tables = all_tables},
           [&](std::string_view table, std::uint64_t rows) {
             if (rows > 0) counts[std::string(table)] = rows;
           });
    return counts;
  }
};

TEST_F(ExpireTest, deletes_messages_up_to_a_second_with_all_their_details) {
  import(Sample{.job = "1", .received = now - 9 * day}.text() +
         Sample{.job = "2", .received = now - 3 * day}.text() +
         Sample{.job = "3", .received = now - 3 * day + 1}.text());
  const auto counts = run(now - 3 * day);
  EXPECT_EQ(counts, (std::map<std::string, std::uint64_t>{{"messages", 2}, {"signatures", 2}}));
  EXPECT_EQ(text("SELECT jobid FROM messages"), "3");
  EXPECT_EQ(number("SELECT COUNT(*) FROM signatures s JOIN messages m ON m.id = s.message"), 1);
}

TEST_F(ExpireTest, the_last_message_may_go_too) {
  import(Sample{}.text());
  EXPECT_EQ(run(now).at("messages"), 1U);
  EXPECT_TRUE(run(now).empty());
  EXPECT_EQ(import(Sample{.dkim = ""}.text()).imported, 1U);
  EXPECT_EQ(number("SELECT COUNT(*) FROM signatures"), 0);
}

TEST_F(ExpireTest, names_go_when_all_tables_are_wanted_and_nothing_needs_them) {
  import(Sample{.job = "1",
                .received = now - 9 * day,
                .ip = "192.0.2.1",
                .dkim = "dkim gone.example s9 0\n"}
             .text() +
         Sample{.job = "2"}.text());
  run(now - day);
  EXPECT_EQ(number("SELECT COUNT(*) FROM domains WHERE name = 'gone.example'"), 1);
  const auto counts = run(now - day, true);
  EXPECT_EQ(counts.at("domains"), 1U);
  EXPECT_EQ(counts.at("selectors"), 1U);
  EXPECT_EQ(counts.at("ipaddr"), 1U);
  EXPECT_EQ(counts.count("reporters"), 0U);
  EXPECT_EQ(number("SELECT COUNT(*) FROM domains WHERE name = 'gone.example'"), 0);
  ReportSource source(database_, {now - day, now + day}, {});
  ASSERT_NE(source.next_domain(), nullptr);
  EXPECT_EQ(source.rows().next().value().header_from, "news.example.org");
}

TEST_F(ExpireTest, what_was_reported_long_ago_is_forgotten) {
  import(Sample{.from = "example.org"}.text());
  fix_rua(database_, "fixed.example", "mailto:a@example.net");
  execute("UPDATE requests SET lastsent = " +
          std::string(database_.engine() == Engine::sqlite ? "1000000" : "'2001-01-01 00:00:00'"));
  Outbox outbox(database_, "mx1:1");
  auto lease = outbox.claim({"example.org", {now - 9 * day, now - 8 * day}}, now).value();
  outbox.begin(lease, "mailto:a@example.org", 1, now);
  Suppressions(database_).add({"a@example.org", "", now - day, now - 1});
  const auto counts = run(now - 8 * day);
  EXPECT_EQ(counts, (std::map<std::string, std::uint64_t>{
                        {"deliveries", 1}, {"reports", 1}, {"requests", 1}, {"suppressions", 1}}));
  EXPECT_EQ(text("SELECT repuri FROM requests"), "mailto:a@example.net")
      << "what an administrator has fixed stays";
}

TEST_F(ExpireTest, a_fixed_rua_can_be_released) {
  fix_rua(database_, "example.org", "mailto:x@example.net");
  import(Sample{.job = "1", .from = "example.org"}.text());
  EXPECT_EQ(text("SELECT repuri FROM requests"), "mailto:x@example.net");
  release_rua(database_, "example.org");
  import(Sample{.job = "2", .from = "example.org"}.text());
  EXPECT_EQ(text("SELECT repuri FROM requests"), "mailto:a@example.org");
}

}  // namespace
}  // namespace dmarc::store
