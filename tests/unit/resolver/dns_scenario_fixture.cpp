#include "unit/resolver/dns_scenario_fixture.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>

#include "base/ascii.h"
#include "base/decimal.h"
#include "resolver/caching_resolver.h"
#include "support/dns_reply.h"
#include "support/manual_clock.h"
#include "unit/resolver/stub_resolver_support.h"

namespace dmarc::test {
namespace {

using resolver::Octets;
using std::chrono::milliseconds;

/// A step that can't be played or that went otherwise.
struct Mismatch : std::runtime_error {
  using std::runtime_error::runtime_error;
};

milliseconds duration(const std::string& text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = base::parse_decimal<std::uint32_t>(text.substr(0, digits));
  static const std::map<std::string, milliseconds, std::less<>> units{
      {"ms", milliseconds(1)},
      {"s", std::chrono::seconds(1)},
      {"m", std::chrono::minutes(1)},
      {"h", std::chrono::hours(1)}};
  const auto unit = units.find(text.substr(digits));
  if (!number || unit == units.end()) throw Mismatch("\"" + text + "\" is not a duration");
  return *number * unit->second;
}

dns::Question question(const std::string& name, const std::string& type) {
  for (const dns::Type known : {dns::Type::a, dns::Type::cname, dns::Type::ptr, dns::Type::mx,
                                dns::Type::txt, dns::Type::aaaa})
    if (type == to_string(known)) return {resolver::name(name), known};
  throw Mismatch("\"" + type + "\" is not a record type");
}

std::string text(const dns::Question& asked) {
  return asked.name.text() + ' ' + std::string(to_string(asked.type));
}

std::string text(const dns::Answer& answer) {
  return resolver::text(answer) + " (ttl " + std::to_string(answer.ttl) +
         (answer.stale ? ", stale)" : ")");
}

/// Sockets whose other ends are held here.
class PlayedNetwork final : public resolver::Network {
 public:
  struct Connection {
    std::size_t server;
    bool tcp;
    base::UniqueFd socket;
    std::optional<DnsQuestion> query;
  };

  explicit PlayedNetwork(std::size_t servers) : down_(servers) {}

  static resolver::ServerAddress address(std::size_t server) {
    return *resolver::ServerAddress::parse("192.0.2.1:" + std::to_string(server + 1));
  }

  base::UniqueFd connect_udp(const resolver::ServerAddress& server) override {
    return connect(server, false);
  }
  base::UniqueFd connect_tcp(const resolver::ServerAddress& server) override {
    return connect(server, true);
  }
  std::uint16_t query_id() override { return ++last_id_; }

  /// Reads what has been sent; the new queries.
  std::vector<const Connection*> receive() {
    std::vector<const Connection*> fresh;
    for (Connection& connection : connections_) {
      if (!connection.socket) continue;
      std::array<std::uint8_t, 4096> buffer;
      // A datagram is left where it is, for break_off(), and SO_PEEK_OFF goes on to the next.
      const int flags = MSG_DONTWAIT | (connection.tcp ? 0 : MSG_PEEK);
      for (;;) {
        const ssize_t size = ::recv(connection.socket.get(), buffer.data(), buffer.size(), flags);
        if (size <= 0) break;
        const resolver::OctetView received(buffer.data(), static_cast<std::size_t>(size));
        connection.query =
            DnsQuestion::decode(received.subspan(connection.tcp ? resolver::frame_length_size : 0));
        if (!connection.query) throw Mismatch("what was sent is not a query");
        fresh.push_back(&connection);
      }
    }
    return fresh;
  }

  /// The nth query of the server, or its last.
  Connection& connection(std::size_t server, std::optional<std::size_t> nth) {
    std::vector<Connection*> found;
    for (Connection& each : connections_)
      if (each.server == server && each.query) found.push_back(&each);
    if (found.empty() || nth.value_or(1) == 0 || nth.value_or(1) > found.size())
      throw Mismatch("no such query was sent to the server");
    return nth ? *found[*nth - 1] : *found.back();
  }

