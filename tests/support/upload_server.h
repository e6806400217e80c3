// tests/support/upload_server as an object: an SMTP or https server on loopback for one test.
//
//   test::UploadServer server({"smtp", "--reply", "rcpt=550 no such user"});
//   ...
//   server.log();   // what it was told
//
// Threads: belongs to one thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "support/temporary_folder.h"

namespace dmarc::test {

class UploadServer {
 public:
  /// Waits until it listens. Throws std::runtime_error when it does not come to that.
  explicit UploadServer(const std::vector<std::string>& arguments);
  ~UploadServer();

  std::uint16_t port() const { return port_; }
  std::string certificate() const { return folder_.path("certificate.pem"); }
  /// Empty while there is none.
  std::string log() const;
  std::string content() const;

 private:
  TemporaryFolder folder_;
  base::UniqueFd input_;  ///< its standard input, which keeps it running
  pid_t pid_ = 0;
  std::uint16_t port_ = 0;
};

}  // namespace dmarc::test
