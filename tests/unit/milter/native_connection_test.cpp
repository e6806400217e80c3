// When a connection that says nothing is given up; the time is the test's.
#include "milter/native_connection.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>

#include "conversation_support.h"
#include "support/manual_resolver.h"

namespace dmarc::milter {
namespace {

using namespace std::literals;
using namespace test;
using Rest = NativeConnection::Rest;

class NativeConnectionTest : public testing::Test {
 protected:
  void open() {
    std::array<int, 2> ends;
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
    peer_.reset(ends[0]);
    connection_.emplace(
        base::UniqueFd(ends[1]), false, options_, [] {}, begin_);
  }

  /// The peer sends this at that moment.
  Rest send(const std::string& octets, NativeConnection::Time now) {
    EXPECT_EQ(::send(peer_.get(), octets.data(), octets.size(), 0),
              static_cast<ssize_t>(octets.size()));
    return connection_->pump(buffer_, false, now);
  }

  World world_;
  EngineOptions options_ = world_.options();
  const NativeConnection::Time begin_ = std::chrono::steady_clock::now();
  std::array<char, 4096> buffer_;
  base::UniqueFd peer_;
  std::optional<NativeConnection> connection_;
};

TEST_F(NativeConnectionTest, a_client_has_a_minute_to_say_who_it_is) {
  open();
  EXPECT_EQ(send(offer(), begin_), Rest::reading);
  EXPECT_FALSE(connection_->is_stale(begin_ + 60s));
  EXPECT_TRUE(connection_->is_stale(begin_ + 61s));
}

TEST_F(NativeConnectionTest, between_events_two_hours_may_pass) {
  open();
  send(offer() + client_packet(), begin_);
  EXPECT_FALSE(connection_->is_stale(begin_ + 2h));
  EXPECT_TRUE(connection_->is_stale(begin_ + 7211s));
}

TEST_F(NativeConnectionTest, half_a_packet_is_not_waited_for_so_long) {
  open();
  send(offer() + client_packet() + "\0\0\0\5M<"s, begin_);
  EXPECT_FALSE(connection_->is_stale(begin_ + 300s));
  EXPECT_TRUE(connection_->is_stale(begin_ + 301s));
  send(">\0x"s, begin_ + 290s);
  EXPECT_FALSE(connection_->is_stale(begin_ + 2h)) << "the packet has become whole";
}

TEST_F(NativeConnectionTest, a_message_that_waits_for_the_dns_has_a_deadline_of_its_own) {
  world_.resolver = std::make_shared<ManualResolver>();
  open();
  EXPECT_EQ(send(offer() + client_packet() + message_packets("a@author.example"), begin_),
            Rest::judging);
  EXPECT_FALSE(connection_->is_stale(begin_ + 24h));
  EXPECT_LE(connection_->judgement_deadline(), std::chrono::steady_clock::now() + world_.timeout);
}

TEST_F(NativeConnectionTest, the_end_of_what_the_peer_sends_is_found_behind_its_last_packet) {
  open();
  ::send(peer_.get(), offer().data(), offer().size(), 0);
  peer_.reset();
  EXPECT_EQ(connection_->pump(buffer_, true, begin_), Rest::over);
}

TEST_F(NativeConnectionTest, one_that_never_stops_sending_leaves_others_their_turn) {
  open();
  std::string octets = offer(2, wire::action::all, 0) + client_packet();
  while (octets.size() < 40 * buffer_.size())
    octets += packet(Command::data);
  EXPECT_EQ(send(octets, begin_), Rest::busy);
}

}  // namespace
}  // namespace dmarc::milter
