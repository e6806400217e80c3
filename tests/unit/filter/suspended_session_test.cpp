// A session whose answers come late: what it says meanwhile, and when it goes on.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include <dmarc/zone.h>

#include "filter/environment.h"
#include "filter/session.h"
#include "history/writer.h"
#include "spf/libspf2/libspf2.h"
#include "support/hanging_output.h"
#include "support/log_capture.h"
#include "support/manual_clock.h"
#include "support/manual_resolver.h"

namespace dmarc::filter {
namespace {

using namespace std::chrono_literals;
using test::text_answer;

dns::Question txt(std::string_view name) {
  return {*dns::Name::parse(name), dns::Type::txt};
}

class SuspendedSession : public testing::Test {
 protected:
  SuspendedSession() {
    settings_.authserv_id = "mx.example.org";
    settings_.spf_self_validate = true;
    settings_.spf_ignore_results = true;
  }

  void begin(std::string_view sender = "author.example",
             std::string_view author = "author.example") {
    auto environment = std::make_shared<Environment>();
    environment->settings = std::make_shared<const policy::Settings>(settings_);
    environment->resolver = resolver_;
    environment->lookup_limits.timeout = timeout_;
    environment->sink = &log_;
    environment->history = history_;
    session_ = std::make_unique<Session>(
        environment, [this] { ++wakes_; }, Transfer{}, clock_);
    session_->connect("client.example", base::IpAddress::parse("192.0.2.1"));
    session_->mail("<a@" + std::string(sender) + ">", no_macros);
    session_->header("From", "a@" + std::string(author));
  }

  std::optional<policy::Judgement> end() { return session_->end_of_message(no_macros); }

  void answer_policy() {
    resolver_->answer(txt("_dmarc.author.example"), text_answer("v=DMARC1; p=reject"));
    resolver_->answer(txt("_dmarc.example"), text_answer("no policy"));
  }

  static std::optional<std::string> no_macros(std::string_view) { return std::nullopt; }

  static constexpr std::chrono::seconds timeout_{5};

