// The process that reports leave by. It is there because the filter confines itself (confinement.h)
// and can start no program: this one, which strangers can't talk to, starts it.
//
//   auto postman = Postman::start(report_command(configuration, path));   // before confine()
//   (*postman)->send({"", {"f@example.org"}}, message);
//
// What leaves, and how, was settled at its start. All that the filter can have it do is send a mail
// by that way, so who breaks into the filter gets no further than to that.
//
// It ends when the filter does, after the mail in its hands; signals don't reach it, because
// service managers send theirs to every process.
//
// Limits: max_frame octets of a mail. Threads: start() while there is only one; send() from one.
#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/unique_fd.h"
#include "daemon/failure.h"
#include "sending/transport.h"

namespace dmarc::daemon {

class Postman final : public sending::Transport {
 public:
  /// Several times the size of a failure report.
  static constexpr std::size_t max_frame = 1024 * 1024;

  /// The error is that of fork(2) or socketpair(2). `transport` is used in the other process.
  static tl::expected<std::shared_ptr<Postman>, Failure> start(
      std::unique_ptr<sending::Transport> transport);

  sending::Outcome send(const sending::Envelope& envelope, std::string_view message,
                        const Commit& commit) override;
  using Transport::send;

 private:
  explicit Postman(base::UniqueFd socket) : socket_(std::move(socket)) {}

  base::UniqueFd socket_;
};

}  // namespace dmarc::daemon
