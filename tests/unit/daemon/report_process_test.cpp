#include "daemon/report_process.h"

#include <gtest/gtest.h>

#include <csignal>

namespace dmarc::daemon {
namespace {

using sending::Envelope;
using sending::Outcome;

/// Answers with what it was given, as the process that it is in.
class Echo final : public sending::Transport {
 public:
  Outcome send(const Envelope& envelope, std::string_view message, const Commit&) override {
    if (message == "die") std::raise(SIGKILL);
    std::string answer = envelope.sender + "|";
    for (const std::string& recipient : envelope.recipients)
      answer += recipient + "|";
    const auto state = message.empty() ? Outcome::State::failed : Outcome::State::later;
    return {state, answer + std::to_string(message.size())};
  }
};

std::shared_ptr<ReportProcess> report_process() {
  return ReportProcess::start(std::make_unique<Echo>()).value();
}

TEST(ReportProcess, takes_mail_to_another_process_and_brings_the_answer) {
  const auto made = report_process();
  Outcome outcome = made->send({"a@example.org", {"b@example.org", "c@example.org"}}, "text");
  EXPECT_EQ(outcome.state, Outcome::State::later);
  EXPECT_EQ(outcome.answer, "a@example.org|b@example.org|c@example.org|4");
  outcome = made->send({"", {"b@example.org"}}, "");
  EXPECT_EQ(outcome.state, Outcome::State::failed);
  EXPECT_EQ(outcome.answer, "|b@example.org|0");
}

TEST(ReportProcess, carries_what_is_larger_than_a_socket_holds) {
  const auto made = report_process();
  EXPECT_EQ(made->send({"", {"b@example.org"}}, std::string(ReportProcess::max_frame, 'x')).answer,
            "|b@example.org|" + std::to_string(ReportProcess::max_frame));
  EXPECT_EQ(
      made->send({"", {"b@example.org"}}, std::string(ReportProcess::max_frame + 1, 'x')).answer,
      "a message too large");
}

TEST(ReportProcess, its_death_is_an_answer_too) {
  const auto made = report_process();
  EXPECT_EQ(made->send({"", {"b@example.org"}}, "die").state, Outcome::State::later);
  EXPECT_EQ(made->send({"", {"b@example.org"}}, "text").answer,
            "the process that sends reports has ended");
}

}  // namespace
}  // namespace dmarc::daemon