  policy::Settings settings_;
  test::ManualClock clock_;
  test::LogCapture log_;
  std::shared_ptr<test::ManualResolver> resolver_ = std::make_shared<test::ManualResolver>();
  std::shared_ptr<history::Writer> history_;
  std::atomic<int> wakes_ = 0;
  std::unique_ptr<Session> session_;
};

TEST_F(SuspendedSession, judges_when_the_last_answer_has_come) {
  begin();
  EXPECT_FALSE(end());
  EXPECT_TRUE(session_->in_message());
  EXPECT_EQ(log_.count(log::Id::result), 0U);
  answer_policy();
  EXPECT_EQ(wakes_, 1) << "by the first of them";
  EXPECT_FALSE(session_->advance()) << "the sender's record is still missing";
  resolver_->answer(txt("author.example"), text_answer("v=spf1 ip4:192.0.2.1 -all"));
  EXPECT_GE(wakes_, 2);
  const auto judgement = session_->advance();
  ASSERT_TRUE(judgement);
  EXPECT_EQ(judgement->result, Result::pass);
  EXPECT_FALSE(session_->in_message());
  EXPECT_EQ(log_.count(log::Id::result), 1U);
}

// How often a message has to wait for a round trip to the DNS server, with nothing in the cache and
// nothing answered before its end.
TEST_F(SuspendedSession, a_message_with_new_names_waits_for_one_round_of_answers) {
  struct Names {
    std::string_view sender, author;
    unsigned rounds;
  };
  dns::Zone zone = *dns::Zone::parse(R"(
one.example              TXT "v=spf1 ip4:192.0.2.1 -all"
_dmarc.one.example       TXT "v=DMARC1; p=reject"
bounces.two.example      TXT "v=spf1 ip4:192.0.2.1 -all"
_dmarc.two.example       TXT "v=DMARC1; p=reject; np=reject"
three.example            TXT "v=spf1 include:four.example a mx -all"
four.example             TXT "v=spf1 ip4:203.0.113.1 -all"
_dmarc.three.example     TXT "v=DMARC1; p=reject"
)");
  for (const Names& names :
       {Names{"one.example", "one.example", 1},
        Names{"bounces.two.example", "www.shop.two.example", 1},
        Names{"elsewhere.example", "one.example", 1}, Names{"three.example", "three.example", 2}}) {
    resolver_ = std::make_shared<test::ManualResolver>();
    begin(names.sender, names.author);
    auto judgement = end();
    unsigned rounds = 0;
    for (; !judgement; ++rounds) {
      ASSERT_GT(resolver_->answer_all(zone), 0U);
      judgement = session_->advance();
    }
    EXPECT_EQ(rounds, names.rounds) << names.sender << " " << names.author;
  }
}

TEST_F(SuspendedSession, asks_each_question_once_however_often_it_is_resumed) {
  begin();
  EXPECT_FALSE(end());
  for (int i = 0; i < 5; ++i)
    EXPECT_FALSE(session_->advance());
  EXPECT_EQ(resolver_->times_asked(txt("_dmarc.author.example")), 1U);
  EXPECT_EQ(resolver_->times_asked(txt("author.example")), 1U);
}

class SuspendedSpf : public SuspendedSession,
                     public testing::WithParamInterface<const spf::Evaluator*> {};

TEST_P(SuspendedSpf, goes_on_by_itself_before_the_end_of_the_message) {
  settings_.spf.evaluator = GetParam();
  begin();
  resolver_->answer(txt("author.example"), text_answer("v=spf1 include:other.example -all"));
  EXPECT_EQ(wakes_, 1);
  EXPECT_EQ(resolver_->times_asked(txt("other.example")), 0U) << "not on the resolver's thread";
  EXPECT_FALSE(session_->advance());
  EXPECT_EQ(resolver_->times_asked(txt("other.example")), 1U);
  resolver_->answer(txt("other.example"), text_answer("v=spf1 +all"));
  answer_policy();
  const auto judgement = end();
  ASSERT_TRUE(judgement);
  EXPECT_EQ(judgement->result, Result::pass);
}

INSTANTIATE_TEST_SUITE_P(Engines, SuspendedSpf, testing::Values(nullptr, &spf::libspf2()));

TEST_F(SuspendedSession, is_not_judged_before_its_end_however_often_it_is_advanced) {
  begin();
  answer_policy();
  resolver_->answer(txt("author.example"), text_answer("v=spf1 ip4:192.0.2.1 -all"));
  EXPECT_FALSE(session_->advance());
  EXPECT_TRUE(session_->in_message());
  EXPECT_EQ(log_.count(log::Id::result), 0U);
  EXPECT_TRUE(end());
  EXPECT_FALSE(session_->advance()) << "nothing is left to be judged";
}

TEST_F(SuspendedSession, at_the_deadline_what_is_missing_has_failed) {
  begin();
  clock_.advance(1h);
  EXPECT_FALSE(end()) << "the time counts from the end of the message";
  EXPECT_EQ(session_->deadline(), clock_.now() + timeout_);
  clock_.advance(timeout_ - 1ms);
  EXPECT_FALSE(session_->advance());
  clock_.advance(1ms);
  const auto judgement = session_->advance();
  ASSERT_TRUE(judgement);
  EXPECT_EQ(judgement->result, Result::temperror);
  ASSERT_TRUE(judgement->authentication.own_spf);
  EXPECT_EQ(judgement->authentication.own_spf->code, spf::Code::temperror);
}

TEST_F(SuspendedSession, an_answer_after_an_abort_wakes_nobody) {
  begin();
  EXPECT_FALSE(end());
  session_->abort();
  resolver_->answer(txt("author.example"), text_answer("v=spf1 include:other.example -all"));
  resolver_->answer(txt("_dmarc.author.example"), text_answer("v=DMARC1; p=reject"));
  EXPECT_EQ(wakes_, 0);
  EXPECT_EQ(resolver_->times_asked(txt("other.example")), 0U) << "the check was given up";
}

TEST_F(SuspendedSession, ends_while_answers_are_under_way) {
  begin();
  EXPECT_FALSE(end());
  session_.reset();
  resolver_->answer(txt("_dmarc.author.example"), text_answer("v=DMARC1; p=reject"));
  EXPECT_EQ(wakes_, 0);
}

/// The history's disk hangs until the test releases it.
class UnrecordedSession : public SuspendedSession {
 protected:
  UnrecordedSession() {
    settings_.spf_self_validate = false;
    history_ = std::make_shared<history::Writer>(
        "history", std::make_unique<test::HangingOutput>(disk_), log_);
  }
  ~UnrecordedSession() override {
    if (!released_) disk_.released.set_value();
    session_.reset();
    history_.reset();
  }
  void release() {
    disk_.released.set_value();
    released_ = true;
    history_->close(1min);
  }

