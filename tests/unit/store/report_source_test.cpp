#include "store/report_source.h"

#include <map>

#include "unit/store/store_fixture.h"

namespace dmarc::store {
namespace {

using history::PublishedPolicy;

constexpr std::int64_t noon = 1'790'000'000;
constexpr aggregate::Period day{noon - 43'200, noon + 43'200};

class ReportSourceTest : public StoreTest {
 protected:
  struct Report {
    PublishedPolicy policy;
    std::vector<aggregate::Row> rows;
  };

  std::map<std::string, Report> reports(const std::optional<std::string>& domain = {}) {
    ReportSource source(database_, day, domain);
    std::map<std::string, Report> result;
    while (const PublishedPolicy* policy = source.next_domain()) {
      Report& report = result[policy->domain];
      report.policy = *policy;
      RowCursor rows = source.rows();
      while (auto row = rows.next())
        report.rows.push_back(*row);
    }
    return result;
  }
};

TEST_F(ReportSourceTest, rolls_up_messages_that_differ_only_in_time_and_job) {
  import(Sample{.job = "1"}.text() + Sample{.job = "2", .received = noon + 5}.text() +
         Sample{.job = "3", .ip = "203.0.113.6"}.text());
  const auto all = reports();
  ASSERT_EQ(all.size(), 1U);
  const auto& rows = all.at("example.org").rows;
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].source_ip, "203.0.113.5");
  EXPECT_EQ(rows[0].count, 2U);
  EXPECT_EQ(rows[0].disposition, aggregate::Disposition::pass);
  EXPECT_TRUE(rows[0].dkim_aligned);
  EXPECT_TRUE(rows[0].spf_aligned);
  EXPECT_EQ(rows[0].header_from, "news.example.org");
  EXPECT_EQ(rows[0].envelope_from, "example.org");
  EXPECT_EQ(rows[0].dkim,
            (std::vector<history::DkimSignature>{{"example.org", "s1", history::AuthCode::pass}}));
  EXPECT_EQ(rows[0].spf, history::AuthCode::pass);
  EXPECT_EQ(rows[1].count, 1U);
}

TEST_F(ReportSourceTest, different_sets_of_signatures_are_different_rows) {
  const std::string a = "dkim a.example s 0\n";
  const std::string b = "dkim b.example s 7\n";
  import(Sample{.job = "1", .dkim = a + b}.text() + Sample{.job = "2", .dkim = b + a}.text() +
         Sample{.job = "3", .dkim = a}.text() + Sample{.job = "4", .dkim = ""}.text());
  const auto rows = reports().at("example.org").rows;
  ASSERT_EQ(rows.size(), 3U);
  std::multimap<std::size_t, std::uint64_t> counts;
  for (const aggregate::Row& row : rows)
    counts.emplace(row.dkim.size(), row.count);
  EXPECT_EQ(counts, (std::multimap<std::size_t, std::uint64_t>{{0, 1}, {1, 1}, {2, 2}}));
}

TEST_F(ReportSourceTest, the_period_begins_with_its_first_second_and_ends_before_its_last) {
  import(Sample{.job = "1", .received = day.begin - 1}.text() +
         Sample{.job = "2", .received = day.begin}.text() +
         Sample{.job = "3", .received = day.end - 1}.text() +
         Sample{.job = "4", .received = day.end}.text());
  EXPECT_EQ(reports().at("example.org").rows.at(0).count, 2U);
}

TEST_F(ReportSourceTest, the_policy_is_the_one_seen_last) {
  const std::string tags = "discovery=psl testing=y psd=n np=none requested=none";
  import(Sample{.job = "1",
                .received = noon + 10,
                .policy = "16 " + tags,
                .rua = "rua mailto:new@example.org\nrua mailto:b@example.net\n"}
             .text() +
         Sample{.job = "2", .received = noon}.text());
  const PublishedPolicy policy = reports().at("example.org").policy;
  EXPECT_EQ(policy.rua,
            (std::vector<std::string>{"mailto:new@example.org", "mailto:b@example.net"}));
  EXPECT_EQ(policy.discovery, DiscoveryMethod::psl);
  EXPECT_EQ(policy.testing, true);
  EXPECT_EQ(policy.psd, PublicSuffixFlag::no);
  EXPECT_EQ(policy.p, Policy::reject);
  EXPECT_EQ(policy.sp, std::nullopt);
  EXPECT_EQ(policy.np, Policy::none);
}

TEST_F(ReportSourceTest, dispositions) {
  const auto disposition = [&](const std::string& policy, const std::string& action) {
    execute("DELETE FROM messages");
    import(Sample{.policy = policy, .action = action}.text());
    return reports().at("example.org").rows.at(0).disposition;
  };
  EXPECT_EQ(disposition("15 requested=none", "2"), aggregate::Disposition::none);
  EXPECT_EQ(disposition("15 requested=quarantine", "2"), aggregate::Disposition::pass);
  EXPECT_EQ(disposition("15", "2"), aggregate::Disposition::pass) << "p=reject by its record";
  EXPECT_EQ(disposition("16", "0"), aggregate::Disposition::reject);
  EXPECT_EQ(disposition("17", "4"), aggregate::Disposition::quarantine);
  EXPECT_EQ(disposition("16", "2"), aggregate::Disposition::none);
}

