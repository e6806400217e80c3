// The process that sends reports. It exists because the filter confines itself (confinement.h) and
// can then start no program: this process, which strangers can't talk to, starts it.
//
//   auto process = ReportProcess::start(report_command(configuration, path));   // before confine()
//   (*process)->send({"", {"f@example.org"}}, message);
//
// How it sends is settled when it starts. All that the filter can ask of it is to send a mail in
// that way, so whoever breaks into the filter gets no further than that.
//
// It ends when the filter does, after the mail that it is sending; it blocks signals, because
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

class ReportProcess final : public sending::Transport {
 public:
  /// Several times the size of a failure report.
  static constexpr std::size_t max_frame = 1024 * 1024;

  /// The error is that of fork(2) or socketpair(2). `transport` is used in the other process.
  static tl::expected<std::shared_ptr<ReportProcess>, Failure> start(
      std::unique_ptr<sending::Transport> transport);

  sending::Outcome send(const sending::Envelope& envelope, std::string_view message,
                        const Commit& commit) override;
  using Transport::send;

 private:
  explicit ReportProcess(base::UniqueFd socket) : socket_(std::move(socket)) {}

  base::UniqueFd socket_;
};

}  // namespace dmarc::daemon
