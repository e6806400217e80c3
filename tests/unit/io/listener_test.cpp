#include "io/listener.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "support/temporary_folder.h"

namespace dmarc::io {
namespace {

SocketSpec unix_spec(const std::string& path) {
  SocketSpec spec;
  spec.path = path;
  return spec;
}

SocketSpec any_port(SocketSpec::Kind kind, const std::string& host) {
  SocketSpec spec;
  spec.kind = kind;
  spec.host = host;
  return spec;
}

int connect_unix(const base::UniqueFd& client, const std::string& path) {
  sockaddr_un address{AF_UNIX, {}};
  std::ranges::copy(path, address.sun_path);
  return ::connect(client.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
}

bool readable(int fd) {
  pollfd entry{fd, POLLIN, 0};
  return ::poll(&entry, 1, 0) > 0;
}

class ListenerTest : public testing::Test {
 protected:
  test::TemporaryFolder folder_;
  std::string path_ = folder_.path("socket");
  base::UniqueFd client_{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
};

TEST_F(ListenerTest, a_unix_socket_takes_connections) {
  const auto listener = Listener::open(unix_spec(path_));
  ASSERT_TRUE(listener) << listener.error();
  EXPECT_FALSE(listener->is_tcp());
  EXPECT_EQ(connect_unix(client_, path_), 0);
  EXPECT_TRUE(readable(listener->fd()));
}

TEST_F(ListenerTest, a_socket_without_owner_is_replaced) {
  { ASSERT_TRUE(Listener::open(unix_spec(path_))); }
  ASSERT_EQ(::access(path_.c_str(), F_OK), 0) << "a crash leaves the file";
  EXPECT_TRUE(Listener::open(unix_spec(path_)));
  EXPECT_EQ(connect_unix(client_, path_), -1) << "the second owner is gone as well";
}

TEST_F(ListenerTest, a_living_socket_is_left_alone) {
  const auto owner = Listener::open(unix_spec(path_));
  const auto second = Listener::open(unix_spec(path_));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error(), "socket cleanup failed: Address already in use");
  EXPECT_EQ(connect_unix(client_, path_), 0);
}

TEST_F(ListenerTest, a_file_that_is_no_socket_is_left_alone) {
  folder_.write("socket", "precious");
  const auto listener = Listener::open(unix_spec(path_));
  ASSERT_FALSE(listener);
  EXPECT_EQ(listener.error(), "socket cleanup failed: File exists");
  EXPECT_EQ(::access(path_.c_str(), F_OK), 0);
}

TEST_F(ListenerTest, stop_removes_the_file_and_leaves_a_silent_descriptor) {
  auto listener = Listener::open(unix_spec(path_));
  listener->stop();
  EXPECT_EQ(connect_unix(client_, path_), -1);
  EXPECT_FALSE(readable(listener->fd()));
  EXPECT_EQ(::accept4(listener->fd(), nullptr, nullptr, SOCK_CLOEXEC), -1);
  EXPECT_EQ(errno, EAGAIN);
}

TEST_F(ListenerTest, stop_does_not_remove_a_successors_file) {
  auto listener = Listener::open(unix_spec(path_));
  ASSERT_EQ(::unlink(path_.c_str()), 0);
  const auto successor = Listener::open(unix_spec(path_));
  listener->stop();
  EXPECT_EQ(connect_unix(client_, path_), 0);
}

TEST_F(ListenerTest, tcp_connections_do_not_wait_for_acknowledgements) {
  const auto listener = Listener::open(any_port(SocketSpec::Kind::inet, "127.0.0.1"));
  ASSERT_TRUE(listener) << listener.error();
  EXPECT_TRUE(listener->is_tcp());
  sockaddr_in address{};
  socklen_t length = sizeof address;
  ::getsockname(listener->fd(), reinterpret_cast<sockaddr*>(&address), &length);
  EXPECT_EQ(address.sin_addr.s_addr, ::htonl(INADDR_LOOPBACK));
  const base::UniqueFd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::connect(client.get(), reinterpret_cast<sockaddr*>(&address), length), 0);
  const base::UniqueFd accepted(::accept4(listener->fd(), nullptr, nullptr, SOCK_CLOEXEC));
  for (const auto& [level, option] :
       {std::pair<int, int>{IPPROTO_TCP, TCP_NODELAY}, {SOL_SOCKET, SO_KEEPALIVE}}) {
    int value = 0;
    socklen_t size = sizeof value;
    ::getsockopt(accepted.get(), level, option, &value, &size);
    EXPECT_NE(value, 0);
  }
}

TEST_F(ListenerTest, a_host_that_can_not_be_found_is_named) {
  const auto listener = Listener::open(any_port(SocketSpec::Kind::inet, "no such host"));
  ASSERT_FALSE(listener);
  EXPECT_TRUE(listener.error().starts_with("no such host: ")) << listener.error();
}

TEST_F(ListenerTest, only_listening_sockets_can_be_adopted) {
  const auto adopted = Listener::adopt(client_.get());
  ASSERT_FALSE(adopted);
  EXPECT_EQ(adopted.error(),
            "descriptor " + std::to_string(client_.get()) + " is not a listening stream socket");
  EXPECT_FALSE(Listener::adopt(9999));
}

TEST_F(ListenerTest, a_stopped_heir_leaves_the_queue_to_the_next) {
  const auto owner = Listener::open(unix_spec(path_));
  auto heir = Listener::adopt(::dup(owner->fd()));
  ASSERT_TRUE(heir) << heir.error();
  heir->stop();
  EXPECT_EQ(connect_unix(client_, path_), 0);
  EXPECT_FALSE(readable(heir->fd()));
  EXPECT_TRUE(readable(owner->fd()));
}

class SystemdTest : public testing::Test {
 protected:
  static void pass(const std::string& pid, const char* count) {
    ::setenv("LISTEN_PID", pid.c_str(), 1);
    ::setenv("LISTEN_FDS", count, 1);
  }
};

TEST_F(SystemdTest, passes_the_third_descriptor) {
  pass(std::to_string(::getpid()), "1");
  EXPECT_EQ(socket_from_systemd(), 3);
  EXPECT_EQ(std::getenv("LISTEN_FDS"), nullptr) << "children must not take it for theirs";
  EXPECT_EQ(socket_from_systemd(), std::nullopt);
}

TEST_F(SystemdTest, passes_nothing_to_another_process) {
  pass("1", "1");
  EXPECT_EQ(socket_from_systemd(), std::nullopt);
  pass(std::to_string(::getpid()), "0");
  EXPECT_EQ(socket_from_systemd(), std::nullopt);
}

}  // namespace
}  // namespace dmarc::io
