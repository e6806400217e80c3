#include "arc/check.h"

#include <algorithm>
#include <utility>

#include "arc/instance.h"
#include "arc/sets.h"
#include "base/ascii.h"
#include "crypto/digest.h"
#include "dkim/canonical_body.h"
#include "dkim/key_cache.h"
#include "dkim/key_trial.h"
#include "dkim/limits.h"
#include "dkim/signature.h"
#include "dkim/signed_header.h"
#include "mail/lexer.h"

namespace dmarc::arc {
namespace {

// RFC 8617 section 5.2 step 2, which looks at the newest seal only, and step 3.
std::optional<Problem> cv_problem(const std::vector<Set>& sets) {
  for (auto set = sets.rbegin(); set != sets.rend(); ++set) {
    const Seal& seal = *set->seal;
    if (seal.cv == ChainStatus::fail)
      return Problem{Fault::chain_failed, SetField::seal, seal.instance};
    const ChainStatus right = seal.instance == 1 ? ChainStatus::none : ChainStatus::pass;
    if (seal.cv != right) return Problem{Fault::cv, SetField::seal, seal.instance};
  }
  return {};
}

std::optional<mail::AuthResults> read_results(std::string_view value) {
  const auto text = mail::unfold(value);
  const auto prefix = text ? read_instance_prefix(*text) : std::nullopt;
  if (!prefix) return {};
  auto results = mail::parse_auth_results(std::string_view(*text).substr(prefix->size));
  return results ? std::optional(*std::move(results)) : std::nullopt;
}

bool covers_seal(const dkim::Signature& signature) {
  return std::ranges::any_of(signature.names, [](std::string_view name) {
    return base::iequals(name, name_of(SetField::seal));
  });
}

/// The digests of the seals, made in one pass: a seal covers all that the one before it covers, and
/// the hash so far is copied for each (RFC 8617 section 5.1.1 "Header Fields to Include in ARC-Seal
/// Signatures").
class SealHasher {
 public:
  SealHasher(std::span<const mail::HeaderField> header, dkim::SignedHeader& canonical)
      : header_(header), canonical_(canonical) {}

  crypto::Digest add(const Set& set) {
    add(*set.auth_results);
    add(*set.message_signature);
    std::string text;
    dkim::append_signature_field(text, *set.seal_field, set.seal->b_begin, set.seal->b_end,
                                 dkim::CanonicalForm::relaxed, dkim::LeadingBlanks::kept);
    crypto::Sha256 seal(chain_);
    seal.update(text);
    add(*set.seal_field);
    return seal.finish();
  }

 private:
  void add(const mail::HeaderField& field) {
    chain_.update(canonical_.canonical(static_cast<std::size_t>(&field - header_.data()),
                                       dkim::CanonicalForm::relaxed));
    chain_.update("\r\n");
  }

  std::span<const mail::HeaderField> header_;
  dkim::SignedHeader& canonical_;
  crypto::Sha256 chain_;
};

}  // namespace

class Check::State {
 public:
  State(std::span<const mail::HeaderField> header, const Options& options, dkim::KeyCache& keys,
        dkim::BodyHashes& hashes)
      : header_(header), options_(options), keys_(keys), hashes_(hashes) {}

  dns::Step<Result> begin();
  dns::Step<Result> next(const dns::Answers& answers);

 private:
  /// One of the two signatures of a set, ready to be verified.
  struct Signed {
    Signed(const dns::Name& key_name, const crypto::Digest& what, std::string signature,
           crypto::KeyType type)
        : question{key_name, dns::Type::txt},
          digest(what),
          octets(std::move(signature)),
          key_type(type) {}

    dns::Question question;
    crypto::Digest digest;
    std::string octets;
    crypto::KeyType key_type;
    dkim::Fault failed = dkim::Fault::signature;  ///< what it means when it does not verify
  };

  /// The body that a message signature covers.
  struct SignedBody {
    dkim::CanonicalForm form;
    crypto::Digest digest{};
  };

  struct Link {
    std::optional<Signed> seal;
    std::optional<Signed> message;  ///< unset when the signature has a fault
    std::optional<SignedBody> body;
  };

  std::optional<Problem> read_chain();
  std::optional<Problem> read_message_signatures(const std::vector<Set>& sets,
                                                 dkim::SignedHeader& header);
  std::optional<Problem> ask_for_keys();
  bool ask(const std::optional<Signed>& what);
  dns::Step<Result> finish(std::optional<Problem> problem);

