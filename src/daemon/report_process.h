// How failure reports leave: a process of their own, which runs ReportCommand, or dmarcctl, which
// speaks SMTP.
//
//   auto process = ReportProcess::start(report_command(configuration, path));   // before confine()
//   (*process)->send({"", {"f@example.org"}}, message);
//
// The filter, which reads what strangers write, has neither the library for SMTP and TLS nor the
// key and the password that may be needed. It confines itself (sandbox/confinement.h) and can then
// start no program: this process, which strangers can't talk to, starts it. How it sends is settled
// when it starts. All that the filter can ask of it is to send a mail in that way, so whoever
// breaks into the filter gets no further than that.
//
// The process ends when the filter does, after the mail that it is sending; it blocks signals,
// because service managers send theirs to every process.
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
#include "config/configuration.h"
#include "daemon/process.h"
#include "sending/transport.h"

namespace dmarc::daemon {

/// What runs the program. dmarcctl reads `configuration_path`; the defaults if that is empty.
std::unique_ptr<sending::Transport> report_command(const config::Configuration& configuration,
                                                   const std::string& configuration_path);

class ReportProcess final : public sending::Transport {
 public:
  /// Several times the size of a failure report.
  static constexpr std::size_t max_frame = 1024 * 1024;

  /// The error is that of fork(2) or socketpair(2). `transport` is used in the other process.
  static tl::expected<std::shared_ptr<ReportProcess>, FatalError> start(
      std::unique_ptr<sending::Transport> transport);

  sending::Outcome send(const sending::Envelope& envelope, std::string_view message,
                        const Commit& commit) override;
  using Transport::send;

 private:
  explicit ReportProcess(base::UniqueFd socket) : socket_(std::move(socket)) {}

  base::UniqueFd socket_;
};

}  // namespace dmarc::daemon
