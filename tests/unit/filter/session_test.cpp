#include "filter/session.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <dmarc/zone.h>

#include "filter/environment.h"
#include "filter/wait.h"
#include "support/log_capture.h"

namespace dmarc::filter {
namespace {

constexpr std::string_view zone_text = R"(
_dmarc.bank.example  TXT "v=DMARC1; p=reject"
bank.example         TXT "v=spf1 ip4:203.0.113.5 -all"
_dmarc.strict.example TXT "v=DMARC1; p=reject; ruf=mailto:f@strict.example"
evil.example         TXT "v=spf1 ip4:198.51.100.66 -all"
local.example        TXT "v=spf1 ip4:127.0.0.1 -all"
_dmarc.local.example TXT "v=DMARC1; p=reject"
)";

constexpr std::string_view bank_server = "203.0.113.5";
constexpr std::string_view evil_server = "198.51.100.66";

// Passes questions on and remembers them.
class CountingResolver final : public dns::AsyncResolver {
 public:
  explicit CountingResolver(dns::Zone zone) : zone_(std::move(zone)) {}

  void resolve(const dns::Question& question, Callback done) override {
    {
      const std::lock_guard lock(mutex_);
      asked_.push_back(question.name.text());
    }
    zone_.resolve(question, std::move(done));
  }

  std::vector<std::string> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  dns::Zone zone_;
  mutable std::mutex mutex_;
  std::vector<std::string> asked_;
};

bool contains(const std::vector<std::string>& texts, std::string_view wanted) {
  return std::ranges::find(texts, wanted) != texts.end();
}

Macros macros(std::map<std::string, std::string, std::less<>> values) {
  return [values = std::move(values)](std::string_view name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  };
}

class SessionTest : public testing::Test {
 protected:
  SessionTest() {
    settings.authserv_id = "mx.example.org";
    settings.spf_self_validate = true;
    settings.spf_ignore_results = true;
    settings.reject_failures = true;
  }

  Wakeup wakeup_;

  Session& session() {
    if (!session_) {
      auto environment = std::make_shared<Environment>();
      environment->settings = std::make_shared<const policy::Settings>(settings);
      environment->resolver = resolver;
      environment->sink = &log;
      environment->report_failure = report_failure;
      environment->lookup_limits = lookup_limits;
      session_ = std::make_unique<Session>(environment, wakeup_.wake(), Transfer{});
    }
    return *session_;
  }

  void connect(std::string_view address) {
    session().connect("client.example", base::IpAddress::parse(address));
    session().helo("client.example");
  }

  void send_header(std::string_view from) {
    session().header("From", from);
    session().header("Date", "Mon, 23 Nov 2026 10:00:00 +0000");
  }

  policy::Judgement end() {
    return wait_for_judgement(session(), wakeup_, macros({{"i", "JOB"}, {"j", "mx"}}));
  }

  policy::Judgement message(std::string_view sender, std::string_view from,
                            const Macros& at_mail = macros({})) {
    session().mail(sender, at_mail);
    send_header(from);
    return end();
  }

  policy::Settings settings;
  dns::LookupSession::Limits lookup_limits;
  std::function<void(failure::Incident)> report_failure;
  test::LogCapture log;
  std::shared_ptr<CountingResolver> resolver =
      std::make_shared<CountingResolver>(*dns::Zone::parse(zone_text));

