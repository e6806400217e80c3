// The core of the daemon under fire: random sequences of what the MTA sends, of answers of the DNS
// that come late, wrong or never, of steps of the clock, reloads and stops, played to the native
// engine and its sessions on a clock of the test's own.
//
//   under_fire [--seed N] [--seconds S]
//
// A round has one seed, and everything in it follows from that: `--seed N` without --seconds plays
// that round alone. Rounds go on with the next seed until the time is over; the last line names the
// seed to go on with. What has to hold in every round:
//
//   - each end of message gets exactly one answer, by its deadline;
//   - no answer says pass, or accepts, what the same message does not get in a calm run, but for
//     what a failure of the DNS excuses; nothing genuine is refused for good;
//   - nothing is left when all have gone: sessions, connections, timers, environments, descriptors.
//
// Exit status: 0, or 1 with the seed, the step and what did not hold.

#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <dmarc/zone.h>

#include "piecewise_client.h"
#include "played_daemon.h"
#include "support/signed_message.h"

namespace dmarc::test {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t steps_in_round = 400;

/// All that is random in a round.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  /// 0 to `below` - 1.
  std::size_t roll(std::size_t below) { return engine_() % below; }
  bool one_in(std::size_t n) { return roll(n) == 0; }

 private:
  std::mt19937_64 engine_;
};

// ---- the DNS

dns::Zone make_zone() {
  const std::string text =
      "_dmarc.bank.example TXT \"v=DMARC1; p=reject\"\n"
      "bank.example TXT \"v=spf1 ip4:192.0.2.1 -all\"\n"
      "evil.example TXT \"v=spf1 ip4:198.51.100.66 -all\"\n"
      "_dmarc.plain.example TXT \"v=DMARC1; p=none\"\n"
      "sel._domainkey.bank.example TXT \"" +
      ed25519_record() + "\"\n";
  return *dns::Zone::parse(text);
}

/// Keeps every question until the round has it answered, or fail, or never does.
class CapriciousDns final : public dns::AsyncResolver {
 public:
  explicit CapriciousDns(dns::Zone& truth) : truth_(truth) {}

  void resolve(const dns::Question& question, Callback done) override {
    waiting_.push_back({question, std::move(done)});
  }

  std::size_t waiting() const { return waiting_.size(); }

  void answer(std::size_t which, bool truly) {
    const auto place = waiting_.begin() + static_cast<std::ptrdiff_t>(which);
    const auto [question, done] = std::move(*place);
    waiting_.erase(place);
    if (truly)
      truth_.resolve(question, done);
    else
      done(std::make_shared<const dns::Answer>(dns::Answer::failed(dns::Failure::network)));
  }

 private:
  struct Item {
    dns::Question question;
    Callback done;
  };
  dns::Zone& truth_;
  std::deque<Item> waiting_;
};

// ---- messages

mail::HeaderBlock header_from(std::string_view author) {
  mail::HeaderBlock header;
  header.add("From", " " + std::string(author));
  header.add("Subject", " hello");
  return header;
}

std::vector<Mail> make_mails() {
  constexpr std::string_view bank = "192.0.2.1", evil = "198.51.100.66";
  constexpr std::string_view tags =
      "v=1; a=ed25519-sha256; c=relaxed/relaxed; d=bank.example; s=sel; h=from:subject";
  const std::string body = "line one\r\nline two\r\n";
  std::vector<Mail> mails;
  const auto add = [&](std::string sender, std::string_view address, mail::HeaderBlock header) {
    mails.push_back({std::move(sender), std::string(address), std::move(header), body});
  };
  add("<a@evil.example>", evil, header_from("a@bank.example"));
  add("<>", evil, header_from("Bank <a@bank.example>"));
  add("<a@bank.example>", bank, header_from("a@bank.example"));
  add("<a@bank.example>", evil, header_from("a@bank.example"));
  add("<a@evil.example>", evil, header_from("a@plain.example"));
  add("<a@evil.example>", evil, header_from("a@nothing.example, b@bank.example"));
  mail::HeaderBlock genuine = header_from("a@bank.example");
  add_signature(genuine, std::string(tags), body);
  mail::HeaderBlock stolen = header_from("other@bank.example");
  stolen.add("DKIM-Signature", genuine[genuine.size() - 1].value);
  add("<a@evil.example>", evil, std::move(genuine));
  add("<a@evil.example>", evil, std::move(stolen));
  mail::HeaderBlock claimed = header_from("a@bank.example");
  claimed.add("Authentication-Results", " elsewhere; dkim=pass header.d=bank.example");
  add("<a@evil.example>", evil, std::move(claimed));
  return mails;
}

