// endurance [--engine libmilter|native] [--messages N] [--connections N] [--bound KIB]
//
// Sends N messages (20,000) through the milter client over a few connections (4), with all kinds of
// results, authors and client addresses, and compares the daemon's resident memory after a tenth of
// them with that at the end. Exit status 0 when it grew by no more than the bound (2048 KiB), 1
// when it grew by more or a message was judged wrongly, 2 for wrong arguments.
//
// The names asked for are of a fixed set, so that the DNS cache is full after the first tenth.
#include <atomic>
#include <chrono>
#include <iostream>
#include <thread>

#include "base/decimal.h"
#include "daemon_process.h"
#include "milter/client/delivery.h"
#include "support/dns_server.h"
#include "support/temporary_folder.h"

namespace dmarc::test {
namespace {

struct Plan {
  Engine engine = Engine::native;
  std::size_t messages = 20'000;
  std::size_t connections = 4;
  std::size_t bound_kib = 2048;
};

// A session of an SMTP client rarely brings more messages; then Postfix connects anew.
constexpr std::size_t messages_per_session = 50;

constexpr std::string_view zone = R"(
_dmarc.reject.example  TXT  "v=DMARC1; p=reject"
_dmarc.none.example    TXT  "v=DMARC1; p=none"
reject.example         TXT  "v=spf1 ip4:192.0.2.0/25 -all"
none.example           TXT  "v=spf1 include:reject.example ?all"
*.many.example         TXT  "v=spf1 mx -all"
*.many.example         MX   10 mx.many.example
mx.many.example        A    192.0.2.200
)";

constexpr std::string_view configuration =
    "AuthservID mx\nTrustedAuthservIDs verifier\nRejectFailures true\nRequiredHeaders true\n"
    "SPFSelfValidate true\nSoftwareHeader true\n";

struct Kind {
  std::string_view sender;
  std::string_view results;  ///< an Authentication-Results field, or nothing
  std::string_view author;
  milter::client::Response::Kind answer;
};

constexpr std::array kinds{
    Kind{"a@reject.example", "", "a@reject.example", milter::client::Response::Kind::accept},
    Kind{"a@attacker.example", "", "a@reject.example", milter::client::Response::Kind::reject},
    Kind{"a@attacker.example", "verifier; dkim=pass header.d=reject.example", "b@reject.example",
         milter::client::Response::Kind::accept},
    Kind{"", "forged; dkim=pass header.d=reject.example", "\"x\" <b@none.example>",
         milter::client::Response::Kind::accept},
    Kind{"a@none.example", "", "one@none.example, two@reject.example",
         milter::client::Response::Kind::reject},
};

std::optional<Plan> read_plan(const std::vector<std::string>& words) {
  Plan plan;
  for (std::size_t i = 0; i < words.size(); i += 2) {
    if (words[i] == "--engine" && i + 1 < words.size() && engine_named(words[i + 1])) {
      plan.engine = *engine_named(words[i + 1]);
      continue;
    }
    const auto value =
        i + 1 < words.size() ? base::parse_decimal<std::size_t>(words[i + 1]) : std::nullopt;
    if (!value || *value == 0) return std::nullopt;
    if (words[i] == "--messages")
      plan.messages = *value;
    else if (words[i] == "--connections")
      plan.connections = *value;
    else if (words[i] == "--bound")
      plan.bound_kib = *value;
    else
      return std::nullopt;
  }
  return plan;
}

milter::client::SmtpMessage make_message(const Kind& kind, std::size_t number) {
  milter::client::SmtpMessage message;
  message.queue_id = "Q" + std::to_string(number);
  // Every so often another of a thousand senders, whose SPF record takes more look-ups.
  message.sender = kind.answer == milter::client::Response::Kind::reject && number % 2 == 0
                       ? "a@d" + std::to_string(number % 1000) + ".many.example"
                       : std::string(kind.sender);
  message.recipients = {"user@example.net"};
  std::string text =
      kind.results.empty() ? "" : "Authentication-Results: " + std::string(kind.results) + "\r\n";
  text += "Received: from somewhere by elsewhere\r\n";
  text += "From: " + std::string(kind.author) + "\r\n";
  text += "Date: Mon, 1 Jan 2024 00:00:00 +0000\r\n";
  text += "Subject: " + std::string(number % 500, 's') + "\r\n\r\nbody\r\n";
  milter::client::set_content(message, text);
  return message;
}

/// Sends messages until `next` reaches `end`.
class Sender {
 public:
  Sender(const DaemonProcess& daemon, std::atomic<std::size_t>& next, std::atomic<bool>& failed)
      : daemon_(daemon), next_(next), failed_(failed) {}