TEST_F(ReportSourceTest, says_why_a_policy_was_not_applied) {
  import(Sample{.policy = "16", .action = "2 local_policy: not enforced"}.text());
  EXPECT_EQ(
      reports().at("example.org").rows.at(0).reasons,
      (std::vector<policy::OverrideReason>{{policy::OverrideType::local_policy, "not enforced"}}));
}

TEST_F(ReportSourceTest, spf_is_that_of_the_envelope_sender) {
  const auto spf = [&](const std::string& mfrom, const std::string& lines) {
    execute("DELETE FROM messages");
    import(Sample{.mfrom = mfrom, .spf = lines}.text());
    return reports().at("example.org").rows.at(0).spf;
  };
  EXPECT_EQ(spf("example.org", "spf 2\nspf_scope 1\n"), history::AuthCode::softfail);
  EXPECT_EQ(spf("example.org", "spf 7\n"), history::AuthCode::fail) << "OpenDMARC 1.4.2";
  EXPECT_EQ(spf("", "spf 0\nspf_scope 2\n"), std::nullopt);
  EXPECT_EQ(spf("example.org", "spf -1\nspf_scope -1\n"), std::nullopt);
}

TEST_F(ReportSourceTest, the_helo_name_and_its_result_are_those_of_a_message_without_a_sender) {
  import(Sample{.mfrom = "", .spf = "spf 0\nspf_scope 2 helo=mail.example.org\n"}.text());
  const auto row = reports().at("example.org").rows.at(0);
  EXPECT_EQ(row.helo, "mail.example.org");
  EXPECT_EQ(row.helo_spf, history::AuthCode::pass);
  EXPECT_EQ(row.spf, std::nullopt);
}

TEST_F(ReportSourceTest, keeps_why_a_signature_failed) {
  std::string record = Sample{.dkim = "dkim example.org s2 7\ndkim example.org s1 0\n"}.text();
  record.replace(record.find("align_dkim 4"), 12, "align_dkim 4 body_hash -");
  import(record);
  EXPECT_EQ(reports().at("example.org").rows.at(0).dkim,
            (std::vector<history::DkimSignature>{
                {"example.org", "s1", history::AuthCode::pass},
                {"example.org", "s2", history::AuthCode::fail, dkim::Fault::body_hash}}));
}

TEST_F(ReportSourceTest, a_size_suffix_in_opendmarcs_tables_is_no_part_of_the_uri) {
  import(Sample{}.text());
  execute("UPDATE requests SET locked = 1, repuri = 'mailto:a@s.example!10m,mailto:b@s.example'");
  execute("UPDATE requests SET domain = (SELECT id FROM domains WHERE name = 'example.org')");
  EXPECT_EQ(reports().at("example.org").policy.rua,
            (std::vector<std::string>{"mailto:a@s.example", "mailto:b@s.example"}));
}

TEST_F(ReportSourceTest, messages_without_a_policy_are_nobodys) {
  import(Sample{.policy = "14", .rua = "rua -\n"}.text());
  EXPECT_TRUE(reports().empty());
}

TEST_F(ReportSourceTest, one_domain_alone) {
  import(Sample{.job = "1"}.text() + Sample{.job = "2", .pdomain = "example.net"}.text());
  EXPECT_EQ(reports().size(), 2U);
  const auto one = reports("example.net");
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one.begin()->first, "example.net");
  EXPECT_TRUE(reports("never.example").empty());
}

TEST_F(ReportSourceTest, a_fixed_list_of_addresses_stands_in_for_the_published_one) {
  import(Sample{.from = "example.org"}.text());
  execute("UPDATE requests SET locked = 1, repuri = 'mailto:x@example.net, mailto:y@example.net'");
  EXPECT_EQ(reports().at("example.org").policy.rua,
            (std::vector<std::string>{"mailto:x@example.net", "mailto:y@example.net"}));
}

TEST_F(ReportSourceTest, more_rows_than_a_page_come_in_the_same_order_each_time) {
  std::string history;
  for (int i = 0; i < 2500; ++i)
    history += Sample{.job = std::to_string(i), .ip = "2001:db8::" + std::to_string(i)}.text();
  import(history + Sample{.job = "x", .pdomain = "example.net"}.text());
  ReportSource source(database_, day, {});
  std::size_t count = 0;
  while (source.next_domain() != nullptr) {
    RowCursor first = source.rows();
    RowCursor second = source.rows();
    while (const auto row = first.next()) {
      ASSERT_EQ(row->source_ip, second.next()->source_ip);
      ++count;
    }
    EXPECT_FALSE(second.next());
  }
  EXPECT_EQ(count, 2501U);
}

}  // namespace
}  // namespace dmarc::store
