#include "failure/sender.h"

#include <gtest/gtest.h>

#include <dmarc/zone.h>

#include "support/failure_fixture.h"
#include "support/log_capture.h"

namespace dmarc::failure {
namespace {

using namespace std::chrono_literals;

/// Keeps what it is given.
class Outbox final : public sending::Transport {
 public:
  struct Mail {
    sending::Envelope envelope;
    std::string message;
    bool has(std::string_view text) const { return message.find(text) != std::string::npos; }
  };

  sending::Outcome send(const sending::Envelope& envelope, std::string_view message,
                        const Commit&) override {
    mails.push_back({envelope, std::string(message)});
    return outcome;
  }

  std::vector<Mail> mails;
  sending::Outcome outcome;
};

class SenderTest : public testing::Test {
 protected:
  SenderTest() {
    context_.policy = std::make_shared<const policy::Settings>(failing::settings());
    context_.resolver = zone_;
    context_.transport = outbox_;
    context_.user = "opendmarc";
  }

  void send(std::string_view record) {
    sender_.send(*failure::incident_of(failing::message(), failing::judgement(record),
                                       failing::settings(), {.for_operator = true}, 1790000000),
                 context_, {now_, 1790000001});
  }

  std::vector<std::string> recipients() const {
    std::vector<std::string> all;
    for (const Outbox::Mail& mail : outbox_->mails)
      all.insert(all.end(), mail.envelope.recipients.begin(), mail.envelope.recipients.end());
    return all;
  }

  using Recipients = std::vector<std::string>;

