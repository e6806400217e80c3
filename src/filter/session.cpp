#include "filter/session.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include <dmarc/author_domain.h>
#include <dmarc/discovery.h>
#include <dmarc/reverse_path.h>
#include <dmarc/spf.h>

#include "base/ascii.h"
#include "filter/environment.h"
#include "filter/lookups.h"
#include "filter/running_check.h"
#include "policy/judge.h"

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
  using SpfCheck = RunningCheck<spf::Check, spf::Result>;
  using PolicyCheck = RunningCheck<DiscoveryCheck, Discovery>;

  MessageState(const Environment& environment, const Wake& wake)
      : spf_lookups(*environment.resolver, environment.lookup_limits.max_queries, wake),
        policy_lookups(*environment.resolver, environment.lookup_limits.max_queries, wake) {}

  policy::Message message;
  bool to_ignored_recipient = false;  ///< one of IgnoreMailTo
  std::size_t header_octets = 0;

  /// SPF asks what the sender's record tells it to ask, and must not use up what the author's
  /// policy needs, nor share an answer that it had no budget for.
  Lookups spf_lookups;
  Lookups policy_lookups;
  std::optional<SpfCheck> spf;
  std::vector<PolicyCheck> policies;  ///< of `authors`, in the same order
  std::vector<dns::Name> authors;

  std::optional<policy::Claims> claims;  ///< once the whole header is known
  bool identifiers_known = false;        ///< the policy checks were told all outcomes
  io::Time deadline;
};

bool wants_recipients(const Environment& environment) {
  return environment.history && !environment.history_options.ignore_mail_to.empty();
}

bool wants_bodies(const Environment& environment) {
  return environment.verifies_signatures;
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
  message_ = std::make_unique<MessageState>(*environment_, wake_);
  policy::Message& message = message_->message;
  message.client_name = client_name_;
  message.client = client_;
  message.helo = helo_;
  message.arrival = seconds_since_1970();
  message.leading_blanks = transfer_.leading_blanks;
  message.sender = reconcile(mail::parse_reverse_path(argument), macros);
  if (settings.spf_self_validate) {
    message_->spf.emplace(spf::Check(policy::spf_request(message), settings.spf),
                          message_->spf_lookups);
    message_->spf->advance();
  }
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
  if (message_->authors.empty() && mail::is_field(field, "From")) {
    const mail::Author author = mail::find_author_in({&field.value, 1});
    discover(author.visible);
  }
  return Response::proceed;
}

void Session::end_of_header() {}

Response Session::body(std::string_view) {
  return Response::skip;
}

/// Begins with the policies of these authors, the first of them: usually, but not always, those
/// that the whole header has in the end.
void Session::discover(std::span<const dns::Name> authors) {
  authors = authors.first(std::min(authors.size(), mail::Author::max_visible));
  message_->authors.assign(authors.begin(), authors.end());
  message_->policies.clear();
  message_->identifiers_known = false;
  std::vector<Candidate> senders;
  if (const auto identity = policy::spf_identity(message_->message); identity && message_->spf)
    senders.push_back({Method::spf, identity->domain, {}});
  for (const dns::Name& author : authors) {
    auto& check = message_->policies.emplace_back(
        DiscoveryCheck(author, environment_->settings->evaluation()), message_->policy_lookups);
    check.tell().identifiers(senders, false);
    check.advance();
  }
}

std::optional<policy::Judgement> Session::end_of_message(const Macros& macros) {
  if (!message_) {
    // Out of order: nothing is known about this message, so nothing can be said for it.
    policy::Judgement judgement;
    judgement.action = policy::Action::tempfail;
    return judgement;
  }
  policy::Message& message = message_->message;
  message.mta_name = macros("j").value_or("");
  message.job_id = macros("i").value_or("");
  if (message.job_id.empty()) {
    message.job_id = unknown_job_id;
    if (!environment_->job_id_missed.test_and_set()) {
      environment_->sink->write(log::make<log::Id::no_job_id>());
    }
  }
  const auto& claims =
      message_->claims.emplace(policy::read_claims(message, *environment_->settings));
  if (claims.form.domains != message_->authors) discover(claims.form.domains);
  if (!claims.wants_own_spf) message_->spf.reset();
  tell_identifiers(*message_);
  message_->deadline = clock_.now() + environment_->lookup_limits.timeout;
  return advance();
}

std::optional<policy::Judgement> Session::advance() {
  if (!message_) return std::nullopt;
  message_->spf_lookups.take_arrivals();
  message_->policy_lookups.take_arrivals();
  if (message_->claims && clock_.now() >= message_->deadline) {
    message_->spf_lookups.give_up();
    message_->policy_lookups.give_up();
  }
  if (!run_checks(*message_)) return std::nullopt;

  const std::unique_ptr<MessageState> state = std::move(message_);
  policy::Judgement judgement =
      policy::judge(state->message, take_evidence(*state), *environment_->settings);
  conclude(*state, judgement);
  return judgement;
}

/// Goes as far as the answers allow; true when the message can be judged.
bool Session::run_checks(MessageState& state) const {
  const bool spf_known = !state.spf || state.spf->advance();
  if (state.claims && spf_known && !std::exchange(state.identifiers_known, true))
    tell_identifiers(state);
  bool policies_known = true;
  for (MessageState::PolicyCheck& check : state.policies)
    policies_known &= check.advance();
  return state.claims && spf_known && policies_known;
}

/// Tells the policy checks whom the message may come from: all of them, when SPF has its result.
void Session::tell_identifiers(MessageState& state) const {
  const spf::Result* const own = state.spf && state.spf->result() ? &*state.spf->result() : nullptr;
  const auto candidates =
      policy::candidates(state.message, *state.claims, *environment_->settings, {.spf = own});
  for (MessageState::PolicyCheck& check : state.policies)
    check.tell().identifiers(candidates, state.identifiers_known);
}

policy::Evidence Session::take_evidence(MessageState& state) {
  policy::Evidence evidence{*std::move(state.claims), {}, {}, {}};
  if (state.spf) evidence.spf = state.spf->take_result();
  for (MessageState::PolicyCheck& check : state.policies)
    evidence.policies.push_back(check.take_result());
  return evidence;
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
  return message_ ? message_->deadline : io::Time{};
}

void Session::abort() {
  message_.reset();
}

bool Session::in_message() const {
  return message_ != nullptr;
}

}  // namespace dmarc::filter