  std::optional<dkim::Fault> verify(const Signed& what, const dns::Answers& answers);
  bool settle_seal(std::size_t i, const dns::Answers& answers);
  bool settle_message(std::size_t i, const dns::Answers& answers);
  bool settle_body(std::size_t i);
  std::optional<Problem> problem_of(SetField field, std::size_t i) const;
  dns::Need need(const dns::Answers& answers, std::size_t questions) const;
  dns::Step<Result> find_oldest(const dns::Answers& answers);

  std::span<const mail::HeaderField> header_;
  Options options_;
  dkim::KeyCache& keys_;
  Result result_;
  std::vector<Link> links_;               ///< in parallel with result_.sets
  std::vector<dns::Question> questions_;  ///< those that decide first
  std::size_t deciding_ = 0;              ///< how many do
  dkim::BodyHashes& hashes_;
  std::size_t trials_left_ = 0;  ///< of this turn
  bool more_ = false;            ///< for the next one
};

std::optional<Problem> Check::State::read_message_signatures(const std::vector<Set>& sets,
                                                             dkim::SignedHeader& header) {
  for (std::size_t i = sets.size(); i-- > 0;) {
    const mail::HeaderField& field = *sets[i].message_signature;
    auto signature = dkim::read_signature(field.value, dkim::arc_message_signature);
    if (covers_seal(signature))
      return Problem{Fault::covers_seal, SetField::message_signature, sets[i].seal->instance};
    dkim::Fault fault = signature.fault;
    if (fault == dkim::Fault::none) fault = dkim::time_fault(signature, options_.now);
    result_.sets[i].message_signer = signature.domain;
    if (fault != dkim::Fault::none) {
      result_.sets[i].message_fault = fault;
      continue;
    }
    const bool lacks_blanks = options_.blanks == dkim::LeadingBlanks::lost &&
                              signature.header_form == dkim::CanonicalForm::simple;
    const auto index = static_cast<std::size_t>(&field - header_.data());
    Signed& message =
        links_[i].message.emplace(*signature.key_name, header.digest(signature, index),
                                  std::move(signature.octets), signature.key_type);
    if (lacks_blanks) message.failed = dkim::Fault::blanks_lost;
    links_[i].body = SignedBody{signature.body_form, signature.body_hash};
    hashes_.want(signature.body_form);
  }
  return problem_of(SetField::message_signature, sets.size() - 1);
}

std::optional<Problem> Check::State::read_chain() {
  auto sets = read_sets(header_);
  if (!sets) return sets.error();
  if (sets->empty()) return {};
  result_.sets.reserve(sets->size());
  for (const Set& set : *sets)
    result_.sets.push_back({*set.seal, {}, {}, {}});
  if (auto problem = cv_problem(*sets)) return problem;

  links_.resize(sets->size());
  dkim::SignedHeader header(header_, options_.blanks);
  if (auto problem = read_message_signatures(*sets, header)) return problem;
  SealHasher hasher(header_, header);
  for (std::size_t i = 0; i < sets->size(); ++i) {
    Seal& seal = result_.sets[i].seal;
    links_[i].seal.emplace(seal.key_name, hasher.add((*sets)[i]), seal.octets, seal.key_type);
  }
  result_.first_results = read_results(sets->front().auth_results->value);
  return ask_for_keys();
}

/// False when there is no room for the question.
bool Check::State::ask(const std::optional<Signed>& what) {
  if (!what || std::ranges::find(questions_, what->question) != questions_.end()) return true;
  if (questions_.size() == max_arc_keys) return false;
  questions_.push_back(what->question);
  return true;
}

std::optional<Problem> Check::State::ask_for_keys() {
  ask(links_.back().message);
  for (std::size_t i = links_.size(); i-- > 0;)
    if (!ask(links_[i].seal))
      return Problem{Fault::too_many_keys, SetField::seal, static_cast<unsigned>(i + 1)};
  deciding_ = questions_.size();
  for (std::size_t i = links_.size() - 1; i-- > 0;) {
    if (ask(links_[i].message)) continue;
    result_.sets[i].message_fault = dkim::Fault::too_many_signatures;
  }
  return {};
}

dns::Step<Result> Check::State::begin() {
  auto problem = read_chain();
  header_ = {};
  if (problem || result_.sets.empty()) return finish(problem);
  return next(dns::NoAnswers());
}

dns::Step<Result> Check::State::finish(std::optional<Problem> problem) {
  result_.problem = problem;
  if (!result_.sets.empty() || problem)
    result_.chain = problem ? ChainStatus::fail : ChainStatus::pass;
  if (result_.chain != ChainStatus::pass) result_.first_results.reset();
  return std::move(result_);
}

/// Nothing while the key is under way, or when this turn is over.
std::optional<dkim::Fault> Check::State::verify(const Signed& what, const dns::Answers& answers) {
  const dns::AnswerPtr answer = answers.find(what.question);
  if (!answer) return {};
  more_ = trials_left_ == 0;
  if (more_) return {};
  result_.own_limit |= answer->failure == dns::Failure::own_limit;
  const auto fault_of = [&](const dkim::KeyRecord& record) {
    return record.fault_for(what.key_type);
  };
  const dkim::KeyTrial trial = dkim::try_keys(*answer, keys_, fault_of, what.digest, what.octets);
  trials_left_ -= std::min(trials_left_, trial.trials);
  return trial.fault == dkim::Fault::signature ? what.failed : trial.fault;
}

/// The settle functions: true when the fault is known, now or before.
bool Check::State::settle_seal(std::size_t i, const dns::Answers& answers) {
  auto& fault = result_.sets[i].seal_fault;
  if (!fault) fault = verify(*links_[i].seal, answers);
  return fault.has_value();
}

bool Check::State::settle_message(std::size_t i, const dns::Answers& answers) {
  auto& fault = result_.sets[i].message_fault;
  if (!fault) fault = verify(*links_[i].message, answers);
  return fault.has_value();
}

/// After settle_message().
bool Check::State::settle_body(std::size_t i) {
  auto& fault = result_.sets[i].message_fault;
  if (*fault != dkim::Fault::none) return true;
  if (!hashes_.finished()) return false;
  const SignedBody& body = *links_[i].body;
  if (hashes_.digest(body.form) != body.digest) fault = dkim::Fault::body_hash;
  return true;
}

std::optional<Problem> Check::State::problem_of(SetField field, std::size_t i) const {
  const SetResult& set = result_.sets[i];
  const auto fault = field == SetField::seal ? set.seal_fault : set.message_fault;
  if (!fault || *fault == dkim::Fault::none) return {};
  return Problem{Fault::signature, field, set.seal.instance, *fault};
}

/// The first `count` questions, as far as they are open.
dns::Need Check::State::need(const dns::Answers& answers, std::size_t count) const {
  dns::Need need;
  for (std::size_t i = 0; i < count; ++i)
    if (!answers.find(questions_[i])) need.questions.push_back(questions_[i]);
  need.wants_body = !hashes_.finished();
  need.more = more_;
  return need;
}

dns::Step<Result> Check::State::next(const dns::Answers& answers) {
  const std::size_t newest = links_.size() - 1;
  trials_left_ = dkim::max_trials_in_turn;
  more_ = false;
  if (!settle_message(newest, answers)) return need(answers, questions_.size());
  if (auto problem = problem_of(SetField::message_signature, newest)) return finish(problem);
  for (std::size_t i = links_.size(); i-- > 0;) {
    if (!settle_seal(i, answers)) return need(answers, questions_.size());
    if (auto problem = problem_of(SetField::seal, i)) return finish(problem);
  }
  if (!settle_body(newest)) return need(answers, questions_.size());
  if (auto problem = problem_of(SetField::message_signature, newest)) return finish(problem);
  return find_oldest(answers);
}

// Section 5.2 step 5.
dns::Step<Result> Check::State::find_oldest(const dns::Answers& answers) {
  for (std::size_t i = links_.size() - 1; i-- > 0;) {
    if (!settle_message(i, answers)) {
      dns::Need open = need(answers, questions_.size());
      open.sufficient = true;
      return open;
    }
    settle_body(i);
    if (*result_.sets[i].message_fault == dkim::Fault::none) continue;
    result_.oldest_pass = static_cast<unsigned>(i + 2);
    break;
  }
  return finish({});
}

Check::Check(std::span<const mail::HeaderField> header, const Options& options,
             dkim::KeyCache& keys, dkim::BodyHashes& hashes)
    : state_(std::make_unique<State>(header, options, keys, hashes)) {}
Check::Check(Check&&) noexcept = default;
Check& Check::operator=(Check&&) noexcept = default;
Check::~Check() = default;

dns::Step<Result> Check::begin() {
  return state_->begin();
}

dns::Step<Result> Check::next(const dns::Answers& answers) {
  return state_->next(answers);
}

Result verify(std::span<const mail::HeaderField> header, std::string_view body,
              const Options& options, dkim::KeyCache& keys, dns::Resolver& resolver) {
  dkim::BodyHashes hashes;
  Check check(header, options, keys, hashes);
  return dns::wait_for(check, hashes, body, resolver);
}

}  // namespace dmarc::arc
