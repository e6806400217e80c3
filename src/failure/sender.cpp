#include "failure/sender.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <set>
#include <utility>

#include "base/encoding.h"
#include "crypto/random.h"
#include "sending/consent.h"
#include "spf/record.h"

namespace dmarc::failure {
namespace {

// Nobody looks for the cause of failures by what was held back a day ago.
constexpr std::chrono::hours max_held{24};

// Whole groups of base64, so that there is no padding.
constexpr std::size_t token_octets = 15;

std::string host_of(const Incident& incident, const policy::Settings& policy) {
  const auto name = dns::Name::parse(incident.mta_name);
  return name && name->is_hostname() ? name->text() : policy.host_name;
}

}  // namespace

double Limits::Use::faded(unsigned an_hour, Time now) const {
  const std::chrono::duration<double, std::ratio<3600>> hours = now - since;
  return std::max(0.0, reports - hours.count() * an_hour);
}

void Limits::make_room(const Rates& rates, Time now) {
  if (destinations_.size() >= max_streams) {
    std::erase_if(destinations_, [&](const auto& entry) {
      return entry.second.faded(rates.per_destination, now) == 0;
    });
  }
  if (held_.size() >= max_streams)
    std::erase_if(held_, [&](const auto& entry) { return now - entry.second.last > max_held; });
}

std::optional<std::size_t> Limits::admit(const Stream& stream, const Rates& rates, Time now) {
  make_room(rates, now);
  Use& destination = destinations_[stream.destination];
  in_all_ = {in_all_.faded(rates.in_all, now), now};
  destination = {destination.faded(rates.per_destination, now), now};
  if (in_all_.reports + 1 > rates.in_all || destination.reports + 1 > rates.per_destination) {
    hold_back(stream, 1, now);
    return std::nullopt;
  }
  in_all_.reports += 1;
  destination.reports += 1;
  const auto held = held_.extract(stream);
  return held ? 1 + held.mapped().count : 1;
}

void Limits::hold_back(const Stream& stream, std::size_t incidents, Time now) {
  if (held_.size() >= max_streams && !held_.contains(stream)) return;
  Held& held = held_[stream];
  held.count += incidents;
  held.last = now;
}

/// One incident on its way.
class Sender::Work {
 public:
  Work(Sender& sender, Incident& incident, const Context& context, const Moment& moment)
      : sender_(sender),
        incident_(incident),
        context_(context),
        moment_(moment),
        lookups_(*context.resolver, context.lookup_limits) {}

  void run();

 private:
  void find_spf_record();
  void serve(const sending::Destination& destination);
  void send_to(const std::string& mailbox, const Rates& rates);
  void send_report(Kind kind, const Stream& stream, std::size_t incidents);
  Stream stream_to(std::string mailbox) const;
  template <log::Id id>
  void log(std::string_view destination, std::string_view reason) const {
    sender_.sink_.write(log::make<id>(incident_.job_id, destination, reason));
  }