// ---- rounds

/// What each mail gets when nothing goes wrong.
std::vector<Outcome> calm_outcomes(const std::vector<Mail>& mails, dns::Zone& zone) {
  std::vector<Outcome> outcomes(mails.size());
  PlayedDaemon daemon(std::shared_ptr<dns::AsyncResolver>(&zone, [](dns::AsyncResolver*) {}));
  for (std::size_t number = 0; number < mails.size(); ++number) {
    PiecewiseClient client(daemon.connect());
    bool done = false;
    for (int round = 0; round < 100 && !done; ++round) {
      client.send(SIZE_MAX);
      daemon.poll();
      client.receive([&](std::size_t, const Outcome& outcome) {
        outcomes[number] = outcome;
        done = true;
      });
      if (client.knows_steps() && client.is_idle() && !done) client.begin(mails[number], number);
    }
    expect(done, "no answer in a calm run");
  }
  return outcomes;
}

class Round {
 public:
  Round(std::uint64_t seed, const std::vector<Mail>& mails, const std::vector<Outcome>& calm,
        dns::Zone& zone)
      : dice_(seed), mails_(mails), calm_(calm), dns_(std::make_shared<CapriciousDns>(zone)) {
    daemon_.emplace(dns_);
  }

  void play() {
    for (; step_ < steps_in_round; ++step_) {
      act();
      daemon_->poll();
      daemon_->poll();
      check();
    }
    end();
  }

  std::size_t step() const { return step_; }
  std::size_t answered() const { return answered_; }

 private:
  void act() {
    switch (dice_.roll(14)) {
      case 0:
        if (clients_.size() < most_clients && !daemon_->is_stopped()) connect();
        return;
      case 1:
      case 2:
      case 3:
        return with_client([this](PiecewiseClient& client) { talk(client); });
      case 4:
      case 5:
      case 6:
        return with_client([this](PiecewiseClient& client) { client.send(1 + dice_.roll(300)); });
      case 7:
      case 8:
      case 9:
        if (dns_->waiting() > 0) dns_->answer(dice_.roll(dns_->waiting()), !dice_.one_in(5));
        return;
      case 10:
        return daemon_->advance(std::chrono::milliseconds(dice_.roll(200)));
      case 11:
        return step_clock();
      case 12:
        return with_client([this](PiecewiseClient& client) { leave(client); });
      default:
        return disturb();
    }
  }

  template <typename Action>
  void with_client(Action action) {
    if (!clients_.empty()) action(clients_[dice_.roll(clients_.size())]);
  }

  void connect() {
    if (base::UniqueFd socket = daemon_->connect()) clients_.emplace_back(std::move(socket));
  }

  void talk(PiecewiseClient& client) {
    if (!client.knows_steps()) return client.send(SIZE_MAX);
    if (client.is_idle() || dice_.one_in(6)) {
      const std::size_t number = dice_.roll(mails_.size());
      client.begin(mails_[number], number);
    }
    if (!dice_.one_in(3)) client.send(SIZE_MAX);
  }

  void step_clock() {
    if (dice_.one_in(8)) return daemon_->advance(100s);
    daemon_->advance_to_timer();
  }

  /// Between two messages, or without a word.
  void leave(PiecewiseClient& client) {
    if (client.is_idle() && dice_.one_in(2)) {
      dice_.one_in(2) ? client.queue_abort() : client.queue_quit();
      return client.send(SIZE_MAX);
    }
    if (dice_.one_in(4)) client.close();
  }

  void disturb() {
    using Action = policy::TempErrorAction;
    constexpr std::array actions{Action::enforced, Action::accept, Action::tempfail};
    if (dice_.one_in(40)) return daemon_->stop();
    daemon_->reload(actions[dice_.roll(actions.size())]);
  }

