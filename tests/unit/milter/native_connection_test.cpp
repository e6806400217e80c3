// Every event in every state of a connection; the time is the test's.
#include "milter/native_connection.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <map>

#include "conversation_support.h"
#include "support/manual_clock.h"
#include "support/manual_resolver.h"

namespace dmarc::milter {

void PrintTo(NativeConnection::State state, std::ostream* out) {
  constexpr std::array names{"reading", "writing", "judging", "busy", "over"};
  *out << names[static_cast<std::size_t>(state)];
}

namespace {

using namespace std::literals;
using namespace test;
using State = NativeConnection::State;
using Event = NativeConnection::Event;

constexpr std::array all_events{Event::readable, Event::writable, Event::peer_closed, Event::wake,
                                Event::deadline, Event::sweep,    Event::turn};

class NativeConnectionTest : public testing::Test {
 protected:
  void open() {
    std::array<int, 2> ends;
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
    const int little = 1;
    ::setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &little, sizeof little);
    peer_.reset(ends[0]);
    connection_.emplace(
        base::UniqueFd(ends[1]), false, options_, [this] { ++wakes_; }, clock_);
    received_.clear();
  }

  /// The peer sends this; the connection is not told yet.
  void put(const std::string& octets) {
    EXPECT_EQ(::send(peer_.get(), octets.data(), octets.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(octets.size()));
  }

  State tell(Event event) { return tell(event, begin_); }
  State tell(Event event, io::Time now) {
    clock_.set(now);
    return connection_->handle(event, buffer_);
  }

  State send(const std::string& octets, io::Time now) {
    put(octets);
    return tell(Event::readable, now);
  }
  State send(const std::string& octets) { return send(octets, begin_); }

  /// Reads what there is; the codes of all answers so far.
  std::string answers() {
    std::array<char, 4096> buffer;
    for (;;) {
      const ssize_t got = ::recv(peer_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (got <= 0) return codes(received_);
      received_.append(buffer.data(), static_cast<std::size_t>(got));
    }
  }

  // ---- into each state

  void to_reading() {
    open();
    EXPECT_EQ(send(talkative() + client_packet()), State::reading);
  }

  /// With more answers than the peer's side takes, and perhaps a message at the end of what was
  /// said.
  void to_writing(const std::string& last = "") {
    open();
    std::string octets = talkative() + client_packet();
    for (std::size_t i = 0; i < questions; ++i)
      octets += packet(Command::data);
    EXPECT_EQ(send(octets + last), State::writing);
  }

  void to_judging() {
    world_.resolver = resolver_;
    open();
    EXPECT_EQ(send(offer() + client_packet() + message_packets("a@author.example")),
              State::judging);
  }

  void to_busy() {
    open();
    std::string octets = offer() + client_packet();
    while (octets.size() < 40 * small_)  // what needs no answer
      octets += macro_packet(Command::mail, "i", "job");
    put(octets);
    EXPECT_EQ(connection_->handle(Event::readable, std::span(buffer_).first(small_)), State::busy);
  }

  void to_over() {
    open();
    put("not a milter packet at all");
    EXPECT_EQ(tell(Event::readable), State::over);
  }

  /// The DNS says that the message is to be rejected.
  void answer_dns() {
    for (const auto* name : {"_dmarc.author.example", "_dmarc.example"})
      resolver_->answer({*dns::Name::parse(name), dns::Type::txt},
                        text_answer("v=DMARC1; p=reject; psd=n"));
  }

  /// Every event is answered.
  static std::string talkative() { return offer(6, wire::action::all, 0); }

  static constexpr std::size_t questions = 10'000, small_ = 4096;

  World world_;
  EngineOptions options_ = world_.options();
  const std::shared_ptr<ManualResolver> resolver_ = std::make_shared<ManualResolver>();
  ManualClock clock_;
  const io::Time begin_ = clock_.now();
  std::array<char, 65536> buffer_;
  base::UniqueFd peer_;
  std::string received_;
  int wakes_ = 0;
  std::optional<NativeConnection> connection_;
};

// ---- the table, row by row

TEST_F(NativeConnectionTest, reading_goes_on_when_there_is_something_to_read) {
  for (const Event event : all_events) {
    to_reading();
    put(packet(Command::data));
    const bool reads = event == Event::readable || event == Event::peer_closed;
    EXPECT_EQ(tell(event), State::reading);
    EXPECT_EQ(answers(), reads ? "Occ" : "Oc") << static_cast<int>(event);
  }
}

TEST_F(NativeConnectionTest, writing_goes_on_when_the_peer_reads) {
  for (const Event event : all_events) {
    to_writing();
    const std::size_t before = answers().size();
    EXPECT_LT(before, questions);
    const bool writes = event == Event::writable || event == Event::peer_closed;
    tell(event);
    EXPECT_EQ(answers().size() > before, writes) << static_cast<int>(event);
    if (!writes) {
      EXPECT_EQ(connection_->state(), State::writing) << static_cast<int>(event);
    }
    while (tell(Event::writable) == State::writing)
      answers();
    EXPECT_EQ(connection_->state(), State::reading);
    EXPECT_EQ(answers().size(), 2 + questions) << "nothing is lost";
  }
}

TEST_F(NativeConnectionTest, writing_that_cannot_go_on_stays) {
  for (const Event event : all_events) {
    to_writing();
    EXPECT_EQ(tell(event), State::writing) << static_cast<int>(event);
  }
}

TEST_F(NativeConnectionTest, judging_goes_on_when_the_answers_are_there_or_their_time_is_up) {
  for (const Event event : all_events) {
    to_judging();
    answer_dns();
    EXPECT_GT(wakes_, 0);
    const bool judges = event == Event::wake || event == Event::deadline;
    EXPECT_EQ(tell(event), judges ? State::reading : State::judging) << static_cast<int>(event);
    EXPECT_EQ(connection_->deadline().has_value(), !judges);
    EXPECT_EQ(tell(Event::wake), State::reading);
    EXPECT_EQ(answers(), "Occy550") << static_cast<int>(event);
    EXPECT_EQ(tell(Event::wake), State::reading) << "a wake more than there are answers";
    EXPECT_EQ(answers(), "Occy550");
  }
}

TEST_F(NativeConnectionTest, judging_waits_for_what_is_missing) {
  for (const Event event : all_events) {
    to_judging();
    EXPECT_EQ(tell(event), State::judging) << static_cast<int>(event);
    EXPECT_EQ(answers(), "Occ");
  }
}

TEST_F(NativeConnectionTest, busy_waits_for_its_turn) {
  for (const Event event : all_events) {
    to_busy();
    EXPECT_EQ(tell(event), event == Event::turn ? State::reading : State::busy)
        << static_cast<int>(event);
  }
}

TEST_F(NativeConnectionTest, over_is_over) {
  for (const Event event : all_events) {
    to_over();
    EXPECT_EQ(tell(event), State::over);
  }
}

// ---- across states

// The message is judged while the peer has not yet read what it was told before.
TEST_F(NativeConnectionTest, a_wake_or_deadline_that_comes_while_writing_is_not_lost) {
  for (const Event event : {Event::wake, Event::deadline}) {
    world_.resolver = resolver_;
    to_writing(message_packets("a@author.example"));
    EXPECT_TRUE(connection_->deadline());
    answer_dns();
    EXPECT_EQ(tell(event), State::writing);
    EXPECT_FALSE(connection_->deadline()) << "it is judged";
    while (tell(Event::writable) == State::writing)
      answers();
    EXPECT_EQ(connection_->state(), State::reading);
    EXPECT_TRUE(answers().ends_with("y550"));
  }
}

TEST_F(NativeConnectionTest, what_came_in_while_a_message_waited_is_acted_on_behind_it) {
  to_judging();
  put(message_packets("a@none.example") + packet(Command::quit));
  EXPECT_EQ(tell(Event::readable), State::judging);
  answer_dns();
  EXPECT_EQ(tell(Event::wake), State::judging) << "the next message";
  for (const auto* name : {"_dmarc.none.example"})
    resolver_->answer({*dns::Name::parse(name), dns::Type::txt}, text_answer("nothing"));
  while (tell(Event::wake) == State::judging) {
    ASSERT_GT(resolver_->answer_all(*std::make_unique<dns::Zone>()), 0U);
  }
  EXPECT_EQ(connection_->state(), State::over);
  EXPECT_TRUE(answers().starts_with("Occy550c"));
}

TEST_F(NativeConnectionTest, the_end_of_what_the_peer_sends_is_found_behind_its_last_packet) {
  open();
  put(offer());
  ::shutdown(peer_.get(), SHUT_WR);
  EXPECT_EQ(tell(Event::peer_closed), State::over);
  EXPECT_EQ(answers(), "O");
}

TEST_F(NativeConnectionTest, a_peer_that_has_announced_its_end_still_gets_its_answer) {
  to_judging();
  ::shutdown(peer_.get(), SHUT_WR);
  EXPECT_EQ(tell(Event::peer_closed), State::judging);
  answer_dns();
  EXPECT_EQ(tell(Event::wake), State::over);
  EXPECT_EQ(answers(), "Occy550");
}

// ---- silence

TEST_F(NativeConnectionTest, a_client_has_a_minute_to_say_who_it_is) {
  open();
  EXPECT_EQ(send(offer()), State::reading);
  EXPECT_EQ(tell(Event::sweep, begin_ + 60s), State::reading);
  EXPECT_EQ(tell(Event::sweep, begin_ + 61s), State::over);
}

TEST_F(NativeConnectionTest, between_events_two_hours_may_pass) {
  open();
  send(offer() + client_packet());
  EXPECT_EQ(tell(Event::sweep, begin_ + 2h), State::reading);
  EXPECT_EQ(tell(Event::sweep, begin_ + 7211s), State::over);
}

TEST_F(NativeConnectionTest, half_a_packet_is_not_waited_for_so_long) {
  for (const bool completed : {true, false}) {
    open();
    send(offer() + client_packet() + "\0\0\0\5M<"s);
    EXPECT_EQ(tell(Event::sweep, begin_ + 300s), State::reading);
    if (completed) send(">\0x"s, begin_ + 290s);
    EXPECT_EQ(tell(Event::sweep, begin_ + 301s), completed ? State::reading : State::over);
    if (completed) {
      EXPECT_EQ(tell(Event::sweep, begin_ + 2h), State::reading);
    }
  }
}

TEST_F(NativeConnectionTest, answers_that_nobody_reads_are_not_kept_for_ever) {
  for (const bool waits : {false, true}) {
    world_.resolver = resolver_;
    to_writing(waits ? message_packets("a@author.example") : "");
    EXPECT_EQ(tell(Event::sweep, begin_ + 300s), State::writing);
    EXPECT_EQ(tell(Event::sweep, begin_ + 301s), State::over);
  }
}

TEST_F(NativeConnectionTest, a_message_that_waits_for_the_dns_has_a_deadline_of_its_own) {
  to_judging();
  EXPECT_EQ(tell(Event::sweep, begin_ + 24h), State::judging);
  EXPECT_EQ(*connection_->deadline(), begin_ + world_.timeout);
}

}  // namespace
}  // namespace dmarc::milter
