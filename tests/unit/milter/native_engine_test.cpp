// The native engine through its socket.
#include "milter/native_engine.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <thread>
#include <vector>

#include "conversation_support.h"
#include "support/manual_resolver.h"
#include "support/temporary_folder.h"

namespace dmarc::milter {
namespace {

using namespace test;

constexpr int patience = 60'000;  // milliseconds

/// Octets in, octets out.
class Client {
 public:
  explicit Client(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{AF_UNIX, {}};
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(::connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }

  void send(const std::string& octets) {
    EXPECT_EQ(::send(socket_.get(), octets.data(), octets.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(octets.size()));
  }

  /// Sends as much as goes without waiting.
  std::size_t send_what_goes(const std::string& octets) {
    const ssize_t sent =
        ::send(socket_.get(), octets.data(), octets.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
  }

  /// The codes of the next answers.
  std::string receive(std::size_t count) {
    for (;;) {
      std::string found = codes(received_);
      if (found.size() >= count || !read_some()) return found;
    }
  }

  /// Everything until the engine closes the connection.
  std::string rest() {
    while (read_some()) {
    }
    return codes(received_);
  }

  bool has_answer() const {
    pollfd ready{socket_.get(), POLLIN, 0};
    return ::poll(&ready, 1, 0) > 0;
  }

 private:
  bool read_some() {
    pollfd ready{socket_.get(), POLLIN, 0};
    std::array<char, 65536> buffer;
    if (::poll(&ready, 1, patience) <= 0) return false;
    const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (got > 0) received_.append(buffer.data(), static_cast<std::size_t>(got));
    return got > 0;
  }

  base::UniqueFd socket_;
  std::string received_;
};

class NativeEngineTest : public testing::Test {
 protected:
  void start(unsigned threads = 2) {
    auto opened = io::Listener::open(*io::parse_socket_spec(path_));
    ASSERT_TRUE(opened);
    listener_.emplace(std::move(*opened));
    engine_.emplace(*listener_, world_.options(), threads);
  }

  TemporaryFolder folder_;
  const std::string path_ = folder_.path("socket");
  World world_;
  std::optional<io::Listener> listener_;
  std::optional<NativeEngine> engine_;
};

TEST_F(NativeEngineTest, judges_messages) {
  start();
  Client client(path_);
  client.send(offer());
  EXPECT_EQ(client.receive(1), "O");
  client.send(client_packet() + message_packets("a@author.example") +
              message_packets("a@none.example") + packet(Command::quit));
  EXPECT_EQ(client.rest(), "Occy550cia");
}

TEST_F(NativeEngineTest, serves_many_connections_at_once) {
  start();
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 60; ++i) {
    clients.push_back(std::make_unique<Client>(path_));
    clients.back()->send(offer());
  }
  for (const auto& client : clients)
    EXPECT_EQ(client->receive(1), "O");
}

TEST_F(NativeEngineTest, a_message_that_waits_holds_nobody_up) {
  const auto resolver = std::make_shared<ManualResolver>();
  world_.resolver = resolver;
  start(1);
  Client waiting(path_);
  waiting.send(offer() + client_packet() + message_packets("a@author.example"));
  EXPECT_EQ(waiting.receive(3), "Occ");
  Client other(path_);
  other.send(offer() + client_packet() + packet(Command::end_of_message));
  EXPECT_EQ(other.receive(3), "Oct");
  EXPECT_FALSE(waiting.has_answer());
  for (const auto* name : {"_dmarc.author.example", "_dmarc.example"})
    resolver->answer({*dns::Name::parse(name), dns::Type::txt},
                     text_answer("v=DMARC1; p=reject; psd=n"));
  EXPECT_EQ(waiting.receive(7), "Occy550");
}

TEST_F(NativeEngineTest, a_message_without_answers_is_judged_at_its_deadline) {
  world_.resolver = std::make_shared<ManualResolver>();
  world_.timeout = std::chrono::milliseconds(10);
  start(1);
  Client client(path_);
  client.send(offer() + client_packet() + message_packets("a@author.example"));
  EXPECT_EQ(client.receive(5), "Occia");
  EXPECT_EQ(world_.log.count(log::Id::result), 1U);
}

TEST_F(NativeEngineTest, a_peer_that_does_not_read_is_read_no_more_and_loses_nothing) {
  start(1);
  Client client(path_);
  constexpr std::size_t events = 400'000;
  std::string octets = offer(2, wire::action::all, 0) + client_packet();
  for (std::size_t i = 0; i < events; ++i)
    octets += packet(Command::data);
  octets += packet(Command::quit);
  // Until both directions are full.
  while (const std::size_t sent = client.send_what_goes(octets))
    octets.erase(0, sent);
  std::thread sender([&] { client.send(octets); });
  EXPECT_EQ(client.rest().size(), 2 + events);
  sender.join();
}

TEST_F(NativeEngineTest, takes_no_more_connections_when_told_but_serves_those_it_has) {
  start();
  Client before(path_);
  before.send(offer());
  EXPECT_EQ(before.receive(1), "O");
  engine_->stop_accepting();
  Client after(path_);
  after.send(offer());
  before.send(client_packet() + message_packets("a@author.example"));
  EXPECT_EQ(before.receive(7), "Occy550");
  EXPECT_FALSE(after.has_answer());
}

TEST_F(NativeEngineTest, far_over_the_limit_connections_are_closed_at_once) {
  start();
  std::vector<std::unique_ptr<Client>> clients;
  for (std::size_t i = 0; i < 2 * world_.connection_limit.limit() + 64; ++i) {
    clients.push_back(std::make_unique<Client>(path_));
    clients.back()->send(offer());
    EXPECT_EQ(clients.back()->receive(1), "O");
  }
  EXPECT_EQ(Client(path_).rest(), "");
}

TEST_F(NativeEngineTest, ends_with_connections_open_and_messages_waiting) {
  const auto resolver = std::make_shared<ManualResolver>();
  world_.resolver = resolver;
  start();
  Client waiting(path_), idle(path_);
  waiting.send(offer() + client_packet() + message_packets("a@author.example"));
  EXPECT_EQ(waiting.receive(3), "Occ");
  engine_.reset();
  EXPECT_EQ(waiting.rest(), "Occ");
  EXPECT_EQ(world_.connection_limit.connections(), 0U);
  resolver->answer({*dns::Name::parse("_dmarc.author.example"), dns::Type::txt},
                   text_answer("late"));
}

}  // namespace
}  // namespace dmarc::milter
