// How often a message waits for the DNS when nothing is in the cache. Answers come in rounds: in
// each, all questions that have been asked are answered. So a round is a round trip, and no clock
// is needed to see that what could have been asked together was.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <dmarc/zone.h>

#include "filter/environment.h"
#include "filter/session.h"
#include "support/log_capture.h"

namespace dmarc::filter {
namespace {

/// Keeps all questions until answer_all().
class RoundResolver final : public dns::AsyncResolver {
 public:
  explicit RoundResolver(dns::Zone zone) : zone_(std::move(zone)) {}

  void resolve(const dns::Question& question, Callback done) override {
    waiting_.push_back({question, std::move(done)});
  }

  bool is_idle() const { return waiting_.empty(); }

  void answer_all() {
    const auto round = std::exchange(waiting_, {});
    for (const auto& [question, done] : round)
      done(std::make_shared<dns::Answer>(zone_.answer(question)));
  }

 private:
  dns::Zone zone_;
  std::vector<std::pair<dns::Question, Callback>> waiting_;
};

constexpr std::string_view cold_zone = R"(
_dmarc.bank.example        TXT "v=DMARC1; p=reject; np=quarantine"
bank.example               TXT "v=spf1 ip4:203.0.113.5 -all"
esp.example                TXT "v=spf1 include:_spf.esp.example -all"
_spf.esp.example           TXT "v=spf1 ip4:203.0.113.0/24 -all"
)";

class RoundsTest : public testing::Test {
 protected:
  /// The rounds that a message takes after its last header field.
  unsigned rounds_of(std::string_view sender, std::string_view from,
                     std::string_view results = "other.example; none") {
    Session session(environment_, [] {}, {});
    session.connect("client.example", base::IpAddress::parse("203.0.113.5"));
    session.helo("client.example");
    const Macros none = [](std::string_view) { return std::nullopt; };
    session.mail(sender, none);
    session.header("Authentication-Results", results);
    session.header("From", from);
    auto judgement = session.end_of_message(none);
    unsigned rounds = 0;
    while (!judgement) {
      if (resolver_->is_idle()) {
        ADD_FAILURE() << "it waits for nothing";
        break;
      }
      resolver_->answer_all();
      ++rounds;
      judgement = session.advance();
    }
    return rounds;
  }

  void SetUp() override {
    policy::Settings settings;
    settings.authserv_id = "mx.example.net";
    settings.trusted_authserv_ids = {"verifier.example"};
    settings.spf_self_validate = true;
    auto made = std::make_shared<Environment>();
    made->settings = std::make_shared<const policy::Settings>(settings);
    made->resolver = resolver_;
    made->sink = &log_;
    environment_ = made;
  }

  test::LogCapture log_;
  std::shared_ptr<RoundResolver> resolver_ =
      std::make_shared<RoundResolver>(dns::Zone::parse(cold_zone).value());
  std::shared_ptr<const Environment> environment_;
};

TEST_F(RoundsTest, an_aligned_sender_takes_one) {
  EXPECT_EQ(rounds_of("<a@bank.example>", "ceo@bank.example"), 1U);
}

TEST_F(RoundsTest, a_subdomain_whose_policy_stands_above_takes_one) {
  EXPECT_EQ(rounds_of("<a@bank.example>", "ceo@a.b.c.news.bank.example"), 1U);
}

TEST_F(RoundsTest, a_sender_of_another_organization_takes_one) {
  EXPECT_EQ(rounds_of("<a@bank.example>", "ceo@deep.other.example"), 1U);
}

TEST_F(RoundsTest, signatures_take_none_of_their_own) {
  EXPECT_EQ(rounds_of("<a@bank.example>", "ceo@news.bank.example",
                      "verifier.example; dkim=pass header.d=mail.bank.example header.s=x"),
            1U);
}

TEST_F(RoundsTest, an_include_takes_a_second) {
  EXPECT_EQ(rounds_of("<a@esp.example>", "ceo@bank.example"), 2U);
}

}  // namespace
}  // namespace dmarc::filter
