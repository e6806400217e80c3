#include "reporting/aggregate_run.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <set>

#include "base/read_file.h"
#include "dns/lookup_session.h"

namespace dmarc::reporting {
namespace {

using sending::Agreement;
using sending::Outcome;
using store::DeliveryState;

bool is_final(DeliveryState state) {
  return state != DeliveryState::waiting && state != DeliveryState::sending;
}

void remove_files(const std::vector<ReportFile>& files) {
  for (const ReportFile& file : files)
    ::unlink(file.path.c_str());
}

/// The place that a delivery's URI names; the URI itself when it names none.
std::string place_of(const std::string& uri) {
  const auto target = sending::parse_report_uri(uri);
  return target ? sending::place_of(*target) : uri;
}

/// Each place once, however often and however spelled the record and overrides name it.
void remove_repeated(std::vector<sending::Destination>& destinations) {
  std::set<std::string> seen;
  const auto is_repeated = [&](const sending::ReportUri& target) {
    return !seen.insert(sending::place_of(target)).second;
  };
  std::erase_if(destinations, [&](sending::Destination& destination) {
    if (destination.agreement != Agreement::given)
      return !seen.insert(place_of(destination.uri)).second;
    std::erase_if(destination.targets, is_repeated);
    return destination.targets.empty();
  });
}

/// Parts are counted from 1; what concerns a whole destination is written down at the first.
constexpr unsigned first_part = 1;

}  // namespace

struct AggregateRun::Work {
  Work(const history::PublishedPolicy& published, store::ReportSource& rows,
       const aggregate::Period& period)
      : policy(published), source(rows) {
    news.key = {published.domain, period};
  }

  const store::Delivery* find(const std::string& destination, unsigned part) const {
    const std::string place = place_of(destination);
    const auto found = std::find_if(known.begin(), known.end(), [&](const store::Delivery& row) {
      return row.part == part && place_of(row.destination) == place;
    });
    return found == known.end() ? nullptr : &*found;
  }

