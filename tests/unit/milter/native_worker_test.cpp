// One worker of the native engine on a loop whose clock is the test's.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "conversation_support.h"
#include "milter/native_engine.h"
#include "support/manual_clock.h"
#include "support/manual_resolver.h"
#include "support/temporary_folder.h"

namespace dmarc::milter {
namespace {

using namespace std::literals;
using namespace test;

/// Allows the process no more descriptors than it has.
class NoDescriptors {
 public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const base::UniqueFd next(::dup(0));
    const rlimit none{static_cast<rlim_t>(next.get()), before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

class NativeWorkerTest : public testing::Test {
 protected:
  NativeWorkerTest() {
    shared_.options = world_.options();
    shared_.listener = listener_.fd();
    worker_.emplace(shared_, loop_);
  }

  base::UniqueFd connect() {
    base::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address{AF_UNIX, {}};
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return socket;
  }

  static void send(const base::UniqueFd& socket, const std::string& octets) {
    EXPECT_EQ(::send(socket.get(), octets.data(), octets.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(octets.size()));
  }

  static std::string receive(const base::UniqueFd& socket) {
    std::array<char, 4096> buffer;
    const ssize_t got = ::recv(socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    return codes({buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0});
  }

  void after(io::Time::duration time) {
    clock_.advance(time);
    loop_.poll();
  }

  TemporaryFolder folder_;
  const std::string path_ = folder_.path("socket");
  World world_;
  io::Listener listener_ = *io::Listener::open(*io::parse_socket_spec(path_));
  ManualClock clock_;
  io::EventLoop loop_{clock_};
  NativeWorker::Shared shared_;
  std::optional<NativeWorker> worker_;
};

TEST_F(NativeWorkerTest, goes_on_taking_connections_after_an_exhaustion) {
  const base::UniqueFd client = connect();
  {
    const NoDescriptors limit;
    loop_.poll();
  }
  EXPECT_EQ(world_.log.count(log::Id::exhausted), 1U);
  after(99ms);
  EXPECT_EQ(shared_.sockets, 0U) << "it pauses";
  after(1ms);
  after(0ms);
  EXPECT_EQ(shared_.sockets, 1U);
}

TEST_F(NativeWorkerTest, takes_none_when_it_was_stopped_during_an_exhaustion) {
  const base::UniqueFd client = connect();
  {
    const NoDescriptors limit;
    loop_.poll();
  }
  shared_.accepting = false;
  worker_->stop_accepting();
  for (int i = 0; i < 3; ++i)
    after(1s);
  EXPECT_EQ(shared_.sockets, 0U);
}

TEST_F(NativeWorkerTest, closes_connections_that_never_say_who_they_are) {
  const base::UniqueFd client = connect();
  loop_.poll();
  EXPECT_EQ(shared_.sockets, 1U);
  for (int i = 0; i < 12; ++i)
    after(5s);
  EXPECT_EQ(shared_.sockets, 1U);
  after(5s);
  EXPECT_EQ(shared_.sockets, 0U);
}

TEST_F(NativeWorkerTest, judges_at_the_deadline_what_the_dns_has_not_answered) {
  world_.resolver = std::make_shared<ManualResolver>();
  const base::UniqueFd client = connect();
  send(client, offer() + client_packet() + message_packets("a@author.example"));
  loop_.poll();
  loop_.poll();
  after(world_.timeout - 1ms);
  EXPECT_EQ(receive(client), "Occ");
  after(1ms);
  EXPECT_EQ(receive(client), "ia");
}

TEST_F(NativeWorkerTest, a_wake_reaches_the_connection_on_the_loop) {
  const auto resolver = std::make_shared<ManualResolver>();
  world_.resolver = resolver;
  const base::UniqueFd client = connect();
  send(client, offer() + client_packet() + message_packets("a@author.example"));
  loop_.poll();
  loop_.poll();
  for (const auto* name : {"_dmarc.author.example", "_dmarc.example"})
    resolver->answer({*dns::Name::parse(name), dns::Type::txt},
                     text_answer("v=DMARC1; p=reject; psd=n"));
  EXPECT_EQ(receive(client), "Occ") << "not on the thread of the DNS";
  loop_.poll();
  EXPECT_EQ(receive(client), "y550");
}

}  // namespace
}  // namespace dmarc::milter
