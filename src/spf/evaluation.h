// The check_host() function (RFC 7208 section 4 "The check_host() Function"), by our own code, as a
// state that goes on when an answer comes.
//
//   Evaluation evaluation(identity, options, questions, client_names);
//   std::optional<Finding> finding = evaluation.run();
//   if (!finding) ... questions.need(), and run() again
//
// One Evaluation is one check: its counters run through all records that include and redirect lead
// to. Each record in evaluation is a Frame on a stack; the frame on top is the one that works or
// waits, those below wait for its result. A frame keeps of its record, which is parsed once, only
// what can still matter for this client: the terms that ask the DNS, as many as the limit lets be
// evaluated, and the first term that matches without the DNS.
//
// When a record has been read, the questions of its terms are foreseen together, in order, as far
// as the record can still need them: not behind a term that matches without the DNS, and never more
// terms than the limit lets be evaluated. What counts (terms, void look-ups) is counted only when a
// term is really evaluated, in order.
//
// Threads: one at a time. The stack is no deeper than max_dns_terms + 1.
#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "spf/finding.h"
#include "spf/macro.h"
#include "spf/questions.h"
#include "spf/record.h"

namespace dmarc::spf {

class Evaluation {
 public:
  /// The references must stay valid as long as the Evaluation lives.
  Evaluation(const Identity& identity, const Options& options, Questions& questions,
             ClientNames& client_names);

  /// The outcome for the identity's domain; nothing while `questions` lacks an answer. Not to be
  /// called again once it has given the outcome.
  std::optional<Finding> run();

 private:
  enum class Entry { outermost, include, redirect };
  enum class Stage {
    record,       ///< the TXT answer of the frame's domain is wanted
    term,         ///< the next term is to be begun
    client_name,  ///< the term's name has %{p} in it
    answer,       ///< the answer to the term's own question is wanted
    hosts,        ///< the addresses of its hosts are wanted
    nested,       ///< the frame above has to finish
  };
  /// What a frame did: it can go on, lacks an answer, or has finished with finding_.
  enum class Progress { on, waits, finished };
  using Target = tl::expected<dns::Name, ExpansionError>;

  struct Frame {
    Frame(dns::Name whose, Entry how) : domain(std::move(whose)), entry(how) {}

    dns::Name domain;
    Entry entry;
    Stage stage = Stage::record;
    dns::AnswerPtr source;  ///< owns the text of `record`
    Record record;
    std::size_t at = 0;  ///< the current term: a directive, or redirect behind the last of them
    /// What the first terms that ask the DNS are about, as far as that was foreseen.
    std::vector<std::pair<std::size_t, Target>> targets;
    std::size_t next_target = 0;
    /// The term that waits: its name, then the hosts of an mx and which of them comes next.
    std::optional<dns::Name> target;
    std::vector<dns::Name> hosts;
    std::size_t next_host = 0;
    std::optional<std::size_t> host_without_address;

    bool at_redirect() const { return at == record.directives.size(); }
    const Directive& directive() const { return record.directives[at]; }
    const std::optional<MacroString>& spec() const {
      return at_redirect() ? record.redirect : directive().target;
    }
  };

  Progress advance(Frame& frame);
  Progress finish(Finding finding);
  Progress finish(Trouble trouble) { return finish(Finding::of(std::move(trouble))); }
  Progress return_to(Frame& parent, const Frame& finished);

  // evaluation.cpp: records, and the terms in their order.
  Progress read_record(Frame& frame);
  void keep_what_matters(Record& record) const;
  void foresee(Frame& frame);
  bool foresee_term(Frame& frame, std::size_t index);
  Progress begin_term(Frame& frame);
  Progress begin_dns_term(Frame& frame);
  Progress expand_client_name(Frame& frame);
  Progress use_target(Frame& frame, Target target);
  Progress enter(Frame& frame, dns::Name domain, Entry entry);
  Progress match(const Frame& frame);
  Progress no_match(Frame& frame);

  // mechanisms.cpp: the terms that ask the DNS about more than another record.
  dns::Question question(Mechanism mechanism, const dns::Name& target);
  Progress read_answer(Frame& frame);
  Progress read_mx(Frame& frame, const dns::Answer& answer);
  Progress read_hosts(Frame& frame);
  Progress read_client_names(Frame& frame);
  bool in_network(const Directive& directive, const base::IpAddress& network) const;
  bool holds_client(const Directive& directive, const dns::Answer& addresses) const;
  std::optional<Trouble> count_void(const dns::Question& question);

  const Identity& identity_;
  const Options& options_;
  Questions& questions_;
  ClientNames& client_names_;

  std::vector<Frame> frames_;
  Finding finding_;     ///< of the frame that has finished last
  std::string record_;  ///< the outermost, as published
  std::size_t terms_ = 0;
  std::size_t foreseen_terms_ = 0;
  std::size_t void_lookups_ = 0;
  std::size_t record_text_ = 0;
};

}  // namespace dmarc::spf
