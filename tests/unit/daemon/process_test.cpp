// The parts of being a process: identity, pid file, signals, the service manager, the log.

#include "daemon/process.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>

#include "base/read_file.h"
#include "base/unique_fd.h"
#include "daemon/supervision.h"
#include "daemon/system_log.h"
#include "support/log_capture.h"
#include "support/temporary_folder.h"

namespace dmarc::daemon {
namespace {

TEST(Privileges, users_and_groups_are_found_by_name_and_number) {
  EXPECT_EQ(find_identity("root")->user, 0U);
  EXPECT_EQ(find_identity("0")->groups, find_identity("root")->groups);
  EXPECT_EQ(find_identity("root:daemon")->group, find_identity("root:1")->group);
  EXPECT_EQ(find_identity("root")->group, 0U);
}

TEST(Privileges, who_does_not_exist_is_named) {
  const auto user = find_identity("no-such-user");
  ASSERT_FALSE(user);
  EXPECT_EQ(user.error().text, "no such user 'no-such-user'");
  EXPECT_EQ(user.error().status, 65);
  EXPECT_EQ(find_identity("root:no-such-group").error().text, "no such group 'no-such-group'");
  EXPECT_EQ(find_identity("").error().text, "no such user ''");
  EXPECT_EQ(find_identity("root:").error().text, "no such group ''");
}

TEST(Privileges, becoming_who_one_is_changes_nothing) {
  EXPECT_TRUE(become({::geteuid(), ::getegid(), {}}));
}

TEST(PidFile, holds_the_process_id_as_long_as_the_object_lives) {
  const test::TemporaryFolder folder;
  test::LogCapture log;
  const std::string path = folder.path("pid");
  {
    const PidFile file(path, log);
    EXPECT_EQ(base::read_file(path).value(), std::to_string(::getpid()) + "\n");
  }
  EXPECT_FALSE(base::read_file(path));
  EXPECT_TRUE(log.texts().empty());
}

TEST(PidFile, one_that_can_not_be_written_is_logged_and_no_more) {
  test::LogCapture log;
  const PidFile file("/no/such/folder/pid", log);
  EXPECT_EQ(log.texts(), std::vector<std::string>{"can't write pid to /no/such/folder/pid: No such "
                                                  "file or directory"});
}

TEST(Signals, are_wishes) {
  Signals signals;
  ::kill(::getpid(), SIGHUP);
  EXPECT_EQ(signals.wait(), Wish::reload);
  ::kill(::getpid(), SIGUSR1);
  EXPECT_EQ(signals.wait(), Wish::reload);
  ::kill(::getpid(), SIGTERM);
  EXPECT_EQ(signals.wait(), Wish::stop);
  ::kill(::getpid(), SIGINT);
  EXPECT_EQ(signals.wait(), Wish::stop);
  signals.engine_ended();
  EXPECT_EQ(signals.wait(), Wish::engine_ended);
  EXPECT_EQ(signals.wait(std::chrono::milliseconds(0)), std::nullopt);
}

// A socket of its own in the place of systemd's.
class ServiceManagerTest : public testing::Test {
 protected:
  ServiceManagerTest() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    const std::string path = folder_.path("notify");
    sockaddr_un address{AF_UNIX, {}};
    std::ranges::copy(path, address.sun_path);
    EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  }
  ~ServiceManagerTest() override { ::unsetenv("NOTIFY_SOCKET"); }

  std::string received() const {
    std::array<char, 256> buffer{};
    const ssize_t size = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
  }

 private:
  test::TemporaryFolder folder_;
  base::UniqueFd socket_;
};

TEST_F(ServiceManagerTest, is_told_how_the_service_is) {
  service_manager::ready(4711);
  EXPECT_EQ(received(), "READY=1\nSTATUS=Judging mail\nMAINPID=4711");
  service_manager::reloading();
  EXPECT_TRUE(received().starts_with("RELOADING=1\nMONOTONIC_USEC="));
  service_manager::stopping();
  EXPECT_TRUE(received().starts_with("STOPPING=1\n"));
}

TEST_F(ServiceManagerTest, without_one_nothing_is_sent) {
  ::unsetenv("NOTIFY_SOCKET");
  service_manager::ready(4711);
  EXPECT_EQ(received(), "");
}

class SystemLogTest : public testing::Test {
 protected:
  /// What a log writes that was made with this standard error.
  static std::string on_stderr(bool foreground) {
    testing::internal::CaptureStderr();
    SystemLog log("opendmarc");
    log.configure(false, 0, foreground);
    EXPECT_FALSE(log.uses_syslog());
    log.write(log::make<log::Id::note>("line"));
    log.write(log::make<log::Id::untrusted_auth_results>("job", 1, "detail"));
    return testing::internal::GetCapturedStderr();
  }
};

TEST_F(SystemLogTest, goes_to_stderr_in_the_foreground_without_syslog) {
  EXPECT_EQ(on_stderr(true), "opendmarc: line\n");
}

TEST_F(SystemLogTest, is_silent_in_the_background_without_syslog) {
  EXPECT_EQ(on_stderr(false), "");
}

TEST_F(SystemLogTest, marks_priorities_for_the_journal) {
  testing::internal::CaptureStderr();
  struct stat status {};
  ::fstat(STDERR_FILENO, &status);
  const std::string stream = std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
  ::setenv("JOURNAL_STREAM", stream.c_str(), 1);
  SystemLog log("opendmarc");
  ::unsetenv("JOURNAL_STREAM");
  log.configure(false, 0, true);
  log.write(log::make<log::Id::note>("line"));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "<5>line\n");
}

}  // namespace
}  // namespace dmarc::daemon
