#include "failure/failure_reporter.h"

#include <gtest/gtest.h>

#include "dns/zone.h"
#include "support/failure_fixture.h"
#include "support/log_capture.h"

namespace dmarc::failure {
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

class FailureReporterTest : public testing::Test {
 protected:
  FailureReporterTest() {
    failure::FailureTerms terms;
    terms.settings.rates = {.per_destination = 1'000, .in_all = 1'000};
    terms.policy = std::make_shared<const policy::Settings>(failing::settings());
    terms.resolver = std::make_shared<dns::Zone>(
        dns::Zone::parse("_dmarc.example.org TXT \"v=DMARC1; p=reject\"\n").value());
    terms.transport = gate_;
    terms.user = "opendmarc";
    terms_ = std::make_shared<const failure::FailureTerms>(terms);
  }
  ~FailureReporterTest() override { gate_->open(); }

  void offer(std::size_t count) {
    for (; count > 0; --count)
      reporter_.offer(
          *failure::failure_incident(failing::message(), failing::judgement(failing::usual_record),
                                     failing::settings(), {}, 1790000000),
          terms_);
  }

  bool has_logged(std::string_view text) const {
    for (const std::string& line : log_.texts()) {
      if (line.find(text) != std::string::npos) return true;
    }
    return false;
  }

  test::LogCapture log_;
  std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
  FailureReporter::Terms terms_;
  FailureReporter reporter_{log_};
};

TEST_F(FailureReporterTest, what_is_offered_leaves_on_another_thread) {
  offer(3);
  gate_->open();
  EXPECT_TRUE(gate_->wait_for_sent(3));
}

TEST_F(FailureReporterTest, a_full_queue_holds_up_nobody_and_says_so_once) {
  offer(1);
  ASSERT_TRUE(gate_->wait_for_one());
  offer(FailureReporter::max_waiting + 7);
  EXPECT_EQ(log_.count(log::Id::failure_reports_full), 1u);
  gate_->open();
  EXPECT_TRUE(gate_->wait_for_sent(FailureReporter::max_waiting + 1));
  EXPECT_TRUE(has_logged("failure reports have room again; 7 were dropped"));
}

TEST_F(FailureReporterTest, the_end_waits_for_what_waits) {
  offer(3);
  gate_->open();
  reporter_.close(deadline);
  EXPECT_TRUE(gate_->wait_for_sent(3));
  EXPECT_EQ(log_.count(log::Id::failure_reports_lost), 0u);
}

TEST_F(FailureReporterTest, but_not_for_ever) {
  offer(1);
  ASSERT_TRUE(gate_->wait_for_one());
  offer(4);
  reporter_.close(1ms);
  EXPECT_TRUE(has_logged("4 failure reports had not left at the end"));
  offer(1);
  gate_->open();
  EXPECT_TRUE(gate_->wait_for_sent(1));
  reporter_.close(deadline);
  EXPECT_EQ(log_.count(log::Id::failure_report_sent), 1u) << "nothing is taken after the end";
}

/// As a lack of memory would.
class Throws final : public sending::Transport {
 public:
  sending::Outcome send(const sending::Envelope&, std::string_view, const Commit&) override {
    throw std::runtime_error("no more");
  }
};

TEST_F(FailureReporterTest, an_exception_ends_one_report_alone) {
  auto broken = std::make_shared<failure::FailureTerms>(*terms_);
  broken->transport = std::make_shared<Throws>();
  const auto working = std::exchange(terms_, broken);
  offer(1);
  terms_ = working;
  offer(1);
  gate_->open();
  EXPECT_TRUE(gate_->wait_for_sent(1));
  EXPECT_TRUE(has_logged("not sent: no more"));
}

}  // namespace
}  // namespace dmarc::failure