  void send_until(std::size_t end) {
    while (!failed_ && next_ < end)
      if (!run_session(end)) failed_ = true;
  }

 private:
  bool run_session(std::size_t end) {
    auto client =
        milter::client::Client::connect_to(daemon_.socket(), {.timeout = patience, .offer = {}});
    if (!client) return complain(client.error().text);
    milter::client::Delivery greeting;
    const milter::client::SmtpSession session{"mail.example", base::IpAddress::parse("192.0.2.77"),
                                              "mail.none.example", "", "mx.example.net"};
    if (const auto begun = milter::client::begin_session(*client, session, greeting); !begun)
      return complain(begun.error().text);
    for (std::size_t i = 0; i < messages_per_session; ++i) {
      const std::size_t number = next_++;
      if (number >= end) break;
      if (!send(*client, number)) return false;
    }
    client->quit();
    return true;
  }

  bool send(milter::client::Client& client, std::size_t number) {
    const Kind& kind = kinds[number % kinds.size()];
    milter::client::Delivery delivery;
    const auto sent = milter::client::send_message(client, make_message(kind, number), delivery);
    if (!sent) return complain(sent.error().text);
    if (delivery.answer.kind == kind.answer) return true;
    return complain("message " + std::to_string(number) + ": " +
                    std::string(to_string(delivery.answer.kind)) + " " +
                    delivery.answer.smtp_reply());
  }

  static bool complain(const std::string& text) {
    std::cerr << "endurance: " + text + "\n";
    return false;
  }

  const DaemonProcess& daemon_;
  std::atomic<std::size_t>& next_;
  std::atomic<bool>& failed_;
};

bool send_all(const DaemonProcess& daemon, const Plan& plan, std::size_t from, std::size_t end) {
  std::atomic<std::size_t> next = from;
  std::atomic<bool> failed = false;
  std::vector<std::thread> senders;
  for (std::size_t i = 0; i < plan.connections; ++i)
    senders.emplace_back([&] { Sender(daemon, next, failed).send_until(end); });
  for (std::thread& sender : senders)
    sender.join();
  return !failed;
}

int run(const Plan& plan) {
  const TemporaryFolder folder;
  DnsServer dns(zone);
  DaemonProcess daemon(std::string(configuration) + "Nameservers " + dns.address().text() + "\n",
                       plan.engine, Transport::unix_socket, folder.path());
  const std::size_t at_start = daemon.resident_kib();
  const std::size_t warm_up = std::max<std::size_t>(plan.messages / 10, 1);
  const auto started = std::chrono::steady_clock::now();
  if (!send_all(daemon, plan, 0, warm_up)) return 1;
  const std::size_t warm = daemon.resident_kib();
  const std::size_t files = daemon.open_files();
  if (!send_all(daemon, plan, warm_up, plan.messages)) return 1;
  const std::size_t at_end = daemon.resident_kib();
  const auto seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  std::cout << plan.messages << " messages in " << seconds << " s\n"
            << "resident KiB: " << at_start << " at start, " << warm << " after " << warm_up << ", "
            << at_end << " at the end\n"
            << "open files: " << files << " after " << warm_up << ", " << daemon.open_files()
            << " at the end\n";
  daemon.stop();
  if (at_end <= warm + plan.bound_kib) return 0;
  std::cout << "grew by more than " << plan.bound_kib << " KiB\n";
  return 1;
}

}  // namespace
}  // namespace dmarc::test

int main(int argc, char* argv[]) {
  const auto plan = dmarc::test::read_plan({argv + 1, argv + argc});
  if (!plan) {
    std::cerr << "usage: endurance [--engine libmilter|native] [--messages N] [--connections N] "
                 "[--bound KIB]\n";
    return 2;
  }
  return dmarc::test::run(*plan);
}
