// The questions of one check: which answers are at hand, which one is waited for, and which will
// probably be wanted. And the client's names, which are the same for all records of a check.
//
//   questions.feed(answers);
//   dns::AnswerPtr answer = questions.find({name, dns::Type::a});
//   if (!answer) return questions.need();   // to be called again when there are more answers
//
// Limits: max_questions in one check, foreseen ones included. When one more is needed, find() gives
// nothing and exhausted() says why; what is only foreseen is then not asked for. max_ptr_names.
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <dmarc/check.h>
#include <dmarc/ip_address.h>

namespace dmarc::spf {

class Questions {
 public:
  /// The answers that have come so far. They must stay valid until the next call of feed() or
  /// until nothing more is asked.
  void feed(const dns::Answers& answers) { answers_ = &answers; }

  /// Null when the question has to be waited for: it becomes the first of need().
  dns::AnswerPtr find(const dns::Question& question);

  /// Adds a question to need(), unless it has been listed before.
  void foresee(const dns::Question& question);

  /// What to ask now: the question that find() lacked, then those foreseen since the last call.
  dns::Need need();

  bool exhausted() const { return exhausted_; }

  /// The first question that find() gave dns::Failure::own_limit for.
  const std::optional<dns::Question>& kept_away() const { return kept_away_; }

 private:
  /// The index of the question in asked_; asked_.size() when there is no room for it.
  std::size_t add(const dns::Question& question);

  const dns::Answers* answers_ = nullptr;
  std::vector<dns::Question> asked_;
  std::size_t listed_ = 0;  ///< so many of asked_ have been in need()
  std::size_t awaited_ = 0;
  bool exhausted_ = false;
  std::optional<dns::Question> kept_away_;
};

/// The type of the records that hold addresses of the client's family.
dns::Type address_type(const base::IpAddress& client);

/// The names of a PTR answer for the client, in order, the first max_ptr_names of them.
std::vector<dns::Name> ptr_names(const dns::Answer& answer);

/// The client's names: PTR records that its own addresses confirm (RFC 7208 section 5.5 "ptr (do
/// not use)"). Each is looked up once in a check.
class ClientNames {
 public:
  /// The address must stay valid.
  explicit ClientNames(const base::IpAddress& client) : client_(client) {}

  /// The question whose answer lists the names.
  const dns::Question& question();

  /// Takes the names from the answer to question(); later calls change nothing.
  void read(const dns::Answer& answer);

  /// Finds out which names at or below `ancestor` (null: which of all names) have the client's
  /// address, asking for all of them at the same time. A failure is as good as no address. False
  /// while an answer is missing.
  bool validate(Questions& questions, const dns::Name* ancestor);

  /// After validate() for the same ancestor: true when there is a validated name.
  bool any_below(const dns::Name& ancestor) const;

  /// %{p}: the validated name that is `domain`, or else below it, or else any; "unknown" when there
  /// is none (RFC 7208 section 7.3 "Macro Processing Details"). Nothing while an answer is missing.
  std::optional<std::string> for_macro(Questions& questions, const dns::Name& domain);

 private:
  enum class State { unknown, confirmed, denied };
  struct Candidate {
    dns::Name name;
    State state = State::unknown;
  };

  const base::IpAddress& client_;
  std::optional<dns::Question> question_;
  std::optional<std::vector<Candidate>> candidates_;
};

}  // namespace dmarc::spf
