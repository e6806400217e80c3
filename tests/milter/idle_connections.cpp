// idle_connections [--connections N] [--bound KIB]
//
// What N connections (10,000) cost the native engine while nothing happens on them: those of an MTA
// that keeps its connections open, or of clients that have come to stay. Prints the daemon's
// resident memory when all are open, when the SMTP client has been announced on each, when each has
// had a message judged, and when each is in the middle of the next one's header.
//
// Exit status 0 when the idle ones fit into the bound (65536 KiB) and every message was judged
// rightly, 1 when not, 2 for wrong arguments, 77 when the system allows no more descriptors.
#include <sys/resource.h>

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <vector>

#include "base/decimal.h"
#include "daemon_process.h"
#include "raw_client.h"
#include "support/dns_server.h"
#include "support/temporary_folder.h"

namespace dmarc::test {
namespace {

using milter::wire::Command;

struct Plan {
  std::size_t connections = 10'000;
  std::size_t bound_kib = 65'536;
};

/// Of a daemon that serves so many: there are others for the DNS and for connections to refuse.
constexpr std::size_t descriptors_for(std::size_t connections) {
  constexpr std::size_t reserve = 200;
  return connections + connections / 2 + reserve;
}

// Of a message that stops in its header; OpenDKIM and the servers on the way make them long.
constexpr int fields_in_progress = 25;

constexpr std::string_view zone = R"(
_dmarc.author.example  TXT  "v=DMARC1; p=reject"
)";

constexpr std::string_view configuration =
    "AuthservID mx\nRejectFailures true\nMaximumConnections 0\n";
constexpr std::string_view verdict = "550 5.7.1 rejected by DMARC policy for author.example";

std::optional<Plan> read_plan(const std::vector<std::string>& words) {
  Plan plan;
  for (std::size_t i = 0; i < words.size(); i += 2) {
    const auto value =
        i + 1 < words.size() ? base::parse_decimal<std::size_t>(words[i + 1]) : std::nullopt;
    if (!value || *value == 0) return std::nullopt;
    if (words[i] == "--connections")
      plan.connections = *value;
    else if (words[i] == "--bound")
      plan.bound_kib = *value;
    else
      return std::nullopt;
  }
  return plan;
}

/// False when this process and the daemon may not have so many descriptors each.
bool allow_descriptors(std::size_t wanted) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  return limit.rlim_max >= wanted && ::setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

/// What an MTA sends, and how many packets of it ask for an answer.
struct Speech {
  std::string octets;
  std::size_t answers = 0;

  void add(Command command, std::string_view data) {
    octets += milter::wire::packet(command, data);
    ++answers;
  }
};

/// The part of a conversation from one command to another, both included.
Speech speech(Command first, Command last) {
  const auto& pieces = conversation();
  const auto is = [](Command command) {
    return [command](const auto& piece) { return piece.first == command; };
  };
  const auto begin = std::find_if(pieces.begin(), pieces.end(), is(first));
  const auto end = std::next(std::find_if(begin, pieces.end(), is(last)));
  Speech result;
  std::for_each(begin, end, [&](const auto& piece) { result.add(piece.first, piece.second); });
  return result;
}

Speech message_up_to_the_middle_of_its_header() {
  Speech result = speech(Command::mail, Command::data);
  const std::string field =
      milter::wire::Fields().text("Received").text("by mx" + std::string(80, 'x')).take();
  for (int i = 0; i < fields_in_progress; ++i)
    result.add(Command::header, field);
  return result;
}

/// Each hears an answer to every event, so that what has been answered has been taken in.
class Clients {
 public:
  Clients(const DaemonProcess& daemon, std::size_t count) {
    milter::wire::Negotiation offer;
    offer.protocol = 0;
    clients_.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
      clients_.emplace_back(daemon).negotiate(offer);
  }

  /// On all connections at once. Returns the last answers.
  std::vector<std::string> say(const Speech& speech) {
    for (RawClient& client : clients_)
      client.send(speech.octets);
    std::vector<std::string> last;
    last.reserve(clients_.size());
    for (RawClient& client : clients_)
      last.push_back(last_answer(client, speech.answers));
    return last;
  }

 private:
  static std::string last_answer(RawClient& client, std::size_t count) {
    milter::wire::PacketBuffer in;
    std::string last;
    for (std::size_t heard = 0; heard < count;) {
      const auto packet = in.next();
      if (!packet) throw std::runtime_error("what the daemon says is no packet");
      if (*packet) {
        last = (*packet)->data;
        ++heard;
        continue;
      }
      const std::string more = client.receive();
      if (more.empty()) throw std::runtime_error("the daemon has closed a connection");
      in.append(more);
    }
    return last;
  }

  std::vector<RawClient> clients_;
};

class Report {
 public:
  explicit Report(const DaemonProcess& daemon) : daemon_(daemon) {}

  /// The figure in KiB, which is printed.
  std::size_t line(std::string_view state) const {
    const std::size_t now = daemon_.resident_kib();
    std::cout << std::left << std::setw(48) << state << std::right << std::setw(8) << std::fixed
              << std::setprecision(1) << static_cast<double>(now) / 1024 << " MB\n";
    return now;
  }

 private:
  const DaemonProcess& daemon_;
};

struct Seen {
  std::size_t idle_kib = 0;  ///< the most of the states in which nothing is going on
  std::vector<std::string> verdicts;
};

Seen watch(const DaemonProcess& daemon, std::size_t connections) {
  const Report report(daemon);
  report.line("before");
  Clients clients(daemon, connections);
  Seen seen;
  seen.idle_kib = report.line("open");
  clients.say(speech(Command::connect, Command::helo));
  seen.idle_kib =
      std::max(seen.idle_kib, report.line("each with an SMTP client that has said HELO"));
  seen.verdicts = clients.say(speech(Command::mail, Command::end_of_message));
  seen.idle_kib = std::max(seen.idle_kib, report.line("each after a message"));
  clients.say(message_up_to_the_middle_of_its_header());
  report.line("each in the middle of a header");
  return seen;
}

int run(const Plan& plan) {
  if (!allow_descriptors(descriptors_for(plan.connections))) {
    std::cout << "skipped: the system allows no " << plan.connections << " connections\n";
    return 77;
  }
  const TemporaryFolder folder;
  DnsServer dns(zone);
  DaemonProcess daemon(std::string(configuration) + "Nameservers " + dns.address().text() + "\n",
                       Engine::native, Transport::unix_socket, folder.path());
  std::cout << plan.connections << " connections\n";
  const Seen seen = watch(daemon, plan.connections);
  daemon.stop();
  const auto is_wrong = [](const std::string& text) {
    return text.find(verdict) == std::string::npos;
  };
  const auto wrong = std::find_if(seen.verdicts.begin(), seen.verdicts.end(), is_wrong);
  if (wrong != seen.verdicts.end()) {
    std::cout << "a wrong verdict: " << *wrong << '\n';
    return 1;
  }
  if (seen.idle_kib <= plan.bound_kib) return 0;
  std::cout << "idle ones take more than " << plan.bound_kib << " KiB\n";
  return 1;
}

}  // namespace
}  // namespace dmarc::test

int main(int argc, char* argv[]) {
  const auto plan = dmarc::test::read_plan({argv + 1, argv + argc});
  if (!plan) {
    std::cerr << "usage: idle_connections [--connections N] [--bound KIB]\n";
    return 2;
  }
  return dmarc::test::run(*plan);
}
