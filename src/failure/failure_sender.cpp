#include "failure/failure_sender.h"

#include <algorithm>
#include <set>

#include "base/base64.h"
#include "crypto/random.h"
#include "sending/destinations.h"
#include "spf/record.h"

namespace dmarc::failure {
namespace {

// Made of whole base64 groups, so that neither "=" nor padding is in it.
constexpr std::size_t token_octets = 15;

std::string host_of(const failure::FailureIncident& incident, const policy::Settings& policy) {
  const auto name = dns::Name::parse(incident.mta_name);
  return name && name->is_hostname() ? name->text() : policy.host_name;
}

}  // namespace

/// One incident on its way.
class FailureSender::Errand {
 public:
  Errand(FailureSender& sender, failure::FailureIncident& incident, const FailureTerms& terms,
         const FailureMoment& moment)
      : sender_(sender),
        incident_(incident),
        terms_(terms),
        moment_(moment),
        lookups_(*terms.resolver, terms.lookup_limits) {}

  void run();

 private:
  void find_spf_record();
  void serve(const sending::Destination& destination);
  void send_to(const std::string& mailbox, const failure::FailureRates& rates);
  void send_letter(failure::FailureKind kind, const failure::FailureStream& stream,
                   std::size_t incidents);
  failure::FailureStream stream_to(std::string mailbox) const;
  template <log::Id id>
  void log(std::string_view destination, std::string_view reason) const {
    sender_.sink_.write(log::make<id>(incident_.job_id, destination, reason));
  }

  FailureSender& sender_;
  failure::FailureIncident& incident_;
  const FailureTerms& terms_;
  const FailureMoment& moment_;
  dns::LookupSession lookups_;
  std::set<std::string> served_;
};

void FailureSender::send(failure::FailureIncident incident, const FailureTerms& terms,
                         const FailureMoment& moment) {
  Errand(*this, incident, terms, moment).run();
}

void FailureSender::Errand::run() {
  find_spf_record();
  if (!incident_.ruf.empty()) {
    for (const sending::Destination& destination :
         verify(incident_.policy_domain, incident_.ruf, sending::ReportTag::ruf,
                terms_.policy->evaluation(), lookups_))
      serve(destination);
  }
  const unsigned in_all = terms_.settings.rates.in_all;
  for (const sending::Address& copy : terms_.settings.copies)
    send_to(copy.text(), {.per_destination = in_all, .in_all = in_all});
}

/// Where another filter has checked SPF, its record is not known yet.
void FailureSender::Errand::find_spf_record() {
  auto& spf = incident_.failed_spf;
  if (!spf || !spf->record.empty()) return;
  const dns::AnswerPtr answer = lookups_.lookup(spf->domain, dns::Type::txt);
  spf->record = spf::published_record(spf->domain, *answer).value_or("");
}

void FailureSender::Errand::serve(const sending::Destination& destination) {
  if (destination.agreement != sending::Agreement::given) {
    if (destination.agreement == sending::Agreement::deferred)
      sender_.limits_.hold_back(stream_to(sending::parse_report_uri(destination.uri)->mailbox), 1,
                                moment_.limits);
    return log<log::Id::failure_report_refused>(destination.uri, destination.reason);
  }
  for (const sending::ReportUri& target : destination.targets) {
    if (target.scheme != sending::ReportUri::Scheme::mailto)
      log<log::Id::failure_report_refused>(target.uri, "failure reports go by mail only");
    else if (terms_.no_reports.contains(target.mailbox))
      log<log::Id::failure_report_refused>(target.uri, "it is in NoReportsList");
    else
      send_to(target.mailbox, terms_.settings.rates);
  }
}

void FailureSender::Errand::send_to(const std::string& mailbox,
                                    const failure::FailureRates& rates) {
  if (!served_.insert(mailbox).second) return;
  const failure::FailureStream stream = stream_to(mailbox);
  for (const failure::FailureKind kind : incident_.kinds) {
    const auto incidents = sender_.limits_.admit(stream, rates, moment_.limits);
    if (incidents)
      send_letter(kind, stream, *incidents);
    else
      log<log::Id::failure_report_held>(mailbox, "the limit of an hour is reached");
  }
}

void FailureSender::Errand::send_letter(failure::FailureKind kind,
                                        const failure::FailureStream& stream,
                                        std::size_t incidents) {
  const std::string host = host_of(incident_, *terms_.policy);
  const std::string& from = terms_.settings.from;
  const failure::FailureLetter letter{
      .kind = kind,
      .from = from.empty() ? "OpenDMARC Filter <" + terms_.user + "@" + host + ">" : from,
      .to = stream.destination,
      .host_name = host,
      .token = base::base64(crypto::random_octets(token_octets)),
      .date = moment_.date,
      .version = terms_.policy->version,
      .incidents = incidents,
      .redactor = terms_.settings.redact ? &sender_.redactor_ : nullptr};
  const sending::Outcome outcome =
      terms_.transport->send({"", {stream.destination}}, failure_report(incident_, letter));
  if (outcome.state == sending::Outcome::State::sent)
    return log<log::Id::failure_report_sent>(stream.destination, to_string(kind));
  sender_.limits_.hold_back(stream, incidents, moment_.limits);
  log<log::Id::failure_report_unsent>(stream.destination, outcome.answer);
}

failure::FailureStream FailureSender::Errand::stream_to(std::string mailbox) const {
  return {std::move(mailbox), incident_.author.text()};
}

}  // namespace dmarc::failure
