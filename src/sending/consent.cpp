#include "sending/consent.h"

#include <algorithm>
#include <optional>
#include <variant>

#include <dmarc/ip_address.h>
#include <dmarc/record.h>
#include <dmarc/tree_walk.h>

#include "base/ascii.h"
#include "dmarc/alignment.h"

namespace dmarc::sending {
namespace {

/// What the destination's DNS says of reports on the policy domain.
std::optional<dns::Name> agreement_name(const dns::Name& policy_domain, const dns::Name& host) {
  return host.with_prefix(policy_domain.text() + "._report._dmarc");
}

void refuse(Destination& destination, std::string reason) {
  destination.agreement = Agreement::refused;
  destination.reason = std::move(reason);
}

/// Steps 6 to 8: the records that count.
std::vector<Record> agreements(const dns::Answer& answer) {
  std::vector<Record> records;
  for (const std::string& text : answer.records) {
    if (auto record = Record::parse(text)) records.push_back(*std::move(record));
  }
  return records;
}

/// Step 9: what the destination wants instead must be on the same host.
void apply_overrides(Destination& destination, const ReportUri& published,
                     const std::vector<Record>& records, ReportTag tag) {
  bool has_override = false;
  for (const Record& record : records) {
    for (const std::string& uri : tag == ReportTag::rua ? record.rua : record.ruf) {
      has_override = true;
      auto target = parse_report_uri(uri);
      if (target && target->host == published.host)
        destination.targets.push_back(*std::move(target));
      else
        destination.refused_targets.push_back(uri);
    }
  }
  if (!has_override) destination.targets = {published};
  if (destination.targets.empty())
    return refuse(destination, "it sends reports on to another host, which is not allowed");
  if (destination.targets.size() > max_destinations)
    destination.targets.erase(destination.targets.begin() + max_destinations,
                              destination.targets.end());
  destination.agreement = Agreement::given;
}

void ask_destination(Destination& destination, const ReportUri& published,
                     const dns::Name& policy_domain, ReportTag tag, dns::Resolver& resolver) {
  const auto name = agreement_name(policy_domain, published.host);
  if (!name) return refuse(destination, "its name is too long to be asked");  // step 4
  const dns::AnswerPtr answer = resolver.lookup(*name, dns::Type::txt);
  if (answer->outcome == dns::Outcome::temporary_failure) {
    destination.agreement = Agreement::deferred;
    destination.reason =
        "it is not known whether it agrees: " + std::string(describe(answer->failure));
    return;
  }
  const std::vector<Record> records = agreements(*answer);
  if (records.empty())
    return refuse(destination, "it has not agreed: no DMARC record at " + name->text());
  apply_overrides(destination, published, records, tag);
}

/// Whether reports on the policy domain go to the organization that it is part of.
AlignmentOutcome compare_host(const dns::Name& host, const dns::Name& policy_domain,
                              std::span<const dns::Name> organizations, const Options& options,
                              dns::Resolver& resolver) {
  if (!host.is_hostname()) return AlignmentOutcome::not_aligned;
  if (host == policy_domain) return AlignmentOutcome::strict;
  if (!can_belong_to(host, organizations)) return AlignmentOutcome::not_aligned;
  TreeWalk walk(host, options);
  return compare_organizations(organizations, dns::wait_for(walk, resolver).organizations);
}

Destination verify_one(const std::string& uri, const dns::Name& policy_domain,
                       std::span<const dns::Name> organizations, ReportTag tag,
                       const Options& options, dns::Resolver& resolver) {
  Destination destination;
  destination.uri = uri;
  if (organizations.size() == 1) destination.organization = organizations.front();
  const auto published = parse_report_uri(uri);
  if (!published) {
    refuse(destination, published.error());
    return destination;
  }
  switch (compare_host(published->host, policy_domain, organizations, options, resolver)) {
    case AlignmentOutcome::strict:
    case AlignmentOutcome::relaxed:
      destination.agreement = Agreement::given;
      destination.targets = {*published};
      break;
    case AlignmentOutcome::not_aligned:
      ask_destination(destination, *published, policy_domain, tag, resolver);
      break;
    case AlignmentOutcome::unknown:
    case AlignmentOutcome::not_needed:
      destination.agreement = Agreement::deferred;
      destination.reason = "it is not known whether it is the same organization: a look-up failed";
  }
  return destination;
}

/// Whether two names may well be of one organization, so that nobody need be asked.
bool are_near(const dns::Name& a, const dns::Name& b) {
  return a.rightmost(2) == b.rightmost(2);
}

void prefetch_walk(const dns::Name& name, const Options& options, dns::Resolver& resolver) {
  const auto step = TreeWalk(name, options).begin();
  if (const auto* need = std::get_if<dns::Need>(&step))
    for (const dns::Question& question : need->questions)
      resolver.prefetch(question.name, question.type);
}

/// Has every question under way at once.
void prefetch(const dns::Name& policy_domain, std::span<const std::string> uris,
              const Options& options, dns::Resolver& resolver) {
  prefetch_walk(policy_domain, options, resolver);
  for (const std::string& uri : uris) {
    const auto published = parse_report_uri(uri);
    if (!published || published->host == policy_domain) continue;
    prefetch_walk(published->host, options, resolver);
    if (are_near(policy_domain, published->host)) continue;
    if (const auto name = agreement_name(policy_domain, published->host))
      resolver.prefetch(*name, dns::Type::txt);
  }
}

}  // namespace

std::vector<Destination> verify(const dns::Name& policy_domain, std::span<const std::string> uris,
                                ReportTag tag, const Options& options, dns::Resolver& resolver) {
  const auto considered = uris.first(std::min(uris.size(), max_destinations));
  prefetch(policy_domain, considered, options, resolver);
  TreeWalk walk(policy_domain, options);
  const auto organizations = dns::wait_for(walk, resolver).organizations;
  std::vector<Destination> destinations;
  for (const std::string& uri : considered)
    destinations.push_back(verify_one(uri, policy_domain, organizations, tag, options, resolver));
  for (const std::string& uri : uris.subspan(considered.size())) {
    Destination& excess = destinations.emplace_back();
    excess.uri = uri;
    refuse(excess, "more than " + std::to_string(max_destinations) + " destinations");
  }
  return destinations;
}

void NoReportsList::add(std::string_view entry) {
  entries_.insert(base::lower(entry));
}

bool NoReportsList::contains(std::string_view mailbox) const {
  const std::string address = base::lower(mailbox);
  return entries_.contains(address) || entries_.contains(address.substr(address.rfind('@') + 1));
}

}  // namespace dmarc::sending
