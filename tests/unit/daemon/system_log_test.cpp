#include "daemon/system_log.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "support/temporary_folder.h"

namespace dmarc::daemon {
namespace {

class SyslogSocketTest : public testing::Test {
 protected:
  /// The log's daemon starts, perhaps again.
  void listen() {
    std::filesystem::remove(path());
    log_.reset(::socket(AF_UNIX, SOCK_DGRAM, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::ranges::copy(path(), address.sun_path);
    ASSERT_EQ(::bind(log_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }

  /// The next datagram; empty when there is none.
  std::string received() {
    std::array<char, 4096> data{};
    const ssize_t size = ::recv(log_.get(), data.data(), data.size(), MSG_DONTWAIT);
    return size < 0 ? "" : std::string(data.data(), static_cast<std::size_t>(size));
  }

  std::string path() const { return folder_.path() + "/log"; }

  test::TemporaryFolder folder_;
  base::UniqueFd log_;
  const std::array<log::Event, 2> events_{log::make<log::Id::note>("one"),
                                          log::make<log::Id::start_failed>("two")};
};

TEST_F(SyslogSocketTest, writes_each_event_as_syslog_would) {
  listen();
  const SyslogSocket socket("opendmarc", path());
  ASSERT_TRUE(socket.connect());
  EXPECT_EQ(socket.write(events_, LOG_MAIL), 2U);
  // <facility + priority>date name[pid]: text; LOG_MAIL is 16, a notice 5, an error 3.
  const std::string head = " opendmarc[" + std::to_string(::getpid()) + "]: ";
  constexpr std::size_t date = sizeof "Nov 23 10:00:00" - 1;
  const std::string first = received();
  EXPECT_EQ(first.substr(0, 4), "<21>");
  EXPECT_EQ(first.substr(4 + date), head + "one");
  const std::string second = received();
  EXPECT_EQ(second.substr(0, 4), "<19>");
  EXPECT_EQ(second.substr(4 + date), head + "two");
  EXPECT_EQ(received(), "");
}

TEST_F(SyslogSocketTest, finds_a_log_that_was_started_anew) {
  listen();
  const SyslogSocket socket("opendmarc", path());
  ASSERT_TRUE(socket.connect());
  listen();
  EXPECT_EQ(socket.write(events_, LOG_MAIL), 2U);
  EXPECT_TRUE(received().ends_with("one"));
  EXPECT_TRUE(received().ends_with("two"));
}

TEST_F(SyslogSocketTest, says_when_there_is_no_log) {
  const SyslogSocket socket("opendmarc", path());
  EXPECT_FALSE(socket.connect());
  EXPECT_EQ(socket.write(events_, LOG_MAIL), 0U);
}

}  // namespace
}  // namespace dmarc::daemon
