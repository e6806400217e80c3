#include "filter/session.h"

#include <utility>

#include <dmarc/author_domain.h>
#include <dmarc/evaluate.h>

#include "dns/attempt.h"
#include "dns/lookup_session.h"
#include "filter/environment.h"
#include "filter/spf_check.h"
#include "mail/reverse_path.h"
#include "policy/judge.h"

namespace dmarc::filter {
namespace {

// What an SPF check takes for the client when the MTA names no address, as for mail that was
// submitted locally.
base::IpAddress local_client() {
  return *base::IpAddress::parse("127.0.0.1");
}

std::int64_t seconds_since_1970() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

// The sender, unless the MTA reads it differently: Postfix shows its own parse in {mail_addr},
// empty for what it could not read. Two readers who disagree about a path must not authenticate it.
// Only the domain counts, because nothing else is an identifier, and because an MTA may rewrite the
// local part of its own domains.
mail::ReversePath reconcile(mail::ReversePath sender,
                            const std::optional<std::string>& mta_reading) {
  if (!mta_reading) return sender;
  const mail::ReversePath other = mail::parse_reverse_path("<" + *mta_reading + ">");
  const bool sure = sender.kind == mail::ReversePath::Kind::null ||
                    sender.kind == mail::ReversePath::Kind::mailbox;
  if (!sure || (sender.kind == other.kind && sender.domain == other.domain)) return sender;
  sender.kind = mail::ReversePath::Kind::invalid;
  sender.domain.reset();
  sender.detail = "the MTA reads it differently";
  return sender;
}

}  // namespace

struct Session::MessageState {
  explicit MessageState(const Environment& environment)
      : lookups(*environment.resolver, environment.lookup_limits) {}
  MessageState(const MessageState&) = delete;
  MessageState& operator=(const MessageState&) = delete;
  ~MessageState() {
    if (spf) spf->cancel();
  }

