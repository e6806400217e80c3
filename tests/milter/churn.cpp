// Eight waves of 1,000 connections, or as many as DMARCD_WAVES says: some by the book, some slow,
// some broken in one of many ways. In between and afterwards the daemon answers each proper message
// rightly, and it ends up with the memory, descriptors and threads that it had after four waves.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>

#include <cstdlib>
#include <functional>
#include <memory>

#include "base/decimal.h"
#include "daemon_process.h"
#include "raw_client.h"
#include "support/dns_server.h"
#include "support/temporary_folder.h"

namespace dmarc::test {
namespace {

using namespace std::string_literals;
using milter::wire::Command;

constexpr std::size_t at_once = 1000;
// The first ones make the daemon what it stays: caches are filled, stacks and buffers exist.
constexpr std::size_t warm_up = 4;

std::size_t waves() {
  const char* wanted = std::getenv("DMARCD_WAVES");
  return wanted ? base::parse_decimal<std::size_t>(wanted).value() : 8;
}

// A slow client sends what it has to say in so many parts.
constexpr std::size_t parts = 16;

// The C library gives back what a thousand threads held when it pleases. Were a kilobyte of each
// connection kept, that would be 20 MB.
constexpr std::size_t bound_kib = DMARCD_GROWTH_BOUND_KIB + 4 * at_once;

constexpr std::string_view zone = R"(
_dmarc.author.example  TXT  "v=DMARC1; p=reject"
)";

constexpr std::string_view configuration = "AuthservID mx\nRejectFailures true\n";
constexpr std::string_view verdict = "550 5.7.1 rejected by DMARC policy for author.example";

std::string whole_message() {
  std::string octets = milter::wire::packet(Command::negotiate, milter::wire::encode({}));
  for (const auto& [command, data] : conversation())
    octets += milter::wire::packet(command, data);
  return octets;
}

std::string repeated(const std::string& octets, int times) {
  std::string all;
  for (int i = 0; i < times; ++i)
    all += octets;
  return all;
}

/// How a client behaves.
struct Manner {
  std::string octets;       ///< what it sends
  bool slowly = false;      ///< in parts, with those of the others in between
  bool waits = false;       ///< for the verdict; the others go without a word
  bool breaks_off = false;  ///< with a reset instead of a farewell
};

/// As many of each as the list has.
std::vector<Manner> manners() {
  const std::string message = whole_message();
  const std::string begun = message.substr(0, message.size() / 2);
  const std::string without_negotiation =
      message.substr(milter::wire::packet(Command::negotiate, milter::wire::encode({})).size());
  return {
      {.octets = message, .waits = true},
      {.octets = message, .waits = true},
      {.octets = message, .slowly = true, .waits = true},
      {.octets = message, .slowly = true, .waits = true},
      {.octets = ""},
      {.octets = message.substr(0, 7)},
      {.octets = begun},
      {.octets = begun, .slowly = true, .breaks_off = true},
      // Asks again and again, and never listens.
      {.octets = message + repeated(without_negotiation, 20), .breaks_off = true},
      {.octets = "\xff\xff\xff\xffO"s + std::string(1000, 'x')},
      {.octets = begun + "\0\0\0\0"s},
      {.octets = "GET / HTTP/1.1\r\nHost: mx\r\n\r\n", .breaks_off = true},
  };
}

class Client {
 public:
  Client(const DaemonProcess& daemon, const Manner& manner) : manner_(manner), raw_(daemon) {}

  void send(std::size_t part) {
    const std::string_view all = manner_.octets;
    if (!manner_.slowly) {
      if (part == 0) raw_.send(all);
      return;
    }
    const std::size_t begin = all.size() * part / parts;
    raw_.send(all.substr(begin, all.size() * (part + 1) / parts - begin));
  }

  /// False for a wrong verdict.
  bool finish() {
    std::string answers;
    while (manner_.waits && answers.find(verdict) == std::string::npos) {
      const std::string more = raw_.receive();
      if (more.empty()) return false;
      answers += more;
    }
    if (manner_.breaks_off) raw_.reset();
    return true;
  }

 private:
  const Manner& manner_;
  RawClient raw_;
};

/// True as soon as it is so; false when it does not happen in time.
bool happens(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    ::poll(nullptr, 0, 20);
  }
  return true;
}

class Churn : public ::testing::TestWithParam<Engine> {
 protected:
  Churn()
      : dns_(zone),
        daemon_(std::string(configuration) + "Nameservers " + dns_.address().text() + "\n",
                GetParam(), Transport::inet, folder_.path()) {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }

  ~Churn() override { daemon_.stop(); }

  /// What the daemon opens with its first message is open from then on.
  void first_message() {
    Client client(daemon_, manners_.front());
    for (std::size_t part = 0; part < parts; ++part)
      client.send(part);
    ASSERT_TRUE(client.finish());
  }

  void wave() {
    const std::size_t files = daemon_.open_files();
    std::vector<std::unique_ptr<Client>> clients;
    for (std::size_t i = 0; i < at_once; ++i)
      clients.push_back(std::make_unique<Client>(daemon_, manners_[i % manners_.size()]));
    ASSERT_TRUE(happens([&] { return daemon_.open_files() >= at_once; }));
    for (std::size_t part = 0; part < parts; ++part) {
      for (const auto& client : clients)
        client->send(part);
    }
    for (const auto& client : clients)
      ASSERT_TRUE(client->finish());
    clients.clear();
    ASSERT_TRUE(happens([&] { return daemon_.open_files() <= files; }));
  }

  const std::vector<Manner> manners_ = manners();
  TemporaryFolder folder_;
  DnsServer dns_;
  DaemonProcess daemon_;
};

TEST_P(Churn, leaves_nothing_behind) {
  ASSERT_NO_FATAL_FAILURE(first_message());
  for (std::size_t i = 0; i < warm_up; ++i)
    ASSERT_NO_FATAL_FAILURE(wave());
  const std::size_t memory = daemon_.resident_kib();
  const std::size_t files = daemon_.open_files();
  const std::size_t threads = daemon_.threads();
  for (std::size_t i = warm_up, end = waves(); i < end; ++i)
    ASSERT_NO_FATAL_FAILURE(wave());
  EXPECT_TRUE(happens([&] { return daemon_.open_files() <= files; })) << daemon_.open_files();
  EXPECT_TRUE(happens([&] { return daemon_.threads() <= threads; })) << daemon_.threads();
  EXPECT_LE(daemon_.resident_kib(), memory + bound_kib);
  RecordProperty("resident_kib_before", std::to_string(memory));
  RecordProperty("resident_kib_after", std::to_string(daemon_.resident_kib()));
}

INSTANTIATE_TEST_SUITE_P(Engines, Churn, ::testing::ValuesIn(engines),
                         [](const auto& instance) { return std::string(name_of(instance.param)); });

}  // namespace
}  // namespace dmarc::test