  std::shared_ptr<dns::Zone> zone_ = std::make_shared<dns::Zone>(
      dns::Zone::parse("_dmarc.example.org TXT \"v=DMARC1; p=reject\"\n"
                       "news.example.org TXT \"v=spf1 ip4:192.0.2.1 -all\"\n"
                       "example.org._report._dmarc.agreed.example TXT \"v=DMARC1\"\n"
                       "example.org._report._dmarc.moved.example TXT "
                       "\"v=DMARC1; ruf=mailto:new@moved.example\"\n"
                       "example.org._report._dmarc.broken.example RCODE SERVFAIL\n")
          .value());
  std::shared_ptr<Outbox> outbox_ = std::make_shared<Outbox>();
  test::LogCapture log_;
  Context context_;
  Sender sender_{log_, "key"};
  failure::Limits::Time now_{1000h};
};

TEST_F(SenderTest, each_destination_gets_a_mail_of_its_own) {
  send("v=DMARC1; p=reject; ruf=mailto:a@example.org,mailto:b@example.org,mailto:a@example.org");
  EXPECT_EQ(recipients(), (Recipients{"a@example.org", "b@example.org"}));
  const Outbox::Mail& mail = outbox_->mails.front();
  EXPECT_EQ(mail.envelope.sender, "");
  EXPECT_TRUE(mail.has("From: OpenDMARC Filter <opendmarc@mx.victim.example>\r\n"));
  EXPECT_TRUE(mail.has("To: a@example.org\r\n"));
  EXPECT_FALSE(mail.has("Incidents:"));
  EXPECT_FALSE(mail.has("jane@")) << "redacted by default";
  const auto message_id = [](const Outbox::Mail& one) {
    const std::size_t begin = one.message.find("Message-ID:");
    return one.message.substr(begin, one.message.find('\n', begin) - begin);
  };
  EXPECT_NE(message_id(mail), message_id(outbox_->mails.back()));
  EXPECT_EQ(log_.count(log::Id::failure_report_sent), 2u);
}

TEST_F(SenderTest, destinations_elsewhere_must_have_agreed) {
  send(
      "v=DMARC1; p=reject; ruf=mailto:a@agreed.example,mailto:b@victim.example,"
      "mailto:c@moved.example,https://example.org/x");
  EXPECT_EQ(recipients(), (Recipients{"a@agreed.example", "new@moved.example"}));
  EXPECT_EQ(log_.count(log::Id::failure_report_refused), 2u);
}

TEST_F(SenderTest, the_list_of_the_operator_has_the_last_word) {
  context_.no_reports.add("agreed.example");
  context_.no_reports.add("A@example.org");
  send("v=DMARC1; p=reject; ruf=mailto:a@agreed.example,mailto:a@example.org,mailto:b@example.org");
  EXPECT_EQ(recipients(), Recipients{"b@example.org"});
}

// RPT-09: a flood of forged mail is no flood of reports.
TEST_F(SenderTest, past_the_limit_reports_are_counted_and_told_of) {
  context_.settings.rates = {.per_destination = 1, .in_all = 100};
  for (int i = 0; i < 4; ++i)
    send(failing::usual_record);
  EXPECT_EQ(outbox_->mails.size(), 1u);
  EXPECT_EQ(log_.count(log::Id::failure_report_held), 3u);
  now_ += 1h;
  send(failing::usual_record);
  ASSERT_EQ(outbox_->mails.size(), 2u);
  EXPECT_TRUE(outbox_->mails.back().has("\r\nIncidents: 4\r\n"));
}

TEST_F(SenderTest, what_could_not_be_sent_is_told_of_too) {
  outbox_->outcome = {sending::Outcome::State::later, "busy"};
  send(failing::usual_record);
  EXPECT_EQ(log_.count(log::Id::failure_report_unsent), 1u);
  outbox_->outcome = {};
  send(failing::usual_record);
  EXPECT_TRUE(outbox_->mails.back().has("\r\nIncidents: 2\r\n"));
}

TEST_F(SenderTest, when_the_dns_fails_nothing_is_sent_unverified) {
  send("v=DMARC1; p=reject; ruf=mailto:a@broken.example");
  EXPECT_TRUE(outbox_->mails.empty());
  zone_->add(failing::name("other.example"), dns::Type::a, "1234");
  auto mended = std::make_shared<dns::Zone>(
      dns::Zone::parse("_dmarc.example.org TXT \"v=DMARC1; p=reject\"\n"
                       "example.org._report._dmarc.broken.example TXT \"v=DMARC1\"\n")
          .value());
  context_.resolver = mended;
  send("v=DMARC1; p=reject; ruf=mailto:a@broken.example");
  ASSERT_EQ(outbox_->mails.size(), 1u);
  EXPECT_TRUE(outbox_->mails.back().has("\r\nIncidents: 2\r\n"));
}

TEST_F(SenderTest, the_operator_gets_copies_that_one_destination_can_not_use_up) {
  context_.settings.copies = {sending::MailAddress::parse("postmaster@victim.example").value()};
  context_.settings.rates = {.per_destination = 1, .in_all = 100};
  send(failing::usual_record);
  send(failing::usual_record);
  send("v=DMARC1; p=reject");
  EXPECT_EQ(recipients(), (Recipients{"f@example.org", "postmaster@victim.example",
                                      "postmaster@victim.example", "postmaster@victim.example"}));
  EXPECT_TRUE(outbox_->mails.back().has("To: postmaster@victim.example\r\n"));
}

TEST_F(SenderTest, the_from_field_and_redaction_are_the_administrators_choice) {
  context_.settings.from = "J\xc3\xb6rg <joerg@victim.example>";
  context_.settings.redact = false;
  send(failing::usual_record);
  EXPECT_TRUE(outbox_->mails.front().has("From: =?utf-8?B?SsO2cmc=?= <joerg@victim.example>\r\n"));
  EXPECT_TRUE(outbox_->mails.front().has("jane@news.example.org"));
}

TEST_F(SenderTest, the_spf_record_is_looked_up_when_another_filter_has_checked) {
  auto judged = failing::judgement(failing::usual_record);
  judged.authentication.own_spf.reset();
  sender_.send(
      *failure::incident_of(failing::message(), judged, failing::settings(), {}, 1790000000),
      context_, {now_, 1790000001});
  EXPECT_TRUE(outbox_->mails.front().has("\"v=spf1 ip4:192.0.2.1 -all\""));
}

}  // namespace

namespace {

using namespace std::chrono_literals;

constexpr auto deadline = 30s;

/// Takes nothing until it is opened.
class Gate final : public sending::Transport {
 public:
  sending::Outcome send(const sending::Envelope&, std::string_view, const Commit&) override {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return is_open_; });
    ++sent_;
    changed_.notify_all();
    return {};
  }

