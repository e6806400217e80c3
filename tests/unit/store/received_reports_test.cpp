#include "store/received_reports.h"

#include "unit/store/store_fixture.h"

namespace dmarc::store {
namespace {

using receiving::AuthMethod;
using receiving::AuthResult;
using receiving::Disposition;
using receiving::Evaluation;
using receiving::Override;

constexpr std::int64_t day = 86'400;
constexpr std::int64_t begin = 1'790'035'200;
constexpr std::int64_t now = begin + 2 * day;

receiving::Row row(const char* source, std::uint64_t count, Evaluation dkim, Evaluation spf) {
  receiving::Row made;
  made.source = base::IpAddress::parse(source);
  made.count = count;
  made.dkim = dkim;
  made.spf = spf;
  made.disposition = Disposition::none;
  made.header_from = "example.org";
  made.results = {{.method = AuthMethod::dkim,
                   .domain = "example.org",
                   .selector = "s1",
                   .result = dkim == Evaluation::pass ? AuthResult::pass : AuthResult::fail}};
  return made;
}

receiving::Report report(const std::string& id = "id-1") {
  receiving::Report made;
  made.org_name = "Example Net";
  made.email = "dmarc@net.example";
  made.report_id = id;
  made.begin = begin;
  made.end = begin + day - 1;
  made.policy.domain = "example.org";
  made.policy.p = Policy::reject;
  made.rows = {row("192.0.2.1", 3, Evaluation::pass, Evaluation::fail),
               row("2001:db8::1", 40, Evaluation::fail, Evaluation::fail)};
  receiving::Row& failing = made.rows[1];
  failing.disposition = Disposition::reject;
  failing.results.clear();
  failing.results.push_back({.method = AuthMethod::spf,
                             .domain = "bounce.example.net",
                             .scope = receiving::SpfScope::mfrom,
                             .result = AuthResult::pass});
  failing.reasons = {{Override::mailing_list, "a list"}};
  return made;
}

class ReceivedReportsTest : public StoreTest {
 protected:
  ReceivedReports reports_{database_};
};

TEST_F(ReceivedReportsTest, is_stored_once) {
  EXPECT_FALSE(reports_.knows(report()));
  EXPECT_TRUE(reports_.add(report(), now));
  EXPECT_TRUE(reports_.knows(report()));
  EXPECT_FALSE(reports_.add(report(), now + 5));
  EXPECT_EQ(number("SELECT COUNT(*) FROM received_reports"), 1);
  EXPECT_EQ(number("SELECT COUNT(*) FROM received_rows"), 2);
  EXPECT_EQ(number("SELECT COUNT(*) FROM received_results"), 2);
  EXPECT_EQ(number("SELECT COUNT(*) FROM received_reasons"), 1);
  EXPECT_EQ(number("SELECT messages FROM received_reports"), 43);
  EXPECT_EQ(number("SELECT p FROM received_reports"), 3);
}

TEST_F(ReceivedReportsTest, is_known_by_reporter_identifier_and_domain) {
  EXPECT_TRUE(reports_.add(report(), now));
  receiving::Report other = report();
  other.org_name = "EXAMPLE NET";
  EXPECT_FALSE(reports_.add(other, now)) << "the same name";
  other.org_name = "Another Net";
  EXPECT_TRUE(reports_.add(other, now));
  other = report();
  other.policy.domain = "example.com";
  EXPECT_TRUE(reports_.add(other, now));
  EXPECT_TRUE(reports_.add(report("id-2"), now));
  EXPECT_TRUE(reports_.add(report("ID-2"), now)) << "identifiers have a case";
}

TEST_F(ReceivedReportsTest, any_octets_and_lengths) {
  receiving::Report odd = report(std::string(1000, '\xff'));
  odd.org_name =
      "Gr\xc3\xb6\xc3\x9f"
      "e '); DROP TABLE received_rows; --";
  odd.rows[0].source = std::nullopt;
  odd.rows[0].header_from = std::string(2000, 'a');
  odd.rows[1].reasons = {{Override::other, std::string(5000, '\0')}};
  EXPECT_TRUE(reports_.add(odd, now));
  EXPECT_FALSE(reports_.add(odd, now));
  EXPECT_EQ(text("SELECT org_name FROM received_reports"),
            "Gr\\xc3\\xb6\\xc3\\x9fe '); DROP TABLE received_rows; --");
}

TEST_F(ReceivedReportsTest, totals) {
  reports_.add(report(), now);
  receiving::Report other = report("id-2");
  other.org_name = "Another Net";
  other.begin += day;
  other.end += day;
  reports_.add(other, now);
  const ReceivedTotal total = reports_.total({.domain = "Example.ORG"});
  EXPECT_EQ(total.reports, 2U);
  EXPECT_EQ(total.reporters, 2U);
  EXPECT_EQ(total.begin, begin);
  EXPECT_EQ(total.end, begin + 2 * day - 1);
  EXPECT_EQ(total.counts.messages, 86U);
  EXPECT_EQ(total.counts.pass, 6U);
  EXPECT_EQ(total.counts.dkim_pass, 6U);
  EXPECT_EQ(total.counts.spf_pass, 0U);
  EXPECT_EQ(total.counts.rejected, 80U);
  EXPECT_EQ(total.counts.overridden, 80U);
  EXPECT_EQ(reports_.total({.domain = "example.org", .since = begin + day}).counts.messages, 43U);
  EXPECT_EQ(reports_.total({.domain = "example.com"}).counts.messages, 0U);
  EXPECT_EQ(reports_.total({}).counts.messages, 86U);
}

TEST_F(ReceivedReportsTest, senders_and_how_they_authenticate) {
  reports_.add(report(), now);
  reports_.add(report("id-2"), now);
  const auto senders = reports_.senders({.domain = "example.org"}, 10);
  ASSERT_EQ(senders.size(), 2U);
  EXPECT_EQ(senders[0].source, "2001:db8::1");
  EXPECT_EQ(senders[0].header_from, "example.org");
  EXPECT_EQ(senders[0].counts.messages, 80U);
  EXPECT_EQ(senders[0].without_dkim, 80U);
  EXPECT_EQ(senders[0].without_spf, 0U);
  EXPECT_EQ(senders[1].counts.dkim_pass, 6U);
  EXPECT_EQ(senders[1].without_spf, 6U);
  EXPECT_EQ(reports_.senders({}, 1).size(), 1U);

  const auto results = reports_.results({}, senders[0], 10);
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results[0].method, AuthMethod::spf);
  EXPECT_EQ(results[0].domain, "bounce.example.net");
  EXPECT_EQ(results[0].result, AuthResult::pass);
  EXPECT_EQ(results[0].evaluation, Evaluation::fail) << "not aligned";
  EXPECT_EQ(results[0].messages, 80U);
  const auto reasons = reports_.reasons({}, senders[0], 10);
  ASSERT_EQ(reasons.size(), 1U);
  EXPECT_EQ(reasons[0].type, Override::mailing_list);
  EXPECT_EQ(reasons[0].comment, "a list");
  EXPECT_TRUE(reports_.reasons({}, senders[1], 10).empty());
}

TEST_F(ReceivedReportsTest, many_rows) {
  receiving::Report large = report();
  large.rows.assign(2345, large.rows[0]);
  EXPECT_TRUE(reports_.add(large, now));
  EXPECT_EQ(number("SELECT COUNT(*) FROM received_rows"), 2345);
  EXPECT_EQ(number("SELECT COUNT(*) FROM received_results"), 2345);
}

TEST_F(ReceivedReportsTest, expire_deletes_whole_reports) {
  reports_.add(report(), now);
  receiving::Report later = report("id-2");
  later.end += day;
  reports_.add(later, now);
  EXPECT_EQ(reports_.expire(begin + day), 1U);
  EXPECT_EQ(number("SELECT COUNT(*) FROM received_rows"), 2);
  EXPECT_EQ(number("SELECT COUNT(*) FROM received_results"), 2);
  EXPECT_EQ(reports_.expire(begin + 3 * day), 1U);
  EXPECT_EQ(number("SELECT COUNT(*) FROM received_reasons"), 0);
}

}  // namespace
}  // namespace dmarc::store