 private:
  std::unique_ptr<Session> session_;
};

TEST_F(SessionTest, genuine_mail_passes_by_our_own_spf_check) {
  connect(bank_server);
  const policy::Judgement judgement = message("<a@bank.example>", "ceo@bank.example");
  EXPECT_EQ(judgement.result, Result::pass);
  EXPECT_EQ(judgement.action, policy::Action::accept);
  EXPECT_TRUE(contains(log.texts(), "JOB: bank.example pass"));
}

TEST_F(SessionTest, spoofed_mail_is_rejected_with_the_policys_text) {
  connect(evil_server);
  const policy::Judgement judgement = message("<a@evil.example>", "ceo@bank.example");
  EXPECT_EQ(judgement.action, policy::Action::reject);
  ASSERT_TRUE(judgement.reply);
  EXPECT_EQ(judgement.reply->text, "rejected by DMARC policy for bank.example");
}

TEST_F(SessionTest, a_probe_is_judged_and_leaves_one_line) {
  std::size_t reported = 0;
  report_failure = [&](const failure::Incident&) { ++reported; };
  connect(evil_server);
  const auto probe =
      message("<a@evil.example>", "ceo@strict.example", macros({{"dmarcd_probe", "1"}}));
  EXPECT_EQ(probe.action, policy::Action::reject);
  EXPECT_EQ(reported, 0U);
  EXPECT_EQ(log.texts(), std::vector<std::string>{"JOB: probe: fail"});
  message("<a@evil.example>", "ceo@strict.example", macros({{"dmarcd_probe", "0"}}));
  EXPECT_EQ(reported, 1U);
}

TEST_F(SessionTest, a_failure_is_handed_over_to_be_reported) {
  std::vector<failure::Incident> reported;
  report_failure = [&](failure::Incident incident) { reported.push_back(incident); };
  connect(evil_server);
  message("<a@evil.example>", "ceo@strict.example");
  ASSERT_EQ(reported.size(), 1u);
  EXPECT_EQ(reported.front().job_id, "JOB");
  EXPECT_EQ(reported.front().ruf, std::vector<std::string>{"mailto:f@strict.example"});
  message("<>", "ceo@strict.example");
  message("<a@evil.example>", "ceo@bank.example");
  EXPECT_EQ(reported.size(), 1u);
}

TEST_F(SessionTest, one_connection_carries_several_messages_without_inheritance) {
  connect(bank_server);
  EXPECT_EQ(message("<a@bank.example>", "ceo@bank.example").result, Result::pass);
  EXPECT_EQ(message("<a@evil.example>", "ceo@bank.example").result, Result::fail);
  session().mail("<a@bank.example>", macros({}));
  send_header("ceo@bank.example");
  session().abort();
  EXPECT_FALSE(session().in_message());
  EXPECT_EQ(message("<a@evil.example>", "ceo@bank.example").result, Result::fail);
}

TEST_F(SessionTest, an_ignored_host_is_accepted_at_connect) {
  ASSERT_TRUE(settings.ignore_hosts.add("192.0.2.0/24"));
  EXPECT_EQ(session().connect("relay.example", base::IpAddress::parse("192.0.2.1")),
            Response::accept);
  EXPECT_TRUE(contains(log.texts(), "ignoring connection from relay.example"));
  EXPECT_EQ(session().connect("other.example", base::IpAddress::parse("203.0.113.1")),
            Response::proceed);
}

TEST_F(SessionTest, an_authenticated_client_is_accepted_at_mail_when_asked_for) {
  settings.ignore_authenticated_clients = true;
  connect(evil_server);
  EXPECT_EQ(session().mail("<a@evil.example>", macros({{"auth_authen", "user"}})),
            Response::accept);
  EXPECT_FALSE(session().in_message());
  EXPECT_TRUE(contains(log.texts(), "ignoring authenticated client, mailfrom=<a@evil.example>"));
  EXPECT_EQ(session().mail("<a@evil.example>", macros({})), Response::proceed);
}

TEST_F(SessionTest, authentication_means_nothing_unless_asked_for) {
  connect(evil_server);
  EXPECT_EQ(session().mail("<a@evil.example>", macros({{"auth_authen", "user"}})),
            Response::proceed);
}

TEST_F(SessionTest, a_client_without_address_is_judged_as_local_but_not_ignored) {
  ASSERT_TRUE(settings.ignore_hosts.add("127.0.0.1"));
  EXPECT_EQ(session().connect("localhost2", std::nullopt), Response::proceed);
  EXPECT_EQ(message("<a@local.example>", "a@local.example").result, Result::pass);
  EXPECT_EQ(message("<a@bank.example>", "a@bank.example").result, Result::fail);
}

TEST_F(SessionTest, an_ipv4_client_behind_an_ipv6_socket_is_an_ipv4_client) {
  connect("::ffff:203.0.113.5");
  EXPECT_EQ(message("<a@bank.example>", "ceo@bank.example").result, Result::pass);
}

struct Readings {
  std::string_view argument;
  std::string_view mail_addr;
  Result result;
};

class MailAddress : public SessionTest, public testing::WithParamInterface<Readings> {};

TEST_P(MailAddress, has_to_agree_with_our_reading_of_the_path) {
  connect(bank_server);
  const auto& [argument, mail_addr, result] = GetParam();
  EXPECT_EQ(message(argument, "ceo@bank.example",
                    macros({{"v", "Postfix 3.7.11"}, {"mail_addr", std::string(mail_addr)}}))
                .result,
            result);
}

INSTANTIATE_TEST_SUITE_P(
    paths, MailAddress,
    testing::Values(Readings{"<a@bank.example>", "a@bank.example", Result::pass},
                    Readings{"<a@BANK.example.>", "a@bank.example", Result::pass},
                    Readings{"<\"x y\"@bank.example>", "\"x y\"@bank.example", Result::pass},
                    Readings{"<a%b@bank.example>", "b@bank.example", Result::pass},
                    Readings{"<a@bank.example>", "", Result::fail},
                    Readings{"<a@bank.example>", "a@evil.example", Result::fail},
                    Readings{"<a@evil.example>", "a@bank.example", Result::fail}));

TEST_F(SessionTest, a_null_sender_and_an_empty_mail_addr_agree) {
  session().connect("mail.bank.example", base::IpAddress::parse(bank_server));
  session().helo("bank.example");
  const std::string v = "Postfix 3.7.11";
  EXPECT_EQ(message("<>", "ceo@bank.example", macros({{"v", v}, {"mail_addr", ""}})).result,
            Result::pass);
  EXPECT_EQ(
      message("<>", "ceo@bank.example", macros({{"v", v}, {"mail_addr", "a@b.example"}})).result,
      Result::fail);
}

// Sendmail's is what its rule set 0 has made of the address.
TEST_F(SessionTest, the_mail_addr_of_an_mta_that_rewrites_it_is_not_compared) {
  connect(bank_server);
  for (const char* mail_addr : {"a@u1.esp.example", "a", ""}) {
    EXPECT_EQ(message("<a@bank.example>", "ceo@bank.example",
                      macros({{"v", "8.17.1.9"}, {"mail_addr", mail_addr}}))
                  .result,
              Result::pass);
    EXPECT_EQ(
        message("<a@bank.example>", "ceo@bank.example", macros({{"mail_addr", mail_addr}})).result,
        Result::pass);
  }
}

TEST_F(SessionTest, a_sender_that_can_not_be_authenticated_is_logged) {
  connect(bank_server);
  message("<a@bank.example>", "ceo@bank.example",
          macros({{"v", "Postfix 3.7.11"}, {"mail_addr", "a@evil.example"}}));
  EXPECT_TRUE(contains(log.texts(),
                       "JOB: MAIL FROM <a@bank.example> does not count for SPF: the "
                       "MTA reads it differently"));
}

TEST_F(SessionTest, without_self_validation_no_spf_record_is_asked_for) {
  settings.spf_self_validate = false;
  connect(bank_server);
  EXPECT_EQ(message("<a@shop.example>", "ceo@bank.example").result, Result::fail);
  EXPECT_FALSE(contains(resolver->asked(), "shop.example"));
}

TEST_F(SessionTest, the_authors_walk_is_under_way_before_the_end_of_the_message) {
  settings.spf_self_validate = false;
  connect(bank_server);
  session().mail("<a@bank.example>", macros({}));
  EXPECT_TRUE(resolver->asked().empty());
  session().header("FROM", "Ceo <ceo@bank.example>");
  EXPECT_TRUE(contains(resolver->asked(), "_dmarc.bank.example"));
}

TEST_F(SessionTest, header_fields_beyond_the_limit_are_dropped_and_the_message_knows) {
  connect(bank_server);
  for (const std::size_t fields : {max_header_fields, max_header_fields + 1}) {
    session().mail("<a@bank.example>", macros({}));
    for (std::size_t i = 1; i < fields; ++i)
      session().header("X-Filler", "x");
    session().header("From", "ceo@bank.example");
    const bool fits = fields == max_header_fields;
    EXPECT_EQ(end().result == Result::pass, fits) << fields;
    EXPECT_EQ(log.count(log::Id::message_too_large), fits ? 0U : 1U);
  }
}

TEST_F(SessionTest, octets_of_header_fields_beyond_the_limit_are_dropped_and_the_message_knows) {
  constexpr std::string_view name = "X-Filler", from = "ceo@bank.example";
  constexpr std::size_t fields = 4;
  constexpr std::size_t left = max_header_octets - fields * name.size() - 4 - from.size();
  static_assert(left % fields == 0);
  connect(bank_server);
  for (const std::size_t more : {0U, 1U}) {
    session().mail("<a@bank.example>", macros({}));
    for (std::size_t i = 0; i < fields; ++i)
      session().header(name, std::string(left / fields + (i == 0 ? more : 0), 'x'));
    session().header("From", from);
    EXPECT_EQ(end().result == Result::pass, more == 0);
    EXPECT_EQ(log.count(log::Id::message_too_large), more);
  }
}

// SPF-10
TEST_F(SessionTest, an_spf_record_that_uses_up_its_questions_leaves_the_policys_alone) {
  std::string zone{zone_text};
  std::string terms;
  for (const std::string host : {"a", "b", "c", "d", "e"}) {
    zone += host + ".greedy.example A 192.0.2.99\n";
    terms += "a:" + host + ".greedy.example ";
  }
  zone += "greedy.example TXT \"v=spf1 " + terms + "-all\"\n";
  resolver = std::make_shared<CountingResolver>(*dns::Zone::parse(zone));
  lookup_limits.max_queries = 4;  // enough for the policy of one author, not for this record
  connect(evil_server);
  const policy::Judgement judgement = message("<a@greedy.example>", "ceo@bank.example");
  EXPECT_EQ(judgement.result, Result::fail);
  EXPECT_EQ(judgement.action, policy::Action::reject);
  EXPECT_TRUE(contains(log.texts(), "JOB: SPF(mailfrom): greedy.example temperror"));
}

TEST_F(SessionTest, a_missing_job_id_is_told_once) {
  connect(bank_server);
  for (int i = 0; i < 2; ++i) {
    session().mail("<a@bank.example>", macros({}));
    send_header("ceo@bank.example");
    wait_for_judgement(session(), wakeup_, macros({}));
  }
  EXPECT_EQ(log.count(log::Id::no_job_id), 1U);
  EXPECT_TRUE(contains(log.texts(), "(unknown-jobid): bank.example pass"));
}

TEST_F(SessionTest, an_end_of_message_without_a_message_is_deferred) {
  connect(bank_server);
  EXPECT_EQ(end().action, policy::Action::tempfail);
}

TEST_F(SessionTest, header_fields_outside_of_a_message_are_ignored) {
  connect(bank_server);
  session().header("From", "ceo@evil.example");
  EXPECT_EQ(message("<a@bank.example>", "ceo@bank.example").result, Result::pass);
}

TEST_F(SessionTest, a_message_given_up_while_spf_runs_leaves_nothing_behind) {
  connect(bank_server);
  for (int i = 0; i < 200; ++i) {
    session().mail("<a@bank.example>", macros({}));
    if (i % 2 == 0) session().abort();
  }
  session().abort();
  EXPECT_EQ(message("<a@bank.example>", "ceo@bank.example").result, Result::pass);
}

}  // namespace
}  // namespace dmarc::filter
