// What reaches the daemon's socket need not be an MTA: packets without content, lengths of four
// gigabytes, commands out of order, connections that break anywhere. After each the daemon must
// serve the next message properly, and in the end hold no more memory and descriptors than before.
#include <gtest/gtest.h>
#include <poll.h>

#include <functional>
#include <tuple>

#include "base/ascii.h"
#include "daemon_process.h"
#include "milter/client/delivery.h"
#include "raw_client.h"
#include "support/dns_server.h"
#include "support/temporary_folder.h"

namespace dmarc::test {
namespace {

using namespace std::string_literals;
using milter::wire::Command;
using milter::wire::Fields;

constexpr std::string_view zone = R"(
_dmarc.author.example  TXT  "v=DMARC1; p=reject"
)";

constexpr std::string_view configuration = "AuthservID mx\nRejectFailures true\n";

class BrokenClients : public ::testing::TestWithParam<std::tuple<Engine, Transport>> {
 protected:
  BrokenClients()
      : dns_(zone),
        daemon_(std::string(configuration) + "Nameservers " + dns_.address().text() + "\n",
                std::get<Engine>(GetParam()), std::get<Transport>(GetParam()), folder_.path()) {}

  ~BrokenClients() override { daemon_.stop(); }

  /// One message by the book, which has to be refused for what it is.
  void expect_service() {
    auto client =
        milter::client::Client::connect_to(daemon_.socket(), {.timeout = patience, .offer = {}});
    ASSERT_TRUE(client) << client.error().text;
    milter::client::SmtpMessage message;
    message.queue_id = "Q";
    message.recipients = {"user@example.net"};
    milter::client::set_content(message, "From: a@author.example\r\n\r\nbody\r\n");
    milter::client::Delivery delivery;
    ASSERT_TRUE(milter::client::begin_session(
        *client, {"mail", base::IpAddress::parse("192.0.2.1"), "mail", "", "mx"}, delivery));
    const auto sent = milter::client::send_message(*client, message, delivery);
    ASSERT_TRUE(sent) << sent.error().text;
    EXPECT_EQ(delivery.answer.smtp_reply(),
              "550 5.7.1 rejected by DMARC policy for author.example");
    client->quit();
  }

