// Which questions are asked before they are needed, and which never.
#include <gtest/gtest.h>

#include <utility>

#include "dns/lookup_session.h"
#include "world.h"

namespace dmarc::spf {
namespace {

using Lines = std::vector<std::string>;

Lines prefetched(std::string_view zone, const Ask& ask = {}) {
  RecordingResolver resolver(zone);
  check_with(resolver, ask);
  EXPECT_EQ(resolver.prefetches.front(), "TXT example.org");
  return {resolver.prefetches.begin() + 1, resolver.prefetches.end()};
}

TEST(SpfPrefetch, asks_for_all_terms_of_a_record_before_it_waits_for_one) {
  RecordingResolver resolver(
      record("a mx:m.example exists:%{i}.e.example ptr include:i.example "
             "redirect=r.example"));
  check_with(resolver);
  const Lines start(resolver.calls.begin() + 1, resolver.calls.begin() + 9);
  EXPECT_EQ(start,
            (Lines{"lookup TXT example.org", "prefetch A example.org", "prefetch MX m.example",
                   "prefetch A 192.0.2.1.e.example", "prefetch PTR 1.2.0.192.in-addr.arpa",
                   "prefetch TXT i.example", "prefetch TXT r.example", "lookup A example.org"}));
}

TEST(SpfPrefetch, asks_for_addresses_of_the_clients_family) {
  EXPECT_EQ(prefetched(record("a -all"), {.client = "2001:db8::1"}), Lines{"AAAA example.org"});
}

TEST(SpfPrefetch, stops_at_a_term_that_certainly_matches) {
  EXPECT_EQ(prefetched(record("a:x.example ip4:192.0.2.0/24 a:y.example")), Lines{"A x.example"});
  EXPECT_EQ(prefetched(record("a:x.example ip4:198.51.100.1 a:y.example ~all a:z.example")),
            (Lines{"A x.example", "A y.example"}));
  EXPECT_EQ(prefetched(record("-all redirect=r.example")), Lines{});
}

TEST(SpfPrefetch, asks_for_no_more_terms_than_the_limit_allows) {
  std::string terms;
  for (int i = 0; i < 20; ++i)
    terms += "a:h" + std::to_string(i) + ".example ";
  EXPECT_EQ(prefetched(record(terms)).size(), 10U);
}

TEST(SpfPrefetch, leaves_terms_alone_that_the_limit_puts_out_of_reach) {
  std::string zone = record("include:n1.example");
  for (int i = 1; i < 9; ++i)
    zone += "n" + std::to_string(i) + ".example TXT v=spf1 include:n" + std::to_string(i + 1) +
            ".example\n";
  zone += "n9.example TXT v=spf1 a:last.example a:over.example a:far.example\n";
  const Lines lines = prefetched(zone);
  EXPECT_EQ(lines.back(), "A last.example") << "nine includes, then one term";
  EXPECT_EQ(lines.size(), 10U);
}

TEST(SpfPrefetch, nested_records_share_one_allowance) {
  std::string zone = record("include:n1.example include:n2.example include:n3.example -all");
  for (int i = 1; i <= 3; ++i) {
    const std::string name = "n" + std::to_string(i) + ".example";
    zone += name + " TXT v=spf1 a:a." + name + " a:b." + name + " a:c." + name + " -all\n";
    for (const char* host : {"a.", "b.", "c."})
      zone += host + name + " A 198.51.100.1\n";
  }
  EXPECT_EQ(prefetched(zone).size(), 10U) << "three, three, three, and one";
}

TEST(SpfPrefetch, waits_with_names_that_need_an_answer_first) {
  EXPECT_EQ(prefetched(record("exists:%{p}.x.example a:%{l}.y.example -all")),
            (Lines{"PTR 1.2.0.192.in-addr.arpa", "A user.y.example", "A unknown.x.example"}))
      << "the client's name is waited for, the second term foreseen";
}

TEST(SpfPrefetch, skips_names_that_cannot_be_asked) {
  EXPECT_EQ(prefetched(record("a:a..example a:b.example -all")), Lines{"A b.example"});
}

TEST(SpfPrefetch, asks_for_all_mx_hosts_at_once) {
  RecordingResolver resolver(record("mx -all") +
                             "example.org MX 20 b.example\nexample.org MX 10 a.example");
  check_with(resolver);
  const Lines end(resolver.calls.end() - 4, resolver.calls.end());
  EXPECT_EQ(end, (Lines{"prefetch A a.example", "prefetch A b.example", "lookup A a.example",
                        "lookup A b.example"}));
}

TEST(SpfPrefetch, asks_for_no_address_of_an_mx_that_is_too_large) {
  std::string zone = record("mx -all");
  for (int i = 0; i < 11; ++i)
    zone += "example.org MX 10 h" + std::to_string(i) + ".example\n";
  EXPECT_EQ(prefetched(zone), Lines{"MX example.org"});
}

TEST(SpfPrefetch, asks_only_for_client_names_that_could_match) {
  EXPECT_EQ(prefetched(record("ptr -all") + "1.2.0.192.in-addr.arpa PTR a.example.org\n"
                                            "1.2.0.192.in-addr.arpa PTR other.example\n"
                                            "1.2.0.192.in-addr.arpa PTR b.example.org\n"),
            (Lines{"PTR 1.2.0.192.in-addr.arpa", "A a.example.org", "A b.example.org"}));
}

TEST(SpfPrefetch, does_not_count_void_look_ups_that_were_not_needed) {
  EXPECT_EQ(code_in(record("a:yes.example a:x.example a:y.example a:z.example -all") +
                    "yes.example A 192.0.2.1"),
            "pass");
}

// Answers nothing until as many questions are under way as the next batch has.
class BatchResolver final : public dns::AsyncResolver {
 public:
  BatchResolver(std::string_view zone, std::vector<std::size_t> batches)
      : zone_(zone_of(zone)), batches_(std::move(batches)) {}

  void resolve(const dns::Question& question, Callback done) override {
    held_.emplace_back(question, std::move(done));
    if (batches_.empty() || held_.size() < batches_.front()) return;
    batches_.erase(batches_.begin());
    for (auto& [asked, callback] : std::exchange(held_, {}))
      callback(std::make_shared<dns::Answer>(zone_.answer(asked)));
  }

 private:
  dns::Zone zone_;
  std::vector<std::size_t> batches_;
  std::vector<std::pair<dns::Question, Callback>> held_;
};

TEST(SpfPrefetch, has_questions_of_one_level_under_way_at_the_same_time) {
  const std::string zone =
      record("a include:i1.example include:i2.example include:i3.example mx -all") +
      "example.org A 198.51.100.1\n"
      "i1.example TXT v=spf1 ip4:198.51.100.0/24\ni2.example TXT v=spf1 ip6:2001:db8::/32\n"
      "i3.example TXT v=spf1 a:a.example a:b.example\n"
      "a.example A 198.51.100.1\nb.example A 198.51.100.2\n"
      "example.org MX 10 m1.example\nexample.org MX 20 m2.example\nexample.org MX 30 m3.example\n"
      "m1.example A 198.51.100.3\nm2.example A 198.51.100.4\nm3.example A 192.0.2.1\n";
  BatchResolver source(zone, {1, 5, 2, 3});
  dns::LookupSession session(source, {});
  const Result result = check_with(session);
  EXPECT_EQ(result.code, Code::pass) << result.problem;
  EXPECT_EQ(result.mechanism, "mx");
  EXPECT_EQ(session.entries().size(), 11U);
}

}  // namespace
}  // namespace dmarc::spf
