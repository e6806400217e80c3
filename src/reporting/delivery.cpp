#include "reporting/delivery.h"

#include <algorithm>
#include <functional>

#include <dmarc/ip_address.h>

#include "aggregate/report_mail.h"
#include "base/read_file.h"
#include "sending/bounce.h"
#include "sending/command.h"
#include "sending/curl/transports.h"

namespace dmarc::reporting {
namespace {

using sending::Outcome;
using sending::Settings;

using MadeTransport = tl::expected<std::unique_ptr<sending::Transport>, std::string>;

MadeTransport make_transport(const Settings& settings) {
  if (settings.way == Settings::Way::smtp) return sending::SmtpTransport::make(settings.smtp);
  if (settings.command.empty()) return tl::unexpected(std::string("ReportCommand can't be used"));
  return std::make_unique<sending::CommandTransport>(settings.command, command_time_limit);
}

/// The identifier that all parts of a report share.
std::string whole_report_id(const ReportFile& file) {
  const std::size_t suffix = aggregate::part_id("", file.part).size();
  return file.name.report_id.substr(0, file.name.report_id.size() - suffix);
}

}  // namespace

tl::expected<std::unique_ptr<ConfiguredSender>, std::string> ConfiguredSender::make(
    const Settings& settings, Clock clock) {
  if (!settings.email)
    return tl::unexpected(std::string("ReportEmail is needed: this host has no usable name"));
  std::unique_ptr<ConfiguredSender> sender(new ConfiguredSender(settings, std::move(clock)));
  auto transport = make_transport(settings);
  if (!transport) return tl::unexpected(transport.error());
  sender->transport_ = *std::move(transport);
  if (settings.dkim) {
    auto signer = dkim::Signer::load(*settings.dkim, settings.email->domain);
    if (!signer) return tl::unexpected(signer.error());
    sender->signer_ = *std::move(signer);
  }
  if (settings.https) sender->https_.emplace(base::is_public);
  return sender;
}

Outcome ConfiguredSender::deliver(const ReportFile& file, const sending::ReportUri& target,
                                  const sending::Transport::Commit& commit) {
  const bool is_https = target.scheme == sending::ReportUri::Scheme::https;
  if (is_https && !https_) return {Outcome::State::failed, "ReportHttps is off"};
  const auto gzip = base::read_file(file.path);
  if (!gzip) return {Outcome::State::later, file.path + ": " + base::error_text(gzip.error())};
  return is_https ? https_->send(target.uri, *gzip, commit) : mail(file, target, *gzip, commit);
}

Outcome ConfiguredSender::hand_to_relay(const sending::Envelope& envelope, std::string_view message,
                                        const sending::Transport::Commit& commit) {
  if (relay_failures_ >= max_relay_failures)
    return {Outcome::State::later, "not tried: the relay has failed for others", true};
  Outcome outcome = transport_->send(envelope, message, commit);
  relay_failures_ = outcome.of_session ? relay_failures_ + 1 : 0;
  return outcome;
}

Outcome ConfiguredSender::mail(const ReportFile& file, const sending::ReportUri& target,
                               std::string_view gzip, const sending::Transport::Commit& commit) {
  const bool by_command = settings_.way == Settings::Way::command;
  const std::string copy = settings_.bcc ? settings_.bcc->text() : "";
  const std::int64_t now = clock_();
  std::string message = aggregate::compose({.name = file.name,
                                            .from = *settings_.email,
                                            .org_name = settings_.org_name,
                                            .to = target.mailbox,
                                            .bcc = by_command ? copy : "",
                                            .date = now},
                                           gzip);
  if (signer_) message.insert(0, signer_->sign(message, now));
  sending::Envelope envelope{.sender = {}, .recipients = {target.mailbox}};
  if (settings_.bounces) {
    envelope.sender = sending::verp_address(
        *settings_.bounces, {whole_report_id(file), sending::destination_tag(target.uri)});
  }
  const Outcome outcome = hand_to_relay(envelope, message, commit);
  // A copy that is lost is no reason to send the report again.
  if (outcome.state == Outcome::State::sent && !by_command && !copy.empty())
    transport_->send({.sender = {}, .recipients = {copy}}, message);
  return outcome;
}

std::optional<std::int64_t> next_attempt(std::int64_t first, unsigned attempts,
                                         std::string_view destination, std::int64_t now) {
  const unsigned doublings = std::min(attempts > 0 ? attempts - 1 : 0, 10U);
  const std::int64_t pause = std::min(first_pause << doublings, max_pause);
  const auto spread = static_cast<std::int64_t>(std::hash<std::string_view>()(destination) %
                                                static_cast<std::size_t>(first_pause));
  const std::int64_t next = now + pause + spread;
  if (next > first + retry_budget) return std::nullopt;
  return next;
}

}  // namespace dmarc::reporting
