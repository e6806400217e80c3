// A process that may have few descriptors, and connections that have come to stay: a message on
// another connection is judged nevertheless. What forged mail must never meet is a filter that
// can't ask the DNS because strangers hold its descriptors.
#include <gtest/gtest.h>

#include "daemon_process.h"
#include "milter/client/delivery.h"
#include "raw_client.h"
#include "support/dns_server.h"
#include "support/temporary_folder.h"

namespace dmarc::test {
namespace {

constexpr std::size_t descriptors = 60;
constexpr std::size_t strangers = 100;

constexpr std::string_view zone = R"(
_dmarc.author.example  TXT  "v=DMARC1; p=reject"
_dmarc.later.example   TXT  "v=DMARC1; p=reject"
)";

constexpr std::string_view configuration = "AuthservID mx\nRejectFailures true\n";

class FewDescriptors : public ::testing::TestWithParam<Engine> {
 protected:
  FewDescriptors()
      : dns_(zone),
        daemon_(std::string(configuration) + "Nameservers " + dns_.address().text() + "\n",
                GetParam(), Transport::unix_socket, folder_.path(), descriptors) {}

  ~FewDescriptors() override { daemon_.stop(); }

  auto connect() const {
    return milter::client::Client::connect_to(daemon_.socket(), {.timeout = patience, .offer = {}});
  }

  /// A spoof of that domain; nothing when the daemon closes the connection.
  static std::optional<std::string> answer(milter::client::Client& client,
                                           const std::string& domain) {
    milter::client::SmtpMessage message;
    message.queue_id = "Q";
    message.recipients = {"user@example.net"};
    milter::client::set_content(message, "From: a@" + domain + "\r\n\r\nbody\r\n");
    milter::client::Delivery delivery;
    const auto begun = milter::client::begin_session(
        client, {"mail", base::IpAddress::parse("192.0.2.1"), "mail", "", "mx"}, delivery);
    if (!begun) return std::nullopt;
    if (!milter::client::send_message(client, message, delivery)) return std::nullopt;
    return delivery.answer.smtp_reply();
  }

  TemporaryFolder folder_;
  DnsServer dns_;
  DaemonProcess daemon_;
};

TEST_P(FewDescriptors, connections_that_stay_do_not_keep_the_dns_from_being_asked) {
  auto innocent = connect();
  ASSERT_TRUE(innocent) << innocent.error().text;
  std::vector<RawClient> idle;
  for (std::size_t i = 0; i < strangers; ++i)
    idle.emplace_back(daemon_);
  EXPECT_EQ(answer(*innocent, "author.example"),
            "550 5.7.1 rejected by DMARC policy for author.example");
  innocent->quit();

  // Whoever comes now may find no room. To be let in would be another matter.
  if (auto late = connect()) {
    const auto said = answer(*late, "later.example");
    EXPECT_TRUE(!said || said->starts_with("550 ") || said->starts_with("451 ")) << *said;
  }
}

TEST_P(FewDescriptors, the_log_says_that_fewer_are_served) {
  EXPECT_TRUE(daemon_.wait_for_log(0, [](const std::string& line) {
    return line.starts_with("MaximumConnections 5000 does not fit into 60 file descriptors: ");
  }));
}

INSTANTIATE_TEST_SUITE_P(Engines, FewDescriptors, ::testing::ValuesIn(engines),
                         [](const auto& instance) { return std::string(name_of(instance.param)); });

}  // namespace
}  // namespace dmarc::test