  policy::Message message;
  dns::LookupSession lookups;
  std::shared_ptr<SpfCheck> spf;
  bool to_ignored_recipient = false;  ///< one of IgnoreMailTo
  std::size_t header_octets = 0;
  bool prefetched = false;
  std::chrono::steady_clock::time_point deadline;
};

bool wants_recipients(const Environment& environment) {
  return environment.history && !environment.history_options.ignore_mail_to.empty();
}

Session::Session(std::shared_ptr<const Environment> environment, Wake wake)
    : environment_(std::move(environment)), wake_(std::move(wake)) {}

Session::~Session() = default;

Response Session::connect(std::string_view host, const std::optional<base::IpAddress>& address) {
  message_.reset();
  client_name_ = host;
  client_.reset();
  if (address) client_ = address->unmapped();
  if (!environment_->settings->ignore_hosts.contains(host, client_)) return Response::proceed;
  environment_->sink->write(log::make(log::Id::ignored_host, {host}));
  return Response::accept;
}

Response Session::helo(std::string_view name) {
  helo_ = name;
  return Response::proceed;
}

Response Session::mail(std::string_view argument, const Macros& macros) {
  message_.reset();
  const policy::Settings& settings = *environment_->settings;
  if (settings.ignore_authenticated_clients && macros("auth_authen")) {
    environment_->sink->write(log::make(log::Id::ignored_authenticated, {argument}));
    return Response::accept;
  }
  message_ = std::make_unique<MessageState>(*environment_);
  policy::Message& message = message_->message;
  message.client_name = client_name_;
  message.client = client_;
  message.helo = helo_;
  message.sender = reconcile(mail::parse_reverse_path(argument), macros("mail_addr"));
  if (settings.spf_self_validate) start_spf();
  return Response::proceed;
}

void Session::start_spf() {
  const policy::Message& message = message_->message;
  message_->spf = std::make_shared<SpfCheck>(
      environment_->settings, *environment_->resolver, environment_->lookup_limits,
      spf::Request{message.client.value_or(local_client()), message.helo, message.sender});
  message_->spf->advance();
}

void Session::recipient(std::string_view argument) {
  if (!message_) return;
  message_->to_ignored_recipient |= history::is_ignored_recipient(
      mail::parse_reverse_path(argument).text, environment_->history_options);
}

Response Session::header(std::string_view name, std::string_view value) {
  if (!message_) return Response::proceed;
  policy::Message& message = message_->message;
  message_->header_octets += name.size() + value.size();
  if (message.header.size() >= max_header_fields || message_->header_octets > max_header_octets) {
    message.header_truncated = true;
    return Response::proceed;
  }
  message.header.push_back({std::string(name), std::string(value)});
  if (!message_->prefetched && mail::is_field(message.header.back(), "From")) prefetch();
  return Response::proceed;
}

void Session::prefetch() {
  message_->prefetched = true;
  const Options options = environment_->settings->evaluation();
  const std::string_view from = message_->message.header.back().value;
  const mail::Author author = mail::find_author_in({&from, 1});
  std::size_t count = 0;
  for (const dns::Name& domain : author.visible) {
    if (++count > mail::Author::max_visible) break;
    prefetch_author(domain, options, message_->lookups);
  }
  const std::optional<dns::Name>& sender = message_->message.sender.domain;
  if (message_->spf && sender && author.visible.size() == 1 && author.visible.front() != *sender) {
    prefetch_identifier(*sender, options, message_->lookups);
  }
}

std::optional<policy::Judgement> Session::end_of_message(const Macros& macros) {
  if (!message_) return advance();
  policy::Message& message = message_->message;
  message.mta_name = macros("j").value_or("");
  message.job_id = macros("i").value_or("");
  if (message.job_id.empty()) {
    message.job_id = unknown_job_id;
    if (!environment_->job_id_missed.test_and_set()) {
      environment_->sink->write(log::make(log::Id::no_job_id));
    }
  }
  message_->deadline = message_->lookups.restart_clock();
  if (message_->spf) message_->deadline = message_->spf->restart_clock();
  return advance();
}

std::optional<policy::Judgement> Session::advance() {
  if (!message_) {
    // Out of order: nothing is known about this message, so nothing can be said for it.
    policy::Judgement judgement;
    judgement.action = policy::Action::tempfail;
    return judgement;
  }
  std::unique_ptr<MessageState> state = std::move(message_);
  std::optional<policy::Judgement> judgement = try_to_judge(*state);
  if (judgement) {
    conclude(*state, *judgement);
  } else {
    message_ = std::move(state);
  }
  return judgement;
}

std::optional<policy::Judgement> Session::try_to_judge(MessageState& state) const {
  for (;;) {
    dns::Attempt answers(state.lookups);
    bool spf_missing = false;
    const auto own_spf = [&]() -> spf::Result {
      if (!state.spf) return {};
      // What the check still waits for has failed by now.
      if (std::chrono::steady_clock::now() >= state.deadline) state.spf->advance();
      const spf::Result* const result = state.spf->result();
      spf_missing = result == nullptr;
      return result != nullptr ? *result : spf::Result{};
    };
    policy::Judgement judgement =
        policy::judge(state.message, *environment_->settings, answers, own_spf);
    if (!answers.missing() && !spf_missing) return judgement;
    const bool waiting = answers.missing() ? state.lookups.await(*answers.missing(), wake_)
                                           : state.spf->await(wake_);
    if (waiting) return std::nullopt;
  }
}

void Session::conclude(const MessageState& state, const policy::Judgement& judgement) const {
  // The record first: what the log tells of is in the history, whenever the process may end.
  record(state, judgement);
  environment_->sink->write_all(judgement.events);
  report_failure(state, judgement);
}

void Session::record(const MessageState& state, const policy::Judgement& judgement) const {
  if (!environment_->history || state.to_ignored_recipient ||
      !history::belongs_in_history(state.message, judgement, environment_->history_options)) {
    return;
  }
  environment_->history->append(history::history_record(
      state.message, judgement, seconds_since_1970(), environment_->settings->host_name));
}

void Session::report_failure(const MessageState& state, const policy::Judgement& judgement) const {
  if (!environment_->report_failure) return;
  auto incident = failure::failure_incident(state.message, judgement, *environment_->settings,
                                            environment_->failure_criteria, seconds_since_1970());
  if (incident) environment_->report_failure(*std::move(incident));
}

std::chrono::steady_clock::time_point Session::deadline() const {
  return message_ ? message_->deadline : std::chrono::steady_clock::time_point{};
}

void Session::abort() {
  message_.reset();
}

bool Session::in_message() const {
  return message_ != nullptr;
}

}  // namespace dmarc::filter
