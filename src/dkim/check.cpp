#include "dkim/check.h"

#include <algorithm>
#include <utility>

#include "dkim/canonical_body.h"
#include "dkim/key_cache.h"
#include "dkim/key_trial.h"
#include "dkim/limits.h"
#include "dkim/signature.h"
#include "dkim/signed_header.h"

namespace dmarc::dkim {
namespace {

/// The labels that both names end with.
std::size_t common_labels(std::string_view a, std::string_view b) {
  const auto [end, other] = std::mismatch(a.rbegin(), a.rend(), b.rbegin(), b.rend());
  const std::size_t same = static_cast<std::size_t>(end - a.rbegin());
  const auto is_whole = [&](std::string_view name) {
    return same == name.size() || name[name.size() - same - 1] == '.';
  };
  const std::string_view tail = a.substr(a.size() - same);
  const auto dots = static_cast<std::size_t>(std::count(tail.begin(), tail.end(), '.'));
  return is_whole(a) && is_whole(b) ? dots + 1 : dots;
}

/// How near the domain is to an author's: a domain that aligns has at least the labels of the
/// Organizational Domain in common with it. Those that are equal come first.
std::size_t likeness_to(const dns::Name& domain, std::span<const dns::Name> authors) {
  std::size_t most = 0;
  for (const dns::Name& author : authors) {
    if (author == domain) return dns::Name::max_text;
    most = std::max(most, common_labels(author.text(), domain.text()));
  }
  return most;
}

SignatureResult result_of(const Signature& signature, std::size_t field) {
  return {.fault = signature.fault,
          .field = field,
          .domain = signature.domain,
          .selector = signature.selector,
          .algorithm = signature.algorithm,
          .identity = signature.identity,
          .characters = signature.characters};
}

}  // namespace

class Check::State {
 public:
  State(std::span<const mail::HeaderField> header, std::span<const dns::Name> authors,
        const Options& options, KeyCache& keys, BodyHashes& hashes)
      : header_(header),
        authors_(authors.begin(), authors.end()),
        options_(options),
        keys_(&keys),
        hashes_(&hashes) {}

  dns::Step<Result> begin();
  dns::Step<Result> next(const dns::Answers& answers);
  std::vector<Identifier> identifiers() const;

 private:
  /// A signature that can be verified, and what is needed for it.
  struct Candidate {
    Candidate(Signature read, std::size_t which)
        : signature(std::move(read)),
          question{*signature.key_name, dns::Type::txt},
          result(which) {}

    Signature signature;
    dns::Question question;
    crypto::Digest header{};  ///< the digest that was signed
    std::size_t result;       ///< its index among the results
    std::size_t likeness = 0;
    bool done = false;
  };

  void read_signatures();
  void choose();
  void hash_header();
  void settle(const dns::Answers& answers);
  bool needs_key() const { return options_.extent != Extent::lengths; }
  bool needs_body(const Candidate& candidate) const {
    return options_.extent == Extent::verified || candidate.signature.length;
  }
  Fault check_length(const Candidate& candidate);
  Fault check_body(const Candidate& candidate);
  Fault check_look_up(const Candidate& candidate, const dns::Answer& answer);
  Fault judge(const Candidate& candidate, const dns::Answer& answer);
  SignatureResult& result_of_candidate(const Candidate& candidate) {
    return result_.signatures[candidate.result];
  }
  bool all_authors_passed() const;
  dns::Step<Result> step(const dns::Answers& answers);

