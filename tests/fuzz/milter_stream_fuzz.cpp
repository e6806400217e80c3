// What reaches the filter's socket, as the native engine takes it.
//
// The input is the octets themselves; the first of them says how large the pieces are in which they
// arrive.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <dmarc/zone.h>

#include "expect.h"
#include "filter/environment.h"
#include "milter/conversation.h"

namespace {

using namespace dmarc;
using dmarc::fuzz::expect;

class NoLog final : public log::Sink {
 public:
  void write(const log::Event&) override {}
};

/// The answers to the octets when they arrive in pieces of that size.
std::string answers_to(std::string_view octets, std::size_t piece) {
  NoLog log;
  filter::ConnectionLimit connection_limit(1, log);
  const auto environment = [&] {
    auto made = std::make_shared<filter::Environment>();
    policy::Settings settings;
    settings.authserv_id = "mx";
    settings.spf_self_validate = true;
    settings.dkim_self_validate = policy::SelfValidate::automatic;
    made->settings = std::make_shared<const policy::Settings>(settings);
    made->resolver = std::make_shared<dns::Zone>();
    made->sink = &log;
    return made;
  };
  const milter::EngineOptions options{environment, &connection_limit, &log};
  milter::Conversation conversation(options, false, [] {});
  std::string unread, answers;
  while (!octets.empty() && conversation.state() == milter::Conversation::State::open) {
    unread += octets.substr(0, piece);
    octets.remove_prefix(std::min(piece, octets.size()));
    std::string_view rest = unread;
    conversation.receive(rest, answers);
    unread.erase(0, unread.size() - rest.size());
    conversation.settle();
  }
  expect(conversation.state() != milter::Conversation::State::judging, "a zone answers at once");
  return answers;
}

void expect_packets(std::string_view octets) {
  while (!octets.empty()) {
    const auto packet = milter::wire::take_packet(octets);
    expect(packet && *packet, "answers are whole packets");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view octets(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string whole = answers_to(octets, std::max<std::size_t>(octets.size(), 1));
  expect_packets(whole);
  expect(answers_to(octets, data[0] + 1U) == whole, "the size of the pieces makes no difference");
  return 0;
}
