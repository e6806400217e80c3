#include "daemon/supervision.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "base/read_file.h"
#include "support/log_capture.h"
#include "support/temporary_folder.h"

namespace dmarc::daemon {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

class DrainTest : public testing::Test {
 protected:
  DrainTest() : listener_(open(folder_.path("socket"))) {}

  void run(const DrainLimits& limits) {
    drain(listener_, connection_limit_, signals_, log_, limits);
  }

  static io::Listener open(const std::string& path) {
    return std::move(io::parse_socket_spec(path).and_then(io::Listener::open).value());
  }

  test::TemporaryFolder folder_;
  test::LogCapture log_;
  Signals signals_;
  filter::ConnectionLimit connection_limit_{0, log_};
  io::Listener listener_;
};

TEST_F(DrainTest, ends_at_once_when_there_is_no_connection) {
  run({hours(1), hours(1), hours(1)});
  EXPECT_EQ(log_.texts().back(), "stopped: 0 connection(s) left");
  EXPECT_NE(::access(folder_.path("socket").c_str(), F_OK), 0) << "the socket file is left";
}

TEST_F(DrainTest, waits_for_a_message_in_progress) {
  auto admission = connection_limit_.admit();
  admission->begin_message();
  std::thread client([&] { admission->settle(); });
  run({hours(1), milliseconds(0), milliseconds(0)});
  client.join();
  EXPECT_EQ(log_.texts().back(), "stopped: 0 connection(s) left");
}

TEST_F(DrainTest, gives_a_connection_between_messages_a_moment_only) {
  const auto admission = connection_limit_.admit();
  run({hours(1), hours(1), milliseconds(0)});
  EXPECT_EQ(connection_limit_.connections(), 1U);
}

TEST_F(DrainTest, gives_it_more_when_new_connections_can_wait_for_the_next_process) {
  const auto admission = connection_limit_.admit();
  listener_ = std::move(io::Listener::adopt(::dup(listener_.fd())).value());
  run({hours(1), milliseconds(0), hours(1)});
  EXPECT_EQ(connection_limit_.connections(), 1U);
}

TEST_F(DrainTest, gives_up_when_the_time_is_over) {
  auto admission = connection_limit_.admit();
  admission->begin_message();
  run({milliseconds(0), hours(1), hours(1)});
  EXPECT_EQ(log_.texts().front(),
            "stopping: 1 connection(s) with a message in progress, waiting at most 0 seconds");
  EXPECT_EQ(log_.texts().back(), "stopped: 1 connection(s) left");
}

TEST_F(DrainTest, ends_at_the_second_signal) {
  auto admission = connection_limit_.admit();
  admission->begin_message();
  ::kill(::getpid(), SIGTERM);
  run({hours(1), hours(1), hours(1)});
  EXPECT_EQ(log_.texts().back(), "stopped: 1 connection(s) left");
}

}  // namespace
}  // namespace dmarc::daemon