  std::span<const mail::HeaderField> header_;
  std::vector<dns::Name> authors_;
  Options options_;
  KeyCache* keys_;
  Result result_;
  std::vector<Candidate> candidates_;
  BodyHashes* hashes_;
  std::size_t trials_left_ = 0;  ///< of this turn
};

void Check::State::read_signatures() {
  for (std::size_t i = 0; i < header_.size(); ++i) {
    if (!is_signature_field(header_[i])) continue;
    if (result_.signatures.size() == max_signatures_read) {
      ++result_.unread;
      continue;
    }
    Signature signature = read_signature(header_[i].value, dkim_signature);
    if (signature.fault == Fault::none) signature.fault = time_fault(signature, options_.now);
    result_.signatures.push_back(result_of(signature, i));
    if (signature.fault != Fault::none) continue;
    candidates_.emplace_back(std::move(signature), result_.signatures.size() - 1);
  }
}

// Section 6.1 "Extract Signatures from the Message": the order is ours to choose. What lies beyond
// the limit is not verified.
void Check::State::choose() {
  for (Candidate& candidate : candidates_)
    candidate.likeness = likeness_to(*candidate.signature.domain, authors_);
  std::stable_sort(candidates_.begin(), candidates_.end(),
                   [](const Candidate& a, const Candidate& b) { return a.likeness > b.likeness; });
  for (std::size_t i = max_signatures_verified; i < candidates_.size(); ++i)
    result_of_candidate(candidates_[i]).fault = Fault::too_many_signatures;
  if (candidates_.size() > max_signatures_verified)
    candidates_.erase(candidates_.begin() + max_signatures_verified, candidates_.end());
}

void Check::State::hash_header() {
  if (candidates_.empty()) return;
  SignedHeader header(header_, options_.blanks);
  for (Candidate& candidate : candidates_) {
    if (options_.extent == Extent::verified)
      candidate.header = header.digest(candidate.signature, result_of_candidate(candidate).field);
    candidate.signature.names = {};  // views of the header, which may go now
    if (needs_body(candidate)) hashes_->want(candidate.signature.body_form);
  }
}

dns::Step<Result> Check::State::begin() {
  read_signatures();
  choose();
  hash_header();
  header_ = {};
  return next(dns::NoAnswers());
}

dns::Step<Result> Check::State::next(const dns::Answers& answers) {
  trials_left_ = max_trials_in_turn;
  settle(answers);
  return step(answers);
}

void Check::State::settle(const dns::Answers& answers) {
  for (Candidate& candidate : candidates_) {
    if (candidate.done || (needs_body(candidate) && !hashes_->finished())) continue;
    Fault fault = needs_body(candidate) ? check_body(candidate) : Fault::none;
    if (fault == Fault::none && needs_key()) {
      const dns::AnswerPtr answer = answers.find(candidate.question);
      if (!answer || trials_left_ == 0) continue;
      fault = options_.extent == Extent::verified ? judge(candidate, *answer)
                                                  : check_look_up(candidate, *answer);
    } else if (fault == Fault::none) {
      fault = Fault::not_verified;
    }
    candidate.done = true;
    result_of_candidate(candidate).fault = fault;
  }
}

// Section 3.5 on l=: what it leaves out is not signed by anybody, so such a signature is intact but
// of no use (section 8.2 "Misuse of Body Length Limits").
Fault Check::State::check_length(const Candidate& candidate) {
  const std::uint64_t length = hashes_->length(candidate.signature.body_form);
  const std::uint64_t claimed = candidate.signature.length.value_or(length);
  if (claimed > length) return Fault::body_length;
  if (claimed < length) {
    result_of_candidate(candidate).octets_left_out = length - claimed;
    return Fault::body_beyond_length;
  }
  return Fault::none;
}

Fault Check::State::check_body(const Candidate& candidate) {
  const Fault fault = check_length(candidate);
  if (fault != Fault::none || options_.extent != Extent::verified) return fault;
  const Signature& signature = candidate.signature;
  return hashes_->digest(signature.body_form) == signature.body_hash ? Fault::none
                                                                     : Fault::body_hash;
}

Fault Check::State::check_look_up(const Candidate& candidate, const dns::Answer& answer) {
  if (answer.outcome != dns::Outcome::temporary_failure) return Fault::not_verified;
  result_of_candidate(candidate).failure = answer.failure;
  return Fault::lookup_failed;
}

Fault Check::State::judge(const Candidate& candidate, const dns::Answer& answer) {
  const Signature& signature = candidate.signature;
  const KeyTrial trial = try_keys(
      answer, *keys_, [&](const KeyRecord& record) { return record.fault_for(signature); },
      candidate.header, signature.octets);
  trials_left_ -= std::min(trials_left_, trial.trials);
  SignatureResult& result = result_of_candidate(candidate);
  result.failure = trial.failure;
  result.key_bits = trial.key_bits;
  result.testing = trial.testing;
  const bool lacks_blanks =
      options_.blanks == LeadingBlanks::lost && signature.header_form == CanonicalForm::simple;
  return trial.fault == Fault::signature && lacks_blanks ? Fault::blanks_lost : trial.fault;
}

bool Check::State::all_authors_passed() const {
  return !authors_.empty() &&
         std::all_of(authors_.begin(), authors_.end(), [&](const dns::Name& author) {
           return std::any_of(candidates_.begin(), candidates_.end(), [&](const Candidate& one) {
             return one.done && *one.signature.domain == author &&
                    result_.signatures[one.result].code() == Code::pass;
           });
         });
}

dns::Step<Result> Check::State::step(const dns::Answers& answers) {
  dns::Need need;
  bool open = false;
  for (const Candidate& candidate : candidates_) {
    if (candidate.done) continue;
    open = true;
    const bool wants_body = needs_body(candidate) && !hashes_->finished();
    need.wants_body = need.wants_body || wants_body;
    if (!needs_key() || answers.find(candidate.question)) {
      need.more = need.more || !wants_body;
      continue;
    }
    if (std::find(need.questions.begin(), need.questions.end(), candidate.question) ==
        need.questions.end())
      need.questions.push_back(candidate.question);
  }
  if (!open) return std::move(result_);
  need.sufficient = all_authors_passed();
  return need;
}

std::vector<Check::Identifier> Check::State::identifiers() const {
  std::vector<Identifier> found;
  for (const Candidate& candidate : candidates_) {
    Identifier& identifier = found.emplace_back(Identifier{*candidate.signature.domain});
    if (candidate.done) identifier.code = result_.signatures[candidate.result].code();
  }
  return found;
}

Check::Check(std::span<const mail::HeaderField> header, std::span<const dns::Name> authors,
             const Options& options, KeyCache& keys, BodyHashes& hashes)
    : state_(std::make_unique<State>(header, authors, options, keys, hashes)) {}
Check::Check(Check&&) noexcept = default;
Check& Check::operator=(Check&&) noexcept = default;
Check::~Check() = default;

dns::Step<Result> Check::begin() {
  return state_->begin();
}

dns::Step<Result> Check::next(const dns::Answers& answers) {
  return state_->next(answers);
}

std::vector<Check::Identifier> Check::identifiers() const {
  return state_->identifiers();
}

bool is_signature_field(const mail::HeaderField& field) {
  return mail::is_field(field, "DKIM-Signature");
}

Result verify(const Message& message, std::span<const dns::Name> authors, const Options& options,
              KeyCache& keys, dns::Resolver& resolver) {
  BodyHashes hashes;
  Check check(message.header, authors, options, keys, hashes);
  return dns::wait_for(check, hashes, message.body, resolver);
}

}  // namespace dmarc::dkim
