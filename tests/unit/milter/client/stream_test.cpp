#include "milter/client/stream.h"

#include <gtest/gtest.h>

namespace dmarc::milter::client {
namespace {

TEST(Stream, a_socket_that_is_not_there_is_an_error_with_the_system_s_reason) {
  const auto spec = io::parse_socket_to_connect("/nonexistent/filter.sock");
  const auto socket = connect_to(*spec, std::chrono::seconds(1));
  ASSERT_FALSE(socket);
  EXPECT_EQ(socket.error(), "No such file or directory");
}

}  // namespace
}  // namespace dmarc::milter::client
