// dmarcctl bounce: records a report that came back.

#include "sending/bounce.h"

#include <array>
#include <ctime>
#include <ostream>

#include "aggregate/period.h"
#include "base/ascii.h"
#include "base/decimal.h"
#include "ctl/reports/database.h"
#include "ctl/subcommand.h"
#include "sending/consent.h"
#include "store/outbox.h"
#include "store/suppressions.h"

namespace dmarc::ctl {
namespace {

using sending::BouncedRecipient;

/// How long nothing is sent to an address that does not exist; by then the mistake may be
/// corrected.
constexpr unsigned default_days = 30;
constexpr unsigned max_days = 3'650;

constexpr std::array flags{
    Flag{"recipient", "ADDRESS", "where it was delivered to (default: from its header)"},
    Flag{"days", "N", "send nothing to the address for N days (default 30)"},
    database_flag,
    config_flag,
};

constexpr std::array statuses{
    ExitStatus{status::ok, "the bounce is recorded, or does not belong to a report"},
    ExitStatus{status::temporary_failure, "the database can't be used: try again later"},
    ExitStatus{status::config, "the configuration is wrong"},
};

/// The delivery that has bounced.
struct Returned {
  std::string report_id;
  sending::ReportUri target;
};

std::optional<Returned> find_delivery(const sending::Bounce& bounce,
                                      const sending::MailAddress& address, store::Outbox& outbox) {
  for (const std::string& recipient : bounce.delivered_to) {
    const auto tag = sending::read_verp(address, recipient);
    if (!tag) continue;
    const auto report = outbox.find(tag->report_id);
    if (!report) continue;
    for (const store::Delivery& delivery : report->deliveries) {
      if (sending::destination_tag(delivery.destination) != tag->destination) continue;
      if (auto target = sending::parse_report_uri(delivery.destination))
        return Returned{tag->report_id, *std::move(target)};
    }
  }
  return std::nullopt;
}

std::string text_of(const BouncedRecipient& recipient) {
  std::string text = recipient.action + " " + recipient.status;
  if (!recipient.diagnostic.empty()) text += ": " + recipient.diagnostic;
  return "bounced: " + base::printable(text);
}

/// An address that is suppressed for longer already stays so.
void suppress(store::Database& database, const std::string& mailbox, const std::string& reason,
              std::int64_t now, std::int64_t expires) {
  store::Suppressions suppressions(database);
  const auto known = suppressions.match(mailbox, now);
  if (known && known->address == mailbox && (!known->expires || *known->expires >= expires)) return;
  suppressions.add({.address = mailbox, .reason = reason, .added = now, .expires = expires});
}

void record_bounce(const Returned& returned, const BouncedRecipient& recipient,
                   store::Database& database, store::Outbox& outbox, unsigned days,
                   Terminal terminal) {
  const bool is_hard = recipient.is_hard();
  const std::string reason = store::cut_answer(text_of(recipient));
  const std::string mailbox = base::lower(returned.target.mailbox);
  if (!outbox.bounced(returned.report_id, returned.target.uri,
                      is_hard ? store::DeliveryState::failed : store::DeliveryState::sent, reason))
    return;
  terminal.out << mailbox << ": " << reason << "\n";
  if (!is_hard) return;
  const std::int64_t now = std::time(nullptr);
  const std::int64_t expires = now + days * aggregate::seconds_per_day;
  suppress(database, mailbox, reason, now, expires);
  terminal.out << mailbox << ": no reports until " << aggregate::time_text(expires) << "\n";
}

int handle(sending::Bounce bounce, const sending::MailAddress& address, store::Database& database,
           unsigned days, Terminal terminal) {
  const BouncedRecipient* const recipient = bounce.decisive();
  if (recipient == nullptr) {
    terminal.out << "no delivery status notification\n";
    return status::ok;
  }
  store::Outbox outbox(database, "dmarcctl bounce");
  if (const auto returned = find_delivery(bounce, address, outbox))
    record_bounce(*returned, *recipient, database, outbox, days, terminal);
  else
    terminal.out << "not of a report that was sent from here\n";
  return status::ok;
}

int run(const Arguments& arguments, Terminal terminal) {
  if (arguments.operands().size() > 1)
    return usage_error(terminal, "bounce", "one message expected");
  const auto days =
      base::parse_decimal<unsigned>(arguments.value_or("days", std::to_string(default_days)));
  if (!days || *days == 0 || *days > max_days)
    return usage_error(terminal, "bounce", "--days must be a number from 1 to 3650");
  const auto settings = read_configuration(arguments);
  if (!settings) return failure(terminal, "bounce", settings.error().text, status::config);
  if (!settings->submission.bounces)
    return failure(terminal, "bounce", "ReportBounceAddress is not set", status::config);
  const auto path = arguments.operands().empty() ? "-" : arguments.operands().front();
  const auto message = read_input(path);
  if (!message) return failure(terminal, "bounce", message.error().text, message.error().status);
  sending::Bounce bounce = sending::read_bounce(*message);
  if (const auto recipient = arguments.value("recipient")) bounce.delivered_to = {*recipient};
  const auto address = database_address(arguments, *settings);
  if (!address) return failure(terminal, "bounce", address.error().text, address.error().status);
  try {
    const auto database = open_store(*address);
    return handle(std::move(bounce), *settings->submission.bounces, *database, *days, terminal);
  } catch (const store::Error& problem) {
    return failure(terminal, "bounce", problem.what(), status::temporary_failure);
  }
}

}  // namespace

const Subcommand bounce_subcommand{
    "bounce", "record a report that came back", "[FILE|-]", flags, statuses, run};

}  // namespace dmarc::ctl
