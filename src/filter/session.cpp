#include "filter/session.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include <dmarc/author_domain.h>
#include <dmarc/reverse_path.h>

#include "base/ascii.h"
#include "filter/environment.h"
#include "filter/internal_error.h"
#include "filter/message_checks.h"
#include "metrics/counters.h"
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

/// The rows of metrics.def have the order of these.
enum class Counted { accept, hold, reject, tempfail };
constexpr std::size_t counted_actions = 4;

Counted counted(const policy::Judgement& judgement) {
  switch (judgement.action) {
    case policy::Action::reject:
      return Counted::reject;
    case policy::Action::tempfail:
      return Counted::tempfail;
    case policy::Action::accept:
    case policy::Action::proceed:
      break;
  }
  return judgement.hold_reason ? Counted::hold : Counted::accept;
}

std::size_t first_counter(Result result) {
  switch (result) {
    case Result::none:
      return static_cast<std::size_t>(metrics::Id::messages_none_accept);
    case Result::pass:
      return static_cast<std::size_t>(metrics::Id::messages_pass_accept);
    case Result::fail:
      return static_cast<std::size_t>(metrics::Id::messages_fail_accept);
    case Result::temperror:
      return static_cast<std::size_t>(metrics::Id::messages_temperror_accept);
    case Result::permerror:
      break;
  }
  return static_cast<std::size_t>(metrics::Id::messages_permerror_accept);
}
static_assert(static_cast<std::size_t>(metrics::Id::messages_permerror_tempfail) ==
              static_cast<std::size_t>(metrics::Id::messages_permerror_accept) + counted_actions -
                  1);

void count(const policy::Message& message, const policy::Judgement& judgement) {
  if (message.probe) return metrics::count(metrics::Id::messages_probed);
  const std::size_t row =
      first_counter(judgement.result) + static_cast<std::size_t>(counted(judgement));
  metrics::count(static_cast<metrics::Id>(row));
  if (judgement.own_limit) metrics::count(metrics::Id::own_limits);
  for (const log::Event& event : judgement.events) {
    if (event.id() == log::Id::dkim_disagreement) metrics::count(metrics::Id::dkim_disagreements);
    if (event.id() == log::Id::spf_disagreement) metrics::count(metrics::Id::spf_disagreements);
    if (event.id() == log::Id::arc_disagreement) metrics::count(metrics::Id::arc_disagreements);
  }
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

/// Whose record is being written.
struct Session::Judged {
  std::unique_ptr<MessageState> state;
  policy::Judgement judgement;
  std::shared_ptr<const history::Handover> record;  ///< null when there is none
  io::Time deadline;
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

Session::~Session() {
  abandon();
}

Response Session::connect(std::string_view host, const std::optional<base::IpAddress>& address) {
  abort();
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
  abort();
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
  message.probe = macros("dmarcd_probe") == "1";
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
  if (!judged_) {
    if (!message_ || !message_->checks.advance()) return std::nullopt;
    judge();
  }
  if (!is_recorded()) return std::nullopt;
  return conclude();
}

void Session::judge() {
  auto judged = std::make_unique<Judged>();
  judged->state = std::move(message_);
  MessageState& state = *judged->state;
  if (state.checks.lack_blanks()) warn_of_blanks(state);
  judged->judgement =
      policy::judge(state.message, state.checks.take_evidence(), *environment_->settings);
  judged->record = record(state, judged->judgement);
  judged->deadline = clock_.now() + history_patience;
  judged_ = std::move(judged);
}

/// Once is enough.
void Session::warn_of_blanks(const MessageState& state) const {
  if (!environment_->blanks_missed.test_and_set())
    environment_->sink->write(log::make<log::Id::no_leading_blanks>(state.message.job_id));
}

/// The record comes first: what the log tells of is in the history, whenever the process may end.
bool Session::is_recorded() const {
  if (!judged_->record || judged_->record->is_done()) return true;
  if (clock_.now() < judged_->deadline) return false;
  environment_->history->give_up();
  return true;
}

policy::Judgement Session::conclude() {
  const std::unique_ptr<Judged> judged = std::move(judged_);
  const policy::Message& message = judged->state->message;
  count(message, judged->judgement);
  if (message.probe) {
    environment_->sink->write(
        log::make<log::Id::probe>(message.job_id, to_string(judged->judgement.result)));
  } else {
    environment_->sink->write_all(judged->judgement.events);
    report_failure(*judged->state, judged->judgement);
  }
  return std::move(judged->judgement);
}

/// The MTA does not wait for the answer any more.
void Session::abandon() noexcept {
  try {
    if (judged_) conclude();
  } catch (...) {
    log_current_exception(*environment_->sink, unknown_job_id);
  }
}

std::shared_ptr<const history::Handover> Session::record(const MessageState& state,
                                                         const policy::Judgement& judgement) const {
  if (!environment_->history || state.message.probe || state.to_ignored_recipient ||
      !history::belongs_in_history(state.message, judgement, environment_->history_options)) {
    return nullptr;
  }
  history::RecordText record = history::record_of(state.message, judgement, seconds_since_1970(),
                                                  environment_->settings->host_name);
  if (!record.left_out.empty()) {
    environment_->sink->write(
        log::make<log::Id::history_left_out>(state.message.job_id, record.left_out));
  }
  return environment_->history->append(std::move(record.text), wake_);
}

void Session::report_failure(const MessageState& state, const policy::Judgement& judgement) const {
  if (!environment_->report_failure) return;
  auto incident = failure::incident_of(state.message, judgement, *environment_->settings,
                                       environment_->failure_criteria, seconds_since_1970());
  if (incident) environment_->report_failure(*std::move(incident));
}

io::Time Session::deadline() const {
  if (judged_) return judged_->deadline;
  return message_ ? message_->checks.deadline() : io::Time{};
}

void Session::abort() {
  abandon();
  message_.reset();
}

bool Session::in_message() const {
  return message_ != nullptr || judged_ != nullptr;
}

}  // namespace dmarc::filter
