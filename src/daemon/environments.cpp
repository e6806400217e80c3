#include "daemon/environments.h"

#include <algorithm>
#include <utility>

#include "config/test_dns_data.h"
#include "resolver/servers.h"

namespace dmarc::daemon {
namespace {

resolver::StubOptions stub_options(const config::Dns& dns) {
  resolver::StubOptions options;
  options.timeout = dns.timeout;
  options.cache_bytes = dns.cache_bytes;
  options.servers = dns.nameservers;
  if (options.servers.empty()) {
    resolver::SystemConfig system = resolver::read_resolv_conf();
    options.servers = std::move(system.servers);
    options.trust_ad = system.trust_ad;
  }
  return options;
}

bool same_network(const resolver::StubOptions& a, const resolver::StubOptions& b) {
  return a.servers == b.servers && a.trust_ad == b.trust_ad && a.timeout == b.timeout &&
         a.cache_bytes == b.cache_bytes;
}

}  // namespace

std::shared_ptr<dns::AsyncResolver> Environments::resolver_for(const config::Dns& dns) {
  resolver::StubOptions options = stub_options(dns);
  if (!network_ || !same_network(options, network_options_)) {
    auto made = std::make_shared<resolver::StubResolver>(options);
    const std::lock_guard lock(mutex_);
    network_ = std::move(made);
    network_options_ = std::move(options);
  }
  if (!dns.test_data) return network_;
  return std::make_shared<config::TestDnsData>(*dns.test_data, network_);
}

/// Waiting records belong to a file: the object is kept as long as the file's name is the same.
std::shared_ptr<history::Writer> Environments::history_for(const config::History& history) {
  if (history.path.empty()) return nullptr;
  const std::lock_guard lock(mutex_);
  const auto known = std::ranges::find(histories_, history.path, &history::Writer::path);
  if (known != histories_.end()) return *known;
  return histories_.emplace_back(std::make_shared<history::Writer>(history.path, sink_));
}

void Environments::use(const config::Configuration& configuration) {
  auto made = std::make_shared<filter::Environment>();
  made->settings = std::make_shared<const policy::Settings>(configuration.policy);
  made->resolver = resolver_for(configuration.dns);
  made->lookup_limits.timeout = configuration.dns.timeout;
  made->sink = &sink_;
  made->keys = keys_;
  made->history = history_for(configuration.history);
  made->history_options = configuration.history.options;
  add_failure_reports(configuration, *made);
  const std::lock_guard lock(mutex_);
  current_ = std::move(made);
}

/// The limits, and the key of the hashes in reports, outlive a reload; what waits keeps its
/// context.
void Environments::add_failure_reports(const config::Configuration& configuration,
                                       filter::Environment& environment) {
  const failure::Settings& settings = configuration.failure_reports;
  if (!settings.enabled) return;
  if (!report_transport_.transport) return sink_.write(log::make<log::Id::failure_reports_start>());
  if (!failure_reports_) {
    auto made = std::make_shared<failure::Queue>(sink_);
    const std::lock_guard lock(mutex_);
    failure_reports_ = std::move(made);
  }
  auto context = std::make_shared<const failure::Context>(
      failure::Context{.settings = settings,
                       .no_reports = configuration.submission.no_reports,
                       .policy = environment.settings,
                       .resolver = environment.resolver,
                       .lookup_limits = environment.lookup_limits,
                       .transport = report_transport_.transport,
                       .user = report_transport_.user});
  environment.failure_criteria = settings.criteria;
  environment.report_failure = [queue = failure_reports_, context](failure::Incident incident) {
    queue->offer(std::move(incident), context);
  };
}

std::string Environments::dns_statistics() const {
  std::unique_lock lock(mutex_);
  const auto network = network_;
  lock.unlock();
  if (!network) return "dns: not used";
  const resolver::StubStatistics numbers = network->statistics();
  const auto text = [](std::uint64_t number) { return std::to_string(number); };
  return "dns: " + text(numbers.questions) + " questions; " + text(numbers.cache_hits) +
         " from the cache; " + text(numbers.shared) + " shared; " + text(numbers.sent_udp) +
         " sent by UDP; " + text(numbers.sent_tcp) + " sent by TCP; " + text(numbers.timeouts) +
         " timed out; " + text(numbers.rejected) + " answers rejected; " +
         text(numbers.stale_served) + " stale answers served; " + text(numbers.abandoned) +
         " abandoned, " + text(numbers.never_sent) + " of them never sent; " +
         text(numbers.suspended) + " gave up their place";
}

void Environments::close_failure_reports(std::chrono::milliseconds limit) const {
  std::unique_lock lock(mutex_);
  const auto reports = failure_reports_;
  lock.unlock();
  if (reports) reports->close(limit);
}

void Environments::close_history(std::chrono::milliseconds limit) const {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  std::unique_lock lock(mutex_);
  const auto histories = histories_;
  lock.unlock();
  for (const auto& history : histories) {
    const auto left = deadline - std::chrono::steady_clock::now();
    history->close(
        std::max(std::chrono::ceil<std::chrono::milliseconds>(left), std::chrono::milliseconds(0)));
  }
}

std::shared_ptr<const filter::Environment> Environments::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

}  // namespace dmarc::daemon
