#include "filter/message_checks.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <dmarc/author_domain.h>
#include <dmarc/evaluate.h>

#include "dkim/limits.h"
#include "filter/environment.h"
#include "policy/own_arc.h"
#include "policy/own_dkim.h"

namespace dmarc::filter {
namespace {

/// Identifiers of one message whose Organizational Domains are looked up.
constexpr std::size_t max_identifier_walks = 24;

/// How long the rest is waited for once the verdict is certain.
constexpr std::chrono::seconds time_for_the_rest{1};

/// How many identifiers are known to be authenticated or not.
std::ptrdiff_t known_outcomes(const policy::OwnFindings& findings) {
  return (findings.spf != nullptr ? 1 : 0) +
         std::ranges::count_if(findings.dkim,
                               [](const auto& found) { return found.code.has_value(); });
}

}  // namespace

MessageChecks::MessageChecks(const Environment& environment, const policy::Message& message,
                             const Wake& wake, const io::Clock& clock)
    : environment_(environment),
      message_(message),
      wake_(wake),
      clock_(clock),
      questions_(*environment.resolver),
      spf_lookups_(questions_, environment.lookup_limits.max_queries, wake),
      key_lookups_(questions_, dkim::max_signatures_verified, wake),
      arc_lookups_(questions_, arc::max_arc_keys, wake),
      policy_lookups_(questions_, environment.lookup_limits.max_queries, wake) {}

void MessageChecks::begin_spf() {
  const policy::Settings& settings = *environment_.settings;
  if (!settings.spf_self_validate) return;
  spf_.emplace(spf::Check(policy::spf_request(message_), settings.spf), spf_lookups_);
  spf_->advance();
}

void MessageChecks::begin_policies(std::span<const dns::Name> authors) {
  authors = policy::evaluated_domains(authors);
  authors_.assign(authors.begin(), authors.end());
  policies_.clear();
  identifiers_known_ = false;
  for (const dns::Name& author : authors)
    policies_.emplace_back(DiscoveryCheck(author, environment_.settings->evaluation()),
                           policy_lookups_);
  tell_identifiers();
  for (PolicyCheck& check : policies_)
    check.advance();
}

void MessageChecks::begin_signatures() {
  if (policy::wants_own_dkim(message_, *environment_.settings)) begin_dkim();
  if (policy::wants_own_arc(*environment_.settings)) begin_arc();
}

void MessageChecks::begin_arc() {
  arc_.emplace(
      arc::Check(message_.header, policy::arc_options(message_), *environment_.keys, hashes_),
      arc_lookups_);
  arc_->advance();
}

void MessageChecks::begin_dkim() {
  const mail::Author author = mail::find_author(message_.header);
  dkim_.emplace(dkim::Check(message_.header, author.visible,
                            policy::dkim_options(message_, *environment_.settings),
                            *environment_.keys, hashes_),
                key_lookups_);
  dkim_->advance();
  tell_identifiers();
  for (PolicyCheck& check : policies_)
    check.advance();
}

bool MessageChecks::body(std::string_view piece) {
  const bool wanted = (dkim_ && dkim_->wants_body()) || (arc_ && arc_->wants_body());
  if (wanted) hashes_.update(piece);
  return wanted;
}

void MessageChecks::end_message(policy::Claims claims) {
  hashes_.finish();
  if (dkim_) dkim_->body_ended();
  if (arc_) arc_->body_ended();
  claims_.emplace(std::move(claims));
  if (!claims_->wants_own_spf) spf_.reset();
  if (!claims_->wants_own_dkim) dkim_.reset();
  if (!claims_->wants_own_arc) arc_.reset();
  if (claims_->form.domains != authors_) begin_policies(claims_->form.domains);
  tell_identifiers();
  deadline_ = clock_.now() + environment_.lookup_limits.timeout;
}

bool MessageChecks::advance() {
  const io::Time now = clock_.now();
  for (Lookups* const lookups : {&spf_lookups_, &key_lookups_, &arc_lookups_, &policy_lookups_}) {
    lookups->take_arrivals();
    if (claims_ && now >= deadline_) lookups->give_up();
  }
  if (run()) return true;
  // Others have their turn first.
  if (claims_ && ((dkim_ && dkim_->has_more()) || (arc_ && arc_->has_more()))) wake_();
  if (claims_ && is_settled()) deadline_ = std::min(deadline_, now + time_for_the_rest);
  return false;
}

bool MessageChecks::run() {
  const bool spf_known = !spf_ || spf_->advance();
  const bool dkim_known = !dkim_ || dkim_->advance();
  const bool arc_known = !arc_ || arc_->advance();
  if (claims_ && !identifiers_known_) {
    identifiers_known_ = spf_known && dkim_known;
    if (identifiers_known_ || known_outcomes(findings()) != told_outcomes_) tell_identifiers();
  }
  bool policies_known = true;
  for (PolicyCheck& check : policies_)
    policies_known &= check.advance();
  return claims_ && spf_known && dkim_known && arc_known && policies_known;
}

/// What our own checks have found so far.
policy::OwnFindings MessageChecks::findings() const {
  policy::OwnFindings found;
  if (spf_ && spf_->result()) found.spf = &*spf_->result();
  if (!dkim_) return found;
  if (!dkim_->result()) {
    found.dkim = dkim_->check().identifiers();
    return found;
  }
  for (const dkim::SignatureResult& signature : dkim_->result()->signatures)
    if (signature.domain) found.dkim.push_back({*signature.domain, signature.code()});
  return found;
}

/// Tells the policy checks whom the message may come from, and how far that is known.
void MessageChecks::tell_identifiers() {
  const policy::OwnFindings findings = this->findings();
  std::vector<Candidate> candidates;
  if (claims_) {
    candidates = policy::candidates(message_, *claims_, *environment_.settings, findings);
  } else {
    if (const auto identity = policy::spf_identity(message_); identity && spf_)
      candidates.push_back({Method::spf, identity->domain, {}});
    for (const dkim::Check::Identifier& signer : findings.dkim)
      candidates.push_back({Method::dkim, signer.domain, {}});
  }
  if (candidates.size() > max_identifier_walks)
    candidates.erase(candidates.begin() + max_identifier_walks, candidates.end());
  told_outcomes_ = known_outcomes(findings);
  for (PolicyCheck& check : policies_)
    check.tell().identifiers(candidates, identifiers_known_);
}

/// True when the author is certain to be authenticated.
bool MessageChecks::passes(const PolicyCheck& check) const {
  if (check.is_sufficient() || !check.result()) return check.is_sufficient();
  Inputs inputs{check.result()->author, {}, {}};
  for (const Candidate& candidate :
       policy::candidates(message_, *claims_, *environment_.settings, findings())) {
    const MethodOutcome outcome = candidate.outcome.value_or(MethodOutcome::other);
    if (candidate.method == Method::dkim)
      inputs.dkim.push_back({candidate.domain, outcome});
    else
      inputs.spf = {candidate.domain, outcome};
  }
  return evaluate(inputs, *check.result()).result == Result::pass;
}

/// True when the verdict is certain, and what is done with it, whatever is still to come.
bool MessageChecks::is_settled() const {
  const auto is_known = [](const PolicyCheck& check) {
    return check.result() || check.is_sufficient();
  };
  if (policies_.empty() || !std::ranges::all_of(policies_, is_known)) return false;
  // Mail that passes needs no excuse.
  return !arc_ || arc_->result() || arc_->is_sufficient() ||
         std::ranges::all_of(policies_, [this](const PolicyCheck& check) { return passes(check); });
}

bool MessageChecks::lack_blanks() const {
  const bool in_signature =
      dkim_ && std::ranges::any_of(dkim_->result()->signatures, [](const auto& signature) {
        return signature.fault == dkim::Fault::blanks_lost;
      });
  return in_signature || (arc_ && std::ranges::any_of(arc_->result()->sets, [](const auto& set) {
                            return set.message_fault == dkim::Fault::blanks_lost;
                          }));
}

policy::Evidence MessageChecks::take_evidence() {
  policy::Evidence evidence{*std::move(claims_), {}, {}, {}, {}};
  if (spf_) evidence.spf = spf_->take_result();
  if (dkim_) evidence.dkim = dkim_->take_result();
  if (arc_) evidence.arc = arc_->take_result();
  for (PolicyCheck& check : policies_)
    evidence.policies.push_back(check.take_result());
  return evidence;
}

}  // namespace dmarc::filter
