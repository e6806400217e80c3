#include "filter/session.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include <dmarc/author_domain.h>
#include <dmarc/reverse_path.h>

#include "base/ascii.h"
#include "filter/environment.h"
#include "filter/message_checks.h"
#include "policy/judge.h"
#include "policy/own_arc.h"
#include "policy/own_dkim.h"

namespace dmarc::filter {
namespace {

std::int64_t seconds_since_1970() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

/// A macro that is there but empty says no more than one that is not there.
bool is_given(const std::optional<std::string>& macro) {
  return macro && !macro->empty();
}

/// True when {mail_addr} is how the MTA reads the path, as it is in Postfix, whose {v} is its name
/// and version. Sendmail, whose {v} is a version alone, has rewritten the address by then: a name
/// that is an alias has become another, and a domain of its own is gone.
bool shows_its_reading(const std::optional<std::string>& mta) {
  return is_given(mta) && !base::is_digit(mta->front());
}

// The sender, unless the MTA reads it differently: Postfix shows its own parse in {mail_addr},
// empty for what it could not read. Two readers who disagree about a path must not authenticate it.
// Only the domain counts, because nothing else is an identifier, and because an MTA may rewrite the
// local part of its own domains.
mail::ReversePath reconcile(mail::ReversePath sender, const Macros& macros) {
  const std::optional<std::string> mta_reading = macros("mail_addr");
  if (!mta_reading || !shows_its_reading(macros("v"))) return sender;
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

/// A message between MAIL and its answer.
struct Session::MessageState {
  MessageState(const Environment& environment, const Wake& wake, const io::Clock& clock)
      : checks(environment, message, wake, clock) {}

  policy::Message message;
  bool to_ignored_recipient = false;  ///< one of IgnoreMailTo
  std::size_t header_octets = 0;
  bool header_ended = false;
  MessageChecks checks;
};

bool wants_recipients(const Environment& environment) {
  return environment.history && !environment.history_options.ignore_mail_to.empty();
}

bool wants_bodies(const Environment& environment) {
  const policy::Settings& settings = *environment.settings;
  return policy::may_want_bodies(settings) || policy::wants_own_arc(settings);
}

Session::Session(std::shared_ptr<const Environment> environment, Wake wake, Transfer transfer,
                 const io::Clock& clock)
    : environment_(std::move(environment)),
      wake_(std::move(wake)),
      transfer_(transfer),
      clock_(clock) {}

Session::~Session() = default;

Response Session::connect(std::string_view host, const std::optional<base::IpAddress>& address) {
  message_.reset();
  client_name_ = host;
  client_.reset();
  if (address) client_ = address->unmapped();
  if (!environment_->settings->ignore_hosts.contains(host, client_)) return Response::proceed;
  environment_->sink->write(log::make<log::Id::ignored_host>(host));
  return Response::accept;
}

Response Session::helo(std::string_view name) {
  helo_ = name;
  return Response::proceed;
}

Response Session::mail(std::string_view argument, const Macros& macros) {
  message_.reset();
  const policy::Settings& settings = *environment_->settings;
  if (settings.ignore_authenticated_clients && is_given(macros("auth_authen"))) {
    environment_->sink->write(log::make<log::Id::ignored_authenticated>(argument));
    return Response::accept;
  }
  message_ = std::make_unique<MessageState>(*environment_, wake_, clock_);
  policy::Message& message = message_->message;
  message.client_name = client_name_;
  message.client = client_;
  message.helo = helo_;
  message.leading_blanks = transfer_.leading_blanks;
  message.arrival = seconds_since_1970();
  message.sender = reconcile(mail::parse_reverse_path(argument), macros);
  message_->checks.begin_spf();
  return Response::proceed;
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
  const mail::HeaderField& field = message.header.add(name, value);
  if (!message_->checks.has_authors() && mail::is_field(field, "From")) {
    const mail::Author author = mail::find_author_in({&field.value, 1});
    message_->checks.begin_policies(author.visible);
  }
  return Response::proceed;
}

void Session::end_of_header() {
  if (!message_ || std::exchange(message_->header_ended, true)) return;
  message_->checks.begin_signatures();
}

Response Session::body(std::string_view piece) {
  end_of_header();
  return message_ && message_->checks.body(piece) ? Response::proceed : Response::skip;
}

std::optional<policy::Judgement> Session::end_of_message(const Macros& macros) {
  if (!message_) {
    // Out of order: nothing is known about this message, so nothing can be said for it.
    policy::Judgement judgement;
    judgement.action = policy::Action::tempfail;
    return judgement;
  }
  end_of_header();
  policy::Message& message = message_->message;
  message.mta_name = macros("j").value_or("");
  message.job_id = macros("i").value_or("");
  if (message.job_id.empty()) {
    message.job_id = unknown_job_id;
    if (!environment_->job_id_missed.test_and_set()) {
      environment_->sink->write(log::make<log::Id::no_job_id>());
    }
  }
  message_->checks.end_message(policy::read_claims(message, *environment_->settings));
  return advance();
}

std::optional<policy::Judgement> Session::advance() {
  if (!message_) return std::nullopt;
  if (!message_->checks.advance()) return std::nullopt;

  const std::unique_ptr<MessageState> state = std::move(message_);
  if (state->checks.lack_blanks()) warn_of_blanks(*state);
  policy::Judgement judgement =
      policy::judge(state->message, state->checks.take_evidence(), *environment_->settings);
  conclude(*state, judgement);
  return judgement;
}

/// Once is enough.
void Session::warn_of_blanks(const MessageState& state) const {
  if (!environment_->blanks_missed.test_and_set())
    environment_->sink->write(log::make<log::Id::no_leading_blanks>(state.message.job_id));
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
  environment_->history->append(history::record_text(state.message, judgement, seconds_since_1970(),
                                                     environment_->settings->host_name));
}

void Session::report_failure(const MessageState& state, const policy::Judgement& judgement) const {
  if (!environment_->report_failure) return;
  auto incident = failure::incident_of(state.message, judgement, *environment_->settings,
                                       environment_->failure_criteria, seconds_since_1970());
  if (incident) environment_->report_failure(*std::move(incident));
}

io::Time Session::deadline() const {
  return message_ ? message_->checks.deadline() : io::Time{};
}

void Session::abort() {
  message_.reset();
}

bool Session::in_message() const {
  return message_ != nullptr;
}

}  // namespace dmarc::filter
