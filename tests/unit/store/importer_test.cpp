#include "store/importer.h"

#include "unit/store/store_fixture.h"

namespace dmarc::store {
namespace {

using ImporterTest = StoreTest;

TEST_F(ImporterTest, writes_what_opendmarc_writes) {
  const Sample sample{.dkim = "dkim Example.ORG S1 0\ndkim list.example - 5\n"};
  EXPECT_EQ(import(sample.text()).imported, 1U);
  EXPECT_EQ(text("SELECT jobid FROM messages"), "4F1A2B");
  EXPECT_EQ(text("SELECT r.name FROM messages m JOIN reporters r ON r.id = m.reporter"),
            "mx.victim.example");
  EXPECT_EQ(text("SELECT i.addr FROM messages m JOIN ipaddr i ON i.id = m.ip"), "203.0.113.5");
  EXPECT_EQ(text("SELECT d.name FROM messages m JOIN domains d ON d.id = m.from_domain"),
            "news.example.org");
  EXPECT_EQ(text("SELECT d.name FROM messages m JOIN domains d ON d.id = m.env_domain"),
            "example.org");
  EXPECT_EQ(number("SELECT policy FROM messages"), 15);
  EXPECT_EQ(number("SELECT disp FROM messages"), 2);
  EXPECT_EQ(number("SELECT spf_scope FROM messages"), 1);
  EXPECT_EQ(number("SELECT align_dkim FROM messages"), 4);
  EXPECT_EQ(number("SELECT sigcount FROM messages"), 2);
  EXPECT_EQ(number("SELECT COUNT(*) FROM signatures s JOIN messages m ON s.message = m.id"), 2);
  EXPECT_EQ(text("SELECT l.name FROM signatures s JOIN selectors l ON l.id = s.selector"), "s1");
  EXPECT_EQ(number("SELECT error FROM signatures WHERE selector = 0"), 1);
  EXPECT_EQ(text("SELECT repuri FROM requests q JOIN domains d ON d.id = q.domain "
                 "WHERE d.name = 'news.example.org'"),
            "mailto:a@example.org");
  EXPECT_EQ(number("SELECT policy FROM requests"), 'r');
}

TEST_F(ImporterTest, the_same_record_counts_once) {
  const std::string once = Sample{}.text() + Sample{.job = "4F1A2C"}.text();
  EXPECT_EQ(import(once).imported, 2U);
  const auto again = import(once + Sample{.job = "4F1A2D"}.text() + Sample{}.text());
  EXPECT_EQ(again.imported, 1U);
  EXPECT_EQ(again.duplicates, 3U);
  EXPECT_EQ(number("SELECT COUNT(*) FROM messages"), 3);
  EXPECT_EQ(number("SELECT COUNT(*) FROM signatures"), 3);
}

TEST_F(ImporterTest, times_are_utc_seconds) {
  import(Sample{.received = 1'790'000'000}.text());
  const std::string seconds = database_.engine() == Engine::mariadb ? "UNIX_TIMESTAMP(date)"
                              : database_.engine() == Engine::sqlite
                                  ? "date"
                                  : "CAST(EXTRACT(EPOCH FROM date) AS BIGINT)";
  EXPECT_EQ(number("SELECT " + seconds + " FROM messages"), 1'790'000'000);
}

TEST_F(ImporterTest, more_names_than_one_question_asks_for) {
  std::string history;
  for (int i = 0; i < 1234; ++i) {
    const std::string n = std::to_string(i);
    history +=
        Sample{.job = n, .ip = "2001:db8::" + n, .dkim = "dkim d" + n + ".example s 0\n"}.text();
  }
  EXPECT_EQ(import(history).imported, 1234U);
  EXPECT_EQ(number("SELECT COUNT(DISTINCT ip) FROM messages"), 1234);
  EXPECT_EQ(number("SELECT COUNT(DISTINCT selector) FROM signatures"), 1234);
  EXPECT_EQ(number("SELECT COUNT(*) FROM messages m JOIN signatures s ON s.message = m.id "
                   "JOIN domains d ON d.id = s.domain JOIN ipaddr i ON i.id = m.ip "
                   "WHERE d.name = 'd77.example' AND i.addr = '2001:db8::77' AND m.jobid = '77'"),
            1);
}

TEST_F(ImporterTest, a_policy_is_stored_once_and_referred_to) {
  import(Sample{.job = "1"}.text() + Sample{.job = "2", .from = "other.example.org"}.text() +
         Sample{.job = "3", .rua = "rua -\n"}.text());
  EXPECT_EQ(number("SELECT COUNT(*) FROM policies"), 2);
  EXPECT_EQ(number("SELECT COUNT(*) FROM messages m JOIN policies p ON p.id = m.published "
                   "WHERE p.rua = 'mailto:a@example.org'"),
            2);
  EXPECT_EQ(number("SELECT COUNT(*) FROM requests WHERE repuri = ''"), 1)
      << "the last record of a From domain says what its policy is";
}

TEST_F(ImporterTest, a_locked_request_stays_as_it_is) {
  import(Sample{.job = "1"}.text());
  execute("UPDATE requests SET locked = 1, repuri = 'mailto:fixed@example.net'");
  import(Sample{.job = "2"}.text());
  EXPECT_EQ(text("SELECT repuri FROM requests"), "mailto:fixed@example.net");
}

TEST_F(ImporterTest, many_new_policies_come_with_their_domains) {
  std::string history;
  for (int i = 0; i < 1234; ++i) {
    const std::string domain = "d" + std::to_string(i) + ".example";
    history += Sample{.job = std::to_string(i),
                      .from = domain,
                      .pdomain = domain,
                      .rua = "rua mailto:a@" + domain + "\n"}
                   .text();
  }
  const std::string joined =
      "SELECT COUNT(*) FROM messages m JOIN policies p ON p.id = m.published "
      "JOIN domains d ON d.id = m.policy_domain JOIN requests q ON q.domain = m.from_domain "
      "WHERE p.domain = d.id AND p.rua = q.repuri AND q.policy = p.p AND d.name = ";
  EXPECT_EQ(import(history).imported, 1234U);
  EXPECT_EQ(number("SELECT COUNT(*) FROM policies"), 1234);
  EXPECT_EQ(number("SELECT COUNT(*) FROM requests"), 1234);
  EXPECT_EQ(number(joined + "'d77.example'"), 1);
  EXPECT_EQ(text("SELECT p.rua FROM policies p JOIN domains d ON d.id = p.domain "
                 "WHERE d.name = 'd1233.example'"),
            "mailto:a@d1233.example");
  EXPECT_EQ(import(history).duplicates, 1234U);
  EXPECT_EQ(number("SELECT COUNT(*) FROM policies"), 1234);
}

TEST_F(ImporterTest, of_the_requests_of_a_batch_only_the_locked_ones_stay) {
  import(Sample{.job = "1"}.text() + Sample{.job = "2", .from = "b.example"}.text());
  execute(
      "UPDATE requests SET locked = 1, repuri = 'mailto:fixed@example.net' WHERE domain = "
      "(SELECT id FROM domains WHERE name = 'b.example')");
  const std::string rua = "rua mailto:new@example.org\n";
  import(Sample{.job = "3", .rua = rua}.text() +
         Sample{.job = "4", .from = "b.example", .rua = rua}.text());
  EXPECT_EQ(number("SELECT COUNT(*) FROM requests WHERE repuri = 'mailto:new@example.org'"), 1);
  EXPECT_EQ(number("SELECT COUNT(*) FROM requests WHERE repuri = 'mailto:fixed@example.net'"), 1);
}

TEST_F(ImporterTest, keeps_arc_chains_and_reasons) {
  Sample sample{.action = "2 policy_test_mode; local_policy: Not Enforced Here"};
  std::string record = sample.text();
  const std::string none = "json:[]";
  record.replace(record.find(none), none.size(),
                 R"(json:[{ "i": 1, "d":"arc.example", "s":"sel", "ip":"192.0.2.1" }])");
  import(record);
  EXPECT_EQ(text("SELECT name FROM reasons r JOIN messages m ON m.reason = r.id"),
            "policy_test_mode; local_policy: Not Enforced Here");
  EXPECT_EQ(text("SELECT arc_client_addr FROM arcauthresults"), "192.0.2.1");
  EXPECT_EQ(text("SELECT name FROM arcseals a JOIN selectors s ON s.id = a.selector"), "sel");
}

TEST_F(ImporterTest, leaves_out_messages_without_a_client_address) {
  const auto counts = import(Sample{.ip = "-"}.text());
  EXPECT_EQ(counts.no_address, 1U);
  EXPECT_EQ(number("SELECT COUNT(*) FROM messages"), 0);
}

}  // namespace
}  // namespace dmarc::store