  void open() {
    const std::lock_guard lock(mutex_);
    is_open_ = true;
    changed_.notify_all();
  }
  bool wait_for_one() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, deadline, [this] { return waiting_ > 0; });
  }
  bool wait_for_sent(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, deadline, [&] { return sent_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_open_ = false;
  std::size_t waiting_ = 0;
  std::size_t sent_ = 0;
};

class QueueTest : public testing::Test {
 protected:
  QueueTest() {
    failure::Context context;
    context.settings.rates = {.per_destination = 1'000, .in_all = 1'000};
    context.policy = std::make_shared<const policy::Settings>(failing::settings());
    context.resolver = std::make_shared<dns::Zone>(
        dns::Zone::parse("_dmarc.example.org TXT \"v=DMARC1; p=reject\"\n").value());
    context.transport = gate_;
    context.user = "opendmarc";
    context_ = std::make_shared<const failure::Context>(context);
  }
  ~QueueTest() override { gate_->open(); }

  void offer(std::size_t count) {
    for (; count > 0; --count)
      queue_.offer(
          *failure::incident_of(failing::message(), failing::judgement(failing::usual_record),
                                failing::settings(), {}, 1790000000),
          context_);
  }

  bool has_logged(std::string_view text) const {
    for (const std::string& line : log_.texts()) {
      if (line.find(text) != std::string::npos) return true;
    }
    return false;
  }

  test::LogCapture log_;
  std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
  Queue::SharedContext context_;
  Queue queue_{log_};
};

TEST_F(QueueTest, what_is_offered_leaves_on_another_thread) {
  offer(3);
  gate_->open();
  EXPECT_TRUE(gate_->wait_for_sent(3));
}

TEST_F(QueueTest, a_full_queue_holds_up_nobody_and_says_so_once) {
  offer(1);
  ASSERT_TRUE(gate_->wait_for_one());
  offer(Queue::max_waiting + 7);
  EXPECT_EQ(log_.count(log::Id::failure_reports_full), 1u);
  gate_->open();
  EXPECT_TRUE(gate_->wait_for_sent(Queue::max_waiting + 1));
  EXPECT_TRUE(has_logged("failure reports have room again; 7 were dropped"));
}

TEST_F(QueueTest, the_end_waits_for_what_waits) {
  offer(3);
  gate_->open();
  queue_.close(deadline);
  EXPECT_TRUE(gate_->wait_for_sent(3));
  EXPECT_EQ(log_.count(log::Id::failure_reports_lost), 0u);
}

TEST_F(QueueTest, but_not_for_ever) {
  offer(1);
  ASSERT_TRUE(gate_->wait_for_one());
  offer(4);
  queue_.close(1ms);
  EXPECT_TRUE(has_logged("4 failure reports had not left at the end"));
  offer(1);
  gate_->open();
  EXPECT_TRUE(gate_->wait_for_sent(1));
  queue_.close(deadline);
  EXPECT_EQ(log_.count(log::Id::failure_report_sent), 1u) << "nothing is taken after the end";
}

/// As a lack of memory would.
class Throws final : public sending::Transport {
 public:
  sending::Outcome send(const sending::Envelope&, std::string_view, const Commit&) override {
    throw std::runtime_error("no more");
  }
};

TEST_F(QueueTest, an_exception_ends_one_report_alone) {
  auto broken = std::make_shared<failure::Context>(*context_);
  broken->transport = std::make_shared<Throws>();
  const auto working = std::exchange(context_, broken);
  offer(1);
  context_ = working;
  offer(1);
  gate_->open();
  EXPECT_TRUE(gate_->wait_for_sent(1));
  EXPECT_TRUE(has_logged("not sent: no more"));
}

}  // namespace

}  // namespace dmarc::failure