  static void reply(const Connection& connection, const DnsScript& script) {
    const DnsQuestion& query = *connection.query;
    const DnsFault& fault = script.fault_of(query.question.name);
    auto message = encode_answer(script, query, fault);
    if (!message) throw Mismatch("the zone has no answer");
    if (!connection.tcp && fault.truncate) message = encode_truncated(query);
    if (fault.forgery != Forgery::none) {
      transmit(connection, forge(fault.forgery, query, *message));
      if (!fault.then_answer) return;
    }
    transmit(connection, *message);
  }

  static void break_off(Connection& connection) {
    // A datagram socket that gives up its peer with something unread is an error to that peer.
    const sockaddr none{AF_UNSPEC, {}};
    if (!connection.tcp) ::connect(connection.socket.get(), &none, sizeof none);
    connection.socket.reset();
  }

  void set_down(std::size_t server, bool down) { down_[server] = down; }
  void set_starved(bool starved) { starved_ = starved; }

 private:
  base::UniqueFd connect(const resolver::ServerAddress& address, bool tcp) {
    const std::size_t server = address.port - 1U;
    if (down_[server] || starved_) {
      errno = down_[server] ? ECONNREFUSED : EMFILE;
      return {};
    }
    std::array<int, 2> ends;
    const int type = (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC;
    if (::socketpair(AF_UNIX, type, 0, ends.data()) != 0) throw Mismatch("no socket");
    const int begin = 0;
    if (!tcp && ::setsockopt(ends[0], SOL_SOCKET, SO_PEEK_OFF, &begin, sizeof begin) != 0)
      throw Mismatch("no SO_PEEK_OFF");
    connections_.push_back({server, tcp, base::UniqueFd(ends[0]), {}});
    return base::UniqueFd(ends[1]);
  }

  static void transmit(const Connection& connection, const Octets& message) {
    const Octets sent = connection.tcp ? resolver::framed(message) : message;
    // The query may have been given up: then nobody is there.
    ::send(connection.socket.get(), sent.data(), sent.size(), MSG_NOSIGNAL);
  }

  std::vector<bool> down_;
  bool starved_ = false;
  std::deque<Connection> connections_;
  std::uint16_t last_id_ = 0;
};

class Player {
 public:
  explicit Player(const DnsCase& played) : played_(played), network_(played.servers.size()) {
    for (std::size_t i = 0; i < played.servers.size(); ++i)
      options_.servers.push_back(PlayedNetwork::address(i));
  }

  void step(const DnsStep& step) {
    const bool names_what_came = step.keyword == "sent" || step.keyword == "answer";
    if (!names_what_came) expect_nothing_else();
    words_.clear();
    for (const std::string_view word : base::words(step.arguments))
      words_.emplace_back(word);
    static const std::map<std::string, void (Player::*)(const DnsStep&), std::less<>> steps{
        {"drop", &Player::drop},
        {"waiting", &Player::expect_waiting},
        {"under_way", &Player::expect_waiting},
        {"descriptors", &Player::set_descriptors},
        {"set", &Player::set},
        {"ask", &Player::ask},
        {"sent", &Player::sent},
        {"reply", &Player::reply},
        {"break", &Player::break_off},
        {"down", &Player::set_down},
        {"up", &Player::set_down},
        {"time", &Player::time},
        {"answer", &Player::answer},
        {"counted", &Player::counted}};
    const auto found = steps.find(step.keyword);
    if (found == steps.end()) throw Mismatch("unknown step \"" + step.keyword + "\"");
    (this->*found->second)(step);
    if (!names_what_came && step.keyword != "set") settle();
  }

  void expect_nothing_else() const {
    if (!sent_.empty()) throw Mismatch("before that: sent " + sent_.front());
    if (!answers_.empty()) throw Mismatch("before that: answer " + answers_.front());
  }

 private:
  const std::string& word(std::size_t index) const {
    if (index >= words_.size()) throw Mismatch("a word is missing");
    return words_[index];
  }

  std::size_t server(std::size_t index) const {
    const auto found = std::ranges::find(played_.servers, word(index));
    if (found == played_.servers.end()) throw Mismatch("unknown server " + word(index));
    return static_cast<std::size_t>(found - played_.servers.begin());
  }

  resolver::CachingResolver& resolver() {
    if (!resolver_) resolver_.emplace(loop_, network_, options_);
    return *resolver_;
  }