  Sender& sender_;
  Incident& incident_;
  const Context& context_;
  const Moment& moment_;
  dns::LookupSession lookups_;
  std::set<std::string> served_;
};

void Sender::send(Incident incident, const Context& context, const Moment& moment) {
  Work(*this, incident, context, moment).run();
}

void Sender::Work::run() {
  find_spf_record();
  if (!incident_.ruf.empty()) {
    for (const sending::Destination& destination :
         verify(incident_.policy_domain, incident_.ruf, sending::ReportTag::ruf,
                context_.policy->evaluation(), lookups_))
      serve(destination);
  }
  const unsigned in_all = context_.settings.rates.in_all;
  for (const sending::MailAddress& copy : context_.settings.copies)
    send_to(copy.text(), {.per_destination = in_all, .in_all = in_all});
}

/// Where another filter has checked SPF, the record is not known yet.
void Sender::Work::find_spf_record() {
  auto& spf = incident_.failed_spf;
  if (!spf || !spf->record.empty()) return;
  const dns::AnswerPtr answer = lookups_.lookup(spf->domain, dns::Type::txt);
  spf->record = spf::published_record(spf->domain, *answer).value_or("");
}

void Sender::Work::serve(const sending::Destination& destination) {
  if (destination.agreement != sending::Agreement::given) {
    if (destination.agreement == sending::Agreement::deferred)
      sender_.limits_.hold_back(stream_to(sending::parse_report_uri(destination.uri)->mailbox), 1,
                                moment_.limits);
    return log<log::Id::failure_report_refused>(destination.uri, destination.reason);
  }
  for (const sending::ReportUri& target : destination.targets) {
    if (target.scheme != sending::ReportUri::Scheme::mailto)
      log<log::Id::failure_report_refused>(target.uri, "failure reports go by mail only");
    else if (context_.no_reports.contains(target.mailbox))
      log<log::Id::failure_report_refused>(target.uri, "it is in NoReportsList");
    else
      send_to(target.mailbox, context_.settings.rates);
  }
}

void Sender::Work::send_to(const std::string& mailbox, const Rates& rates) {
  if (!served_.insert(mailbox).second) return;
  const Stream stream = stream_to(mailbox);
  for (const Kind kind : incident_.kinds) {
    const auto incidents = sender_.limits_.admit(stream, rates, moment_.limits);
    if (incidents)
      send_report(kind, stream, *incidents);
    else
      log<log::Id::failure_report_held>(mailbox, "the limit of an hour is reached");
  }
}

void Sender::Work::send_report(Kind kind, const Stream& stream, std::size_t incidents) {
  const std::string host = host_of(incident_, *context_.policy);
  const std::string& from = context_.settings.from;
  const Report report{
      .kind = kind,
      .from = from.empty() ? "OpenDMARC Filter <" + context_.user + "@" + host + ">" : from,
      .to = stream.destination,
      .host_name = host,
      .token = base::base64(crypto::random_octets(token_octets)),
      .date = moment_.date,
      .version = context_.policy->version,
      .incidents = incidents,
      .redactor = context_.settings.redact ? &sender_.redactor_ : nullptr};
  const sending::Outcome outcome =
      context_.transport->send({"", {stream.destination}}, compose(incident_, report));
  if (outcome.state == sending::Outcome::State::sent)
    return log<log::Id::failure_report_sent>(stream.destination, to_string(kind));
  sender_.limits_.hold_back(stream, incidents, moment_.limits);
  log<log::Id::failure_report_unsent>(stream.destination, outcome.answer);
}

Stream Sender::Work::stream_to(std::string mailbox) const {
  return {std::move(mailbox), incident_.author.text()};
}

// --- The queue -----------------------------------------------------------------------------------

namespace {

constexpr std::size_t redaction_key_octets = 32;

Moment this_moment() {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::steady_clock::now(),
          std::chrono::duration_cast<std::chrono::seconds>(since_1970).count()};
}

}  // namespace

Queue::Queue(log::Sink& sink)
    : sink_(sink),
      sender_(sink, crypto::random_octets(redaction_key_octets)),
      thread_([this] { run(); }) {}

Queue::~Queue() {
  {
    const std::lock_guard lock(mutex_);
    open_ = false;
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Queue::offer(Incident incident, SharedContext context) {
  bool first_dropped = false;
  {
    const std::lock_guard lock(mutex_);
    if (!open_) return;
    if (waiting_.size() < max_waiting)
      waiting_.push_back({std::move(incident), std::move(context)});
    else
      first_dropped = dropped_++ == 0;
  }
  changed_.notify_all();
  if (first_dropped) sink_.write(log::make<log::Id::failure_reports_full>(max_waiting));
}

void Queue::close(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  open_ = false;
  changed_.wait_for(lock, limit, [this] { return waiting_.empty() && !busy_; });
  const std::size_t lost = waiting_.size() + dropped_;
  waiting_.clear();
  dropped_ = 0;
  lock.unlock();
  if (lost > 0) sink_.write(log::make<log::Id::failure_reports_lost>(lost));
}

void Queue::run() {
  for (;;) {
    std::unique_lock lock(mutex_);
    busy_ = false;
    changed_.notify_all();
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    Item item = std::move(waiting_.front());
    waiting_.pop_front();
    busy_ = true;
    // Not before half of it is free: during a flood the log would have a line for every report.
    const bool has_room = waiting_.size() <= max_waiting / 2;
    const std::size_t dropped = has_room ? std::exchange(dropped_, 0) : 0;
    lock.unlock();
    if (dropped > 0) sink_.write(log::make<log::Id::failure_reports_dropped>(dropped));
    deliver(std::move(item));
  }
}

void Queue::deliver(Item item) {
  const std::string job_id = item.incident.job_id;
  try {
    sender_.send(std::move(item.incident), *item.context, this_moment());
  } catch (const std::exception& error) {
    // Lack of memory or of randomness; the filter goes on, and so do the reports behind this one.
    sink_.write(log::make<log::Id::failure_report_unsent>(job_id, "its readers", error.what()));
  }
}

}  // namespace dmarc::failure