  void check() {
    for (PiecewiseClient& client : clients_) {
      if (!client.is_open()) continue;
      const bool open = client.receive([this](std::size_t number, const Outcome& outcome) {
        ++answered_;
        check_outcome(number, outcome);
      });
      if (!open) {
        expect(!client.due, "a connection was closed that a message waits on");
        client.close();
        continue;
      }
      if (!client.awaits_judgement()) continue;
      if (!client.due) client.due = daemon_->now() + dns_timeout;
      expect(daemon_->now() < *client.due, "an end of message was not answered in time");
    }
    std::erase_if(clients_, [](const PiecewiseClient& client) { return !client.is_open(); });
  }

  void check_outcome(std::size_t number, const Outcome& outcome) const {
    const Outcome& calm = calm_[number];
    const std::string name = "mail " + std::to_string(number);
    expect(!outcome.says_pass || calm.says_pass, name + " passes, which it does not when calm");
    if (calm.refused)
      expect(!outcome.accepted() || outcome.says_temperror, name + " is let in");
    else
      expect(!outcome.refused, name + " is refused for good, which it is not when calm");
  }

  void end() {
    clients_.clear();
    for (int i = 0; i < 4; ++i) {
      daemon_->advance(5s);
      daemon_->poll();
    }
    daemon_->expect_nothing_left();
    // Answers that come when everybody has gone reach nobody.
    while (dns_->waiting() > 0)
      dns_->answer(0, true);
    daemon_->poll();
  }

  Dice dice_;
  const std::vector<Mail>& mails_;
  const std::vector<Outcome>& calm_;
  std::shared_ptr<CapriciousDns> dns_;
  std::optional<PlayedDaemon> daemon_;
  std::vector<PiecewiseClient> clients_;
  std::size_t step_ = 0;
  std::size_t answered_ = 0;
};

std::size_t descriptors() {
  const std::filesystem::directory_iterator entries("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

struct Arguments {
  std::uint64_t seed = 1;
  std::chrono::seconds seconds{0};
};

std::optional<Arguments> parse(int argc, char* argv[]) {
  Arguments arguments;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i], value = argv[i + 1];
    std::uint64_t number = 0;
    const auto [stop, error] = std::from_chars(value.begin(), value.end(), number);
    if (error != std::errc{} || stop != value.end()) return std::nullopt;
    if (name == "--seed")
      arguments.seed = number;
    else if (name == "--seconds")
      arguments.seconds = std::chrono::seconds(number);
    else
      return std::nullopt;
  }
  if (argc % 2 == 0) return std::nullopt;
  return arguments;
}

int run(const Arguments& arguments) {
  dns::Zone zone = make_zone();
  const std::vector<Mail> mails = make_mails();
  const std::vector<Outcome> calm = calm_outcomes(mails, zone);
  const auto end = std::chrono::steady_clock::now() + arguments.seconds;
  std::uint64_t seed = arguments.seed;
  std::size_t answered = 0;
  do {
    const std::size_t before = descriptors();
    std::optional<Round> round(std::in_place, seed, mails, calm, zone);
    try {
      round->play();
      answered += round->answered();
      const std::size_t step = round->step();
      round.reset();
      expect(descriptors() == before, "descriptors are left (step " + std::to_string(step) + ")");
    } catch (const Broken& broken) {
      std::cerr << "seed " << seed << ", step " << (round ? round->step() : steps_in_round) << ": "
                << broken.what() << '\n';
      return 1;
    }
    ++seed;
  } while (std::chrono::steady_clock::now() < end);
  std::cout << seed - arguments.seed << " rounds, " << answered
            << " messages answered; go on with --seed " << seed << '\n';
  return 0;
}

}  // namespace
}  // namespace dmarc::test

int main(int argc, char* argv[]) {
  const auto arguments = dmarc::test::parse(argc, argv);
  if (!arguments) {
    std::cerr << "usage: under_fire [--seed N] [--seconds S]\n";
    return 64;
  }
  return dmarc::test::run(*arguments);
}