  /// Until what is there has been handled: a reply, the query that follows it by TCP, its sending.
  void settle() {
    constexpr int rounds = 4;
    for (int i = 0; i < rounds; ++i) {
      loop_.poll();
      for (const PlayedNetwork::Connection* connection : network_.receive())
        sent_.push_back(played_.servers[connection->server] + ' ' +
                        text(connection->query->question) + (connection->tcp ? " by TCP" : "") +
                        (connection->query->edns ? "" : " without EDNS"));
    }
  }

  static void expect_first(std::deque<std::string>& came, const std::string& expected,
                           const char* what) {
    if (came.empty()) throw Mismatch(std::string("no ") + what + " came");
    if (came.front() != expected) throw Mismatch(std::string(what) + ' ' + came.front());
    came.pop_front();
  }

  void set(const DnsStep&) {
    if (resolver_) throw Mismatch("too late to set an option");
    const std::map<std::string, std::size_t*, std::less<>> numbers{
        {"max_in_flight", &options_.max_in_flight}, {"max_per_asker", &options_.max_per_asker}};
    if (const auto option = numbers.find(word(0)); option != numbers.end()) {
      *option->second = base::parse_decimal<std::size_t>(word(1)).value_or(0);
      return;
    }
    const milliseconds value = duration(word(1));
    const std::map<std::string, milliseconds*, std::less<>> in_milliseconds{
        {"timeout", &options_.timeout},
        {"retry_after", &options_.retry_after},
        {"stale_after", &options_.stale_after}};
    const std::map<std::string, std::chrono::seconds*, std::less<>> in_seconds{
        {"max_ttl", &options_.max_ttl},
        {"max_negative_ttl", &options_.max_negative_ttl},
        {"failure_ttl", &options_.failure_ttl},
        {"max_stale", &options_.max_stale}};
    if (const auto option = in_milliseconds.find(word(0)); option != in_milliseconds.end())
      *option->second = value;
    else if (const auto longer = in_seconds.find(word(0)); longer != in_seconds.end())
      *longer->second = std::chrono::duration_cast<std::chrono::seconds>(value);
    else
      throw Mismatch("unknown option " + word(0));
  }

  void ask(const DnsStep&) {
    const dns::Question asked = question(word(0), word(1));
    const auto done = [this, asked](const dns::AnswerPtr& answer) {
      answers_.push_back(text(asked) + ": " + text(*answer));
    };
    if (words_.size() == 2) return resolver().resolve(asked, done);
    auto& asker = askers_[word(3)];
    if (!asker) asker = resolver().open();
    asker->resolve(asked, done);
  }

  void drop(const DnsStep&) {
    if (askers_.erase(word(0)) == 0) throw Mismatch("nobody of that name has asked");
  }

  void expect_waiting(const DnsStep& step) {
    const auto asker = askers_.find(word(3));
    if (asker == askers_.end()) throw Mismatch("nobody of that name has asked");
    const bool waits = asker->second->is_waiting(question(word(0), word(1)));
    if (waits != (step.keyword == "waiting")) throw Mismatch(waits ? "it waits" : "it was sent");
  }

  void set_descriptors(const DnsStep&) { network_.set_starved(word(0) == "none"); }

  void sent(const DnsStep& step) { expect_first(sent_, step.arguments, "query"); }
  void answer(const DnsStep& step) { expect_first(answers_, step.arguments, "answer"); }

  void reply(const DnsStep& step) {
    const auto script = DnsScript::parse(step.zone);
    if (!script) throw Mismatch("the reply cannot be read");
    std::optional<std::size_t> nth;
    if (words_.size() > 1) nth = base::parse_decimal<std::size_t>(word(1)).value_or(0);
    PlayedNetwork::reply(network_.connection(server(0), nth), *script);
  }

  void break_off(const DnsStep&) {
    PlayedNetwork::break_off(network_.connection(server(0), std::nullopt));
  }

  void set_down(const DnsStep& step) { network_.set_down(server(0), step.keyword == "down"); }

  /// From one timer to the next, as it would pass.
  void time(const DnsStep&) {
    const io::Time end = clock_.now() + duration(word(0));
    while (clock_.now() < end) {
      const io::Time next = std::min(loop_.next_timer().value_or(end), end);
      clock_.advance(next - clock_.now());
      settle();
    }
  }

