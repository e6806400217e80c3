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

/// The system's log, whose daemon listens in a folder of the test.
class SystemLogSocketTest : public testing::Test {
 protected:
  /// The log's daemon starts, perhaps again.
  void listen(int type = SOCK_DGRAM) {
    std::filesystem::remove(path());
    log_.reset(::socket(AF_UNIX, type, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::ranges::copy(path(), address.sun_path);
    ASSERT_EQ(::bind(log_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    if (type == SOCK_STREAM) {
      ASSERT_EQ(::listen(log_.get(), 1), 0);
    }
  }

  /// The next datagram; empty when there is none.
  static std::string received(int socket) {
    std::array<char, 4096> data{};
    const ssize_t size = ::recv(socket, data.data(), data.size(), MSG_DONTWAIT);
    return size < 0 ? "" : std::string(data.data(), static_cast<std::size_t>(size));
  }
  std::string received() const { return received(log_.get()); }

  std::string path() const { return folder_.path() + "/log"; }

  static std::size_t lines_with(const std::string& output, std::string_view text) {
    std::size_t count = 0;
    for (std::size_t at = output.find(text); at != std::string::npos;
         at = output.find(text, at + 1))
      ++count;
    return count;
  }

  test::TemporaryFolder folder_;
  base::UniqueFd log_;
  const std::array<log::Event, 2> events_{log::make<log::Id::note>("one"),
                                          log::make<log::Id::start_failed>("two")};
};

TEST_F(SystemLogSocketTest, writes_each_event_as_syslog_would) {
  listen();
  SystemLog log("opendmarc", path());
  log.configure(true, LOG_MAIL, false);
  log.write_all(events_);
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

TEST_F(SystemLogSocketTest, writes_to_a_log_that_takes_streams) {
  listen(SOCK_STREAM);
  SystemLog log("opendmarc", path());
  log.configure(true, LOG_MAIL, false);
  log.write(events_[0]);
  const base::UniqueFd connection(::accept(log_.get(), nullptr, nullptr));
  EXPECT_TRUE(received(connection.get()).ends_with(std::string("]: one") + '\0'));
}

TEST_F(SystemLogSocketTest, finds_a_log_that_was_started_anew) {
  listen();
  SystemLog log("opendmarc", path());
  log.configure(true, LOG_MAIL, false);
  listen();
  log.write_all(events_);
  EXPECT_TRUE(received().ends_with("one"));
  EXPECT_TRUE(received().ends_with("two"));
}

TEST_F(SystemLogSocketTest, a_log_that_nobody_reads_blocks_nobody_and_says_what_it_lacks) {
  listen();
  SystemLog log("opendmarc", path());
  log.configure(true, LOG_MAIL, false);
  const std::string long_text(log::max_argument, 'x');
  const std::size_t lines = LineQueue::max_octets / log::max_argument + 500;
  for (std::size_t i = 0; i < lines; ++i)
    log.write(log::make<log::Id::note>(long_text));
  std::string all;
  for (std::string line = received(); !line.empty(); line = received()) {
    all += line;
    log.retry();
  }
  EXPECT_EQ(lines_with(all, "nobody reads this log: lines are dropped from here on"), 1U);
  EXPECT_EQ(lines_with(all, " log lines were dropped"), 1U);
  EXPECT_LT(lines_with(all, long_text), lines);
  EXPECT_GT(lines_with(all, long_text), lines - 1000);
}

TEST_F(SystemLogSocketTest, without_a_socket_lines_go_to_standard_error_in_the_foreground) {
  testing::internal::CaptureStderr();
  SystemLog log("opendmarc", path());  // keeps standard error as it is now
  log.configure(true, LOG_MAIL, true);
  log.write(events_[0]);
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "opendmarc: no log at " + path() +
                " (No such file or directory): writing to standard error until there is one\n"
                "opendmarc: one\n");
}

TEST_F(SystemLogSocketTest, without_a_socket_lines_wait_for_it_in_the_background) {
  SystemLog log("opendmarc", path());
  log.configure(true, LOG_MAIL, false);
  log.write(events_[0]);
  listen();
  log.configure(true, LOG_MAIL, false);
  log.write(events_[1]);
  EXPECT_TRUE(received().ends_with("one"));
  EXPECT_TRUE(received().ends_with("two"));
}

}  // namespace
}  // namespace dmarc::daemon