  test::HangingOutput::Disk disk_;
  bool released_ = false;
};

TEST_F(UnrecordedSession, answers_when_its_record_is_written) {
  begin();
  answer_policy();
  EXPECT_FALSE(end());
  EXPECT_TRUE(session_->in_message());
  EXPECT_EQ(log_.count(log::Id::result), 0U) << "the record comes first";
  const int before = wakes_;
  release();
  EXPECT_GT(wakes_, before);
  const auto judgement = session_->advance();
  ASSERT_TRUE(judgement);
  EXPECT_EQ(judgement->result, Result::fail);
  EXPECT_EQ(log_.count(log::Id::result), 1U);
  EXPECT_EQ(disk_.records.size(), 1U);
  EXPECT_FALSE(session_->in_message());
}

TEST_F(UnrecordedSession, waits_for_the_disk_a_second_and_the_next_message_not_at_all) {
  begin();
  answer_policy();
  EXPECT_FALSE(end());
  EXPECT_EQ(session_->deadline(), clock_.now() + history_patience);
  clock_.advance(history_patience);
  EXPECT_TRUE(session_->advance());
  EXPECT_EQ(log_.count(log::Id::history_slow), 1U);
  begin();
  answer_policy();
  EXPECT_TRUE(end());
  release();
  EXPECT_EQ(disk_.records.size(), 2U);
}

TEST_F(UnrecordedSession, is_logged_also_when_the_mta_has_gone_away) {
  begin();
  answer_policy();
  EXPECT_FALSE(end());
  session_.reset();
  EXPECT_EQ(log_.count(log::Id::result), 1U);
}

/// Nobody is asked: all places are taken.
class FullResolver final : public test::ManualResolver {
 public:
  explicit FullResolver(std::vector<dns::Question> full) : full_(std::move(full)) {}

  std::unique_ptr<Asker> open() override {
    class Waiting final : public Asker {
     public:
      explicit Waiting(FullResolver& resolver) : resolver_(resolver) {}
      void resolve(const dns::Question& question, Callback done) override {
        resolver_.resolve(question, std::move(done));
      }
      bool is_waiting(const dns::Question& question) const override {
        return std::ranges::find(resolver_.full_, question) != resolver_.full_.end();
      }

     private:
      FullResolver& resolver_;
    };
    return std::make_unique<Waiting>(*this);
  }

 private:
  const std::vector<dns::Question> full_;
};

// Otherwise whoever has the most questions under way decides what gets in.
TEST_F(SuspendedSession, what_was_not_asked_in_time_defers_and_is_logged) {
  settings_.temp_error_action = policy::TempErrorAction::accept;
  resolver_ = std::make_shared<FullResolver>(
      std::vector{txt("_dmarc.author.example"), txt("_dmarc.example")});
  begin("spoofer.test");
  EXPECT_FALSE(end());
  clock_.advance(timeout_);
  const auto judgement = session_->advance();
  ASSERT_TRUE(judgement);
  EXPECT_EQ(judgement->result, Result::temperror);
  EXPECT_EQ(judgement->action, policy::Action::tempfail);
  EXPECT_EQ(judgement->reply->enhanced, "4.3.2");
  EXPECT_TRUE(judgement->own_limit);
  EXPECT_EQ(log_.count(log::Id::own_limit), 1U);
}

TEST_F(SuspendedSession, an_spf_record_that_was_not_asked_for_in_time_defers_too) {
  resolver_ = std::make_shared<FullResolver>(std::vector{txt("author.example")});
  begin();
  EXPECT_FALSE(end());
  answer_policy();
  clock_.advance(timeout_);
  const auto judgement = session_->advance();
  ASSERT_TRUE(judgement);
  EXPECT_EQ(judgement->action, policy::Action::tempfail);
  EXPECT_TRUE(judgement->own_limit);
}

TEST_F(SuspendedSession, what_cannot_change_the_result_defers_nothing) {
  settings_.reject_failures = true;
  resolver_ = std::make_shared<FullResolver>(std::vector{txt("spoofer.test")});
  begin("spoofer.test");
  EXPECT_FALSE(end());
  answer_policy();
  clock_.advance(timeout_);
  const auto judgement = session_->advance();
  ASSERT_TRUE(judgement);
  EXPECT_EQ(judgement->result, Result::fail);
  EXPECT_EQ(judgement->action, policy::Action::reject);
  EXPECT_EQ(log_.count(log::Id::own_limit), 0U);
}

TEST_F(SuspendedSession, a_silent_dns_is_not_our_own_limit) {
  begin("spoofer.test");
  EXPECT_FALSE(end());
  clock_.advance(timeout_);
  const auto judgement = session_->advance();
  ASSERT_TRUE(judgement);
  EXPECT_EQ(judgement->result, Result::temperror);
  EXPECT_EQ(judgement->action, policy::Action::accept);
  EXPECT_FALSE(judgement->own_limit);
}

}  // namespace
}  // namespace dmarc::filter