  void counted(const DnsStep&) {
    const resolver::StubStatistics all = resolver().statistics();
    const std::map<std::string, std::uint64_t, std::less<>> counters{
        {"questions", all.questions},  {"cache_hits", all.cache_hits},
        {"shared", all.shared},        {"sent_udp", all.sent_udp},
        {"sent_tcp", all.sent_tcp},    {"timeouts", all.timeouts},
        {"rejected", all.rejected},    {"stale_served", all.stale_served},
        {"suspended", all.suspended},  {"abandoned", all.abandoned},
        {"never_sent", all.never_sent}};
    const auto found = counters.find(word(0));
    if (found == counters.end()) throw Mismatch("unknown counter " + word(0));
    if (std::to_string(found->second) != word(1))
      throw Mismatch("counted " + std::to_string(found->second));
  }

  const DnsCase& played_;
  ManualClock clock_;
  io::EventLoop loop_{clock_};
  PlayedNetwork network_;
  resolver::StubOptions options_;
  std::deque<std::string> sent_, answers_;
  std::vector<std::string> words_;
  std::optional<resolver::CachingResolver> resolver_;
  std::map<std::string, std::unique_ptr<dns::AsyncResolver::Asker>, std::less<>> askers_;
};

}  // namespace

std::vector<DnsCase> parse_dns_scenario(std::string_view text, const std::string& name) {
  std::vector<DnsCase> cases;
  DnsCase common;
  unsigned number = 0;
  for (std::string_view line : base::split(text, '\n')) {
    ++number;
    line = base::trim(line);
    if (line.empty() || line.front() == '#') continue;
    const std::size_t blank = std::min(line.find(' '), line.size());
    const std::string keyword(line.substr(0, blank));
    const std::string arguments(base::trim(line.substr(blank)));
    DnsCase& current = cases.empty() ? common : cases.back();
    if (keyword == "case:") {
      DnsCase next = common;
      next.title = arguments;
      next.line = number;
      cases.push_back(std::move(next));
    } else if (keyword == "servers:") {
      current.servers.clear();
      for (const std::string_view server : base::words(arguments))
        current.servers.emplace_back(server);
    } else if (keyword == "|" && !current.steps.empty()) {
      current.steps.back().zone += arguments + '\n';
    } else if (keyword == "|" || (cases.empty() && keyword != "set")) {
      throw std::runtime_error(name + ':' + std::to_string(number) + ": not understood here");
    } else {
      current.steps.push_back({number, keyword, arguments, {}});
    }
  }
  if (cases.empty()) throw std::runtime_error(name + ": no case");
  return cases;
}

std::string play(const DnsCase& played) {
  unsigned line = played.line;
  try {
    Player player(played);
    for (const DnsStep& step : played.steps) {
      line = step.line;
      player.step(step);
    }
    player.expect_nothing_else();
  } catch (const Mismatch& mismatch) {
    return std::to_string(line) + ": " + mismatch.what();
  }
  return {};
}

LossyRun ask_a_hundred(unsigned lost) {
  LossyRun run;
  ManualClock clock;
  io::EventLoop loop(clock);
  PlayedNetwork network(1);
  resolver::StubOptions options;
  options.servers = {PlayedNetwork::address(0)};
  resolver::CachingResolver resolver(loop, network, options);
  for (int i = 0; i < 100; ++i)
    resolver.resolve({resolver::name(std::to_string(i) + ".example"), dns::Type::txt},
                     [&run](const dns::AnswerPtr& answer) {
                       if (answer->outcome == dns::Outcome::records) ++run.answers;
                     });
  const auto script = DnsScript::parse("*.example TXT x\n");
  for (loop.poll(); const auto next = loop.next_timer(); loop.poll()) {
    const auto queries = network.receive();
    for (const PlayedNetwork::Connection* connection : queries)
      if (run.queries++ % 10 >= lost) PlayedNetwork::reply(*connection, *script);
    // What is not answered by now is lost.
    loop.poll();
    if (queries.empty() && *next > clock.now()) clock.advance(*next - clock.now());
  }
  return run;
}

}  // namespace dmarc::test