  const history::PublishedPolicy& policy;
  store::ReportSource& source;
  store::Lease lease;
  std::vector<store::Delivery> known;  ///< of earlier runs
  std::vector<ReportFile> files;       ///< empty until they are needed
  ReportNews news;
};

AggregateRun::AggregateRun(store::Database& database, std::string owner, RunSettings settings,
                           ReportSender& sender, dns::AsyncResolver& resolver, Observer observer)
    : database_(database),
      outbox_(database, std::move(owner)),
      settings_(std::move(settings)),
      sender_(sender),
      resolver_(resolver),
      observer_(std::move(observer)) {}

void AggregateRun::resume() {
  if (settings_.dry_run) return;
  for (const store::ReportKey& key : outbox_.unfinished(now(), max_resumed)) {
    try {
      send(key.period, key.domain);
    } catch (const std::runtime_error& failure) {
      if (!database_.is_alive()) throw;
      ReportNews news;
      news.key = key;
      news.end = ReportNews::End::broken;
      news.reason = failure.what();
      observer_(news);
    }
  }
}

void AggregateRun::send(const aggregate::Period& period, const std::optional<std::string>& domain) {
  store::ReportSource source(database_, period, domain);
  while (const history::PublishedPolicy* policy = source.next_domain())
    consider(*policy, period, source);
}

/// RFC 9989 section 4.7, tag rua: without it, no report.
void AggregateRun::consider(const history::PublishedPolicy& policy, const aggregate::Period& period,
                            store::ReportSource& source) {
  if (policy.rua.empty()) return;
  Work work(policy, source, period);
  try {
    work.news.reason = settings_.refuse_domain(policy.domain);
    if (!work.news.reason.empty()) {
      work.news.end = ReportNews::End::nobody;
    } else if (settings_.dry_run) {
      preview(work);
    } else {
      const auto lease = outbox_.claim(work.news.key, now());
      if (!lease) return;
      work.lease = *lease;
      carry_out(work);
    }
  } catch (const std::runtime_error& failure) {
    // What is wrong with one domain must not end the run for the others. Without the database there
    // are no others.
    if (!database_.is_alive()) throw;
    work.news.end = ReportNews::End::broken;
    work.news.reason = failure.what();
  }
  observer_(work.news);
}

std::vector<sending::Destination> AggregateRun::find_destinations(const Work& work) {
  dns::LookupSession session(resolver_, {});
  const auto name = dns::Name::parse(work.policy.domain);
  if (!name) return {};
  auto destinations = sending::verify(*name, work.policy.rua, sending::ReportTag::rua,
                                      settings_.evaluation, session);
  for (sending::Destination& destination : destinations) {
    if (is_one_too_many(destination, work)) {
      destination.agreement = Agreement::refused;
      destination.reason = "more than " + std::to_string(max_domains_of_organization) +
                           " domains of " + destination.organization->text();
      destination.targets.clear();
    }
    std::erase_if(destination.targets, [&](const sending::ReportUri& target) {
      const std::string reason = settings_.refuse_target(target);
      if (!reason.empty()) destination.reason = reason;
      return !reason.empty();
    });
    if (destination.targets.empty() && destination.agreement == Agreement::given)
      destination.agreement = Agreement::refused;
  }
  remove_repeated(destinations);
  return destinations;
}

bool AggregateRun::is_one_too_many(const sending::Destination& destination, const Work& work) {
  if (!destination.organization) return false;
  auto& domains = reported_[{work.news.key.period.begin, *destination.organization}];
  if (domains.size() < max_domains_of_organization) domains.insert(work.policy.domain);
  return !domains.contains(work.policy.domain);
}

void AggregateRun::preview(Work& work) {
  auto rows = work.source.rows();
  while (const auto row = rows.next()) {
    ++work.news.rows;
    work.news.messages += row->count;
  }
  work.news.end = ReportNews::End::nobody;
  for (const sending::Destination& destination : find_destinations(work)) {
    if (destination.agreement != Agreement::given) {
      const bool is_refused = destination.agreement == Agreement::refused;
      work.news.deliveries.push_back({destination.uri, first_part,
                                      is_refused ? DeliveryState::refused : DeliveryState::waiting,
                                      destination.reason});
      continue;
    }
    work.news.end = ReportNews::End::waiting;
    for (const sending::ReportUri& target : destination.targets)
      work.news.deliveries.push_back({target.uri, first_part, DeliveryState::waiting, {}});
  }
}

void AggregateRun::carry_out(Work& work) {
  work.news.report_id = work.lease.report_id;
  try {
    if (send_to_all(work))
      conclude(work);
    else
      work.news.end = ReportNews::End::lost;
  } catch (const Error&) {
    outbox_.close(work.lease, store::ReportState::open, now());
    remove_files(work.files);
    throw;
  }
  if (settings_.keep_folder.empty())
    remove_files(work.files);
  else
    keep_files(work);
}

bool AggregateRun::send_to_all(Work& work) {
  work.known = outbox_.deliveries(work.lease.report);
  if (!settle_interrupted(work)) return false;
  for (const sending::Destination& destination : find_destinations(work)) {
    if (destination.agreement == Agreement::refused &&
        !settle(work, destination.uri, {Outcome::State::failed, destination.reason},
                DeliveryState::refused))
      return false;
    if (destination.agreement == Agreement::deferred &&
        !settle(work, destination.uri, {Outcome::State::later, destination.reason},
                DeliveryState::waiting))
      return false;
    for (const sending::ReportUri& target : destination.targets) {
      write_files(work);
      for (const ReportFile& file : work.files)
        if (!deliver(work, target, file)) return false;
    }
  }
  return drop_forsaken(work);
}

/// Deliveries that wait for a destination that is none any more: its record has changed.
bool AggregateRun::drop_forsaken(Work& work) {
  for (const store::Delivery& delivery : work.known) {
    const auto is_same = [&](const DeliveryNews& news) {
      return news.destination == delivery.destination && news.part == delivery.part;
    };
    if (is_final(delivery.state) ||
        std::any_of(work.news.deliveries.begin(), work.news.deliveries.end(), is_same))
      continue;
    const store::DeliveryResult result{DeliveryState::refused, "no destination any more"};
    if (!outbox_.record(work.lease, delivery, result, now())) return false;
  }
  return true;
}

/// What a sender that died was about to finish has most probably arrived.
bool AggregateRun::settle_interrupted(Work& work) {
  for (store::Delivery& delivery : work.known) {
    if (delivery.state != DeliveryState::sending) continue;
    const store::DeliveryResult result{DeliveryState::sent,
                                       "the sender ended before the answer came"};
    if (!outbox_.record(work.lease, delivery, result, now())) return false;
    delivery.state = result.state;
  }
  return true;
}

/// Writes down what becomes of a destination to which nothing is sent now.
bool AggregateRun::settle(Work& work, const std::string& destination, const Outcome& outcome,
                          DeliveryState state) {
  const store::Delivery* const before = work.find(destination, first_part);
  if (before != nullptr && is_final(before->state)) return true;
  const auto begun = outbox_.begin(work.lease, destination, first_part, now());
  if (!begun) return outbox_.renew(work.lease, now());  // false only when the lease is lost
  if (state == DeliveryState::waiting) return record(work, *begun, outcome);
  work.news.deliveries.push_back({destination, first_part, state, outcome.answer});
  return outbox_.record(work.lease, *begun, {state, outcome.answer}, now());
}

bool AggregateRun::deliver(Work& work, const sending::ReportUri& target, const ReportFile& file) {
  // A delivery keeps the spelling under which it was begun.
  const store::Delivery* const before = work.find(target.uri, file.part);
  const std::string& destination = before != nullptr ? before->destination : target.uri;
  if (before != nullptr && is_final(before->state)) return true;
  if (before != nullptr && before->next_attempt > now()) {
    work.news.deliveries.push_back({destination, file.part, before->state, before->answer});
    return true;
  }
  std::optional<store::Delivery> begun;
  const auto begin = [&] {
    begun = outbox_.begin(work.lease, destination, file.part, now());
    return begun.has_value();
  };
  bool was_begun = false;
  const Outcome outcome = sender_.deliver(file, target, [&] {
    was_begun = true;
    return begin();
  });
  // Nothing has left when it failed earlier; the attempt is written down all the same.
  if (!was_begun) begin();
  if (!begun) return outbox_.renew(work.lease, now());  // false only when the lease is lost
  return record(work, *begun, outcome);
}

bool AggregateRun::record(Work& work, const store::Delivery& delivery, const Outcome& outcome) {
  store::DeliveryResult result{DeliveryState::sent, outcome.answer};
  if (outcome.state == Outcome::State::failed) result.state = DeliveryState::failed;
  if (outcome.state == Outcome::State::later) {
    const auto next =
        next_attempt(work.lease.created, delivery.attempts, delivery.destination, now());
    result.state = next ? DeliveryState::waiting : DeliveryState::failed;
    result.next_attempt = next.value_or(0);
    if (!next) result.answer = "given up: " + result.answer;
  }
  work.news.deliveries.push_back(
      {delivery.destination, delivery.part, result.state, result.answer});
  return outbox_.record(work.lease, delivery, result, now());
}

void AggregateRun::write_files(Work& work) {
  if (!work.files.empty()) return;
  ReportFiles::Heading heading = settings_.heading;
  heading.metadata.report_id = work.lease.report_id;
  heading.metadata.period = work.news.key.period;
  ReportFiles files(settings_.work_folder, std::move(heading), work.policy, settings_.mail_size);
  auto rows = work.source.rows();
  while (const auto row = rows.next())
    files.add(*row);
  auto written = files.finish();
  if (!written) throw Error(written.error());
  work.files = *std::move(written);
  for (const ReportFile& file : work.files) {
    work.news.rows += file.rows;
    work.news.messages += file.messages;
  }
  outbox_.describe(work.lease, work.news.messages, work.news.rows, now());
}

void AggregateRun::keep_files(Work& work) {
  for (const ReportFile& file : work.files) {
    const std::string kept = settings_.keep_folder + file.path.substr(file.path.rfind('/'));
    if (std::rename(file.path.c_str(), kept.c_str()) != 0)
      throw Error(kept + ": " + base::error_text(errno));
    work.news.files.push_back(kept);
  }
}

void AggregateRun::conclude(Work& work) {
  const auto deliveries = outbox_.deliveries(work.lease.report);
  const auto any = [&](auto... states) {
    return std::any_of(deliveries.begin(), deliveries.end(), [=](const store::Delivery& delivery) {
      return ((delivery.state == states) || ...);
    });
  };
  store::ReportState state = store::ReportState::open;
  if (any(DeliveryState::waiting, DeliveryState::sending)) {
    work.news.end = ReportNews::End::waiting;
  } else if (any(DeliveryState::sent, DeliveryState::failed)) {
    state = store::ReportState::done;
    work.news.end = ReportNews::End::done;
  } else {
    state = store::ReportState::nothing;
    work.news.end = ReportNews::End::nobody;
  }
  if (any(DeliveryState::sent)) work.source.mark_sent(work.news.key.period.end);
  if (!outbox_.close(work.lease, state, now())) work.news.end = ReportNews::End::lost;
}

}  // namespace dmarc::reporting
