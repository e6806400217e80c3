// Senders who use up the questions that may be in flight, with names whose servers never answer:
// a message of somebody else is judged meanwhile, or deferred. To be let in unjudged is what they
// want.
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "daemon_process.h"
#include "milter/client/delivery.h"
#include "support/dns_server.h"
#include "support/temporary_folder.h"

namespace dmarc::test {
namespace {

using milter::client::Response;

constexpr std::size_t attackers = 100;
constexpr std::size_t authors = 10;
constexpr std::size_t aborted_messages = 11'000;

// No other name has an answer.
constexpr std::string_view zone = R"(
*                       FAULT  drop
_dmarc.author.example   TXT    "v=DMARC1; p=reject"
_dmarc.author.example   FAULT  ttl=300
author.example          TXT    "v=spf1 ip4:192.0.2.1 -all"
author.example          FAULT  ttl=300
_dmarc.example          FAULT  ttl=300
attack.example          TXT    "v=spf1 ip4:198.51.100.66 -all"
attack.example          FAULT  ttl=300
_dmarc.attack.example   FAULT  ttl=300
)";

constexpr std::string_view configuration =
    "AuthservID mx\nRejectFailures true\nSPFIgnoreResults true\nSPFSelfValidate true\n";

class ExhaustedDns : public ::testing::TestWithParam<Engine> {
 protected:
  ExhaustedDns()
      : dns_(zone),
        daemon_(std::string(configuration) + "Nameservers " + dns_.address().text() + "\n",
                GetParam(), Transport::unix_socket, folder_.path()) {}

  ~ExhaustedDns() override { daemon_.stop(); }

  tl::expected<milter::client::Client, milter::client::Error> connect() const {
    return milter::client::Client::connect_to(daemon_.socket(), {.timeout = patience, .offer = {}});
  }

  Response::Kind send(const std::string& client_address, const std::string& sender,
                      const std::string& from) const {
    auto client = connect();
    if (!client) throw std::runtime_error(client.error().text);
    milter::client::SmtpMessage message;
    message.queue_id = "Q";
    message.sender = sender;
    message.recipients = {"user@example.net"};
    milter::client::set_content(message, "From: " + from + "\r\n\r\nbody\r\n");
    milter::client::Delivery delivery;
    auto told = milter::client::begin_session(
        *client, {"unknown", base::IpAddress::parse(client_address), "mail", "", "mx"}, delivery);
    if (told) told = milter::client::send_message(*client, message, delivery);
    if (!told) throw std::runtime_error(told.error().text);
    client->quit();
    return delivery.answer.kind;
  }

  void expect_that_others_are_served() const {
    const Response::Kind spoof = send("198.51.100.66", "x@attack.example", "ceo@author.example");
    EXPECT_TRUE(spoof == Response::Kind::reject || spoof == Response::Kind::tempfail)
        << "a spoof: " << to_string(spoof);
    const Response::Kind genuine = send("192.0.2.1", "a@author.example", "a@author.example");
    EXPECT_EQ(genuine, Response::Kind::accept) << "the author's own mail";
  }

  TemporaryFolder folder_;
  DnsServer dns_;
  DaemonProcess daemon_;
};

// Five labels each, so that each author's walk has as many questions as there can be.
std::string many_authors(std::size_t attacker) {
  std::string from;
  for (std::size_t i = 0; i < authors; ++i) {
    if (i > 0) from += ", ";
    from += "a@d" + std::to_string(i) + ".c.b.n" + std::to_string(attacker) + ".dead";
  }
  return from;
}

TEST_P(ExhaustedDns, messages_with_many_authors_whose_servers_are_dead) {
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < attackers; ++i)
    threads.emplace_back([this, i] { send("203.0.113.9", "", many_authors(i)); });
  dns_.wait_for_total(attackers);
  expect_that_others_are_served();
  for (std::thread& thread : threads)
    thread.join();
}

TEST_P(ExhaustedDns, messages_that_are_begun_and_aborted) {
  auto client = connect();
  ASSERT_TRUE(client) << client.error().text;
  client->connect("unknown", base::IpAddress::parse("203.0.113.9"));
  client->helo("mail");
  for (std::size_t i = 0; i < aborted_messages; ++i) {
    ASSERT_TRUE(client->mail("x@n" + std::to_string(i) + ".dead"));
    ASSERT_TRUE(client->abort());
  }
  expect_that_others_are_served();
  client->quit();
}

INSTANTIATE_TEST_SUITE_P(Engines, ExhaustedDns, ::testing::ValuesIn(engines),
                         [](const auto& instance) { return std::string(name_of(instance.param)); });

}  // namespace
}  // namespace dmarc::test
