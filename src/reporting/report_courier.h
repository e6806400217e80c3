// Carries aggregate reports as the configuration says: signed mail by SMTP or a command, https.
//
//   auto courier = ReportCourier::make(settings.submission, clock);
//   if (!courier) complain(courier.error());
//   AggregateRun run(..., **courier, ...);
//
// Threads: belongs to one thread.
#pragma once

#include <tl/expected.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "dkim/dkim_signer.h"
#include "reporting/courier.h"
#include "sending/curl/https_post.h"
#include "sending/settings.h"

namespace dmarc::reporting {

/// For ReportCommand; below the lease of a report (store/outbox.h).
inline constexpr std::chrono::minutes command_time_limit{5};

class ReportCourier final : public Courier {
 public:
  using Clock = std::function<std::int64_t()>;

  /// Reads keys and passwords; connects to nothing. The error is one line.
  static tl::expected<std::unique_ptr<ReportCourier>, std::string> make(
      const sending::Settings& settings, Clock clock);

  sending::Outcome deliver(const ReportFile& file, const sending::ReportUri& target,
                           const sending::Transport::Commit& commit) override;

 private:
  ReportCourier(sending::Settings settings, Clock clock)
      : settings_(std::move(settings)), clock_(std::move(clock)) {}

  sending::Outcome mail(const ReportFile& file, const sending::ReportUri& target,
                        std::string_view gzip, const sending::Transport::Commit& commit);

  sending::Settings settings_;
  Clock clock_;
  std::unique_ptr<sending::Transport> transport_;
  std::optional<dkim::DkimSigner> signer_;
  std::optional<sending::HttpsPost> https_;
};

}  // namespace dmarc::reporting
