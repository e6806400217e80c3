// How a report file gets to one destination, by mail or by https as the configuration says, and
// when a delivery is tried again.
//
//   auto sender = ConfiguredSender::make(settings.submission, clock);
//   if (!sender) complain(sender.error());
//   AggregateRun run(..., **sender, ...);
//
//   if (auto next = next_attempt(first, attempts, destination, now)) try_again_at(*next);
//   else give_up();
//
// Threads: a sender belongs to one thread; next_attempt() is a pure function.
#pragma once

#include <tl/expected.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "dkim/signer.h"
#include "reporting/files.h"
#include "sending/consent.h"
#include "sending/curl/transports.h"
#include "sending/settings.h"
#include "sending/transport.h"

namespace dmarc::reporting {

class ReportSender {
 public:
  virtual ~ReportSender() = default;

  /// Waits, but not for ever. See sending::Transport for `commit`.
  virtual sending::Outcome deliver(const ReportFile& file, const sending::ReportUri& target,
                                   const sending::Transport::Commit& commit) = 0;
};

/// For ReportCommand; below the lease of a report (store/outbox.h).
inline constexpr std::chrono::minutes command_time_limit{5};

/// After as many attempts in a row that the relay itself has failed, it is not tried again in this
/// run: a silent one would cost half a minute for each report.
inline constexpr unsigned max_relay_failures = 2;

/// Signed mail by SMTP or by a command, and https.
class ConfiguredSender final : public ReportSender {
 public:
  using Clock = std::function<std::int64_t()>;

  /// Reads keys and passwords; connects to nothing. The error is one line.
  static tl::expected<std::unique_ptr<ConfiguredSender>, std::string> make(
      const sending::Settings& settings, Clock clock);

  sending::Outcome deliver(const ReportFile& file, const sending::ReportUri& target,
                           const sending::Transport::Commit& commit) override;

 private:
  ConfiguredSender(sending::Settings settings, Clock clock)
      : settings_(std::move(settings)), clock_(std::move(clock)) {}

  sending::Outcome mail(const ReportFile& file, const sending::ReportUri& target,
                        std::string_view gzip, const sending::Transport::Commit& commit);

  sending::Settings settings_;
  Clock clock_;
  sending::Outcome hand_to_relay(const sending::Envelope& envelope, std::string_view message,
                                 const sending::Transport::Commit& commit);

  unsigned relay_failures_ = 0;  ///< in a row
  std::unique_ptr<sending::Transport> transport_;
  std::optional<dkim::Signer> signer_;
  std::optional<sending::HttpsPost> https_;
};

/// After a day a report is of little use, and the next one is due.
inline constexpr std::int64_t retry_budget = 24 * 3600;
/// The first pause; each is twice as long as the one before, up to max_pause.
inline constexpr std::int64_t first_pause = 15 * 60;
inline constexpr std::int64_t max_pause = 4 * 3600;

/// Seconds since 1970; nothing when the budget, which began with the report, is used up. The time
/// is spread by the destination, so that a server that was down is not asked for everything in the
/// same second.
std::optional<std::int64_t> next_attempt(std::int64_t first, unsigned attempts,
                                         std::string_view destination, std::int64_t now);

}  // namespace dmarc::reporting
