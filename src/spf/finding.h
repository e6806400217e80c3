// What evaluating the records of a domain came to, the words for what went wrong, and whoever else
// may do it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <dmarc/check.h>
#include <dmarc/resolver.h>
#include <dmarc/spf.h>

#include "spf/macro.h"

namespace dmarc::spf {

/// Why there is no verdict of a record: code none, temperror or permerror.
struct Trouble {
  Code code;
  std::string problem;
  dns::Failure failure = dns::Failure::none;
};

/// An exp= modifier that is in force, and the domain whose record holds it.
struct Explanation {
  dns::Name domain;
  MacroString target;
  dns::AnswerPtr source;  ///< owns the text of `target`
};

/// The fields that Result has as well are described there.
struct Finding {
  Code code = Code::none;
  std::string mechanism;
  std::vector<std::string> path;
  std::string problem;
  dns::Failure failure = dns::Failure::none;
  std::string record;
  std::optional<Explanation> explanation;  ///< only with fail

  static Finding of(Trouble trouble);
};

/// A name inside a problem: printable, and cut where a sentence would become unreadable.
std::string shown(const dns::Name& name);

/// temperror: "the look-up of MX records of example.org failed: ...", for an answer that is a
/// failure.
Trouble failed_lookup(const dns::Answer& answer, const dns::Question& question);

// Permanent errors: a limit of this check has been passed.
Trouble too_many_terms();
Trouble too_many_void_lookups(std::size_t limit, const dns::Question& last);
Trouble too_many_mx_hosts(const dns::Name& domain);
Trouble too_many_questions();
Trouble too_much_text();

/// The check_host() function by other code (Options::evaluator). It is run over the answers that
/// are at hand, when our own evaluation has asked for almost everything and has its finding.
///
/// Threads: run() may be called by several at the same time.
class Evaluator {
 public:
  struct Run {
    /// Nothing when our own finding is to stand, or when an answer is missing.
    std::optional<Finding> finding;
    /// The answer that is missing: to be run again when that has come.
    std::optional<dns::Question> missing;
  };

  virtual Run run(const Identity& identity, const dns::Answers& answers,
                  const Options& options) const = 0;

 protected:
  ~Evaluator() = default;
};

}  // namespace dmarc::spf