  TemporaryFolder folder_;
  DnsServer dns_;
  DaemonProcess daemon_;
};

TEST_P(BrokenClients, a_connection_that_says_nothing) {
  RawClient client(daemon_);
  expect_service();
}

TEST_P(BrokenClients, a_packet_without_content) {
  RawClient(daemon_).send("\0\0\0\0"s);
  RawClient(daemon_).negotiate().send("\0\0\0\0"s);
  expect_service();
}

TEST_P(BrokenClients, a_length_of_gigabytes) {
  EXPECT_TRUE(RawClient(daemon_).send("\x7f\xff\xff\xffO").is_closed_by_daemon());
  EXPECT_TRUE(RawClient(daemon_).negotiate().send("\x7f\xff\xff\xffL").is_closed_by_daemon());
  // libmilter takes these for negative.
  RawClient(daemon_).send("\xff\xff\xff\xffO").send(std::string(100'000, 'x'));
  RawClient(daemon_).negotiate().send("\xff\xff\xff\xffL").send(std::string(100'000, 'x'));
  expect_service();
}

TEST_P(BrokenClients, half_a_packet) {
  const std::string whole = milter::wire::packet(Command::negotiate, milter::wire::encode({}));
  for (std::size_t length = 0; length < whole.size(); ++length)
    RawClient(daemon_).send(whole.substr(0, length));
  expect_service();
}

TEST_P(BrokenClients, an_unknown_command) {
  for (int code = 0; code < 256; ++code)
    RawClient(daemon_).negotiate().send(
        milter::wire::packet(static_cast<char>(code), "data\0data\0"s));
  expect_service();
}

TEST_P(BrokenClients, a_negotiation_that_is_cut_off_or_comes_twice) {
  RawClient(daemon_).send(Command::negotiate, "\0\0\0\6"s);
  RawClient(daemon_).send(Command::negotiate);
  RawClient(daemon_).negotiate().send(Command::negotiate, milter::wire::encode({}));
  expect_service();
}

TEST_P(BrokenClients, an_mta_that_offers_too_little_or_everything) {
  const auto offer = [](std::uint32_t version, std::uint32_t actions, std::uint32_t steps) {
    return milter::wire::packet(Command::negotiate,
                                milter::wire::encode({version, actions, steps, {}}));
  };
  EXPECT_TRUE(RawClient(daemon_).send(offer(6, 0, 0)).is_closed_by_daemon());
  EXPECT_TRUE(RawClient(daemon_).send(offer(1, 0x1ff, 0x1fffff)).is_closed_by_daemon());
  RawClient(daemon_).send(offer(0xffffffff, 0xffffffff, 0xffffffff));
  expect_service();
}

TEST_P(BrokenClients, data_without_its_terminators) {
  for (const auto& [command, data] : conversation()) {
    RawClient(daemon_).negotiate().send(command, "no end");
    RawClient(daemon_).negotiate().send(command);
    RawClient(daemon_).negotiate().send(command, std::string(1000, '\0'));
  }
  expect_service();
}

TEST_P(BrokenClients, a_client_of_a_family_that_does_not_exist) {
  for (const char family : {'5', '\0', 'L', 'U', '6'})
    RawClient(daemon_).negotiate().send(
        Command::connect, Fields().text("x").octet(family).port(1).text("not an address").take());
  RawClient(daemon_).negotiate().send(Command::connect, Fields().text("x").take());
  expect_service();
}

TEST_P(BrokenClients, macros_that_are_cut_off_or_for_no_command) {
  RawClient(daemon_).negotiate().send(Command::macro);
  RawClient(daemon_).negotiate().send(Command::macro, "Mi");
  RawClient(daemon_).negotiate().send(Command::macro, "Mi\0x"s);
  RawClient(daemon_).negotiate().send(Command::macro, "\xff{i}\0x\0"s);
  RawClient(daemon_).negotiate().send(Command::macro, "M" + std::string(60000, '\0'));
  expect_service();
}

TEST_P(BrokenClients, each_command_first) {
  for (const auto& [command, data] : conversation())
    RawClient(daemon_).negotiate().send(command, data);
  RawClient(daemon_).negotiate().send(Command::abort);
  RawClient(daemon_).negotiate().send(Command::quit_new_connection).send(Command::quit);
  expect_service();
}

TEST_P(BrokenClients, the_commands_in_reverse_order) {
  RawClient client(daemon_);
  client.negotiate();
  for (auto piece = conversation().rbegin(); piece != conversation().rend(); ++piece)
    client.send(piece->first, piece->second);
  expect_service();
}

TEST_P(BrokenClients, each_command_twice_and_an_abort_after_each) {
  RawClient client(daemon_);
  client.negotiate();
  for (const auto& [command, data] : conversation())
    client.send(command, data).send(command, data).send(Command::abort);
  expect_service();
}

TEST_P(BrokenClients, end_of_message_again_and_again) {
  RawClient client(daemon_);
  client.negotiate().send(Command::connect, client_fields());
  for (int i = 0; i < 20; ++i)
    client.send(Command::end_of_message);
  expect_service();
}

TEST_P(BrokenClients, a_connection_that_breaks_after_each_command) {
  for (std::size_t length = 0; length <= conversation().size(); ++length) {
    RawClient client(daemon_);
    client.negotiate();
    for (std::size_t i = 0; i < length; ++i)
      client.send(conversation()[i].first, conversation()[i].second);
  }
  expect_service();
}

TEST_P(BrokenClients, a_header_without_end) {
  RawClient client(daemon_);
  client.negotiate();
  for (std::size_t i = 0; i < 3; ++i)
    client.send(conversation()[i].first, conversation()[i].second);
  for (int i = 0; i < 20000; ++i)
    client.send(Command::header, header_fields());
  expect_service();
}

TEST_P(BrokenClients, nothing_is_kept_of_them) {
  const auto disturb = [this] {
    for (std::size_t length = 0; length <= conversation().size(); ++length) {
      RawClient client(daemon_);
      client.negotiate();
      for (std::size_t i = 0; i < length; ++i)
        client.send(conversation()[i].first, conversation()[i].second);
      client.send("\0\0\1\0L"s + std::string(100, 'x'));
    }
    expect_service();
  };
  for (int i = 0; i < 10; ++i)
    disturb();
  const std::size_t memory = daemon_.resident_kib();
  const std::size_t files = daemon_.open_files();
  for (int i = 0; i < 40; ++i)
    disturb();
  EXPECT_LE(daemon_.resident_kib(), memory + DMARCD_GROWTH_BOUND_KIB);
  // The daemon closes a connection that broke when it finds out, which may be a moment later.
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (daemon_.open_files() > files && std::chrono::steady_clock::now() < deadline)
    ::poll(nullptr, 0, 20);
  EXPECT_LE(daemon_.open_files(), files);
}

std::string name_of_instance(
    const ::testing::TestParamInfo<std::tuple<Engine, Transport>>& instance) {
  return std::string(name_of(std::get<Engine>(instance.param))) + "_" +
         std::string(name_of(std::get<Transport>(instance.param)));
}

INSTANTIATE_TEST_SUITE_P(Engines, BrokenClients,
                         ::testing::Combine(::testing::ValuesIn(engines),
                                            ::testing::Values(Transport::unix_socket,
                                                              Transport::inet)),
                         name_of_instance);

}  // namespace
}  // namespace dmarc::test
